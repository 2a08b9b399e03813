/** A frame's memory: grows in words of 32 bytes, zero when new. */
import { OUT_OF_GAS } from './unwind.ts'

export interface Memory {
  /** At least `size` bytes; what is beyond is zero. */
  bytes: Uint8Array
  view: DataView
  /** In bytes, a multiple of 32: what MSIZE says. */
  size: number
}

/**
 * Bytes. Paying for this much takes 35 * 10^12 gas; an offset beyond it is out of gas whatever the frame has,
 * which also keeps the arithmetic of sizes and costs below 2^53.
 */
const MEMORY_LIMIT = 2 ** 32

const FIRST_ALLOCATION = 1024

export const createMemory = (): Memory => ({ bytes: NOTHING, view: NOTHING_VIEW, size: 0 })

const NOTHING = new Uint8Array()
const NOTHING_VIEW = new DataView(NOTHING.buffer)

/** The end of a range of memory in bytes, 0 for an empty range wherever it is. */
export function rangeEnd(offset: bigint, size: bigint): number {
  if (size === 0n) return 0
  // Number() of a word rounds, but never below the limit.
  const end = Number(offset) + Number(size)
  if (end > MEMORY_LIMIT) throw OUT_OF_GAS
  return end
}

/** Gas to grow to `end` bytes: 3 a word and words² / 512 (Yellow Paper, appendix G). */
export function expansionGas(memory: Memory, end: number): number {
  if (end <= memory.size) return 0
  return wordsGas(Math.ceil(end / 32)) - wordsGas(memory.size / 32)
}

const wordsGas = (words: number): number => 3 * words + Math.floor((words * words) / 512)

/** Grows to hold `end` bytes, which are paid for. */
export function grow(memory: Memory, end: number): void {
  if (end <= memory.size) return
  memory.size = Math.ceil(end / 32) * 32
  if (memory.size > memory.bytes.length) {
    const bytes = new Uint8Array(Math.max(memory.size, 2 * memory.bytes.length, FIRST_ALLOCATION))
    bytes.set(memory.bytes)
    memory.bytes = bytes
    memory.view = new DataView(bytes.buffer)
  }
}

/** A copy of `size` bytes at `offset`, both within memory. */
export const copyOut = (memory: Memory, offset: number, size: number): Uint8Array =>
  size === 0 ? NOTHING : memory.bytes.slice(offset, offset + size)

/**
 * Copies `size` bytes of `source` from `from` on into memory, zeros where the source has ended.
 * @param from may be beyond anything.
 */
export function copyIn(memory: Memory, offset: number, source: Uint8Array, from: bigint, size: number): void {
  if (size === 0) return
  const start = from < BigInt(source.length) ? Number(from) : source.length
  const end = Math.min(start + size, source.length)
  memory.bytes.set(source.subarray(start, end), offset)
  memory.bytes.fill(0, offset + end - start, offset + size)
}
