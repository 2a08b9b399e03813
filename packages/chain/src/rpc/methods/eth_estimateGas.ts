import { min } from '../../bigint.ts'
import type { BlockOverrides, CallOptions, CallResult } from '../../execute/types.ts'
import { quantity } from '../../hex.ts'
import type { StateOverrides } from '../../state/types.ts'
import { isFault, type TransactionFault } from '../../transaction/fault.ts'
import { blockAt, isPending, type SomeBlock } from '../block-parameter.ts'
import { faultError, serverError } from '../error.ts'
import { explained } from '../explainer.ts'
import type { Context } from '../method.ts'
import type { Node } from '../node.ts'
import type { BlockParameter, TransactionRequest } from '../params.ts'
import { briefly, callRequest, failureOf, runCall } from './eth_call.ts'

/**
 * The least gas limit with which a transaction succeeds. Without a block it is estimated on the pending
 * one, since that is where the transaction will run: between two blocks of a chain at rest hours may pass.
 */
export const ethEstimateGas = async (
  { node }: Context,
  request: TransactionRequest,
  at: BlockParameter,
  state: StateOverrides | undefined,
  block: BlockOverrides | undefined,
) => {
  const some = await blockAt(node, at)
  return quantity(
    await estimateGas(node, request, some, { ...(state && { state }), ...(block && { block }) }),
  )
}

/**
 * Binary search between what the call used and what it may use. Where it fails even with the most, throws
 * the revert or the fault of that run.
 */
export const estimateGas = async (
  node: Node,
  request: TransactionRequest,
  some: SomeBlock,
  options: CallOptions = {},
): Promise<bigint> => {
  const brief = { ...options, ...briefly(node) }
  const run = (gas: bigint): Promise<CallResult | TransactionFault> =>
    runCall(node, callRequest(request, some.block.header, gas), some, brief)

  const allowance = await gasAllowance(node, request, some, options)
  const first = await run(allowance)
  if (isFault(first)) {
    if (!isGasFault(first)) throw faultError(first)
    throw exceedsAllowance(allowance, first.message)
  }
  if (first.status !== 'success') {
    const error = first.reason === 'out of gas' ? exceedsAllowance(allowance, 'out of gas') : failureOf(first)
    const call = callRequest(request, some.block.header, allowance)
    throw await explained(node, 'eth_estimateGas', error, (tracer) =>
      runCall(node, call, some, { ...options, tracer }),
    )
  }

  let tooLittle = first.gasUsed - 1n
  let enough = allowance
  // Mostly the peak is enough, with what EIP-150 holds back from inner calls (1/64 of what is left) and the
  // stipend that a call may ask to be there: then two runs settle it.
  const likely = ((first.gasPeak + CALL_STIPEND) * 64n) / 63n
  for (const guess of [first.gasPeak, likely]) {
    if (guess <= tooLittle || guess >= enough) continue
    if (succeeded(await run(guess))) {
      enough = guess
      break
    }
    tooLittle = guess
  }
  while (tooLittle + 1n < enough) {
    if ((enough - tooLittle) * 1_000n < enough * ERROR_PER_MILLE) break
    // What is needed is seldom far above what was used, so the middle leans down.
    const middle = (tooLittle + enough) / 2n
    const guess = tooLittle > 0n && middle > tooLittle * 2n ? tooLittle * 2n : middle
    if (succeeded(await run(guess))) enough = guess
    else tooLittle = guess
  }
  return enough
}

/** The most gas that the transaction could have: its own limit, the block's, the fork's, the sender's money. */
const gasAllowance = async (
  node: Node,
  request: TransactionRequest,
  some: SomeBlock,
  options: CallOptions,
): Promise<bigint> => {
  const { chain } = node
  const { header } = some.block
  const rules = isPending(some) ? chain.rulesAfter(chain.head, header.timestamp) : chain.rulesOf(some)
  let allowance = options.block?.gasLimit ?? header.gasLimit
  for (const cap of [request.gas, rules.transactionGasCap])
    if (cap !== undefined) allowance = min(allowance, cap)
  const priceWei = request.gasPrice ?? request.maxFeePerGas ?? 0n
  if (priceWei === 0n || request.from === undefined) return allowance
  const base = isPending(some) ? chain.stateOf(some) : await chain.stateAt(some.hash)
  const state = options.state === undefined ? base : base.with(options.state)
  const balance = (await state.account(request.from))?.balance ?? 0n
  const value = request.value ?? 0n
  if (value > balance)
    throw serverError(
      'DEED_TX_INSUFFICIENT_ACCOUNT_FUNDS',
      `insufficient funds for transfer: ${request.from} has ${balance} wei, the value is ${value} wei`,
    )
  const affordable = (balance - value) / priceWei
  return min(affordable, allowance)
}

const succeeded = (result: CallResult | TransactionFault): boolean => {
  if (!isFault(result)) return result.status === 'success'
  if (isGasFault(result)) return false
  throw faultError(result)
}

/** A limit below the intrinsic gas is too little gas, not a refusal of the transaction. */
const isGasFault = ({ code }: TransactionFault): boolean =>
  code === 'DEED_TX_INTRINSIC_GAS_TOO_LOW' || code === 'DEED_TX_INTRINSIC_GAS_BELOW_FLOOR_GAS_COST'

const exceedsAllowance = (allowance: bigint, why: string) =>
  serverError('DEED_ESTIMATE_GAS', `gas required exceeds allowance (${allowance}): ${why}`)

/** As geth: an estimate that is at most this much too high ends the search, which saves some ten runs. */
const ERROR_PER_MILLE = 15n
const CALL_STIPEND = 2_300n
