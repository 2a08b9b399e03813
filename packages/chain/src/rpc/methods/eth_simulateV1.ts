/** `eth_simulateV1` (execution-apis): calls in blocks that nobody mined, each block on top of the one before. */
import type { SimulatedBlock, SimulatedResult } from '../../execute/simulate.ts'
import type { SimulationFaultName } from '../../execute/simulated-call.ts'
import { bytesToHex, quantity } from '../../hex.ts'
import { blockAt, isPending } from '../block-parameter.ts'
import { boolean, type Decoded, type Decoder, list, object, orElse } from '../decode.ts'
import { RPC_CODE, RpcError } from '../error.ts'
import { formatBlock, formatLog, type Json } from '../format.ts'
import type { Context } from '../method.ts'
import { type BlockParameter, blockOverrides, stateOverrides, transactionRequest } from '../params.ts'
import { revertError } from '../revert.ts'
import { CALL_GAS_CAP } from './eth_call.ts'

/** Blocks that a request may name; more than fit into a simulation, so that the simulation says so. */
const MAX_BLOCKS = 1_000
/** Calls of one block. Gas bounds them too: none costs less than 21,000 of 50 million. */
const MAX_CALLS = 5_000

const BLOCK = object({
  blockOverrides: orElse(blockOverrides, {}),
  stateOverrides: orElse(stateOverrides, new Map() as ReturnType<typeof stateOverrides>),
  calls: orElse(list(transactionRequest, MAX_CALLS), []),
})

export const simulationRequest = object({
  blockStateCalls: list(BLOCK, MAX_BLOCKS),
  validation: orElse(boolean, false),
  traceTransfers: orElse(boolean, false),
  returnFullTransactions: orElse(boolean, false),
}) satisfies Decoder<unknown>

/** A pending block stands for the head: the first simulated block takes its place. */
export const ethSimulate = async (
  { node }: Context,
  request: Decoded<typeof simulationRequest>,
  at: BlockParameter,
) => {
  const base = await blockAt(node, at)
  const simulated = await node.chain.simulate(isPending(base) ? base.parent : base.hash, {
    blocks: request.blockStateCalls.map((one) => ({
      block: one.blockOverrides,
      state: one.stateOverrides,
      calls: one.calls,
    })),
    validate: request.validation,
    traceTransfers: request.traceTransfers,
    gasCap: CALL_GAS_CAP,
  })
  if ('code' in simulated) {
    const name = simulated.code.slice('DEED_SIMULATE_'.length) as SimulationFaultName
    throw new RpcError(CODES[name], simulated.message, { code: simulated.code })
  }
  return simulated.map((block) => ({
    ...(formatBlock(block, request.returnFullTransactions) as { [name: string]: Json }),
    calls: formatCalls(block),
  }))
}

const formatCalls = (block: SimulatedBlock): Json[] =>
  block.calls.map(({ outcome, gasUsed, gasPeak, logs }, index) => ({
    returnData: outcome.status === 'success' ? bytesToHex(outcome.output) : '0x',
    logs: logs.map((placed) => formatLog(placed.log, block, index, placed.index, false)),
    gasUsed: quantity(gasUsed),
    maxUsedGas: quantity(gasPeak),
    status: outcome.status === 'success' ? '0x1' : '0x0',
    ...(outcome.status !== 'success' && { error: failureOf(outcome) }),
  }))

const failureOf = (outcome: SimulatedResult['outcome']): Json => {
  if (outcome.status === 'halt') return { code: VM_ERROR, message: outcome.reason }
  const { code, message, data } = revertError(outcome.output)
  return { code, message, data: data as string }
}

/** Execution error of one call (execution-apis). */
const VM_ERROR = -32015

/** Codes of execution-apis, eth_simulateV1. */
const CODES: Readonly<Record<SimulationFaultName, number>> = {
  NONCE_TOO_LOW: -38010,
  NONCE_TOO_HIGH: -38011,
  NONCE_MAX: RPC_CODE.internal,
  BASE_FEE: -38012,
  TIP: RPC_CODE.invalidParams,
  BLOB_FEE: RPC_CODE.internal,
  BLOBS: RPC_CODE.invalidParams,
  INTRINSIC_GAS: -38013,
  FUNDS: -38014,
  BLOCK_GAS: -38015,
  BLOCK_NUMBER: -38020,
  BLOCK_TIME: -38021,
  MOVED_TO_ITSELF: -38022,
  NOT_A_PRECOMPILE: RPC_CODE.server,
  ALREADY_OVERRIDDEN: RPC_CODE.server,
  INITCODE: -38025,
  TOO_MANY_BLOCKS: -38026,
  BLOCK: RPC_CODE.internal,
}
