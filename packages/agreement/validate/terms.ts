/** Terms that parties might agree on: mostly possible ones, on and beside the bounds, and dates near each other. */
import { valueInterval } from '../src/model/interval.ts'
import type { Model } from '../src/model/model.ts'
import { RANGE, SHARE_PARTS } from '../src/model/range.ts'
import { ceil, floor, ratio } from '../src/ratio.ts'
import type { Random } from './random.ts'

export type Terms = Readonly<Record<number, bigint>>

/** Days from the first date of a deed within which its others are drawn. */
const NEAR_DAYS = 400

export const drawTerms = (random: Random, model: Model): Terms => {
  const terms: Record<number, bigint> = {}
  let first: bigint | undefined
  for (const { kind, index } of model.blanks) {
    if (kind !== 'value') continue
    const { type } = model.values[index]!
    const [low, high] = boundsOf(model, index)
    if (type.kind === 'date') {
      const day: bigint =
        first === undefined
          ? drawBetween(random, low, high)
          : first + BigInt(random.pick([random.below(NEAR_DAYS), random.below(60), 0]))
      terms[index] = day
      first ??= day
    } else if (type.kind === 'document') terms[index] = random.between(1n, (1n << 256n) - 1n)
    else if (type.kind === 'truth') terms[index] = BigInt(random.below(2))
    else if (type.kind === 'choice') terms[index] = BigInt(random.below(type.choices.length))
    else terms[index] = drawBetween(random, low, high)
    // Now and then terms that nobody can agree on.
    if (random.chance(0.04) && low > 0n && type.kind !== 'document')
      terms[index] = random.pick([low - 1n, high + 1n])
  }
  return terms
}

const DAYS: readonly [bigint, bigint] = [0n, 3650n]

/** Whole numbers between which a value lies, as far as the text alone says. */
export const boundsOf = (model: Model, index: number): readonly [bigint, bigint] => {
  const { type } = model.values[index]!
  const parts = type.kind === 'share' ? SHARE_PARTS : 1n
  const { low, high } = valueInterval(model, index)
  const range = type.kind in RANGE ? RANGE[type.kind as keyof typeof RANGE] : DAYS
  return [
    low ? ceil(ratio(low.n * parts, low.d)) : range[0],
    high ? floor(ratio(high.n * parts, high.d)) : range[1],
  ]
}

/** On a bound, beside it, round, or anywhere: small numbers as often as large ones. */
export const drawBetween = (random: Random, low: bigint, high: bigint): bigint => {
  if (high <= low) return low
  const span = high - low
  const bits = span.toString(2).length
  const drawn = random.pick([
    () => low,
    () => high,
    () => low + 1n,
    () => high - 1n,
    () => random.between(low, high),
    () => random.between(low, high),
    () => low + (random.between(0n, span) >> BigInt(random.below(bits))),
    () => low + ((random.between(0n, span) >> BigInt(random.below(bits))) / 1_000_000n) * 1_000_000n,
  ])()
  return drawn > high ? high : drawn < low ? low : drawn
}
