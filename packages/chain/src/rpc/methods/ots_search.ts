/** Otterscan's searches. There is no index of addresses: blocks are run again, or the history of states is asked. */
import type { Address, Hash } from '@deed/evm'
import type { StateView } from '../../state/types.ts'
import type { BlockRecord } from '../../store/store.ts'
import type { Budget } from '../../trace/budget.ts'
import { type Call, callTree } from '../../trace/call-tree.ts'
import type { OpenTracing } from '../../trace/tracing.ts'
import { formatMined, formatReceipts, type Json } from '../format.ts'
import type { Context } from '../method.ts'
import type { Node } from '../node.ts'
import { budgetOf, traceEach } from '../replayed.ts'

/** Milliseconds of one search; a page that takes longer is refused, and a smaller one may not be. */
const TIMEOUT_MS = 30_000

interface Found {
  readonly tx: Json
  readonly receipt: Json
}

/** Transactions that an address had to do with, newest first, in blocks below `number` (0: all). */
export const otsSearchTransactionsBefore = async (
  { node }: Context,
  address: Address,
  number: number,
  pageSize: number,
) => {
  const from = number === 0 ? headOf(node) : number - 1
  const { found, isEnd } = await search(node, address, from, -1, pageSize)
  return answer(found, number === 0, isEnd)
}

/** The same in blocks above `number` (0: all), the oldest of them, newest first. */
export const otsSearchTransactionsAfter = async (
  { node }: Context,
  address: Address,
  number: number,
  pageSize: number,
) => {
  const { found, isEnd } = await search(node, address, number + 1, 1, pageSize)
  return answer(found.toReversed(), isEnd, number === 0)
}

/** The transaction by which an account used up a nonce. */
export const otsGetTransactionBySenderAndNonce = async (
  { node }: Context,
  sender: Address,
  nonce: bigint,
) => {
  const record = await firstBlock(node, async (state) => ((await state.account(sender))?.nonce ?? 0n) > nonce)
  if (record === undefined) return null
  const { transactions } = record.block
  const index = transactions.findIndex((one, at) => record.senders[at] === sender && one.nonce === nonce)
  return record.transactionHashes[index] ?? null
}

/** Who made a contract, and in which transaction; `null` for what is no contract or was there from the start. */
export const otsGetContractCreator = async ({ node }: Context, address: Address) => {
  if ((await (await node.chain.stateAt(node.chain.head.hash)).code(address)).length === 0) return null
  const record = await firstBlock(node, async (state) => (await state.code(address)).length > 0)
  if (record === undefined) return null
  let creator: { readonly hash: Hash; readonly creator: Address } | null = null
  for await (const { place, result } of traceEach(node, record.block, callTree, budgetOf(node, TIMEOUT_MS))) {
    const made = creationOf(result, address)
    if (made !== undefined) creator = { hash: place.transactionHash, creator: made.from }
  }
  return creator
}

/** Block by block in one direction until a page is full, but no block is taken in parts. */
const search = async (
  node: Node,
  address: Address,
  from: number,
  direction: 1 | -1,
  pageSize: number,
): Promise<{ found: readonly Found[]; isEnd: boolean }> => {
  const budget = budgetOf(node, TIMEOUT_MS)
  const head = headOf(node)
  const first = firstOf(node)
  const found: Found[] = []
  let number = Math.min(from, head + 1)
  for (; number > first && number <= head && found.length < pageSize; number += direction) {
    await budget.rest()
    const record = await node.chain.blockByNumber(BigInt(number))
    if (record === undefined || record.block.transactions.length === 0) continue
    const inBlock = await searchBlock(node, record, address, budget)
    found.push(...(direction === 1 ? inBlock : inBlock.toReversed()))
  }
  return { found, isEnd: number <= first || number > head }
}

const searchBlock = async (
  node: Node,
  record: BlockRecord,
  address: Address,
  budget: Budget,
): Promise<Found[]> => {
  const indexes: number[] = []
  for await (const { place, result } of traceEach(node, record.block, parties, budget))
    if (result.has(address)) indexes.push(place.transactionIndex)
  if (indexes.length === 0) return []
  const receipts = (await node.chain.receipts(record.hash)) ?? []
  const formatted = formatReceipts(record, receipts, node.chain.rulesOf(record))
  const timestamp = Number(record.block.header.timestamp)
  return indexes.map((index) => ({
    tx: formatMined(record, index),
    receipt: { ...(formatted[index] as object), logs: null, logsBloom: null, timestamp },
  }))
}

/** Everybody who called or was called. */
const parties: OpenTracing<ReadonlySet<Address>> = ({ budget }) => {
  const all = new Set<Address>()
  return {
    enter: ({ from, to }) => {
      budget.check()
      all.add(from).add(to)
    },
    result: () => all,
  }
}

const answer = (found: readonly Found[], firstPage: boolean, lastPage: boolean) => ({
  txs: found.map(({ tx }) => tx),
  receipts: found.map(({ receipt }) => receipt),
  firstPage,
  lastPage,
})

/** The first block after whose transactions something holds, found by halving; what holds must go on to hold. */
const firstBlock = async (
  node: Node,
  holds: (state: StateView) => Promise<boolean>,
): Promise<BlockRecord | undefined> => {
  const recordAt = async (number: number) => (await node.chain.blockByNumber(BigInt(number)))!
  const holdsAt = async (number: number) => holds(await node.chain.stateAt((await recordAt(number)).hash))
  let low = firstOf(node)
  let high = headOf(node)
  if (!(await holdsAt(high)) || (await holdsAt(low))) return undefined
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (await holdsAt(middle)) high = middle
    else low = middle
  }
  return recordAt(high)
}

const creationOf = (call: Call, address: Address): Call | undefined => {
  if (call.error !== undefined) return undefined
  if ((call.kind === 'CREATE' || call.kind === 'CREATE2') && call.to === address) return call
  for (const inner of call.calls) {
    const made = creationOf(inner, address)
    if (made !== undefined) return made
  }
  return undefined
}

/** The first block; on a fork not 0. */
const firstOf = (node: Node): number => Number(node.chain.genesis.block.header.number)

const headOf = (node: Node): number => Number(node.chain.head.block.header.number)
