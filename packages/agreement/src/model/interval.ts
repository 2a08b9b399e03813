/**
 * Between which bounds an expression must lie, whatever is agreed and whatever happens: from the declared bounds alone.
 * Amounts in smallest units, shares as fractions of one, days and durations as whole numbers.
 */
import { monthSpan } from '../calendar.ts'
import { add, divide, greater, lesser, multiply, negate, type Ratio, ratio, ZERO } from '../ratio.ts'
import type { Expr, Model, Type } from './model.ts'
import { MOST_TODAY, RANGE, SHARE_PARTS } from './range.ts'

/** Undefined on a side where there is no bound. */
export interface Interval {
  readonly low: Ratio | undefined
  readonly high: Ratio | undefined
}

/** No deed is signed before this day, 1 January 2025. */
const EARLIEST_TODAY = 20_089n
/** Holdings and debts: what acts can lift them to, and what timers can add to that. */
const MOST_CELL = 1n << 127n
/** An answer of a feed that is larger counts as none. */
const MOST_ANSWER = 1n << 128n

export const interval = (model: Model, expr: Expr): Interval => {
  const known = cache.get(model) ?? new Map<Expr, Interval>()
  cache.set(model, known)
  const found = known.get(expr) ?? work(model, expr)
  known.set(expr, found)
  return found
}
const cache = new WeakMap<Model, Map<Expr, Interval>>()

export const valueInterval = (model: Model, index: number): Interval => {
  const { type, exact, low, high, expr, fixed } = model.values[index]!
  if (exact) return { low: exact, high: exact }
  const range = rangeOf(type)
  const bounds = {
    low: low ? interval(model, low).low : undefined,
    high: high ? interval(model, high).high : undefined,
  }
  const declared = meet(range, bounds)
  if (fixed !== 'constant') return declared
  return meet(declared, outward(interval(model, expr!.expr), type))
}

/** A constant is rounded to its smallest unit. */
const outward = ({ low, high }: Interval, type: Type): Interval => {
  const grain = type.kind === 'share' ? ratio(1n, SHARE_PARTS) : ratio(1n)
  return { low: low && add(low, negate(grain)), high: high && add(high, grain) }
}

const rangeOf = (type: Type): Interval => {
  if (type.kind === 'duration')
    return { low: ZERO, high: ratio({ days: 365_250n, months: 12_000n, seconds: 31_536_000n }[type.measure]) }
  if (type.kind === 'truth') return between(0n, 1n)
  if (type.kind === 'choice') return between(0n, BigInt(type.choices.length - 1))
  if (type.kind === 'document' || type.kind === 'rate') return { low: undefined, high: undefined }
  const [low, high] = RANGE[type.kind]
  const unit = type.kind === 'share' ? SHARE_PARTS : 1n
  return { low: ratio(low, unit), high: ratio(high, unit) }
}

const between = (low: bigint, high: bigint): Interval => ({ low: ratio(low), high: ratio(high) })

const meet = (a: Interval, b: Interval): Interval => ({
  low: a.low && b.low ? greater(a.low, b.low) : (a.low ?? b.low),
  high: a.high && b.high ? lesser(a.high, b.high) : (a.high ?? b.high),
})

const work = (model: Model, expr: Expr): Interval => {
  const of = (each: Expr) => interval(model, each)
  switch (expr.op) {
    case 'number':
      return { low: expr.value, high: expr.value }
    case 'span':
      return between(BigInt(expr.count), BigInt(expr.count))
    case 'choice':
      return between(BigInt(expr.choice), BigInt(expr.choice))
    case 'date':
      return between(BigInt(expr.day), BigInt(expr.day))
    case 'value':
      return valueInterval(model, expr.value)
    case 'cell': {
      const { cells } = model.tables[expr.table]!.columns[expr.column]!
      return cells.map(of).reduce(join)
    }
    case 'holding':
    case 'debt':
      return between(0n, MOST_CELL)
    case 'price': {
      const { quote, base } = model.feeds[expr.feed]!
      const scale = ratio(
        10n ** BigInt(model.tokens[quote]!.decimals),
        10n ** BigInt(model.tokens[base]!.decimals),
      )
      return { low: ZERO, high: multiply(ratio(MOST_ANSWER), scale) }
    }
    case 'sum':
      return expr.terms
        .map(({ minus, expr: term }) => (minus ? turned(of(term)) : of(term)))
        .reduce((a, b) => ({
          low: a.low && b.low && add(a.low, b.low),
          high: a.high && b.high && add(a.high, b.high),
        }))
    case 'product':
      return corners(of(expr.left), of(expr.right), multiply)
    case 'quotient': {
      const by = of(expr.right)
      const positive = by.low !== undefined && by.low.n > 0n
      const negative = by.high !== undefined && by.high.n < 0n
      if (!positive && !negative) return { low: undefined, high: undefined }
      return corners(of(expr.left), by, divide)
    }
    case 'least':
    case 'earliest':
      return extreme(of(expr.left), of(expr.right), lesser)
    case 'greatest':
    case 'latest':
      return extreme(of(expr.left), of(expr.right), greater)
    case 'days': {
      const [from, to] = [of(expr.from), of(expr.to)]
      return {
        low: to.low && from.high && add(to.low, negate(from.high)),
        high: to.high && from.low && add(to.high, negate(from.low)),
      }
    }
    case 'today':
    case 'next':
    case 'last':
      return between(EARLIEST_TODAY, BigInt(MOST_TODAY))
    case 'shift': {
      const day = of(expr.day)
      const span = of(expr.span)
      const [least, most] = [Number(span.low!.n), Number(span.high!.n)]
      const days =
        expr.measure === 'days'
          ? between(BigInt(least), BigInt(most))
          : between(BigInt(monthSpan(least)[0]), BigInt(monthSpan(most)[1]))
      const by = expr.back ? turned(days) : days
      return { low: day.low && add(day.low, by.low!), high: day.high && add(day.high, by.high!) }
    }
  }
}

const turned = ({ low, high }: Interval): Interval => ({
  low: high && negate(high),
  high: low && negate(low),
})

const join = (a: Interval, b: Interval): Interval => ({
  low: a.low && b.low && lesser(a.low, b.low),
  high: a.high && b.high && greater(a.high, b.high),
})

const extreme = (a: Interval, b: Interval, pick: typeof lesser): Interval => ({
  low: a.low && b.low ? pick(a.low, b.low) : pick === lesser ? undefined : (a.low ?? b.low),
  high: a.high && b.high ? pick(a.high, b.high) : pick === greater ? undefined : (a.high ?? b.high),
})

const corners = (a: Interval, b: Interval, operate: (x: Ratio, y: Ratio) => Ratio): Interval => {
  if (!a.low || !a.high || !b.low || !b.high) return { low: undefined, high: undefined }
  const all = [operate(a.low, b.low), operate(a.low, b.high), operate(a.high, b.low), operate(a.high, b.high)]
  return { low: all.reduce(lesser), high: all.reduce(greater) }
}
