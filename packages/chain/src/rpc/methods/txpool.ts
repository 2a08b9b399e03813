import type { Address } from '@deed/evm'
import { quantity } from '../../hex.ts'
import { type Entry, nextNonce, type Queue } from '../../mempool/mempool.ts'
import { formatWaiting, type Json } from '../format.ts'
import type { Context } from '../method.ts'

/** How many could be mined now and how many wait behind a gap of nonces. */
export const txpoolStatus = ({ node }: Context) => {
  let pending = 0
  for (const [sender, queue] of node.mempool.queues)
    pending += Number(nextNonce(node.mempool, sender, queue.nonce) - queue.nonce)
  return { pending: quantity(pending), queued: quantity(node.mempool.byHash.size - pending) }
}

export const txpoolContent = ({ node }: Context) => {
  const pending: Record<Address, Json> = {}
  const queued: Record<Address, Json> = {}
  for (const sender of node.mempool.queues.keys()) {
    const content = contentOf(node.mempool.queues.get(sender))
    if (Object.keys(content.pending).length > 0) pending[sender] = content.pending
    if (Object.keys(content.queued).length > 0) queued[sender] = content.queued
  }
  return { pending, queued }
}

/** What could be mined now, in the order in which it came. */
export const ethPendingTransactions = ({ node }: Context) =>
  [...node.mempool.byHash.values()]
    .filter(({ sender, transaction }) => transaction.nonce < node.mempool.queues.get(sender)!.next)
    .map(({ transaction, sender }) => formatWaiting(transaction, sender))

export const txpoolContentFrom = ({ node }: Context, sender: Address) =>
  contentOf(node.mempool.queues.get(sender))

/** The same in words, as geth shows it to people: receiver, value, gas and price. */
export const txpoolInspect = (context: Context) => {
  const { pending, queued } = txpoolContent(context)
  return { pending: inWords(pending), queued: inWords(queued) }
}

const inWords = (senders: Record<Address, Json>): Json =>
  mapValues(senders, (byNonce) =>
    mapValues(
      byNonce as Record<string, Record<string, string | null>>,
      ({ to, value, gas, gasPrice }) =>
        `${to ?? 'contract creation'}: ${BigInt(value!)} wei + ${BigInt(gas!)} gas × ${BigInt(gasPrice!)} wei`,
    ),
  )

const mapValues = <T>(values: Record<string, T>, change: (value: T) => Json): Record<string, Json> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]))

/** A sender's transactions by nonce in decimal. */
const contentOf = (
  queue: Queue | undefined,
): { pending: Record<string, Json>; queued: Record<string, Json> } => {
  const pending: Record<string, Json> = {}
  const queued: Record<string, Json> = {}
  if (queue === undefined) return { pending, queued }
  let next = queue.nonce
  for (const entry of inOrder(queue)) {
    const { nonce } = entry.transaction
    const isNext = nonce === next
    if (isNext) next++
    ;(isNext ? pending : queued)[nonce.toString()] = formatWaiting(entry.transaction, entry.sender)
  }
  return { pending, queued }
}

const inOrder = ({ entries }: Queue): Entry[] =>
  [...entries.values()].sort((a, b) => (a.transaction.nonce < b.transaction.nonce ? -1 : 1))
