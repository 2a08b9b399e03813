/**
 * Hexadecimal, both ways. The engine's addresses and hashes are lower-case 0x strings, so these two are on
 * the path of every CALL and every log.
 */
import type { Hex } from './engine.ts'

/**
 * `Uint8Array` of any length to lower-case 0x hexadecimal. A flat string: one that is put together from parts costs
 * 900 bytes a hash until somebody looks into it, and these are kept by the hundred thousand.
 */
export function bytesToHex(bytes: Uint8Array): Hex {
  const length = 2 + 2 * bytes.length
  const digits = length <= scratch.length ? scratch : new Uint8Array(length)
  digits.set(PREFIX)
  for (let i = 0, at = 2; i < bytes.length; i++) {
    const byte = bytes[i]!
    digits[at++] = DIGITS[byte >> 4]!
    digits[at++] = DIGITS[byte & 15]!
  }
  return ascii.decode(digits.subarray(0, length)) as Hex
}

/** The bytes of a 0x string of even length; throws {@link HexError} on anything else. */
export function hexToBytes(hex: string): Uint8Array {
  if (hex.length % 2 !== 0 || !hex.startsWith('0x')) throw new HexError(hex)
  const bytes = new Uint8Array(hex.length / 2 - 1)
  for (let i = 0; i < bytes.length; i++) {
    const high = NIBBLE[hex.charCodeAt(2 * i + 2)]
    const low = NIBBLE[hex.charCodeAt(2 * i + 3)]
    if (high === undefined || low === undefined) throw new HexError(hex)
    bytes[i] = (high << 4) | low
  }
  return bytes
}

export class HexError extends Error {
  readonly code = 'DEED_HEX'
  constructor(hex: string) {
    super(`Not 0x-prefixed hexadecimal of even length: ${JSON.stringify(hex.slice(0, 80))}.`)
    this.name = 'HexError'
  }
}

const ascii = new TextDecoder()
const PREFIX = new TextEncoder().encode('0x')
const DIGITS = new TextEncoder().encode('0123456789abcdef')
const scratch = new Uint8Array(1024)

/** Value of a hexadecimal digit by its character code. */
const NIBBLE: readonly (number | undefined)[] = Array.from({ length: 128 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16)
  return Number.isNaN(value) ? undefined : value
})
