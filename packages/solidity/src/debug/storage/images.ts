/**
 * What was hashed to find a slot. The place of a mapping's value or of an array's members is a hash, from which
 * nothing leads back; but the program hashed it while it was watched.
 */
import { keccak256 } from 'ox/Hash'
import type { Hex } from '../trace/raw-trace.ts'

/** One hash and what gave it: the slot of what it belongs to, and for a mapping the key before that. */
export interface Image {
  readonly hash: bigint
  /** Without `0x`; empty for an array, a string or bytes. */
  readonly key: string
  readonly slot: bigint
}

export interface Images {
  add(bytes: Hex): void
  /** Those whose hash lies at a slot or not far before it, the nearest first. */
  near(slot: bigint): readonly Image[]
}

/** Slots behind a hash that may belong to it: members of a list, or of a struct. */
const MAX_SPAN = 1n << 40n
const MAX_NEAR = 4

export const createImages = (hashed: readonly Hex[]): Images => {
  const known = new Set<string>()
  const images: Image[] = []
  let isSorted = true
  const add = (bytes: Hex) => {
    if (bytes.length < 66 || known.has(bytes)) return
    known.add(bytes)
    images.push({
      hash: BigInt(keccak256(bytes)),
      key: bytes.slice(2, -64),
      slot: BigInt(`0x${bytes.slice(-64)}`),
    })
    isSorted = false
  }
  for (const bytes of hashed) add(bytes)
  return {
    add,
    near: (slot) => {
      if (!isSorted) images.sort((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0))
      isSorted = true
      let low = 0
      let high = images.length
      while (low < high) {
        const middle = (low + high) >> 1
        if (images[middle]!.hash <= slot) low = middle + 1
        else high = middle
      }
      const near: Image[] = []
      for (let at = low - 1; at >= 0 && near.length < MAX_NEAR && slot - images[at]!.hash < MAX_SPAN; at--)
        near.push(images[at]!)
      return near
    },
  }
}

export const word = (value: bigint): Hex => `0x${value.toString(16).padStart(64, '0')}`
