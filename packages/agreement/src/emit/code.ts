/** Pieces of Solidity: an expression with its type, how tightly it binds, and between which numbers it lies. */

import type { Place } from '../syntax/place.ts'

export interface Code {
  readonly text: string
  readonly level: Level
  /** Bits of its type; 0 for a literal, which takes the type of what it stands beside. */
  readonly bits: number
  readonly signed: boolean
  readonly low: bigint
  readonly high: bigint
}

/** Solidity's precedence: the higher, the tighter. */
type Level = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9
const LEVEL = { ternary: 1, or: 2, and: 3, compare: 5, add: 6, multiply: 7, unary: 8, name: 9 } as const

/** A result that does not fit into a word: the emitter's caller turns it into a finding. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge'
  /** The sentence that asks for it. */
  said?: { readonly place: Place; readonly sentence: string }
}

/** Emits what a sentence says; what is too large is remembered with the innermost one. */
export const said = <T>(sentence: { readonly place: Place; readonly sentence: string }, emit: () => T): T => {
  try {
    return emit()
  } catch (error) {
    if (error instanceof TooLarge) error.said ??= sentence
    throw error
  }
}

const WORD = 256
const MOST_WORD = (1n << 256n) - 1n
const MOST_SIGNED = (1n << 255n) - 1n

export const literal = (value: bigint): Code => ({
  text: shownLiteral(value),
  level: value < 0n ? LEVEL.unary : LEVEL.name,
  bits: 0,
  signed: value < 0n,
  low: value,
  high: value,
})

export const name = (text: string, bits: number, low: bigint, high: bigint, signed = false): Code => ({
  text,
  level: LEVEL.name,
  bits,
  signed,
  low,
  high,
})

/** `20_000e6` for 20,000 USDC, `1_234_567` otherwise. */
const shownLiteral = (value: bigint): string => {
  // Money of 18 decimals, also parts of one.
  if (value >= MILLI && value % MILLI === 0n) {
    const part = String((value % (1000n * MILLI)) / MILLI)
      .padStart(3, '0')
      .replace(/0+$/, '')
    return `${underscored(value / (1000n * MILLI))}${part === '' ? '' : `.${part}`}e18`
  }
  const short = [6].find((power) => value !== 0n && value % 10n ** BigInt(power) === 0n)
  return short === undefined ? underscored(value) : `${underscored(value / 10n ** BigInt(short))}e${short}`
}

const MILLI = 10n ** 15n

/** Thousands apart. */
export const underscored = (value: bigint): string => {
  const digits = String(value < 0n ? -value : value)
  return `${value < 0n ? '-' : ''}${digits.length > 4 ? digits.replace(/\B(?=(\d{3})+$)/g, '_') : digits}`
}

const wrapped = ({ text, level }: Code, least: number): string => (level < least ? `(${text})` : text)

/** The type of a result: the wider of two, and wide enough for what it can be. */
const widened = (a: Code, b: Code, low: bigint, high: bigint): { a: Code; bits: number; signed: boolean } => {
  const signed = a.signed || b.signed
  const bits = Math.max(a.bits, b.bits)
  if (bits === 0) return { a, bits, signed }
  const fits = signed
    ? low >= -(1n << BigInt(bits - 1)) && high < 1n << BigInt(bits - 1)
    : high < 1n << BigInt(bits)
  if (fits) return { a, bits, signed }
  if (signed ? high > MOST_SIGNED || low < -MOST_SIGNED : high > MOST_WORD)
    throw new TooLarge(`${a.text} and ${b.text}`)
  return { a: cast(a, WORD, signed), bits: WORD, signed }
}

export const cast = (code: Code, bits: number, signed = false): Code => {
  if (code.bits === bits && code.signed === signed) return code
  if (code.bits === 0) return { ...code, signed }
  const inner = signed && !code.signed && code.bits < bits ? `uint${bits}(${code.text})` : code.text
  return { ...code, text: `${signed ? '' : 'u'}int${bits}(${inner})`, level: LEVEL.name, bits, signed }
}

export const multiply = (a: Code, b: Code): Code => {
  if (a.bits === 0 && b.bits === 0) return literal(a.low * b.low)
  if (a.bits === 0 && a.low === 1n) return b
  if (b.bits === 0 && b.low === 1n) return a
  const corners = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high]
  const [low, high] = [least(corners), most(corners)]
  // The one that has a type is widened.
  const [first, second] = a.bits === 0 ? [b, a] : [a, b]
  const wide = widened(first, second, low, high)
  const [left, right] = a.bits === 0 ? [a, wide.a] : [wide.a, b]
  return {
    text: `${wrapped(left, LEVEL.multiply)} * ${wrapped(right, LEVEL.unary)}`,
    level: LEVEL.multiply,
    bits: wide.bits,
    signed: wide.signed,
    low,
    high,
  }
}

export const add = (a: Code, b: Code): Code => {
  if (a.bits === 0 && b.bits === 0) return literal(a.low + b.low)
  const [low, high] = [a.low + b.low, a.high + b.high]
  const wide = widened(a, b, low, high)
  return {
    text: `${wrapped(wide.a, LEVEL.add)} + ${wrapped(b, LEVEL.multiply)}`,
    level: LEVEL.add,
    bits: wide.bits,
    signed: wide.signed,
    low,
    high,
  }
}

/** Without a sign the result is known not to be negative. */
export const subtract = (a: Code, b: Code): Code => {
  if (a.bits === 0 && b.bits === 0) return literal(a.low - b.low)
  const signed = a.signed || b.signed
  const low = a.low - b.high
  const high = a.high - b.low
  const bounded = signed ? low : low < 0n ? 0n : low
  const wide = widened(a, b, bounded, high < bounded ? bounded : high)
  return {
    text: `${wrapped(wide.a, LEVEL.add)} - ${wrapped(b, LEVEL.multiply)}`,
    level: LEVEL.add,
    bits: wide.bits,
    signed: wide.signed,
    low: bounded,
    high: high < bounded ? bounded : high,
  }
}

/** Rounded down, or up. */
export const divide = (a: Code, b: Code, up: boolean): Code => {
  if (b.bits === 0 && b.low === 1n) return a
  const positive = b.low > 0n ? b.low : 1n
  if (a.signed || b.signed) {
    const text = `Numbers.${up ? 'ceilDiv' : 'floorDiv'}(${cast(a, WORD, true).text}, ${cast(b, WORD, true).text})`
    const span = most([a.high, -a.low])
    return { text, level: LEVEL.name, bits: WORD, signed: true, low: a.low < 0n ? -span : 0n, high: span }
  }
  const high = a.high / positive + (up ? 1n : 0n)
  if (up)
    return {
      text: `Math.ceilDiv(${a.text}, ${b.text})`,
      level: LEVEL.name,
      bits: WORD,
      signed: false,
      low: 0n,
      high,
    }
  const bits = Math.max(a.bits, b.bits)
  return {
    text: `${wrapped(a, LEVEL.multiply)} / ${wrapped(b, LEVEL.unary)}`,
    level: LEVEL.multiply,
    bits,
    signed: false,
    low: 0n,
    high,
  }
}

export const extreme = (a: Code, b: Code, lesser: boolean): Code => {
  const signed = a.signed || b.signed
  const [low, high] = lesser
    ? [least([a.low, b.low]), least([a.high, b.high])]
    : [most([a.low, b.low]), most([a.high, b.high])]
  const [left, right] = signed ? [cast(a, WORD, true), cast(b, WORD, true)] : [a, b]
  return {
    text: `${signed ? 'SignedMath' : 'Math'}.${lesser ? 'min' : 'max'}(${left.text}, ${right.text})`,
    level: LEVEL.name,
    bits: WORD,
    signed,
    low,
    high,
  }
}

export const call = (text: string, bits: number, low: bigint, high: bigint, signed = false): Code =>
  name(text, bits, low, high, signed)

/** A condition. Its bounds say nothing. */
const truth = (text: string, level: Level): Code => ({
  text,
  level,
  bits: 8,
  signed: false,
  low: 0n,
  high: 1n,
})

export const isTrue = (text: string): Code => truth(text, LEVEL.name)

export const compared = (a: Code, sign: '<' | '<=' | '>' | '>=' | '==' | '!=', b: Code): Code => {
  const signed = a.signed || b.signed
  const [left, right] = signed ? [cast(a, WORD, true), cast(b, WORD, true)] : [a, b]
  return truth(`${wrapped(left, LEVEL.add)} ${sign} ${wrapped(right, LEVEL.add)}`, LEVEL.compare)
}

export const joined = (all: readonly Code[], any: boolean): Code => {
  if (all.length === 1) return all[0]!
  // A reader should not have to know which of the two binds tighter.
  return truth(
    all.map((each) => wrapped(each, LEVEL.compare)).join(any ? ' || ' : ' && '),
    any ? LEVEL.or : LEVEL.and,
  )
}

const OPPOSITE: Readonly<Record<string, string>> = {
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
  '==': '!=',
  '!=': '==',
}

/** The opposite, as somebody would write it. */
export const negated = (code: Code): Code => {
  const comparison = /^([^&|]*?) (<=?|>=?|==|!=) ([^&|]*)$/.exec(code.text)
  if (code.level === LEVEL.compare && comparison)
    return truth(`${comparison[1]} ${OPPOSITE[comparison[2]!]} ${comparison[3]}`, LEVEL.compare)
  if (/^![A-Za-z_(]/.test(code.text) && code.level === LEVEL.unary)
    return truth(code.text.slice(1), LEVEL.name)
  return truth(`!${wrapped(code, LEVEL.unary)}`, LEVEL.unary)
}

const least = (values: readonly bigint[]): bigint => values.reduce((a, b) => (a < b ? a : b))
export const most = (values: readonly bigint[]): bigint => values.reduce((a, b) => (a > b ? a : b))
