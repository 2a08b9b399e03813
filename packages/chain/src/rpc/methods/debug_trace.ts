/** geth's `debug_trace…`: a transaction, a call or a block, run again under a tracer. */
import type { Hash } from '@deed/evm'
import { decodeBlock } from '../../block/body.ts'
import { headerHash } from '../../block/header.ts'
import type { Block } from '../../block/types.ts'
import { type Budget, createBudget } from '../../trace/budget.ts'
import { follow, type TracePlace } from '../../trace/tracing.ts'
import { transactionHash } from '../../transaction/codec.ts'
import { isFault } from '../../transaction/fault.ts'
import { blockAt, findBlock, isPending } from '../block-parameter.ts'
import { faultError, serverError } from '../error.ts'
import type { Json } from '../format.ts'
import type { Context } from '../method.ts'
import type { Node } from '../node.ts'
import type { BlockParameter, TransactionRequest } from '../params.ts'
import type { TraceConfig, traceCallConfig } from '../trace-config.ts'
import { CALL_GAS_CAP, callRequest, runCall } from './eth_call.ts'

export const debugTraceTransaction = async ({ node }: Context, hash: Hash, config: TraceConfig) => {
  const { block, index } = await minedAt(node, hash)
  const budget = budgetOf(node, config)
  const replay = await node.chain.replay(block)
  let firstLogIndex = 0
  for (let before = 0; before < index; before++) firstLogIndex += (await replay.next()).logs.length
  const place = { ...placeOf(block), transactionHash: hash, transactionIndex: index, firstLogIndex }
  const { tracer, result } = follow(config.open, place, budget)
  await replay.next(tracer)
  return result()
}

export const debugTraceCall = async (
  { node }: Context,
  request: TransactionRequest,
  at: BlockParameter,
  config: ReturnType<typeof traceCallConfig>,
) => {
  const some = await blockAt(node, at)
  const call = callRequest(request, some.block.header, request.gas ?? CALL_GAS_CAP)
  const { tracer, result } = follow(config.open, { firstLogIndex: 0 }, budgetOf(node, config))
  const { stateOverrides: state, blockOverrides: block, txIndex } = config
  const options = { tracer, ...(state && { state }), ...(block && { block }) }
  const ran =
    txIndex === undefined || isPending(some)
      ? await runCall(node, call, some, options)
      : await (await replayUntil(node, some.block, txIndex)).call(call, options)
  if (isFault(ran)) throw faultError(ran)
  return result()
}

export const debugTraceBlock = async ({ node }: Context, at: BlockParameter, config: TraceConfig) => {
  const found = await findBlock(node, at)
  if (found === undefined) {
    const name = 'hash' in at ? at.hash : 'number' in at ? `#${at.number}` : at.tag
    throw serverError('DEED_RPC_BLOCK', `block ${name} not found`)
  }
  return traceBlock(node, found.block, config)
}

export const debugTraceBlockByHash = (context: Context, hash: Hash, config: TraceConfig) =>
  debugTraceBlock(context, { hash, requireCanonical: false }, config)

/** A block in its encoding, committed or not; its parent must be known. */
export const debugTraceRawBlock = async ({ node }: Context, encoded: Uint8Array, config: TraceConfig) => {
  const block = decodeBlock(encoded)
  if (!('header' in block)) throw serverError('DEED_RPC_BLOCK', `could not decode block: ${block.message}`)
  if ((await node.chain.block(block.header.parentHash)) === undefined)
    throw serverError('DEED_RPC_BLOCK', `parent ${block.header.parentHash} not found`)
  return traceBlock(node, block, config)
}

const traceBlock = async (node: Node, block: Block, config: TraceConfig): Promise<Json> => {
  const budget = budgetOf(node, config)
  const traces: Json[] = []
  for await (const { hash, result } of eachTraced(node, block, config, budget))
    traces.push({ txHash: hash, result })
  return traces
}

async function* eachTraced(
  node: Node,
  block: Block,
  { open }: TraceConfig,
  budget: Budget,
): AsyncGenerator<{ hash: Hash; result: Json }> {
  refuseGenesis(block)
  const replay = await node.chain.replay(block)
  const where = placeOf(block)
  let firstLogIndex = 0
  for (const [transactionIndex, transaction] of block.transactions.entries()) {
    const hash = transactionHash(transaction)
    const place = { ...where, transactionHash: hash, transactionIndex, firstLogIndex }
    const { tracer, result } = follow(open, place, budget)
    firstLogIndex += (await replay.next(tracer)).logs.length
    yield { hash, result: result() }
  }
}

/** The block of a transaction, run up to it. */
const replayUntil = async (node: Node, block: Block, index: number) => {
  refuseGenesis(block)
  if (index > block.transactions.length)
    throw serverError(
      'DEED_TRACE_INDEX',
      `transaction index ${index} is beyond the block's ${block.transactions.length}`,
    )
  const replay = await node.chain.replay(block)
  for (let before = 0; before < index; before++) await replay.next()
  return replay
}

const minedAt = async (node: Node, hash: Hash): Promise<{ block: Block; index: number }> => {
  const place = await node.chain.transaction(hash)
  const record = place && (await node.chain.block(place.blockHash))
  if (record === undefined) throw serverError('DEED_RPC_TRANSACTION', 'transaction not found')
  return { block: record.block, index: place!.index }
}

const placeOf = ({ header }: Block): Pick<TracePlace, 'blockHash' | 'blockNumber'> => ({
  blockHash: headerHash(header),
  blockNumber: header.number,
})

const refuseGenesis = ({ header }: Block): void => {
  if (header.number === 0n) throw serverError('DEED_TRACE_GENESIS', 'genesis is not traceable')
}

const budgetOf = ({ uptimeMs }: Node, { timeoutMs }: TraceConfig): Budget =>
  createBudget({ clock: uptimeMs, timeoutMs })
