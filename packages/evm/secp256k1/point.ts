/**
 * Points in Jacobian coordinates, (X / Z^2, Y / Z^3), with two multiplications at a time. A point is two elements: X
 * and Y in the lanes of the first, Z in lane 1 of the second, whose lane 0 holds whatever comes out of it.
 *
 * Measured on an EPYC of 3.2 GHz: doubling 92 ns, adding 164 ns.
 */

import { carry } from './carry.ts'
import { type Code, I32, i32, laneI64, V128, wasm } from './code.ts'
import {
  add,
  anyBits,
  columnsOf,
  ELEMENT_BYTES,
  type Element,
  loadElement,
  negateBy,
  only,
  pair,
  pairColumns,
  shift,
  storeElement,
  subtract,
} from './element.ts'
import { RATIO } from './layout.ts'
import {
  addFunction,
  type Body,
  constant,
  emit,
  get,
  giveBack,
  keep,
  type Module,
  repeat,
  set,
  when,
} from './module.ts'
import { multiply } from './multiply.ts'

interface Point {
  readonly xy: Element
  readonly z: Element
}

/** `double(point, times)`: the point becomes 2^times itself; times > 0, the point is not infinity. */
export const addDouble = (module: Module): number =>
  addFunction(module, 'double', [I32, I32], [], (f) => {
    const [point, times] = [get(0), 1]
    const xy = loadElement(f, point)
    const z = loadElement(f, point, ELEMENT_BYTES)
    repeat(
      f,
      () => {
        const next = double(f, { xy, z })
        assign(f, xy, next.xy)
        assign(f, z, next.z)
        set(f, times, wasm.i32Sub(get(times), i32(1)))
      },
      () => get(times),
    )
    storeElement(f, point, xy)
    storeElement(f, point, z, ELEMENT_BYTES)
  })

/**
 * M = 3 X^2, S = X Y^2: X' = M^2 - 8 S, Y' = M (4 S - X') - 8 Y^4, Z' = 2 Y Z (dbl-2009-l of the Explicit-Formulas
 * Database).
 */
function double(f: Body, { xy, z }: Point): Point {
  const squares = multiply(f, xy, xy)
  const xSquare = only(f, 0, squares)
  const my = carry(f, add(f, add(f, squares, xSquare), xSquare)) // M, Y^2
  const my2 = multiply(f, my, my) // M^2, Y^4
  const sz = multiply(f, xy, pair(f, my, 1, z, 1)) // S, Y Z
  const m2 = pairColumns(f, my2, 0, my2, 0)
  const s4 = shift(f, pairColumns(f, sz, 0, sz, 0), 2)
  const x = carry(f, subtract(f, subtract(f, m2, shift(f, s4, 1)), only(f, 1, s4))) // X', X' - 4 S
  const y = carry(f, add(f, multiply(f, x, pair(f, my, 0, my, 0)), shift(f, my2, 3)), -1) // -, Y'
  return { xy: pair(f, x, 0, y, 1), z: carry(f, add(f, sz, sz)) }
}

const assign = (f: Body, to: Element, { limbs }: Element): void => {
  to.limbs.forEach((local, k) => {
    set(f, local, get(limbs[k]!))
  })
}

/** What `add` found. */
export const ADDED = { sum: 0, same: 1, opposite: 2 } as const

/**
 * `add(point, other, isNegative, z)`: adds a point whose Z is 1, or its negative. Of the point itself, Z is taken from
 * `z` as far as the other's place depends on it, so that the other may be meant on a curve where Z is another unit.
 * Nothing is written if the x are the same: then the result says whether the point has to be doubled or becomes
 * infinity. Neither of the two is infinity.
 *
 * H = x Z^2 - X, I = y Z^3 - Y, T = X H^2: X' = I^2 - H^3 - 2 T, Y' = I (T - X') - Y H^3, Z' = Z H.
 */
export const addAdd = (module: Module): number =>
  addFunction(module, 'add', [I32, I32, I32, I32], [I32], (f) => {
    const [point, other, isNegative, otherZ] = [get(0), get(1), get(2), get(3)]
    const xy = loadElement(f, point)
    const z = loadElement(f, point, ELEMENT_BYTES)
    const b = negateBy(f, loadElement(f, other), keep(f, V128, signMask(f, isNegative)))
    const az = loadElement(f, otherZ)
    const zy = carry(f, multiply(f, pair(f, az, 1, az, 1), pair(f, az, 1, b, 1))) // Z^2, y Z
    const placed = multiply(f, pair(f, b, 0, zy, 1), pair(f, zy, 0, zy, 0))
    const hi = carry(f, subtract(f, placed, columnsOf(f, xy))) // H, I
    const bits = keep(f, V128, anyBits(hi))
    when(f, wasm.i64Eqz(laneI64(bits, 0)), () => {
      giveBack(f, wasm.select(i32(ADDED.same), i32(ADDED.opposite), wasm.i64Eqz(laneI64(bits, 1))))
    })
    storeElement(f, i32(RATIO), hi)
    const hi2 = multiply(f, hi, hi) // H^2, I^2
    const h2 = carry(f, hi2)
    const ht = multiply(f, pair(f, hi, 0, xy, 0), pair(f, h2, 0, h2, 0)) // H^3, T
    const h3 = carry(f, ht)
    const t = pairColumns(f, ht, 1, ht, 1)
    const less = add(f, add(f, ht, pairColumns(f, ht, 1, ht, 0)), add(f, t, only(f, 1, t))) // H^3 + 2 T, H^3 + 3 T
    const x = carry(f, subtract(f, pairColumns(f, hi2, 1, hi2, 1), less)) // X', X' - T
    const last = multiply(f, pair(f, x, 1, xy, 1), pair(f, hi, 1, h3, 0)) // -I (T - X'), Y H^3
    const y = carry(f, add(f, last, pairColumns(f, last, 1, last, 0)), -1)
    const newZ = carry(f, multiply(f, z, pair(f, hi, 0, hi, 0)))
    storeElement(f, point, pair(f, x, 0, y, 0))
    storeElement(f, point, newZ, ELEMENT_BYTES)
    emit(f, i32(ADDED.sum))
  })

/** The sign bit of lane 1 if the condition is 1, nothing if it is 0: for {@link negateBy}, so that y becomes -y. */
export const signMask = (f: Body, condition: Code): Code =>
  wasm.v128And(
    wasm.i64x2Splat(wasm.i64ExtendI32S(wasm.i32Sub(i32(0), condition))),
    constant(f, 0n, 1n << 63n),
  )
