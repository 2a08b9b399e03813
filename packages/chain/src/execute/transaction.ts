/** A signed transaction in a block: whether it may run there, and what it does. */

import { type Address, EMPTY_CODE_HASH, isActive, type Log } from '@deed/evm'
import { found } from '../state/missing.ts'
import { NO_ACCOUNT } from '../state/overrides.ts'
import type { Layer, Reader } from '../state/types.ts'
import { fault, type TransactionFault } from '../transaction/fault.ts'
import { floorGas, intrinsicGas } from '../transaction/gas.ts'
import { blobGasOf, effectiveGasPrice, maxCostWei, maxGasPrice } from '../transaction/price.ts'
import { isImpersonated, recoverSender } from '../transaction/signature.ts'
import type { Transaction } from '../transaction/types.ts'
import { validateTransaction } from '../transaction/validate.ts'
import { isDelegation, runMessage, type Scope } from './message.ts'

/** What the block still has room for. */
export interface Room {
  readonly gas: bigint
  readonly blobGas: bigint
}

export interface TransactionResult {
  readonly sender: Address
  readonly succeeded: boolean
  readonly gasUsed: bigint
  readonly blobGasUsed: bigint
  readonly logs: readonly Log[]
  readonly layer: Layer
}

/** Runs a transaction on the state `below`, which stays as it is. */
export const runTransaction = (
  scope: Scope,
  below: Reader,
  room: Room,
  transaction: Transaction,
): TransactionResult | TransactionFault => {
  const { rules, block } = scope
  const sender = recoverSender(transaction)
  if (typeof sender !== 'string') return sender
  const refusal =
    validateRoom(room, transaction) ??
    validateFees(scope, transaction) ??
    validateBlobRoom(scope, room, transaction) ??
    validateTransaction(transaction, rules) ??
    validateSender(below, sender, transaction)
  if (refusal) return refusal

  const { baseFeePerGas } = block
  const gasPrice = effectiveGasPrice(transaction, baseFeePerGas)
  const { outcome, gasUsed, logs, layer } = runMessage(scope, below, {
    sender,
    nonce: transaction.nonce,
    to: transaction.to,
    value: transaction.value,
    data: transaction.data,
    gasLimit: transaction.gasLimit,
    gasPrice,
    tip: gasPrice - baseFeePerGas,
    intrinsicGas: intrinsicGas(transaction, rules.fork),
    floorGas: floorGas(transaction, rules.fork),
    accessList: 'accessList' in transaction ? transaction.accessList : [],
    blobVersionedHashes: transaction.type === 3 ? transaction.blobVersionedHashes : [],
    authorizationList: transaction.type === 4 ? transaction.authorizationList : [],
  })
  const succeeded = outcome.status === 'success'
  return { sender, succeeded, gasUsed, blobGasUsed: blobGasOf(transaction), logs, layer }
}

const validateRoom = (room: Room, { gasLimit }: Transaction): TransactionFault | undefined => {
  if (gasLimit <= room.gas) return undefined
  return fault(
    'GAS_ALLOWANCE_EXCEEDED',
    `Gas limit ${gasLimit} is above ${room.gas}, what the block has left`,
  )
}

const validateBlobRoom = (
  { rules }: Scope,
  room: Room,
  transaction: Transaction,
): TransactionFault | undefined => {
  const blobGas = blobGasOf(transaction)
  if (blobGas <= room.blobGas || !isActive('Cancun', rules.fork)) return undefined
  const message = `The blobs need ${blobGas} blob gas; the block has ${room.blobGas} left`
  return fault('TYPE_3_TX_MAX_BLOB_GAS_ALLOWANCE_EXCEEDED', message)
}

const validateFees = ({ block }: Scope, transaction: Transaction): TransactionFault | undefined => {
  const price = maxGasPrice(transaction)
  if (price < block.baseFeePerGas) {
    const message = `The fee of at most ${price} wei per gas is below the block's base fee ${block.baseFeePerGas}`
    return fault('INSUFFICIENT_MAX_FEE_PER_GAS', message)
  }
  if (transaction.type !== 3 || transaction.maxFeePerBlobGas >= block.blobBaseFee) return undefined
  const message = `maxFeePerBlobGas ${transaction.maxFeePerBlobGas} is below the block's blob base fee ${block.blobBaseFee}`
  return fault('INSUFFICIENT_MAX_FEE_PER_BLOB_GAS', message)
}

const validateSender = (
  below: Reader,
  sender: Address,
  transaction: Transaction,
): TransactionFault | undefined => {
  const account = found(below.account(sender)) ?? NO_ACCOUNT
  const { nonce } = transaction
  if (nonce !== account.nonce) {
    const name = nonce < account.nonce ? 'NONCE_MISMATCH_TOO_LOW' : 'NONCE_MISMATCH_TOO_HIGH'
    return fault(name, `Nonce ${nonce} of ${sender} is not the next one, ${account.nonce}`)
  }
  // EIP-3607, except for accounts that delegate (EIP-7702).
  const mayBeContract = account.codeHash === EMPTY_CODE_HASH || isImpersonated(transaction, sender)
  if (!mayBeContract && !isDelegation(found(below.code(account.codeHash))))
    return fault('SENDER_NOT_EOA', `The sender ${sender} is a contract (EIP-3607)`)
  const cost = maxCostWei(transaction)
  if (cost <= account.balance) return undefined
  const message = `${sender} has ${account.balance} wei; the transaction may cost ${cost}`
  return fault('INSUFFICIENT_ACCOUNT_FUNDS', message)
}
