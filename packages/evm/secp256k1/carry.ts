/** Carries, by which columns become an element again. */
import { type Code, shiftLeft, shiftRight, V128, wasm } from './code.ts'
import { bitsOf, type Columns, double, type Element, FOLD, WIDTHS } from './element.ts'
import { type Body, constant, get, keep, scope, set, takeLocal } from './module.ts'

/** A double from 2^52 to 2^53 has an integer below 2^52 as its lower bits. */
const INTEGER = 2 ** 52
const TOP = WIDTHS.length - 1

/**
 * The element with the value of the columns, or of their negation, modulo p.
 *
 * First what the highest column has above 2^256 goes, times 2^256 modulo p, to the lowest; then each column keeps its
 * width of bits, as a number from minus half to half of that, and the rest goes on to the next. The highest keeps what
 * it is given last, so its bound is a little higher. To shift without signs, every column is first made positive by a
 * multiple of 2^width; the next column takes account of that, as do the constants for the offsets, so that neither
 * costs an instruction.
 */
export function carry(f: Body, columns: Columns, sign: 1 | -1 = 1): Element {
  const limbs = WIDTHS.map(() => takeLocal(f, V128))
  return scope(f, () => {
    /** Column k plus a number. */
    const plus = (k: number, bias: bigint): Code => {
      const [low, high] = columns.offset[k]!
      const term = constant(f, bias - BigInt(sign) * low, bias - BigInt(sign) * high)
      const column = get(columns.limbs[k]!)
      return sign === 1 ? wasm.i64x2Add(column, term) : wasm.i64x2Sub(term, column)
    }
    /** How often 2^width has to be added to column k plus `more` to make it positive: no carry is larger than that. */
    const times = (k: number, more: bigint): bigint => {
      const max = columns.max[k]! + more
      if (max > 2n ** 61n) throw new Error(`Column ${k} is too large: ${max}`)
      return max / power(k) + 2n
    }
    const power = (k: number): bigint => 2n ** BigInt(WIDTHS[k]!)
    const half = (k: number): bigint => power(k) / 2n
    const integer = keep(f, V128, constant(f, bitsOf(INTEGER)))
    const asDouble = (bits: Code, zero: bigint): Code =>
      wasm.f64x2Sub(wasm.v128Or(bits, integer), double(f, INTEGER + Number(zero)))

    const topTimes = times(TOP, half(TOP))
    const top = keep(f, V128, plus(TOP, half(TOP) + topTimes * power(TOP)))
    const above = keep(f, V128, shiftRight(top, WIDTHS[TOP]))
    // Below 2^15, so that it can be multiplied by 977 as an integer of 16 bits.
    if (2n * topTimes >= 2n ** 15n) throw new Error(`The highest column is too large: ${columns.max[TOP]}`)
    let given = wasm.i64x2Add(shiftLeft(above, 32), wasm.i32x4DotI16x8S(above, constant(f, FOLD - 2n ** 32n)))
    let givenMax = topTimes * FOLD
    for (let k = 0; k < TOP; k++) {
      const own = times(k, half(k) + givenMax)
      const column = keep(f, V128, wasm.i64x2Add(plus(k, half(k) + own * power(k) - givenMax), given))
      set(f, limbs[k]!, asDouble(wasm.v128And(column, constant(f, power(k) - 1n)), half(k)))
      given = shiftRight(column, WIDTHS[k]!)
      givenMax = own
    }
    const low = wasm.v128And(top, constant(f, power(TOP) - 1n))
    if (power(TOP) + 2n * givenMax > BigInt(INTEGER)) throw new Error('INTEGER')
    set(f, limbs[TOP]!, asDouble(wasm.i64x2Add(low, given), half(TOP) + givenMax))
    return { limbs, max: WIDTHS.map((_, k) => half(k) + (k === TOP ? givenMax : 0n)) }
  })
}
