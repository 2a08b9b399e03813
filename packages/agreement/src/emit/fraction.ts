/**
 * Quantities as one fraction each: a constant times whole numbers over whole numbers. So an expression is exact until
 * it is rounded, by one division, as the language says.
 */
import { interval } from '../model/interval.ts'
import type { Expr, Rounded } from '../model/model.ts'
import { SHARE_PARTS } from '../model/range.ts'
import { expressions } from '../model/walk.ts'
import { compare, type Ratio, ratio, multiply as times, ZERO } from '../ratio.ts'
import { add, type Code, cast, compared, divide, extreme, literal, multiply, name, subtract } from './code.ts'
import { dayCode } from './days.ts'
import { type Emitter, use } from './emitter.ts'
import { tableCell } from './tables.ts'
import { valueCode } from './values.ts'
import { answerVariable, unitVariable } from './variables.ts'

/** `factor * over / under`; what is missing is one. */
interface Fraction {
  readonly factor: Ratio
  readonly over?: Code
  readonly under?: Code
}

/** Names under which values and answers of feeds are known in some place: arguments, before they are stored. */
export interface Known {
  readonly values: ReadonlyMap<number, string>
  readonly answers: ReadonlyMap<number, string>
}

export const STORED: Known = { values: new Map(), answers: new Map() }

export interface Place {
  readonly emitter: Emitter
  readonly known: Known
  /** All numbers are counted with a sign. */
  readonly signed: boolean
}

/** Holdings and debts: `uint128`, and never more than timers can make of what acts may. */
const MOST_CELL = 1n << 127n

const fraction = (place: Place, expr: Expr): Fraction => {
  const { emitter } = place
  const { model, names } = emitter
  switch (expr.op) {
    case 'number':
      return { factor: expr.value }
    case 'value': {
      const { exact, type, fixed } = model.values[expr.value]!
      const parts = type.kind === 'share' ? ratio(1n, SHARE_PARTS) : ratio(1n)
      // A rate has no name in the contract, and neither has a plain number that is none.
      if (exact && (type.kind === 'rate' || (type.kind === 'number' && exact.d !== 1n)))
        return { factor: exact }
      if (exact && fixed !== 'constant') throw new Error(`${names.values[expr.value]} is not constant`)
      return {
        factor: parts,
        over: leaf(place, valueCode(emitter, expr.value, place.known.values.get(expr.value))),
      }
    }
    case 'holding':
      return whole(leaf(place, name(names.holdings[expr.holding]!, 128, 0n, MOST_CELL)))
    case 'debt':
      return whole(leaf(place, name(names.debts[expr.debt]!, 128, 0n, MOST_CELL)))
    case 'cell': {
      const cell = tableCell(emitter, expr.table, expr.column)
      const share = model.tables[expr.table]!.columns[expr.column]!.type
      const parts = share !== 'words' && share.kind === 'share' ? ratio(1n, SHARE_PARTS) : ratio(1n)
      return { factor: parts, over: leaf(place, cell) }
    }
    case 'price':
      return price(place, expr.feed)
    case 'days': {
      const [from, to] = [dayCode(place, expr.from), dayCode(place, expr.to)]
      return whole(place.signed ? subtract(cast(to, 256, true), cast(from, 256, true)) : subtract(to, from))
    }
    case 'sum':
      return sum(place, expr.terms)
    case 'product':
      return product(fraction(place, expr.left), fraction(place, expr.right))
    case 'quotient':
      return product(fraction(place, expr.left), inverse(fraction(place, expr.right)))
    case 'least':
    case 'greatest': {
      const [left, right] = onOne([fraction(place, expr.left), fraction(place, expr.right)])
      return {
        factor: left!.scale,
        over: extreme(left!.over, right!.over, expr.op === 'least'),
        ...under(left!.under),
      }
    }
    default:
      throw new Error(`${expr.op} is no quantity`)
  }
}

const whole = (over: Code): Fraction => ({ factor: ratio(1n), over })
const under = (code: Code | undefined) => (code ? { under: code } : {})

const leaf = ({ signed }: Place, code: Code): Code =>
  signed && !code.signed ? cast(code, 256, true) : signed ? cast(code, 256, true) : code

/** What a feed answered when the act began, over what is one in its decimals and in those of the money. */
const price = (place: Place, feed: number): Fraction => {
  const { model, names } = place.emitter
  const { quote, base } = model.feeds[feed]!
  const scale = ratio(
    10n ** BigInt(model.tokens[quote]!.decimals),
    10n ** BigInt(model.tokens[base]!.decimals),
  )
  use(place.emitter, 'Feeds', undefined)
  const over = leaf(
    place,
    name(place.known.answers.get(feed) ?? answerVariable(names, feed), 256, 0n, 1n << 128n),
  )
  return { factor: scale, over, under: leaf(place, name(unitVariable(names, feed), 256, 1n, 10n ** 18n)) }
}

const product = (a: Fraction, b: Fraction): Fraction => ({
  factor: times(a.factor, b.factor),
  ...both('over', a.over, b.over),
  ...both('under', a.under, b.under),
})

const both = (side: 'over' | 'under', a: Code | undefined, b: Code | undefined) => {
  const code = a && b ? multiply(a, b) : (a ?? b)
  return code ? { [side]: code } : {}
}

/** The checker has shown that it is more than zero. */
const inverse = ({ factor, over, under: below }: Fraction): Fraction => ({
  factor: ratio(factor.d, factor.n),
  ...(below && { over: below }),
  ...(over && { under: over }),
})

interface OnOne {
  readonly over: Code
  /** The common constant factor, of which the numerators are whole multiples. */
  readonly scale: Ratio
  readonly under: Code | undefined
}

/** Brings fractions to one denominator. */
const onOne = (fractions: readonly Fraction[]): OnOne[] => {
  const denominators = [
    ...new Map(fractions.flatMap(({ under: code }) => (code ? [[code.text, code] as const] : []))).values(),
  ]
  const common = denominators.length === 0 ? undefined : denominators.reduce(multiply)
  let least = 1n
  for (const { factor } of fractions) least = (least / gcd(least, factor.d)) * factor.d
  const overs = fractions.map(({ factor, over, under: own }) => {
    const missing = denominators.filter(({ text }) => text !== own?.text)
    const constant = literal((factor.n * least) / factor.d)
    const symbols = [...(over ? [over] : []), ...missing]
    return symbols.length === 0 ? constant : multiply(constant, symbols.reduce(multiply))
  })
  return overs.map((over) => ({ over, scale: ratio(1n, least), under: common }))
}

const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b))

/** What is added comes first, so that nothing falls below zero on the way. */
const sum = (place: Place, terms: readonly { readonly minus: boolean; readonly expr: Expr }[]): Fraction => {
  const all = onOne(terms.map((term) => fraction(place, term.expr)))
  const plus = all.filter((_, i) => !terms[i]!.minus).map(({ over }) => over)
  const minus = all.filter((_, i) => terms[i]!.minus).map(({ over }) => over)
  const over = minus.reduce(subtract, plus.length === 0 ? literal(0n) : plus.reduce(add))
  const { scale, under: below } = all[0]!
  return { factor: scale, over, ...under(below) }
}

/** Numerator and denominator in full. */
const parts = ({ factor, over, under: below }: Fraction): readonly [Code, Code] => [
  over ? multiply(literal(factor.n), over) : literal(factor.n),
  below ? multiply(literal(factor.d), below) : literal(factor.d),
]

/** Whether an expression can be negative, itself or on the way. */
const needsSign = (emitter: Emitter, expr: Expr): boolean =>
  [...expressions(expr)].some((part) => {
    if (emitter.negative.has(part)) return true
    if (part.op !== 'number' && part.op !== 'value' && part.op !== 'cell') return false
    const { low } = interval(emitter.model, part)
    return low !== undefined && low.n < 0n
  })

const placeFor = (emitter: Emitter, known: Known, exprs: readonly Expr[]): Place => ({
  emitter,
  known,
  signed: exprs.some((expr) => needsSign(emitter, expr)),
})

/**
 * A quantity rounded to whole smallest units (`scale` of them are one, for shares).
 * @throws TooLarge if a product on the way may not fit into a word.
 */
export const rounded = (emitter: Emitter, { expr, up }: Rounded, known: Known = STORED, scale = 1n): Code => {
  // The lesser of two is rounded to the lesser of what they are rounded to.
  if (expr.op === 'least' || expr.op === 'greatest') {
    const [left, right] = [expr.left, expr.right].map((each) =>
      rounded(emitter, { expr: each, up }, known, scale),
    )
    return noteMath(emitter, extreme(left!, right!, expr.op === 'least'))
  }
  const place = placeFor(emitter, known, [expr])
  const exact = fraction(place, expr)
  const [over, below] = parts({ ...exact, factor: ratio(exact.factor.n * scale, exact.factor.d) })
  return noteMath(emitter, divide(over, below, up))
}

const SIGNS = { less: '<', 'at most': '<=', more: '>', 'at least': '>=', equal: '==', unequal: '!=' } as const

/** A comparison rounds nothing: both sides are multiplied out. */
export const comparison = (
  emitter: Emitter,
  left: Expr,
  relation: keyof typeof SIGNS,
  right: Expr,
  known: Known = STORED,
): Code => {
  const place = placeFor(emitter, known, [left, right])
  const [a, b] = [fraction(place, left), fraction(place, right)]
  const factor = ratio(a.factor.n * b.factor.d, a.factor.d * (b.factor.n === 0n ? 1n : b.factor.n))
  if (b.factor.n === 0n || compare(factor, ZERO) < 0 || factor.n === 0n) {
    const [l, r] = [parts(a), parts(b)]
    return noteMath(emitter, compared(multiply(l[0], r[1]), SIGNS[relation], multiply(r[0], l[1])))
  }
  // The constants of both sides become one fraction.
  const l = [literal(factor.n), a.over, b.under].filter((each) => each !== undefined).reduce(multiply)
  const r = [literal(factor.d), b.over, a.under].filter((each) => each !== undefined).reduce(multiply)
  return noteMath(emitter, compared(l, SIGNS[relation], r))
}

/** Libraries that a piece of code names. */
export const noteMath = (emitter: Emitter, code: Code): Code => {
  if (/\bMath\./.test(code.text)) emitter.uses.add('Math')
  if (/\bSignedMath\./.test(code.text)) emitter.uses.add('SignedMath')
  if (/\bNumbers\./.test(code.text)) emitter.uses.add('Numbers')
  if (/\bCalendar\./.test(code.text) || /\.(?:add|sub)Months\(/.test(code.text)) emitter.uses.add('Calendar')
  return code
}
