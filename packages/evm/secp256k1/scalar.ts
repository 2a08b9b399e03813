/**
 * Scalars: words modulo the order of the group. They are taken apart into halves of 32 bits, whose products fit an i64.
 */
import { type Code, I32, I64, i32, i64, loadI64U32, storeI64As32, wasm } from './code.ts'
import {
  addFunction,
  call,
  emit,
  get,
  hold,
  keep,
  type Module,
  repeat,
  scope,
  set,
  takeLocal,
  when,
} from './module.ts'
import { inverseOfOdd, N } from './numbers.ts'
import { takeWords } from './words.ts'

const HALVES = 8
const HALF = 2n ** 32n - 1n
const half = (value: bigint, k: number): bigint => (k < 0 ? 0n : (value >> BigInt(32 * k)) & HALF)

/**
 * `product(to, a, b)`: a b / 2^256 modulo n (P. Montgomery, "Modular Multiplication Without Trial Division", 1985), for
 * any a and b < n. Measured: 85 ns.
 */
export const addProduct = (module: Module): number =>
  addFunction(module, 'product', [I32, I32, I32], [], (f) => {
    const [to, a, b] = [get(0), get(1), get(2)]
    const sum = takeWords(f, HALVES + 1)
    const top = sum[HALVES]!
    const at = takeLocal(f, I32)
    for (const local of sum) set(f, local, i64(0n))
    set(f, at, i32(0))
    /** Adds x times eight halves to the sum; (2^32 - 1)^2 + 2 (2^32 - 1) is just below 2^64. */
    const addMultiple = (x: Code, y: (k: number) => Code): void => {
      const all = takeLocal(f, I64)
      for (let k = 0; k < HALVES; k++) {
        const product = wasm.i64Add(wasm.i64Mul(x, y(k)), get(sum[k]!))
        set(f, all, k === 0 ? product : wasm.i64Add(product, wasm.i64ShrU(get(all), i64(32n))))
        set(f, sum[k]!, wasm.i64And(get(all), i64(HALF)))
      }
      set(f, top, wasm.i64Add(get(top), wasm.i64ShrU(get(all), i64(32n))))
    }
    const negatedInverse = BigInt.asUintN(32, -inverseOfOdd(N, 32))
    repeat(
      f,
      () => {
        const x = keep(f, I64, loadI64U32(wasm.i32Add(a, get(at))))
        addMultiple(x, (k) => loadI64U32(b, 4 * k))
        // A multiple of n makes the lowest half zero; then all move down by one.
        const q = keep(f, I64, wasm.i64And(wasm.i64Mul(get(sum[0]!), i64(negatedInverse)), i64(HALF)))
        addMultiple(q, (k) => i64(half(N, k)))
        for (let k = 0; k + 1 < HALVES; k++) set(f, sum[k]!, get(sum[k + 1]!))
        set(f, sum[HALVES - 1]!, wasm.i64And(get(top), i64(HALF)))
        set(f, top, wasm.i64ShrU(get(top), i64(32n)))
        set(f, at, wasm.i32Add(get(at), i32(4)))
      },
      () => wasm.i32Ne(get(at), i32(4 * HALVES)),
    )
    // Below 2 n: n less, if that is not negative.
    const borrow = takeLocal(f, I64)
    set(f, borrow, i64(0n))
    const reduced = Array.from({ length: HALVES }, (_, k) => {
      const difference = wasm.i64Sub(get(sum[k]!), i64(half(N, k)))
      set(f, borrow, wasm.i64Add(difference, wasm.i64ShrS(get(borrow), i64(32n))))
      return keep(f, I64, get(borrow))
    })
    const rest = wasm.i64Add(get(top), wasm.i64ShrS(get(borrow), i64(32n)))
    const isBelow = keep(f, I32, wasm.i64LtS(rest, i64(0n)))
    reduced.forEach((limb, k) => {
      emit(f, storeI64As32(to, wasm.select(get(sum[k]!), limb, isBelow), 4 * k))
    })
  })

/**
 * The curve has an endomorphism (x, y) -> (beta x, y), which multiplies by lambda. Of k = k1 + k2 lambda modulo n both
 * parts are half as long: R. Gallant, R. Lambert, S. Vanstone, "Faster Point Multiplication on Elliptic Curves with
 * Efficient Endomorphisms", 2001. (A1, B1) and (A2, B2) are short vectors of the lattice of all (a, b) with a + b
 * lambda = 0; c1 and c2 are k B2 / n and -k B1 / n, rounded, by multiples of 2^-384 (G1, G2) instead of a division.
 * libsecp256k1, scalar_impl.h, has the constants and the proof that |k1| and |k2| are below 2^128.
 */
const A1 = 0x3086d221a7d46bcde86c90e49284eb15n
const MINUS_B1 = 0xe4437ed6010e88286f547fa90abfe4c3n
const A2 = 0x114ca50f7a8e2f3f657c1108d9d44cfd8n
const B2 = A1
const rounded = (a: bigint, b: bigint): bigint => (2n * a + b) / (2n * b)
const G1 = rounded(B2 << 384n, N)
const G2 = rounded(MINUS_B1 << 384n, N)

/**
 * `split(scalar, isNegated, width, which)`: writes the digits (./digits.ts) of both parts of the scalar, or of minus
 * the scalar, as number `which` and the next. Measured: 0.2 µs, digits included.
 */
export const addSplit = (module: Module, digits: number): number =>
  addFunction(module, 'split', [I32, I32, I32, I32], [], (f) => {
    const [scalar, isNegated, width, which] = [get(0), get(1), get(2), get(3)]
    const k = Array.from({ length: HALVES }, (_, j) => keep(f, I64, loadI64U32(scalar, 4 * j)))

    /** The lowest `count` halves of the sum of products; those below `from` are only carried from. */
    const multiply = (factors: readonly Factor[], plus: readonly Code[], count: number, from = 0): Code[] => {
      const result = takeWords(f, count - from)
      scope(f, () => {
        const [low, high] = takeWords(f, 2) as [number, number]
        set(f, low, i64(0n))
        for (let column = 0; column < count; column++) {
          set(f, high, i64(0n))
          if (plus[column]) set(f, low, wasm.i64Add(get(low), plus[column]!))
          for (const { x, by, instruction } of factors)
            x.forEach((limb, j) => {
              const other = half(by, column - j)
              if (other === 0n) return
              scope(f, () => {
                const product = keep(f, I64, wasm.i64Mul(limb, i64(other)))
                set(f, low, instruction(get(low), wasm.i64And(product, i64(HALF))))
                set(f, high, instruction(get(high), wasm.i64ShrU(product, i64(32n))))
              })
            })
          if (column >= from) set(f, result[column - from]!, wasm.i64And(get(low), i64(HALF)))
          set(f, low, wasm.i64Add(wasm.i64ShrS(get(low), i64(32n)), get(high)))
        }
      })
      return result.map(get)
    }

    /** k g / 2^384, rounded: four halves. */
    const quotient = (g: bigint): Code[] => {
      const [below, ...above] = multiply([{ x: k, by: g, instruction: wasm.i64Add }], [], 16, 11)
      const given = takeLocal(f, I64)
      set(f, given, wasm.i64ShrU(below!, i64(31n)))
      return above.map((limb) => {
        set(f, given, wasm.i64Add(get(given), limb))
        const kept = keep(f, I64, wasm.i64And(get(given), i64(HALF)))
        set(f, given, wasm.i64ShrU(get(given), i64(32n)))
        return kept
      })
    }
    const c1 = quotient(G1)
    const c2 = quotient(G2)

    // Modulo 2^160: the highest half tells the sign.
    const parts = [
      multiply([minus(c1, A1), minus(c2, A2)], k, 5),
      multiply([{ x: c1, by: MINUS_B1, instruction: wasm.i64Add }, minus(c2, B2)], [], 5),
    ]
    for (const [index, [w0, w1, w2, w3, sign]] of parts.entries()) {
      const low = hold(f, I64, wasm.i64Or(w0!, wasm.i64Shl(w1!, i64(32n))))
      const high = hold(f, I64, wasm.i64Or(w2!, wasm.i64Shl(w3!, i64(32n))))
      const isNegative = keep(f, I32, wasm.i64Ne(sign!, i64(0n)))
      when(f, isNegative, () => {
        const borrow = wasm.i64ExtendI32U(wasm.i64Ne(get(low), i64(0n)))
        set(f, high, wasm.i64Sub(wasm.i64Sub(i64(0n), get(high)), borrow))
        set(f, low, wasm.i64Sub(i64(0n), get(low)))
      })
      const number = wasm.i32Add(which, i32(index))
      emit(f, call(digits, get(low), get(high), wasm.i32Xor(isNegative, isNegated), width, number))
    }
  })

interface Factor {
  readonly x: readonly Code[]
  readonly by: bigint
  readonly instruction: (a: Code, b: Code) => Code
}

const minus = (x: readonly Code[], by: bigint): Factor => ({ x, by, instruction: wasm.i64Sub })
