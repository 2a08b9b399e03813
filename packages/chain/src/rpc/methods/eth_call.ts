import type { Address } from '@deed/evm'
import { min } from '../../bigint.ts'
import type { Header } from '../../block/types.ts'
import type { BlockOverrides, CallOptions, CallRequest, CallResult } from '../../execute/types.ts'
import { bytesToHex } from '../../hex.ts'
import type { StateOverrides } from '../../state/types.ts'
import { isFault, type TransactionFault } from '../../transaction/fault.ts'
import { blockAt, isPending, type SomeBlock } from '../block-parameter.ts'
import { isObject } from '../decode.ts'
import { faultError, type RpcError, serverError } from '../error.ts'
import { explained } from '../explainer.ts'
import type { Context } from '../method.ts'
import type { Node } from '../node.ts'
import type { BlockParameter, TransactionRequest } from '../params.ts'
import { revertError } from '../revert.ts'

/** Gas that one call may ask for, and has if it asks for none. geth: 50 million. */
export const CALL_GAS_CAP = 50_000_000n

/**
 * Runs a call on the state after a block and in that block's context, and keeps nothing of it. At `pending`
 * the time is the clock's, so that is where a caller sees what would happen if it sent the transaction now.
 */
export const ethCall = async (
  { node }: Context,
  request: TransactionRequest,
  at: BlockParameter,
  state: StateOverrides | undefined,
  block: BlockOverrides | undefined,
) => {
  const some = await blockAt(node, at)
  const call = callRequest(request, some.block.header, request.gas ?? CALL_GAS_CAP)
  const options = { ...(state && { state }), ...(block && { block }), ...briefly(node) }
  const result = await runCall(node, call, some, options)
  if (isFault(result)) throw faultError(result)
  if (result.status !== 'success')
    throw await explained(node, 'eth_call', failureOf(result), (tracer) =>
      runCall(node, call, some, { ...options, tracer, resultOnly: false }),
    )
  return bytesToHex(result.output)
}

/** Only the result is asked for, and not for ever: the time that the network takes where values are missing is not counted. */
export const briefly = ({ uptimeMs }: Node) => ({
  resultOnly: true,
  watch: () => {
    const end = uptimeMs() + CALL_TIMEOUT_MS
    return () => {
      if (uptimeMs() > end) throw tookTooLong()
    }
  },
})

/** As in geth. Fifty million gas are gone in a tenth of a second, unless precompiles take them. */
const CALL_TIMEOUT_MS = 5_000

const tookTooLong = () =>
  serverError(
    'DEED_CALL_TIMEOUT',
    `execution aborted (timeout = ${CALL_TIMEOUT_MS / 1000}s): give the call less gas, or less to do`,
  )

/**
 * Whether a call follows from the head alone: at `pending` it depends on the clock too. Those with lists or overrides
 * are seldom asked twice, and would cost more to compare than to run.
 */
export const isSteadyCall = ([request, at, ...more]: readonly unknown[]): boolean =>
  isObject(request) &&
  at !== 'pending' &&
  typeof (at ?? '') === 'string' &&
  more.length === 0 &&
  Object.values(request).every((value) => typeof value === 'string' && value.length < MAX_STEADY_FIELD)

/** Characters. */
const MAX_STEADY_FIELD = 10_000

export const runCall = (
  node: Node,
  request: CallRequest,
  some: SomeBlock,
  options: CallOptions,
): Promise<CallResult | TransactionFault> =>
  isPending(some)
    ? node.chain.callPending(request, some, options)
    : node.chain.call(request, some.hash, options)

/** A call out of what a client states. Prices count only where one is stated, as geth does. */
export const callRequest = (request: TransactionRequest, header: Header, gas: bigint): CallRequest => ({
  from: request.from ?? ZERO_ADDRESS,
  to: request.to,
  data: request.data,
  value: request.value ?? 0n,
  gasLimit: min(gas, CALL_GAS_CAP),
  gasPrice: gasPriceOf(request, header.baseFeePerGas ?? 0n),
  ...(request.nonce !== undefined && { nonce: request.nonce }),
  ...(request.accessList && { accessList: request.accessList }),
  ...(request.authorizationList && { authorizationList: request.authorizationList }),
  ...(request.blobVersionedHashes && { blobVersionedHashes: request.blobVersionedHashes }),
})

export const failureOf = (result: CallResult): RpcError =>
  result.status === 'revert'
    ? revertError(result.output)
    : serverError('DEED_CALL_HALT', result.reason ?? 'execution halted')

/** Wei per gas; zero if the request does not say what it would pay. */
const gasPriceOf = (request: TransactionRequest, baseFee: bigint): bigint => {
  if (request.gasPrice !== undefined) return request.gasPrice
  const { maxFeePerGas: maxFee, maxPriorityFeePerGas: tip = 0n } = request
  if (maxFee === undefined) return 0n
  return min(baseFee + tip, maxFee)
}

const ZERO_ADDRESS: Address = '0x0000000000000000000000000000000000000000'
