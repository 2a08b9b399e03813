/** Runs what nobody signed: `eth_call`, `eth_estimateGas` and whoever else wants to know what would happen. */

import type { BlockContext } from '@deed/evm'
import { max } from '../bigint.ts'
import { overlay } from '../state/layer.ts'
import { found } from '../state/missing.ts'
import { NO_ACCOUNT, overrideLayer } from '../state/overrides.ts'
import type { Reader } from '../state/types.ts'
import { fault, type TransactionFault } from '../transaction/fault.ts'
import { floorGas, intrinsicGas } from '../transaction/gas.ts'
import { GAS_PER_BLOB } from '../transaction/price.ts'
import type { UnsignedTransaction } from '../transaction/types.ts'
import { checkInitcode } from '../transaction/validate.ts'
import { runMessage, type Scope } from './message.ts'
import type { BlockOverrides, CallOptions, CallRequest, CallResult } from './types.ts'

/**
 * As a transaction would run, except that neither signature, nonce nor the sender being a contract is looked
 * at, and that without a gas price there are no fees. A step: gives up when something is missing.
 */
export const runCall = (
  { tracer, ...scope }: Scope,
  state: Reader,
  request: CallRequest,
  options: CallOptions,
): CallResult | TransactionFault => {
  const below = options.state ? overlay(state, overrideLayer(state, options.state)) : state
  const gasPrice = request.gasPrice ?? 0n
  const block = overrideBlock(scope.block, options.block, gasPrice)
  const shape = shapeOf(request, gasPrice, scope.rules.chainId)
  const intrinsic = intrinsicGas(shape, scope.rules.fork)
  const floor = floorGas(shape, scope.rules.fork)
  const account = found(below.account(request.from)) ?? NO_ACCOUNT
  const refusal =
    checkInitcode(request, scope.rules) ??
    validateGas(request, max(intrinsic, floor)) ??
    validatePrice(gasPrice, block) ??
    validateFunds(request, gasPrice, block, account.balance)
  if (refusal) return refusal

  // As geth has it: only who brings blobs and names no price has them for nothing.
  const isFree = gasPrice === 0n && request.blobVersionedHashes !== undefined
  const blobs = isFree ? { ...block, blobBaseFee: 0n } : block
  const { resultOnly, watch } = options
  const run = { ...scope, block: blobs, tracer: options.tracer ?? tracer, resultOnly, watch }
  const ran = runMessage(run, below, {
    sender: request.from,
    nonce: request.nonce ?? account.nonce,
    to: request.to,
    value: request.value,
    data: request.data,
    gasLimit: request.gasLimit,
    gasPrice,
    tip: gasPrice - block.baseFeePerGas,
    intrinsicGas: intrinsic,
    floorGas: floor,
    accessList: request.accessList ?? [],
    blobVersionedHashes: request.blobVersionedHashes ?? [],
    authorizationList: request.authorizationList ?? [],
  })
  return {
    status: ran.outcome.status,
    ...(ran.outcome.status === 'halt' && { reason: ran.outcome.reason }),
    output: ran.outcome.output,
    gasUsed: ran.gasUsed,
    gasPeak: max(ran.gasPeak, floor),
    logs: ran.logs,
    layer: ran.layer,
  }
}

/** The type of transaction that the request would have to be; only its intrinsic gas is asked for. */
const shapeOf = (request: CallRequest, gasPrice: bigint, chainId: bigint): UnsignedTransaction => {
  const { to, data, value, gasLimit, accessList = [], authorizationList } = request
  const payload = { nonce: 0n, to, data, value, gasLimit, chainId, accessList }
  if (!authorizationList) return { ...payload, type: 1, gasPrice }
  return { ...payload, type: 4, maxFeePerGas: gasPrice, maxPriorityFeePerGas: 0n, authorizationList }
}

const overrideBlock = (
  block: BlockContext,
  overrides: BlockOverrides = {},
  gasPrice: bigint,
): BlockContext => ({
  number: overrides.number ?? block.number,
  timestamp: overrides.timestamp ?? block.timestamp,
  beneficiary: overrides.beneficiary ?? block.beneficiary,
  gasLimit: overrides.gasLimit ?? block.gasLimit,
  // Whoever names no price does not want to be refused for it; BASEFEE then answers zero, as in geth.
  baseFeePerGas: gasPrice === 0n ? 0n : (overrides.baseFeePerGas ?? block.baseFeePerGas),
  difficulty: overrides.difficulty ?? block.difficulty,
  prevRandao: overrides.prevRandao === undefined ? block.prevRandao : BigInt(overrides.prevRandao),
  blobBaseFee: overrides.blobBaseFee ?? block.blobBaseFee,
  chainId: block.chainId,
})

const validateGas = ({ gasLimit }: CallRequest, least: bigint): TransactionFault | undefined =>
  gasLimit >= least
    ? undefined
    : fault(
        'INTRINSIC_GAS_TOO_LOW',
        `Gas limit ${gasLimit} is below the ${least} that the call costs at least`,
      )

const validatePrice = (gasPrice: bigint, block: BlockContext): TransactionFault | undefined =>
  gasPrice >= block.baseFeePerGas
    ? undefined
    : fault(
        'INSUFFICIENT_MAX_FEE_PER_GAS',
        `Gas price ${gasPrice} is below the block's base fee ${block.baseFeePerGas}`,
      )

const validateFunds = (
  { from, value, gasLimit, blobVersionedHashes = [] }: CallRequest,
  gasPrice: bigint,
  block: BlockContext,
  balance: bigint,
): TransactionFault | undefined => {
  const blobFee = gasPrice === 0n ? 0n : BigInt(blobVersionedHashes.length) * GAS_PER_BLOB * block.blobBaseFee
  const cost = value + gasLimit * gasPrice + blobFee
  if (cost <= balance) return undefined
  return fault('INSUFFICIENT_ACCOUNT_FUNDS', `${from} has ${balance} wei; the call may cost ${cost}`)
}
