/** Non-adjacent forms of scalars (Guide to Elliptic Curve Cryptography, algorithm 3.35). */
import { I32, I64, i32, i64, storeI64As16, wasm } from './code.ts'
import { DIGITS } from './layout.ts'
import { addFunction, emit, get, keep, leaveIf, type Module, repeat, set, takeLocal, when } from './module.ts'

/**
 * `digits(low, high, isNegative, width, which)`: writes the digits that are not zero, odd and below 2^(width - 1) in
 * magnitude, of number `which` of four. The scalar is so far below 2^128 that what a negative digit adds to it leaves
 * it there.
 */
export const addDigits = (module: Module): number =>
  addFunction(module, undefined, [I64, I64, I32, I32, I32], [], (f) => {
    const [low, high, isNegative] = [0, 1, get(2)]
    const unused = keep(f, I64, wasm.i64Sub(i64(64n), wasm.i64ExtendI32U(get(3))))
    const at = takeLocal(f, I32)
    const zeros = takeLocal(f, I64)
    const digit = takeLocal(f, I64)
    set(f, at, wasm.i32Add(i32(DIGITS), wasm.i32Shl(get(4), i32(1))))
    const move = (bits: number) => {
      // In two steps, for a shift by 64 is one by none.
      const fromHigh = wasm.i64Shl(wasm.i64Shl(get(high), i64(1n)), wasm.i64Xor(get(bits), i64(63n)))
      set(f, low, wasm.i64Or(wasm.i64ShrU(get(low), get(bits)), fromHigh))
      set(f, high, wasm.i64ShrU(get(high), get(bits)))
      set(f, at, wasm.i32Add(get(at), wasm.i32Shl(wasm.i32WrapI64(get(bits)), i32(3))))
    }
    repeat(f, () => {
      when(f, wasm.i64Eqz(get(low)), () => {
        leaveIf(f, wasm.i64Eqz(get(high)), 1)
        set(f, low, get(high))
        set(f, high, i64(0n))
        set(f, at, wasm.i32Add(get(at), i32(8 * 64)))
      })
      set(f, zeros, wasm.i64Ctz(get(low)))
      move(zeros)
      set(f, digit, wasm.i64ShrS(wasm.i64Shl(get(low), unused), unused))
      emit(f, storeI64As16(get(at), wasm.select(wasm.i64Sub(i64(0n), get(digit)), get(digit), isNegative)))
      const before = keep(f, I64, get(low))
      set(f, low, wasm.i64Sub(get(low), get(digit)))
      const isMore = wasm.i64LtS(get(digit), i64(0n))
      const carry = wasm.i32And(isMore, wasm.i64LtU(get(low), before))
      set(f, high, wasm.i64Add(get(high), wasm.i64ExtendI32U(carry)))
    })
  })
