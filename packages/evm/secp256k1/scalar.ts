/** Scalars: integers modulo the order of the group, of four words or eight halves. */
import {
  addFunction, branchIf, type Code, emit, get, I32, i32, I64, i64, keep, loadI64, loadI64From32U, loop, type Module, scope, set,
  storeI64, storeI64As16, storeI64As32, takeLocal, wasm, when,
} from './emit.ts'
import { DIGITS, WORDS } from './layout.ts'

export const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const HALF = 0xffffffffn
const N_INVERSE = (() => {
  let y = 1n
  for (let k = 0; k < 6; k++) y = BigInt.asUintN(32, y * (2n - N * y))
  return BigInt.asUintN(32, -y)
})()
const half = (x: bigint, k: number): bigint => (x >> BigInt(32 * k)) & HALF

/** product(to, a, b): to = a b / 2^256 modulo n (Montgomery); a < 2^256, b < n. */
export const addProduct = (module: Module): number =>
  addFunction(module, 'product', [I32, I32, I32], [], (f) => {
    const t = Array.from({ length: 10 }, () => takeLocal(f, I64))
    const i = takeLocal(f, I32)
    loop(f, () => {
      scope(f, () => {
        const x = keep(f, I64, loadI64From32U(wasm.i32Add(get(1), get(i))))
        const c = takeLocal(f, I64)
        for (let j = 0; j < 8; j++) {
          // (2^32 - 1)^2 + 2 (2^32 - 1) = 2^64 - 1
          const sum = wasm.i64Add(wasm.i64Mul(x, loadI64From32U(get(2), 4 * j)), get(t[j]!))
          set(f, c, j === 0 ? sum : wasm.i64Add(sum, wasm.i64ShrU(get(c), i64(32n))))
          set(f, t[j]!, wasm.i64And(get(c), i64(HALF)))
        }
        set(f, t[8]!, wasm.i64Add(get(t[8]!), wasm.i64ShrU(get(c), i64(32n))))
        const q = keep(f, I64, wasm.i64And(wasm.i64Mul(get(t[0]!), i64(N_INVERSE)), i64(HALF)))
        for (let j = 0; j < 8; j++) {
          const sum = wasm.i64Add(wasm.i64Mul(q, i64(half(N, j))), get(t[j]!))
          set(f, c, j === 0 ? sum : wasm.i64Add(sum, wasm.i64ShrU(get(c), i64(32n))))
          if (j > 0) set(f, t[j - 1]!, wasm.i64And(get(c), i64(HALF)))
        }
        set(f, c, wasm.i64Add(get(t[8]!), wasm.i64ShrU(get(c), i64(32n))))
        set(f, t[7]!, wasm.i64And(get(c), i64(HALF)))
        set(f, t[8]!, wasm.i64ShrU(get(c), i64(32n)))
      })
      set(f, i, wasm.i32Add(get(i), i32(4)))
      branchIf(f, wasm.i32Ne(get(i), i32(32)))
    })
    // Below 2n: less n, if that leaves something.
    const borrow = takeLocal(f, I64)
    const less = t.slice(0, 8).map((local, k) => {
      set(f, borrow, wasm.i64Sub(k === 0 ? get(local) : wasm.i64Add(get(local), wasm.i64ShrS(get(borrow), i64(32n))), i64(half(N, k))))
      return keep(f, I64, get(borrow))
    })
    set(f, borrow, wasm.i64Add(get(t[8]!), wasm.i64ShrS(get(borrow), i64(32n))))
    for (let k = 0; k < 8; k++)
      emit(f, storeI64As32(get(0), wasm.select(get(t[k]!), less[k]!, wasm.i32WrapI64(wasm.i64ShrU(get(borrow), i64(63n)))), 4 * k))
  })

/** The split of a scalar by the endomorphism: k = k1 + k2 lambda, |k1| and |k2| below 2^128 (Guide to ECC, 3.74; constants of libsecp256k1). */
const G1 = 0x3086d221a7d46bcde86c90e49284eb153daa8a1471e8ca7fe893209a45dbb031n
const G2 = 0xe4437ed6010e88286f547fa90abfe4c4221208ac9df506c61571b4ae8ac47f71n
const A1 = 0x3086d221a7d46bcde86c90e49284eb15n
const MINUS_B1 = 0xe4437ed6010e88286f547fa90abfe4c3n
const A2 = 0x114ca50f7a8e2f3f657c1108d9d44cfd8n
const B2 = A1
export const LAMBDA = 0x5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72n
export const BETA = 0x7ae96a2b657c07106e64479eac3434e99cf0497512f58995c1396c28719501een

/** split(from, which, negate, widthBits): writes the digits of both halves at DIGITS + 2 which and + 2 (which + 1). */
export const addSplit = (module: Module, digits: number): number =>
  addFunction(module, 'split', [I32, I32, I32, I32], [], (f) => {
    const k = Array.from({ length: 8 }, (_, j) => keep(f, I64, loadI64From32U(get(0), 4 * j)))
    /** Column sums of products of halves, from low and high halves so that nothing overflows. */
    const columns = (terms: readonly (readonly [readonly Code[], bigint, 1 | -1])[], plus: readonly Code[], count: number): Code[] => {
      const out: number[] = Array.from({ length: count }, () => takeLocal(f, I64))
      return scope(f, () => {
        const low = takeLocal(f, I64)
        const high = takeLocal(f, I64)
        set(f, low, i64(0n))
        for (let c = 0; c < count; c++) {
          set(f, high, i64(0n))
          if (plus[c]) set(f, low, wasm.i64Add(get(low), plus[c]!))
          for (const [a, b, sign] of terms)
            for (let i = 0; i < a.length; i++) {
              const other = c - i < 0 ? 0n : half(b, c - i)
              if (other === 0n) continue
              scope(f, () => {
                const p = keep(f, I64, wasm.i64Mul(a[i]!, i64(other)))
                const op = sign === 1 ? wasm.i64Add : wasm.i64Sub
                set(f, low, op(get(low), wasm.i64And(p, i64(HALF))))
                set(f, high, op(get(high), wasm.i64ShrU(p, i64(32n))))
              })
            }
          set(f, out[c]!, wasm.i64And(get(low), i64(HALF)))
          set(f, low, wasm.i64Add(wasm.i64ShrS(get(low), i64(32n)), get(high)))
        }
        return out.map(get)
      })
    }
    const rounded = (g: bigint): Code[] => {
      const all = columns([[k, g, 1]], [], 16)
      // Plus bit 383, which rounds.
      const carry = takeLocal(f, I64)
      set(f, carry, wasm.i64ShrU(all[11]!, i64(31n)))
      return [12, 13, 14, 15].map((c) => {
        set(f, carry, wasm.i64Add(get(carry), all[c]!))
        const digit = keep(f, I64, wasm.i64And(get(carry), i64(HALF)))
        set(f, carry, wasm.i64ShrU(get(carry), i64(32n)))
        return digit
      })
    }
    const c1 = rounded(G1)
    const c2 = rounded(G2)
    const halves = [
      columns([[c1, A1, -1], [c2, A2, -1]], k, 5),
      columns([[c1, MINUS_B1, 1], [c2, B2, -1]], [], 5),
    ]
    halves.forEach((h, which) => {
      const low = takeLocal(f, I64)
      const high = takeLocal(f, I64)
      const negative = takeLocal(f, I32)
      set(f, low, wasm.i64Or(h[0]!, wasm.i64Shl(h[1]!, i64(32n))))
      set(f, high, wasm.i64Or(h[2]!, wasm.i64Shl(h[3]!, i64(32n))))
      set(f, negative, wasm.i64Ne(h[4]!, i64(0n)))
      when(f, get(negative), () => {
        set(f, high, wasm.i64Sub(wasm.i64Xor(get(high), i64(-1n)), i64(-1n)))
        when(f, wasm.i64Ne(get(low), i64(0n)), () => set(f, high, wasm.i64Sub(get(high), i64(1n))))
        set(f, low, wasm.i64Sub(i64(0n), get(low)))
      })
      emit(f, [...get(low), ...get(high), ...wasm.i32Xor(get(negative), get(2)), ...get(3), ...wasm.i32Add(get(1), i32(which)), 0x10, digits])
    })
  })

/** digits(low, high, negative, width, which): the width-w non-adjacent form, 16 bits a digit, four scalars side by side. */
export const addDigits = (module: Module): number =>
  addFunction(module, 'digits', [I64, I64, I32, I32, I32], [], (f) => {
    const [low, high] = [0, 1]
    const at = takeLocal(f, I32)
    const zeros = takeLocal(f, I64)
    const digit = takeLocal(f, I64)
    const width = keep(f, I64, wasm.i64ExtendI32U(get(3)))
    set(f, at, wasm.i32Add(i32(DIGITS), wasm.i32Shl(get(4), i32(1))))
    emit(f, [0x02, 0x40])
    loop(f, () => {
      when(f, wasm.i64Eqz(get(low)), () => {
        branchIf(f, wasm.i64Eqz(get(high)), 2)
        set(f, low, get(high))
        set(f, high, i64(0n))
        set(f, at, wasm.i32Add(get(at), i32(8 * 64)))
      })
      set(f, zeros, wasm.i64Ctz(get(low)))
      set(f, low, wasm.i64ShrU(get(low), get(zeros)))
      // A shift by 64 is one by 0: in two steps.
      set(f, low, wasm.i64Or(get(low), wasm.i64Shl(wasm.i64Shl(get(high), i64(1n)), wasm.i64Xor(get(zeros), i64(63n)))))
      set(f, high, wasm.i64ShrU(get(high), get(zeros)))
      set(f, at, wasm.i32Add(get(at), wasm.i32Shl(wasm.i32WrapI64(get(zeros)), i32(3))))
      // The lowest bits, signed.
      set(f, digit, wasm.i64ShrS(wasm.i64Shl(get(low), wasm.i64Sub(i64(64n), width)), wasm.i64Sub(i64(64n), width)))
      emit(f, storeI64As16(get(at), wasm.select(wasm.i64Sub(i64(0n), get(digit)), get(digit), get(2))))
      set(f, zeros, get(low))
      set(f, low, wasm.i64Sub(get(low), get(digit)))
      // A negative digit adds, and may carry.
      when(f, wasm.i32And(wasm.i64LtU(get(low), get(zeros)), wasm.i64LtS(get(digit), i64(0n))), () => set(f, high, wasm.i64Add(get(high), i64(1n))))
      emit(f, [0x0c, 0])
    })
    emit(f, [0x0b])
  })
export { WORDS, storeI64, loadI64 }
