import { type Fork, isActive } from '@deed/evm'
import type { UnsignedTransaction } from './types.ts'

/**
 * Gas that a transaction costs before its first instruction: Yellow Paper §6.2 with EIP-2 (creation),
 * EIP-2028 (calldata), EIP-2930 (access list), EIP-3860 (init code) and EIP-7702 (authorizations).
 */
export const intrinsicGas = (transaction: UnsignedTransaction, fork: Fork): bigint => {
  const price = PRICES[fork]
  const { zeros, others } = countBytes(transaction.data)
  let gas = TRANSACTION + zeros * ZERO_BYTE + others * price.nonZeroByte
  if (transaction.to === undefined) {
    gas += price.creation + Math.ceil(transaction.data.length / 32) * price.initcodeWord
  }
  if ('accessList' in transaction) {
    for (const { storageKeys } of transaction.accessList)
      gas += LISTED_ADDRESS + storageKeys.length * LISTED_SLOT
  }
  if (transaction.type === 4) gas += transaction.authorizationList.length * AUTHORIZATION
  return BigInt(gas)
}

/** Gas that a transaction uses at least, because of its calldata (EIP-7623); zero before Prague. */
export const floorGas = (transaction: UnsignedTransaction, fork: Fork): bigint => {
  if (!isActive('Prague', fork)) return 0n
  const { zeros, others } = countBytes(transaction.data)
  return BigInt(TRANSACTION + (zeros + others * TOKENS_PER_NON_ZERO_BYTE) * FLOOR_PER_TOKEN)
}

interface Prices {
  readonly nonZeroByte: number
  readonly creation: number
  readonly initcodeWord: number
}

// Sums stay exact as numbers: 2^53 gas would take over 10^14 bytes.
const TRANSACTION = 21_000
const ZERO_BYTE = 4
const LISTED_ADDRESS = 2_400
const LISTED_SLOT = 1_900
/** PER_EMPTY_ACCOUNT_COST: charged in full first; execution refunds for accounts that exist. */
const AUTHORIZATION = 25_000
const TOKENS_PER_NON_ZERO_BYTE = 4
const FLOOR_PER_TOKEN = 10

const FRONTIER: Prices = { nonZeroByte: 68, creation: 0, initcodeWord: 0 }
const HOMESTEAD: Prices = { ...FRONTIER, creation: 32_000 } // EIP-2
const ISTANBUL: Prices = { ...HOMESTEAD, nonZeroByte: 16 } // EIP-2028
const SHANGHAI: Prices = { ...ISTANBUL, initcodeWord: 2 } // EIP-3860

const PRICES: Readonly<Record<Fork, Prices>> = {
  Frontier: FRONTIER,
  Homestead: HOMESTEAD,
  TangerineWhistle: HOMESTEAD,
  SpuriousDragon: HOMESTEAD,
  Byzantium: HOMESTEAD,
  Constantinople: HOMESTEAD,
  Petersburg: HOMESTEAD,
  Istanbul: ISTANBUL,
  Berlin: ISTANBUL,
  London: ISTANBUL,
  Paris: ISTANBUL,
  Shanghai: SHANGHAI,
  Cancun: SHANGHAI,
  Prague: SHANGHAI,
  Osaka: SHANGHAI,
}

const countBytes = (data: Uint8Array): { zeros: number; others: number } => {
  let zeros = 0
  for (let i = 0; i < data.length; i++) if (data[i] === 0) zeros++
  return { zeros, others: data.length - zeros }
}
