/**
 * Elements of the field of secp256k1, two side by side in the lanes of vectors, so that each instruction works on both.
 *
 * An element is five doubles that hold integers, the value being the sum of limb k times 2^WEIGHTS[k]. Limbs are
 * signed. As *columns* the five are 64-bit integers instead, with carries still to be made: what comes out of a
 * multiplication, and what sums and differences are made of. multiply.ts makes columns of elements, carry.ts elements
 * of columns.
 *
 * Every element and all columns carry bounds of their limbs, and each operation works out those of its result while the
 * code is generated; one that could overflow or be inexact is refused there and then. So nothing about ranges is taken
 * on trust.
 */
import { type Code, lanes, loadV128, shiftLeft, storeV128, V128, wasm } from './code.ts'
import { type Body, constant, emit, get, hold } from './module.ts'
import { P } from './numbers.ts'

/** 2^256 modulo p. */
export const FOLD = 2n ** 256n - P

export const WIDTHS = [52, 51, 51, 51, 51] as const
export const WEIGHTS = [0, 52, 103, 154, 205] as const

export interface Element {
  /** Locals with doubles. */
  readonly limbs: readonly number[]
  /** What no limb's magnitude exceeds. */
  readonly max: readonly bigint[]
}

export interface Columns {
  /** Locals with integers: a column, plus an offset that is known, modulo 2^64. */
  readonly limbs: readonly number[]
  /** What no column's magnitude exceeds. */
  readonly max: readonly bigint[]
  /** By column and lane. */
  readonly offset: readonly (readonly [bigint, bigint])[]
}

/** What an element in memory keeps to: five vectors of 16 bytes. */
export const STORED: readonly bigint[] = [2n ** 51n, 2n ** 50n, 2n ** 50n, 2n ** 50n, 2n ** 50n + 2n ** 9n]

// An element within these bounds is zero modulo p only if it is zero: it lies between -p and p.
if (STORED.reduce((sum, max, k) => sum + (max << BigInt(WEIGHTS[k]!)), 0n) >= P) throw new Error('STORED')

/**
 * The doubles from 2^52 to 2^53 are integers, and as bits they count up by one: bits(MIDDLE + x) = bits(MIDDLE) + x.
 */
export const MIDDLE = 1.5 * 2 ** 52
export const MIDDLE_REACH = 2n ** 51n

export const bitsOf = (double: number): bigint => new BigUint64Array(Float64Array.of(double).buffer)[0]!
export const double = (f: Body, value: number): Code => constant(f, bitsOf(value))

/** The limbs of an integer below p, as doubles. */
function limbsOf(value: bigint): number[] {
  let rest = value > P / 2n ? value - P : value
  return WIDTHS.map((width, k) => {
    const limb = k === WIDTHS.length - 1 ? rest : BigInt.asIntN(width, rest)
    rest = (rest - limb) >> BigInt(width)
    return Number(limb)
  })
}

/** An element with one integer in each lane, as it lies in memory. */
export const elementBytes = (low: bigint, high: bigint): bigint[] => {
  const other = limbsOf(high)
  return limbsOf(low).flatMap((limb, k) => [bitsOf(limb), bitsOf(other[k]!)])
}

export const ELEMENT_BYTES = 80

export const loadElement = (f: Body, address: Code, offset = 0): Element => ({
  limbs: STORED.map((_, k) => hold(f, V128, loadV128(address, offset + 16 * k))),
  max: STORED,
})

export function storeElement(f: Body, address: Code, { limbs, max }: Element, offset = 0): void {
  if (max.some((bound, k) => bound > STORED[k]!)) throw new Error(`Not to be stored: limbs up to ${max}`)
  limbs.forEach((limb, k) => {
    emit(f, storeV128(address, get(limb), offset + 16 * k))
  })
}

/** Lane i of one element and lane j of another. */
export const pair = (f: Body, a: Element, i: number, b: Element, j: number): Element => ({
  limbs: pairLimbs(f, a, i, b, j),
  max: a.max.map((max, k) => larger(max, b.max[k]!)),
})

export const pairColumns = (f: Body, a: Columns, i: number, b: Columns, j: number): Columns => ({
  limbs: pairLimbs(f, a, i, b, j),
  max: a.max.map((max, k) => larger(max, b.max[k]!)),
  offset: a.offset.map((offset, k) => [offset[i]!, b.offset[k]![j]!]),
})

const pairLimbs = (f: Body, a: Columns | Element, i: number, b: Columns | Element, j: number): number[] =>
  a.limbs.map((limb, k) => hold(f, V128, lanes(get(limb), get(b.limbs[k]!), i, 2 + j)))

/** Limbs with their signs flipped where the vector `mask` has the uppermost bit of a lane. */
export const negateBy = (f: Body, { limbs, max }: Element, mask: Code): Element => ({
  limbs: limbs.map((limb) => hold(f, V128, wasm.v128Xor(get(limb), mask))),
  max,
})

/**
 * Bits that are all zero in a lane if and only if its element is zero. It must have come from carry.ts: no limb is -0.
 */
export const anyBits = ({ limbs }: Element): Code =>
  limbs.map(get).reduce((any, limb) => wasm.v128Or(any, limb))

export function columnsOf(f: Body, { limbs, max }: Element): Columns {
  if (max.some((bound) => bound > MIDDLE_REACH)) throw new Error(`Too large for columns: ${max}`)
  return {
    limbs: limbs.map((limb) => hold(f, V128, wasm.f64x2Add(get(limb), double(f, MIDDLE)))),
    max,
    offset: max.map(() => [bitsOf(MIDDLE), bitsOf(MIDDLE)]),
  }
}

export const add = (f: Body, a: Columns, b: Columns): Columns => combine(f, a, b, wasm.i64x2Add, 1n)
export const subtract = (f: Body, a: Columns, b: Columns): Columns => combine(f, a, b, wasm.i64x2Sub, -1n)

const combine = (
  f: Body,
  a: Columns,
  b: Columns,
  instruction: (a: Code, b: Code) => Code,
  sign: bigint,
): Columns => ({
  limbs: a.limbs.map((limb, k) => hold(f, V128, instruction(get(limb), get(b.limbs[k]!)))),
  max: a.max.map((max, k) => max + b.max[k]!),
  offset: a.offset.map((offset, k) => {
    const [low, high] = b.offset[k]!
    return [offset[0] + sign * low, offset[1] + sign * high]
  }),
})

/** Times 2^bits. */
export const shift = (f: Body, { limbs, max, offset }: Columns, bits: number): Columns => ({
  limbs: limbs.map((limb) => hold(f, V128, shiftLeft(get(limb), bits))),
  max: max.map((bound) => bound << BigInt(bits)),
  offset: offset.map(([low, high]) => [low << BigInt(bits), high << BigInt(bits)]),
})

/** One lane, and zero in the other. */
export const only = (f: Body, lane: 0 | 1, { limbs, max, offset }: Columns): Columns => ({
  limbs: limbs.map((limb) =>
    hold(f, V128, wasm.v128And(get(limb), constant(f, lane === 0 ? -1n : 0n, lane === 1 ? -1n : 0n))),
  ),
  max,
  offset: offset.map(([low, high]) => (lane === 0 ? [low, 0n] : [0n, high])),
})

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b)
