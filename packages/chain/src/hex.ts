import type { Hex } from '@deed/evm'

/** Lower-case 0x hexadecimal of bytes, two digits a byte. */
export const bytesToHex = (bytes: Uint8Array): Hex => {
  let hex = '0x'
  for (let i = 0; i < bytes.length; i++) hex += BYTE[bytes[i]!]!
  return hex as Hex
}

/** Bytes of an even number of hexadecimal digits behind `0x`. Throws {@link HexError}. */
export const hexToBytes = (hex: string): Uint8Array => {
  if (hex.length % 2 === 1 || hex.charCodeAt(0) !== 0x30 || hex.charCodeAt(1) !== 0x78)
    throw new HexError(hex)
  const bytes = new Uint8Array(hex.length / 2 - 1)
  for (let i = 0, at = 2; i < bytes.length; i++, at += 2) {
    const value = (digit(hex.charCodeAt(at)) << 4) | digit(hex.charCodeAt(at + 1))
    if (value < 0) throw new HexError(hex)
    bytes[i] = value
  }
  return bytes
}

/** Big-endian bytes without leading zeros; none for zero. */
export const bigintToBytes = (value: bigint): Uint8Array => {
  if (value === 0n) return new Uint8Array(0)
  const digits = value.toString(16)
  return hexToBytes(digits.length % 2 === 0 ? `0x${digits}` : `0x0${digits}`)
}

/** The big-endian value of bytes; zero for none. */
export const bytesToBigint = (bytes: Uint8Array): bigint => {
  if (bytes.length <= 6) {
    let value = 0
    for (let i = 0; i < bytes.length; i++) value = value * 256 + bytes[i]!
    return BigInt(value)
  }
  return BigInt(bytesToHex(bytes))
}

/** A word as the 32-byte hash that stands for it in an access list or a proof. */
export const wordToHash = (word: bigint): Hex => `0x${word.toString(16).padStart(64, '0')}`

/** Shortest lower-case hexadecimal, as JSON-RPC writes quantities: `0x0`, `0x1f`. */
export const quantity = (value: bigint | number): Hex => `0x${value.toString(16)}`

export class HexError extends Error {
  override readonly name = 'HexError'
  readonly code = 'DEED_HEX'
  constructor(value: string) {
    const shown = value.length > 80 ? `${value.slice(0, 80)}…` : value
    super(`"${shown}" is not hexadecimal bytes: expected 0x and an even number of digits 0-9, a-f`)
  }
}

const BYTE = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Value of a hexadecimal digit by its char code, negative for any other character. */
const digit = (charCode: number): number => DIGIT[charCode] ?? -1

const DIGIT = new Int8Array(128).fill(-1)
for (let value = 0; value < 16; value++) {
  const character = value.toString(16)
  DIGIT[character.charCodeAt(0)] = value
  DIGIT[character.toUpperCase().charCodeAt(0)] = value
}
