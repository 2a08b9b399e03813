/** Functions on elements in memory. Where the code is long, calling one costs less than having it everywhere. */

import { carry } from './carry.ts'
import { I32, i32, wasm } from './code.ts'
import { loadElement, storeElement } from './element.ts'
import { ELEMENTS } from './layout.ts'
import { addFunction, call, emit, get, type Module, repeat, set } from './module.ts'
import { multiply } from './multiply.ts'

/** `multiply(to, a, b)`. */
export const addMultiply = (module: Module): number =>
  addFunction(module, 'multiply', [I32, I32, I32], [], (f) => {
    const product = multiply(f, loadElement(f, get(1)), loadElement(f, get(2)))
    storeElement(f, get(0), carry(f, product))
  })

/** `square(to, a, times)`: a to the power of 2^times, times > 0. */
export const addSquare = (module: Module): number =>
  addFunction(module, 'square', [I32, I32, I32], [], (f) => {
    const [to, times] = [get(0), 2]
    const a = loadElement(f, get(1))
    repeat(
      f,
      () => {
        const next = carry(f, multiply(f, a, a))
        a.limbs.forEach((limb, k) => {
          set(f, limb, get(next.limbs[k]!))
        })
        set(f, times, wasm.i32Sub(get(times), i32(1)))
      },
      () => get(times),
    )
    storeElement(f, to, a)
  })

/** Elements of {@link addRoot}. */
export const ROOT = { of: ELEMENTS(0), result: ELEMENTS(1) } as const

/**
 * `root()`: x^((p + 1) / 4), which is a square root of x if there is one, p being 3 modulo 4. The exponent has blocks
 * of 223, 22 and two ones: 253 squares and 13 products, as in libsecp256k1. Measured: 5.2 µs.
 */
export const addRoot = (module: Module, { multiply, square }: { multiply: number; square: number }): number =>
  addFunction(module, undefined, [], [], (f) => {
    const x2 = ELEMENTS(2)
    const x3 = ELEMENTS(3)
    const x11 = ELEMENTS(4)
    const x22 = ELEMENTS(5)
    const x44 = ELEMENTS(6)
    const x88 = ELEMENTS(7)
    /** from^(2^times) * by */
    const step = (to: number, from: number, times: number, by?: number) => {
      emit(f, call(square, i32(to), i32(from), i32(times)))
      if (by !== undefined) emit(f, call(multiply, i32(to), i32(to), i32(by)))
    }
    const { of: x, result } = ROOT
    step(x2, x, 1, x)
    step(x3, x2, 1, x)
    step(x11, x3, 3, x3)
    step(x11, x11, 3, x3)
    step(x11, x11, 2, x2)
    step(x22, x11, 11, x11)
    step(x44, x22, 22, x22)
    step(x88, x44, 44, x44)
    step(result, x88, 88, x88)
    step(result, result, 44, x44)
    step(result, result, 3, x3)
    step(result, result, 23, x22)
    step(result, result, 6, x2)
    step(result, result, 2)
  })
