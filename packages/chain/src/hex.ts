import { type Hex, hexToBytes } from '@deed/evm'

export { bytesToHex, bytesToWord as bytesToBigint, hexToBytes, wordToHash } from '@deed/evm'

/** Big-endian bytes without leading zeros; none for zero. */
export const bigintToBytes = (value: bigint): Uint8Array => {
  if (value === 0n) return new Uint8Array(0)
  const digits = value.toString(16)
  return hexToBytes(digits.length % 2 === 0 ? `0x${digits}` : `0x0${digits}`)
}

/** Shortest lower-case hexadecimal, as JSON-RPC writes quantities: `0x0`, `0x1f`. */
export const quantity = (value: bigint | number): Hex => `0x${value.toString(16)}`
