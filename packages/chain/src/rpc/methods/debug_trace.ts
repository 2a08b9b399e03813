/** geth's `debug_trace…`: a transaction, a call or a block, run again under a tracer. */
import type { Hash } from '@deed/evm'
import { decodeBlock } from '../../block/body.ts'
import type { Block } from '../../block/types.ts'
import { follow } from '../../trace/tracing.ts'
import { isFault } from '../../transaction/fault.ts'
import { blockAt, findBlock, isPending } from '../block-parameter.ts'
import { faultError, serverError } from '../error.ts'
import type { Json } from '../format.ts'
import type { Context } from '../method.ts'
import type { Node } from '../node.ts'
import type { BlockParameter, TransactionRequest } from '../params.ts'
import { budgetOf, refuseGenesis, replayUntil, traceEach, traceMined } from '../replayed.ts'
import type { TraceCallConfig, TraceConfig } from '../trace-config.ts'
import { CALL_GAS_CAP, callRequest, runCall } from './eth_call.ts'

export const debugTraceTransaction = async ({ node }: Context, hash: Hash, config: TraceConfig) => {
  const traced = await traceMined(node, hash, config.open, budgetOf(node, config.timeoutMs))
  if (traced === undefined) throw serverError('DEED_RPC_TRANSACTION', 'transaction not found')
  return traced.result
}

export const debugTraceCall = async (
  { node }: Context,
  request: TransactionRequest,
  at: BlockParameter,
  config: TraceCallConfig,
) => {
  const some = await blockAt(node, at)
  const call = callRequest(request, some.block.header, request.gas ?? CALL_GAS_CAP)
  const { tracer, result } = follow(config.open, { firstLogIndex: 0 }, budgetOf(node, config.timeoutMs))
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
  if (block.header.number > 0n && (await node.chain.block(block.header.parentHash)) === undefined)
    throw serverError('DEED_RPC_BLOCK', `parent ${block.header.parentHash} not found`)
  return traceBlock(node, block, config)
}

const traceBlock = async (node: Node, block: Block, config: TraceConfig): Promise<Json> => {
  refuseGenesis(block)
  const traces: Json[] = []
  for await (const { place, result } of traceEach(node, block, config.open, budgetOf(node, config.timeoutMs)))
    traces.push({ txHash: place.transactionHash, result })
  return traces
}
