/**
 * Points in Jacobian coordinates, two products at a time. A point is two elements: (X, Y) in the lanes of one, Z in lane 1 of
 * the other, whose lane 0 holds anything.
 */
import {
  addFunction, type Body, branchIf, type Code, constant, emit, extractI64, get, giveBack, I32, i32, keep, loop, type Module, scope,
  set, V128, wasm, when,
} from './emit.ts'
import {
  add, columnsOf, type Element, finish, loadElement, multiply, only, pair, pairColumns, shift, storeElement, subtract,
} from './field.ts'
import { ELEMENT, GZ, RATIO } from './layout.ts'

/** keep an element in given locals */
const assign = (f: Body, locals: readonly number[], e: Element): void => e.limbs.forEach((limb, k) => set(f, locals[k]!, limb))

/** dbl-2009-l variant: M = 3X^2, S = X Y^2; X' = M^2 - 8S, Y' = M (4S - X') - 8 Y^4, Z' = 2 Y Z */
function double(f: Body, xy: Element, z: Element): { xy: Element; z: Element } {
  const squares = multiply(f, xy, xy)
  const lowSquare = only(f, squares, 0)
  const mb = finish(f, add(f, add(f, squares, lowSquare), lowSquare)) // (M, Y^2)
  const ms = multiply(f, pair(f, mb, 0, xy, 0), mb) // (M^2, S)
  const s4 = shift(f, pairColumns(f, ms, 1, ms, 1), 2)
  const xd = finish(f, subtract(f, subtract(f, pairColumns(f, ms, 0, ms, 0), shift(f, s4, 1)), only(f, s4, 1))) // (X', X' - 4S)
  const last = multiply(f, pair(f, xd, 1, mb, 1), mb) // (M (X' - 4S), Y^4)
  const y = finish(f, add(f, last, shift(f, pairColumns(f, last, 1, last, 1), 3)), true)
  const yz = multiply(f, xy, z)
  return { xy: pair(f, xd, 0, y, 0), z: finish(f, add(f, yz, yz)) }
}

/** double(point, times) */
export const addDouble = (module: Module): number =>
  addFunction(module, 'double', [I32, I32], [], (f) => {
    const xy = loadElement(f, get(0))
    const z = loadElement(f, get(0), ELEMENT)
    const locals = (e: Element) => e.limbs.map((limb) => limb[1]!)
    loop(f, () => {
      scope(f, () => {
        const doubled = double(f, xy, z)
        assign(f, locals(xy), doubled.xy)
        assign(f, locals(z), doubled.z)
      })
      set(f, 1, wasm.i32Sub(get(1), i32(1)))
      branchIf(f, get(1))
    })
    storeElement(f, get(0), xy)
    storeElement(f, get(0), z, ELEMENT)
  })

/**
 * add(point, affine, negate, scaled): 0 done, 1 same x: caller handles.
 */
export const addAdd = (module: Module): number =>
  addFunction(module, 'add', [I32, I32, I32, I32], [I32], (f) => {
    const xy = loadElement(f, get(0))
    const z = loadElement(f, get(0), ELEMENT)
    const zz = z.limbs.map((limb) => keep(f, V128, limb))
    const az: Element = { limbs: zz, max: z.max }
    when(f, get(3), () =>
      scope(f, () => assign(f, zz.map((limb) => limb[1]!), finish(f, multiply(f, z, loadElement(f, i32(GZ)))))),
    )
    const sign = keep(f, V128, wasm.v128And(wasm.i64x2Splat(wasm.i64ExtendI32S(wasm.i32Sub(i32(0), get(2)))), constant(f, 0n, 1n << 63n)))
    const loaded = loadElement(f, get(1))
    const q: Element = { ...loaded, limbs: loaded.limbs.map((limb) => keep(f, V128, wasm.v128Xor(limb, sign))) }
    const zy = finish(f, multiply(f, pair(f, az, 1, az, 1), pair(f, az, 1, q, 1))) // (z^2, y2 z)
    const us = multiply(f, pair(f, q, 0, zy, 1), pair(f, zy, 0, zy, 0)) // (U2, S2)
    const hi = finish(f, subtract(f, us, columnsOf(f, xy))) // (H, I)
    const bits = hi.limbs.reduce((any, limb) => wasm.v128Or(any, limb))
    when(f, wasm.i64Eqz(extractI64(bits, 0)), () => giveBack(f, i32(1)))
    storeElement(f, i32(RATIO), hi)
    const hiSquared = multiply(f, hi, hi)
    const h2 = finish(f, hiSquared)
    const ht = multiply(f, pair(f, hi, 0, xy, 0), pair(f, h2, 0, h2, 0)) // (H^3, X1 H^2)
    const h3 = finish(f, ht)
    const t = pairColumns(f, ht, 1, ht, 1)
    const sum = add(f, ht, pairColumns(f, ht, 1, ht, 0))
    const rest = subtract(f, subtract(f, subtract(f, pairColumns(f, hiSquared, 1, hiSquared, 1), sum), t), only(f, t, 1))
    const xd = finish(f, rest) // (X3, X3 - T)
    const last = multiply(f, pair(f, xd, 1, xy, 1), pair(f, hi, 1, h3, 0)) // ((X3 - T) I, Y1 H^3)
    const y = finish(f, add(f, last, pairColumns(f, last, 1, last, 0)), true)
    const newZ = finish(f, multiply(f, z, pair(f, hi, 0, hi, 0)))
    storeElement(f, get(0), pair(f, xd, 0, y, 0))
    storeElement(f, get(0), newZ, ELEMENT)
    emit(f, i32(0))
  })
