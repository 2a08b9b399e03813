/** Prices that follow from the parent: gas (EIP-1559) and blob gas (EIP-4844, EIP-7918). */

import { isActive } from '@deed/evm'
import { max } from '../bigint.ts'
import type { Header } from '../block/types.ts'
import type { BlobParameters, Rules } from '../forks.ts'
import { GAS_PER_BLOB } from '../transaction/price.ts'

/** Wei per gas of the block after `parent`; `undefined` before London. */
export const nextBaseFee = (parent: Header, rules: Rules): bigint | undefined => {
  if (!isActive('London', rules.fork)) return undefined
  const { baseFeePerGas: baseFee, gasLimit, gasUsed } = parent
  if (baseFee === undefined) return INITIAL_BASE_FEE
  const target = gasLimit / ELASTICITY
  if (gasUsed === target) return baseFee
  if (gasUsed < target) return baseFee - (baseFee * (target - gasUsed)) / target / BASE_FEE_CHANGE_DENOMINATOR
  return baseFee + max((baseFee * (gasUsed - target)) / target / BASE_FEE_CHANGE_DENOMINATOR, 1n)
}

/** Wei per gas of the first block of London. */
export const INITIAL_BASE_FEE = 1_000_000_000n

/** A block's gas limit may be this many times its target; the first of London doubles its parent's. */
export const ELASTICITY = 2n

/** Blob gas above target, carried over to the block after `parent`; `undefined` before Cancun. */
export const nextExcessBlobGas = (parent: Header, { fork, blobs }: Rules): bigint | undefined => {
  if (!isActive('Cancun', fork)) return undefined
  const { excessBlobGas = 0n, blobGasUsed = 0n, baseFeePerGas = 0n } = parent
  const sum = excessBlobGas + blobGasUsed
  const target = blobs.target * GAS_PER_BLOB
  if (sum < target) return 0n
  // EIP-7918: while execution gas is what senders pay for, the blob price does not fall.
  const isBelowReserve = BLOB_BASE_COST * baseFeePerGas > GAS_PER_BLOB * blobFeeOf(excessBlobGas, blobs)
  if (isActive('Osaka', fork) && isBelowReserve)
    return excessBlobGas + (blobGasUsed * (blobs.max - blobs.target)) / blobs.max
  return sum - target
}

/** Wei per blob gas of a block; zero before Cancun. */
export const blobBaseFee = (header: Pick<Header, 'excessBlobGas'>, { blobs }: Rules): bigint =>
  header.excessBlobGas === undefined ? 0n : blobFeeOf(header.excessBlobGas, blobs)

const blobFeeOf = (excessBlobGas: bigint, { updateFraction }: BlobParameters): bigint =>
  fakeExponential(MIN_BLOB_BASE_FEE, excessBlobGas, updateFraction)

/** factor * e ** (numerator / denominator) by its Taylor series, as EIP-4844 writes it. */
export const fakeExponential = (factor: bigint, numerator: bigint, denominator: bigint): bigint => {
  let sum = 0n
  let term = factor * denominator
  for (let i = 1n; term > 0n; i++) {
    sum += term
    term = (term * numerator) / (denominator * i)
  }
  return sum / denominator
}

const BASE_FEE_CHANGE_DENOMINATOR = 8n
const MIN_BLOB_BASE_FEE = 1n
const BLOB_BASE_COST = 2n ** 13n
