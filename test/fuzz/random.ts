/** Chance that a number replays. */
export interface Random {
  /** From 0 up to, but not including, 1. */
  next(): number
  /** A whole number below `below`. */
  below(below: number): number
  pick<T>(from: readonly T[]): T
  /** Whether it happens, once in `times`. */
  once(times: number): boolean
  /** One of several, each as often as its weight says. */
  weighed<T>(from: readonly (readonly [weight: number, value: T])[]): T
}

/** The same pair gives the same chances: every request has its own, so that it can be made again by itself. */
export const createRandom = (seed: number, index: number): Random => {
  let state = mix(Math.imul(seed | 0, 0x9e3779b1) ^ mix((index | 0) + 0x7f4a7c15))
  // mulberry32
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return {
    next,
    below,
    pick: (from) => from[below(from.length)]!,
    once: (times) => below(times) === 0,
    weighed(from) {
      let at = next() * from.reduce((sum, [weight]) => sum + weight, 0)
      for (const [weight, value] of from) {
        at -= weight
        if (at < 0) return value
      }
      return from.at(-1)![1]
    },
  }
}

const mix = (value: number): number => {
  let h = value | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
