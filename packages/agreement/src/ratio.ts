/** Exact fractions: lowest terms, positive denominator. */
export interface Ratio {
  readonly n: bigint
  readonly d: bigint
}

/** @throws RangeError if the denominator is zero. */
export const ratio = (n: bigint, d = 1n): Ratio => {
  if (d === 1n) return { n, d }
  if (d === 0n) throw new RangeError('a fraction over zero')
  const divisor = gcd(n < 0n ? -n : n, d < 0n ? -d : d)
  const sign = d < 0n ? -1n : 1n
  return { n: (sign * n) / divisor, d: (sign * d) / divisor }
}

export const ZERO: Ratio = { n: 0n, d: 1n }

export const add = (a: Ratio, b: Ratio): Ratio =>
  a.d === b.d && a.d === 1n ? { n: a.n + b.n, d: 1n } : ratio(a.n * b.d + b.n * a.d, a.d * b.d)
export const negate = ({ n, d }: Ratio): Ratio => ({ n: -n, d })
export const multiply = (a: Ratio, b: Ratio): Ratio => ratio(a.n * b.n, a.d * b.d)
/** @throws RangeError if `b` is zero. */
export const divide = (a: Ratio, b: Ratio): Ratio => ratio(a.n * b.d, a.d * b.n)
/** Negative, zero or positive as `a` is less than, equal to or more than `b`. */
export const compare = (a: Ratio, b: Ratio): number => {
  const difference = a.n * b.d - b.n * a.d
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}
export const lesser = (a: Ratio, b: Ratio): Ratio => (compare(a, b) <= 0 ? a : b)
export const greater = (a: Ratio, b: Ratio): Ratio => (compare(a, b) >= 0 ? a : b)

/** The greatest whole number that is not more. */
export const floor = ({ n, d }: Ratio): bigint => (n >= 0n || n % d === 0n ? n / d : n / d - 1n)
/** The least whole number that is not less. */
export const ceil = ({ n, d }: Ratio): bigint => -floor({ n: -n, d })

export const gcd = (a: bigint, b: bigint): bigint => {
  let [x, y] = [a, b]
  while (y !== 0n) [x, y] = [y, x % y]
  return x === 0n ? 1n : x
}
