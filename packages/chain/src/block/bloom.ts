import { type Hex, hexToBytes, keccak256, type Log } from '@deed/evm'

/** Logs bloom filter of 2048 bits (Yellow Paper §4.3.1). */
const BLOOM_BYTES = 256

export const emptyBloom = (): Uint8Array => new Uint8Array(BLOOM_BYTES)

/** Has the address and every topic of every log. */
export const logsBloom = (logs: readonly Log[]): Uint8Array => {
  const bloom = emptyBloom()
  for (const { address, topics } of logs) {
    addToBloom(bloom, address)
    for (const topic of topics) addToBloom(bloom, topic)
  }
  return bloom
}

/** Changes `bloom` to have everything that `other` has. */
export const mergeBloom = (bloom: Uint8Array, other: Uint8Array): void => {
  for (let i = 0; i < BLOOM_BYTES; i++) bloom[i]! |= other[i]!
}

/** `false` is certain, `true` is likely. */
export const mayContain = (bloom: Uint8Array, entry: Uint8Array): boolean =>
  bitsOf(entry).every((bit) => (bloom[byteOf(bit)]! & (1 << (bit & 7))) !== 0)

const addToBloom = (bloom: Uint8Array, entry: Hex): void => {
  let bits = BITS.get(entry)
  if (bits === undefined) {
    bits = bitsOf(hexToBytes(entry))
    if (BITS.size >= MAX_BITS) BITS.clear()
    BITS.set(entry, bits)
  }
  for (const bit of bits) bloom[byteOf(bit)]! |= 1 << (bit & 7)
}

/** The same events of the same contracts come again and again. */
const BITS = new Map<Hex, readonly number[]>()
/** Some 200 bytes each. */
const MAX_BITS = 20_000

/** The low 11 bits of each of the first three pairs of bytes of the entry's hash. */
const bitsOf = (entry: Uint8Array): readonly number[] => {
  const hash = keccak256(entry)
  return [0, 2, 4].map((at) => ((hash[at]! << 8) | hash[at + 1]!) & 2047)
}

/** Bit 0 is the lowest of the last byte. */
const byteOf = (bit: number): number => BLOOM_BYTES - 1 - (bit >> 3)
