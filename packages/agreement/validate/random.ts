/** Numbers that a seed repeats. */
export interface Random {
  /** A whole number below `limit`. */
  below(limit: number): number
  chance(probability: number): boolean
  pick<T>(list: readonly T[]): T
  /** A whole number from `low` to `high`. */
  between(low: bigint, high: bigint): bigint
}

/** mulberry32: small, and the same everywhere. */
export const randomOf = (seed: number): Random => {
  let state = seed | 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    below,
    chance: (probability) => next() < probability,
    pick: (list) => list[below(list.length)]!,
    between: (low, high) => {
      const span = high - low + 1n
      if (span <= 1n) return low
      let drawn = 0n
      for (let bits = 0n; bits < 288n; bits += 32n) drawn = (drawn << 32n) | BigInt(below(2 ** 32))
      return low + (drawn % span)
    },
  }
}
