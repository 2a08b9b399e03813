/** The module of ../src/keccak.ts: hashes what is put into its memory. */
import { absorb, clearState, finish } from './keccak'

/** Bytes that are taken in at once: a multiple of a block's 136. */
const SIZE: usize = 136 * 480
const INPUT = memory.data(65280, 16)
const HASH = memory.data(32, 16)

export function size(): usize {
  return SIZE
}

export function input(): usize {
  return INPUT
}

/** Where the hash stands after {@link end}. */
export function hash(): usize {
  return HASH
}

export function begin(): void {
  clearState()
}

/** Takes in the whole input. */
export function more(): void {
  absorb(INPUT, SIZE)
}

/** Takes in the last bytes of the input. */
export function end(size: usize): void {
  const rest = absorb(INPUT, size)
  finish(INPUT + size - rest, rest, HASH)
}
