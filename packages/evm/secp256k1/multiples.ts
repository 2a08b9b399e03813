/** Tables of odd multiples of a point. */
import { type Code, I32, i32, loadV128, storeV128, wasm } from './code.ts'
import { ELEMENT_BYTES, loadElement, pair, storeElement } from './element.ts'
import { FIXED } from './fixed.ts'
import { ELEMENTS, R_Z, RATIO, RATIOS, SUM, WORDS } from './layout.ts'
import {
  addFunction,
  type Body,
  call,
  emit,
  get,
  type Module,
  repeat,
  scope,
  set,
  takeLocal,
  when,
} from './module.ts'

/** Elements of {@link addMultiples}: the argument and places to work. */
export const POINT = ELEMENTS(8)
const TWICE = ELEMENTS(9)
const Z = ELEMENTS(11)
const SQUARE = ELEMENTS(12)
const BOTH = ELEMENTS(13)
const NEXT = ELEMENTS(14)
const SCALE = ELEMENTS(15)
const PLACE = WORDS(7)

/**
 * `multiples(table, count, isAffine)`: P, 3 P, 5 P and so on of the point P, with lambda times these after them. All
 * have the same z, which is written to R_Z; if `isAffine`, they are brought to a z of 1.
 *
 * As in libsecp256k1: on a curve on which 2 P has the z 1 each multiple is the last one plus 2 P, which is quick; the
 * others are then brought to the z of the last one, by the factors by which z grew. Measured: 2.3 µs for eight.
 */
export const addMultiples = (module: Module, functions: Needed): number =>
  addFunction(module, undefined, [I32, I32, I32], [], (f) => {
    const { multiply, square, double, add, word, element, inverse } = functions
    const [table, count, isAffine] = [get(0), get(1), get(2)]
    const at = takeLocal(f, I32)
    const ratio = takeLocal(f, I32)
    const left = takeLocal(f, I32)
    const move = (bytes: number) => {
      for (const pointer of [at, ratio]) set(f, pointer, wasm.i32Add(get(pointer), i32(bytes)))
      set(f, left, wasm.i32Sub(get(left), i32(1)))
    }

    copy(f, i32(TWICE), i32(POINT))
    copy(f, i32(TWICE + ELEMENT_BYTES), i32(FIXED.one))
    emit(f, call(double, i32(TWICE), i32(1)))
    scaleFrom(f, functions, { z: i32(TWICE + ELEMENT_BYTES), lane: 1, to: BOTH })
    emit(f, call(multiply, table, i32(POINT), i32(BOTH)))
    copy(f, i32(SUM), table)
    copy(f, i32(SUM + ELEMENT_BYTES), i32(FIXED.one))

    set(f, at, table)
    set(f, ratio, i32(RATIOS))
    set(f, left, wasm.i32Sub(count, i32(1)))
    repeat(
      f,
      () => {
        // P has a large prime order: none of these is 2 P again or its opposite.
        emit(f, wasm.drop(call(add, i32(SUM), i32(TWICE), i32(0), i32(SUM + ELEMENT_BYTES))))
        move(ELEMENT_BYTES)
        copy(f, get(at), i32(SUM))
        copy(f, get(ratio), i32(RATIO))
      },
      () => get(left),
    )

    emit(f, call(multiply, i32(R_Z), i32(SUM + ELEMENT_BYTES), i32(Z)))
    scope(f, () => {
      const z = loadElement(f, i32(R_Z))
      storeElement(f, i32(R_Z), pair(f, z, 1, z, 1))
    })
    copy(f, i32(SCALE), i32(FIXED.one))
    when(f, isAffine, () => {
      emit(f, call(word, i32(PLACE), i32(R_Z), i32(0)))
      emit(f, call(inverse, i32(PLACE), i32(PLACE), i32(FIXED.p), i32(FIXED.startOne)))
      emit(f, call(element, i32(SCALE), i32(PLACE)))
    })

    const lambda = wasm.i32Mul(count, i32(ELEMENT_BYTES))
    set(f, left, count)
    repeat(
      f,
      () => {
        emit(f, call(square, i32(SQUARE), i32(SCALE), i32(1)))
        const s2 = loadElement(f, i32(SQUARE))
        storeElement(f, i32(BOTH), pair(f, s2, 0, loadElement(f, get(ratio)), 0))
        emit(f, call(multiply, i32(NEXT), i32(SCALE), i32(BOTH)))
        const next = loadElement(f, i32(NEXT)) // scale^3, scale ratio
        storeElement(f, i32(BOTH), pair(f, s2, 0, next, 0))
        storeElement(f, i32(SCALE), pair(f, next, 1, next, 1))
        emit(f, call(multiply, get(at), get(at), i32(BOTH)))
        emit(f, call(multiply, wasm.i32Add(get(at), lambda), get(at), i32(FIXED.beta)))
        move(-ELEMENT_BYTES)
      },
      () => get(left),
    )
  })

type Needed = Readonly<
  Record<'multiply' | 'square' | 'double' | 'add' | 'word' | 'element' | 'inverse', number>
>

/** (z^2, z^3), by which (x, y) is multiplied to come to z; z itself in both lanes remains in `Z`. */
export function scaleFrom(
  f: Body,
  { multiply, square }: Pick<Needed, 'multiply' | 'square'>,
  { z, lane, to }: { readonly z: Code; readonly lane: 0 | 1; readonly to: number },
): void {
  scope(f, () => {
    const loaded = loadElement(f, z)
    storeElement(f, i32(Z), pair(f, loaded, lane, loaded, lane))
  })
  emit(f, call(square, i32(SQUARE), i32(Z), i32(1)))
  emit(f, call(multiply, i32(NEXT), i32(SQUARE), i32(Z)))
  scope(f, () =>
    storeElement(f, i32(to), pair(f, loadElement(f, i32(SQUARE)), 0, loadElement(f, i32(NEXT)), 0)),
  )
}

export function copy(f: Body, to: Code, from: Code): void {
  for (let at = 0; at < ELEMENT_BYTES; at += 16) emit(f, storeV128(to, loadV128(from, at), at))
}
