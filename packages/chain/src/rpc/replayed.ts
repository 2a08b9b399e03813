/** Blocks and transactions of the chain, run again for whoever wants to look inside. */
import type { Hash } from '@deed/evm'
import { headerHash } from '../block/header.ts'
import type { Block } from '../block/types.ts'
import type { Replay } from '../execute/replay.ts'
import { type Budget, createBudget, DEFAULT_TIMEOUT_MS } from '../trace/budget.ts'
import { follow, type OpenTracing, type TracePlace } from '../trace/tracing.ts'
import { transactionHash } from '../transaction/codec.ts'
import { serverError } from './error.ts'
import type { Node } from './node.ts'

export interface Traced<T> {
  readonly place: Required<TracePlace>
  readonly result: T
}

/** A mined transaction, traced; `undefined` where there is none of that hash. */
export const traceMined = async <T>(
  node: Node,
  hash: Hash,
  open: OpenTracing<T>,
  budget: Budget,
): Promise<Traced<T> | undefined> => {
  const mined = await node.chain.transaction(hash)
  const record = mined && (await node.chain.block(mined.blockHash))
  if (record === undefined) return undefined
  const { block } = record
  const replay = await node.chain.replay(block)
  let firstLogIndex = 0
  for (let index = 0; index < mined!.index; index++) {
    await budget.rest()
    firstLogIndex += (await replay.next()).logs.length
  }
  const place = placeOf(block, record.hash, mined!.index, hash, firstLogIndex)
  const { tracer, result } = follow(open, place, budget)
  await replay.next(tracer)
  return { place, result: result() }
}

/** Each transaction of a block, traced one after the other; the next one runs when it is asked for. */
export async function* traceEach<T>(
  node: Node,
  block: Block,
  open: OpenTracing<T>,
  budget: Budget,
): AsyncGenerator<Traced<T>> {
  if (block.transactions.length === 0) return
  const replay = await node.chain.replay(block)
  const blockHash = headerHash(block.header)
  let firstLogIndex = 0
  for (const [index, transaction] of block.transactions.entries()) {
    const place = placeOf(block, blockHash, index, transactionHash(transaction), firstLogIndex)
    const { tracer, result } = follow(open, place, budget)
    await budget.rest()
    firstLogIndex += (await replay.next(tracer)).logs.length
    yield { place, result: result() }
  }
}

/** A block's state before the transaction at an index; at the number of its transactions, after all. */
export const replayUntil = async (node: Node, block: Block, index: number): Promise<Replay> => {
  refuseGenesis(block)
  const { length } = block.transactions
  if (index > length)
    throw serverError('DEED_TRACE_INDEX', `transaction index ${index} is beyond the block's ${length}`)
  const replay = await node.chain.replay(block)
  for (let before = 0; before < index; before++) await replay.next()
  return replay
}

export const refuseGenesis = ({ header }: Block): void => {
  if (header.number === 0n) throw serverError('DEED_TRACE_GENESIS', 'genesis is not traceable')
}

export const budgetOf = ({ uptimeMs }: Node, timeoutMs = DEFAULT_TIMEOUT_MS): Budget =>
  createBudget({ clock: uptimeMs, timeoutMs })

const placeOf = (
  { header }: Block,
  blockHash: Hash,
  transactionIndex: number,
  hash: Hash,
  firstLogIndex: number,
): Required<TracePlace> => ({
  blockHash,
  blockNumber: header.number,
  transactionHash: hash,
  transactionIndex,
  firstLogIndex,
})
