/** A call of a simulation as the transaction that it stands for, and whether it may run. */
import { type Address, type Hash, isActive } from '@deed/evm'
import { max, min } from '../bigint.ts'
import type { Account } from '../state/types.ts'
import { floorGas, intrinsicGas } from '../transaction/gas.ts'
import { blobGasOf, effectiveGasPrice, maxCostWei, maxGasPrice } from '../transaction/price.ts'
import type { AccessList, Authorization, Transaction } from '../transaction/types.ts'
import type { Scope } from './message.ts'

/** What a caller states of a transaction; everything else follows. */
export interface SimulatedCall {
  readonly from: Address | undefined
  readonly to: Address | undefined
  readonly gas: bigint | undefined
  readonly gasPrice: bigint | undefined
  readonly maxFeePerGas: bigint | undefined
  readonly maxPriorityFeePerGas: bigint | undefined
  readonly maxFeePerBlobGas: bigint | undefined
  readonly value: bigint | undefined
  readonly nonce: bigint | undefined
  readonly data: Uint8Array
  readonly accessList: AccessList | undefined
  readonly authorizationList: readonly Authorization[] | undefined
  readonly blobVersionedHashes: readonly Hash[] | undefined
}

/** Why a simulation ends without blocks: an expected outcome, so a value. */
export interface SimulationFault {
  readonly code: `DEED_SIMULATE_${SimulationFaultName}`
  readonly message: string
}

export type SimulationFaultName =
  | 'NONCE_TOO_LOW'
  | 'NONCE_TOO_HIGH'
  | 'NONCE_MAX'
  | 'BASE_FEE'
  | 'TIP'
  | 'BLOB_FEE'
  | 'BLOBS'
  | 'INTRINSIC_GAS'
  | 'FUNDS'
  | 'BLOCK_GAS'
  | 'BLOCK_NUMBER'
  | 'BLOCK_TIME'
  | 'MOVED_TO_ITSELF'
  | 'NOT_A_PRECOMPILE'
  | 'ALREADY_OVERRIDDEN'
  | 'INITCODE'
  | 'TOO_MANY_BLOCKS'
  | 'BLOCK'

export const simulationFault = (name: SimulationFaultName, message: string): SimulationFault => ({
  code: `DEED_SIMULATE_${name}`,
  message,
})

/**
 * @param validate whether nonce and base fee count; otherwise a call that names no price pays none.
 * @param blockGas what the block has left.
 * @param poolGas what the simulation has left; a call is given no more.
 */
export const checkCall = (
  call: SimulatedCall,
  account: Account,
  { block, rules }: Scope,
  validate: boolean,
  blockGas: bigint,
  poolGas: bigint,
):
  | { readonly transaction: Transaction; readonly gasPrice: bigint; readonly tip: bigint }
  | SimulationFault => {
  const sender = call.from ?? `0x${'0'.repeat(40)}`
  const wanted = call.gas ?? blockGas
  if (wanted > blockGas)
    return simulationFault(
      'BLOCK_GAS',
      `block gas limit reached: the call may use ${wanted}, ${blockGas} are left`,
    )
  const transaction = transactionOf(call, call.nonce ?? account.nonce, min(wanted, poolGas), rules.chainId)
  const { nonce, gasLimit } = transaction
  if (validate) {
    if (nonce < account.nonce)
      return simulationFault(
        'NONCE_TOO_LOW',
        `nonce too low: ${sender} is at ${account.nonce}, the call has ${nonce}`,
      )
    if (nonce > account.nonce)
      return simulationFault(
        'NONCE_TOO_HIGH',
        `nonce too high: ${sender} is at ${account.nonce}, the call has ${nonce}`,
      )
    if (nonce >= MAX_NONCE)
      return simulationFault('NONCE_MAX', `nonce has max value: ${sender} is at ${nonce}`)
  }

  const maxFee = maxGasPrice(transaction)
  const maxTip = 'maxPriorityFeePerGas' in transaction ? transaction.maxPriorityFeePerGas : maxFee
  const isFree = !validate && maxFee === 0n && maxTip === 0n
  if (maxTip > maxFee)
    return simulationFault(
      'TIP',
      `max priority fee per gas ${maxTip} is higher than max fee per gas ${maxFee}`,
    )
  if (!isFree && maxFee < block.baseFeePerGas)
    return simulationFault(
      'BASE_FEE',
      `max fee per gas less than block base fee: maxFeePerGas: ${maxFee}, baseFee: ${block.baseFeePerGas}`,
    )
  const blobFault = checkBlobs(transaction, block.blobBaseFee, validate)
  if (blobFault) return blobFault
  const cost = maxCostWei(transaction)
  if (cost > account.balance)
    return simulationFault(
      'FUNDS',
      `insufficient funds for gas * price + value: ${sender} has ${account.balance} wei, the call may cost ${cost}`,
    )
  const least = max(intrinsicGas(transaction, rules.fork), floorGas(transaction, rules.fork))
  if (gasLimit < least)
    return simulationFault(
      'INTRINSIC_GAS',
      `intrinsic gas too low: the call has ${gasLimit}, it needs ${least}`,
    )
  if (call.to === undefined && call.data.length > MAX_INITCODE_BYTES && isActive('Shanghai', rules.fork))
    return simulationFault(
      'INITCODE',
      `max initcode size exceeded: ${call.data.length} of ${MAX_INITCODE_BYTES} bytes`,
    )

  if (isFree) return { transaction, gasPrice: 0n, tip: 0n }
  const gasPrice = effectiveGasPrice(transaction, block.baseFeePerGas)
  return { transaction, gasPrice, tip: gasPrice - block.baseFeePerGas }
}

/** The least type that has all the fields named, unsigned: its signature is zero. */
const transactionOf = (
  call: SimulatedCall,
  nonce: bigint,
  gasLimit: bigint,
  chainId: bigint,
): Transaction => {
  const payload = { nonce, gasLimit, to: call.to, value: call.value ?? 0n, data: call.data }
  const unsigned = { yParity: 0, r: 0n, s: 0n } as const
  const { gasPrice, accessList = [], authorizationList, blobVersionedHashes } = call
  if (gasPrice !== undefined && call.accessList === undefined)
    return { ...payload, ...unsigned, type: 0, chainId: undefined, gasPrice }
  if (gasPrice !== undefined) return { ...payload, ...unsigned, type: 1, chainId, gasPrice, accessList }
  const { maxFeePerGas = 0n, maxPriorityFeePerGas = 0n, maxFeePerBlobGas = 0n } = call
  const dynamic = { ...payload, ...unsigned, chainId, maxFeePerGas, maxPriorityFeePerGas, accessList }
  if (authorizationList !== undefined) return { ...dynamic, type: 4, authorizationList }
  if (blobVersionedHashes !== undefined) return { ...dynamic, type: 3, maxFeePerBlobGas, blobVersionedHashes }
  return { ...dynamic, type: 2 }
}

const checkBlobs = (
  transaction: Transaction,
  blobBaseFee: bigint,
  validate: boolean,
): SimulationFault | undefined => {
  if (transaction.type !== 3) return undefined
  const { blobVersionedHashes: hashes, maxFeePerBlobGas: maxFee } = transaction
  if (transaction.to === undefined) return simulationFault('BLOBS', 'blob transaction of type create')
  if (hashes.length === 0) return simulationFault('BLOBS', 'blob transaction missing blob hashes')
  const wrong = hashes.find((hash) => !hash.startsWith('0x01'))
  if (wrong !== undefined) return simulationFault('BLOBS', `blob hash ${wrong} is not of version 1`)
  if ((!validate && maxFee === 0n) || blobGasOf(transaction) === 0n || maxFee >= blobBaseFee) return undefined
  return simulationFault(
    'BLOB_FEE',
    `max fee per blob gas less than block blob gas fee: ${maxFee}, the block takes ${blobBaseFee}`,
  )
}

const MAX_NONCE = 2n ** 64n - 1n
/** EIP-3860. */
const MAX_INITCODE_BYTES = 2 * 24_576
