/** What has happened to a play's deed, as entries of its timeline. */
import { type DeedEvent, deedAbi, type Entry, toEntries } from '@deed/agreement'
import { type Address, type GetBlockReturnType, parseEventLogs } from 'viem'
import { DEV_KEEPER } from '../supervise/keeper-account.ts'
import type { Play, RefusedAct } from './play.ts'
import type { Stage } from './stage.ts'

/** Reads a play's entries as they come: each call returns those since the last one. */
export const entriesOf = (stage: Stage, play: Play): (() => Promise<Entry[]>) => {
  const { agreement, deed } = play
  const names = namesOf(play)
  const events: DeedEvent[] = []
  let from = play.since
  let told = 0

  const blocks = new Map<bigint, Promise<GetBlockReturnType<undefined, true>>>()
  const blockOf = (blockNumber: bigint) => {
    const known = blocks.get(blockNumber)
    if (known) return known
    const block = stage.client.getBlock({ blockNumber, includeTransactions: true })
    blocks.set(blockNumber, block)
    return block
  }

  return async () => {
    const toBlock = await stage.client.getBlockNumber()
    if (toBlock < from) return []
    const logs = await stage.client.getLogs({ address: deed, fromBlock: from, toBlock })
    for (const log of parseEventLogs({ abi: deedAbi, logs })) {
      const { eventName, blockNumber, transactionHash, logIndex } = log
      const args = log.args as unknown as Record<string, unknown>
      const block = await blockOf(blockNumber)
      const sender = block.transactions.find(({ hash }) => hash === transactionHash)?.from
      events.push({
        eventName,
        args,
        blockNumber,
        blockTime: block.timestamp,
        transactionHash,
        logIndex,
        ...(sender && { sender }),
      })
    }
    blocks.clear()
    from = toBlock + 1n
    // An entry may depend on all events before it, so all are read again; a deed has a few hundred.
    const entries = toEntries(agreement.outline, names, events)
    const fresh = entries.slice(told)
    told = entries.length
    return fresh
  }
}

/** A refused act among the entries: nothing happened, and that it did not is worth telling. */
export const refusedEntry = (refused: RefusedAct): Entry & { error: string } => ({
  time: refused.time,
  block: Number(refused.block),
  tx: refused.tx,
  clause: refused.clause,
  what: 'refused',
  by: refused.by,
  error: `${refused.verb}: ${refused.error}`,
})

const namesOf = ({ cast, tokens }: Play): ((address: Address) => string | undefined) => {
  const names = new Map([[DEV_KEEPER.toLowerCase(), 'keeper']])
  for (const [name, { address }] of cast.accounts) names.set(address.toLowerCase(), name)
  for (const [name, address] of tokens) names.set(address.toLowerCase(), name)
  return (address) => names.get(address.toLowerCase())
}
