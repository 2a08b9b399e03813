/** Random numbers that a seed repeats. */
export interface Random {
  /** A whole number below `limit`. */
  below(limit: number): number
  chance(probability: number): boolean
  pick<T>(from: readonly T[]): T
  word(): bigint
}

/** By xorshift of 32 bits (Marsaglia, "Xorshift RNGs", 2003). */
export function randomOf(seed: number): Random {
  // Seeds that are near each other are to begin differently.
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) | 1
  const next = (): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
  for (let i = 0; i < 8; i++) next()
  const below = (limit: number): number => Math.floor((next() / 2 ** 32) * limit)
  const random: Random = {
    below,
    chance: (probability) => next() < probability * 2 ** 32,
    pick: (from) => from[below(from.length)]!,
    word: () => wordOf(random, next),
  }
  return random
}

const MASK = (1n << 256n) - 1n

/** Mostly near an edge: of limbs, of the sign, of zero. */
function wordOf({ below }: Random, next: () => number): bigint {
  const small = BigInt(below(5))
  const bit = 1n << BigInt(below(257))
  const shapes = [
    () => small,
    () => bit,
    () => bit - 1n - small,
    () => -bit + small,
    () => -small,
    () => BigInt(next()),
    () => (1n << 64n) * small + BigInt(below(3)) - 1n,
    () => {
      let word = 0n
      for (let i = 0; i < 8; i++) word = (word << 32n) | BigInt(next())
      return word >> BigInt(below(256))
    },
  ]
  return shapes[below(shapes.length)]!() & MASK
}
