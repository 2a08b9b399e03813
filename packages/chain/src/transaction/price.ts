/** What a transaction pays. */
import { min } from '../bigint.ts'
import type { Transaction, UnsignedTransaction } from './types.ts'

/** Wei per gas that a transaction pays, base fee included (EIP-1559). */
export const effectiveGasPrice = (transaction: UnsignedTransaction, baseFeePerGas = 0n): bigint => {
  if ('gasPrice' in transaction) return transaction.gasPrice
  const { maxFeePerGas, maxPriorityFeePerGas } = transaction
  return baseFeePerGas + min(maxPriorityFeePerGas, maxFeePerGas - baseFeePerGas)
}

/** Wei per gas that a transaction offers at most. */
export const maxGasPrice = (transaction: UnsignedTransaction): bigint =>
  'gasPrice' in transaction ? transaction.gasPrice : transaction.maxFeePerGas

/** The most that a transaction may take from its sender, in wei. */
export const maxCostWei = (transaction: Transaction): bigint => {
  const blobFee = transaction.type === 3 ? blobGasOf(transaction) * transaction.maxFeePerBlobGas : 0n
  return transaction.gasLimit * maxGasPrice(transaction) + transaction.value + blobFee
}

export const blobGasOf = (transaction: UnsignedTransaction): bigint =>
  transaction.type === 3 ? BigInt(transaction.blobVersionedHashes.length) * GAS_PER_BLOB : 0n

/** EIP-4844. */
export const GAS_PER_BLOB = 2n ** 17n
