/** Bernstein-Yang safegcd, variable time: 30 division steps at a time, limbs of 30 bits (libsecp256k1 modinv32). */
import {
  addFunction, type Body, branchIf, type Code, emit, get, I32, i32, I64, i64, keep, loadI32From8U, loadI64, loop, type Module,
  scope, set, storeI64, takeLocal, wasm, when,
} from './emit.ts'
import { FIXED, GCD } from './layout.ts'

const LIMBS = 9
const M30 = (1n << 30n) - 1n
const [D, E, F, G] = [0, 1, 2, 3].map((k) => GCD + 72 * k) as [number, number, number, number]

/** A modulus for `inverse`: nine limbs, then its inverse modulo 2^30. */
export const modulusWords = (modulus: bigint): bigint[] => [...limbs30(modulus), inverse30(modulus)]
export const limbs30 = (x: bigint): bigint[] => Array.from({ length: LIMBS }, (_, k) => (x >> BigInt(30 * k)) & M30)
const inverse30 = (x: bigint): bigint => {
  let y = 1n
  for (let k = 0; k < 5; k++) y = (y * (2n - x * y)) & M30
  return y
}
/** -1/f modulo 256 for odd f, by (f >> 1) & 127. */
export const NEGATED_INVERSES = Array.from({ length: 128 }, (_, k) => {
  const f = BigInt(2 * k + 1)
  let y = f
  for (let n = 0; n < 4; n++) y = BigInt.asUintN(8, y * (2n - f * y))
  return Number(BigInt.asUintN(8, -y))
})

const word = (at: number, k: number): Code => loadI64(i32(0), at + 8 * k)

/** inverse(to, from, modulus, start): to = start / from; 4 words each, start and modulus as limbs. from < modulus, not zero. */
export const addInverse = (module: Module): number =>
  addFunction(module, 'inverse', [I32, I32, I32, I32], [], (f) => {
    const put = (at: number, k: number, value: Code) => emit(f, storeI64(i32(0), value, at + 8 * k))
    for (let k = 0; k < LIMBS; k++) {
      put(D, k, i64(0n))
      put(E, k, loadI64(get(3), 8 * k))
      put(F, k, loadI64(get(2), 8 * k))
    }
    const w = [0, 1, 2, 3].map((k) => keep(f, I64, loadI64(get(1), 8 * k)))
    for (let k = 0; k < LIMBS; k++) {
      const bit = 30 * k
      const [i, s] = [bit >> 6, bit & 63]
      const low = s === 0 ? w[i]! : wasm.i64ShrU(w[i]!, i64(BigInt(s)))
      put(G, k, wasm.i64And(s > 34 && i < 3 ? wasm.i64Or(low, wasm.i64Shl(w[i + 1]!, i64(BigInt(64 - s)))) : low, i64(M30)))
    }
    const eta = takeLocal(f, I32)
    set(f, eta, i32(-1))
    const m = [0, 1, 2, 3].map(() => takeLocal(f, I64))
    loop(f, () => {
      divisionSteps(f, eta, m)
      updateDE(f, m)
      updateFG(f, m)
      branchIf(f, wasm.i64Ne(Array.from({ length: LIMBS }, (_, k) => word(G, k)).reduce((a, b) => wasm.i64Or(a, b)), i64(0n)))
    })
    // Times the sign of f (which is 1 or -1), into the range of the modulus.
    const d = Array.from({ length: LIMBS }, (_, k) => takeLocal(f, I64))
    const modulus = (k: number) => loadI64(get(2), 8 * k)
    for (let k = 0; k < LIMBS; k++) set(f, d[k]!, word(D, k))
    const carry = () => {
      for (let k = 0; k + 1 < LIMBS; k++) {
        set(f, d[k + 1]!, wasm.i64Add(get(d[k + 1]!), wasm.i64ShrS(get(d[k]!), i64(30n))))
        set(f, d[k]!, wasm.i64And(get(d[k]!), i64(M30)))
      }
    }
    const addIfNegative = () => {
      when(f, wasm.i64LtS(get(d[8]!), i64(0n)), () => {
        for (let k = 0; k < LIMBS; k++) set(f, d[k]!, wasm.i64Add(get(d[k]!), modulus(k)))
        carry()
      })
    }
    addIfNegative()
    when(f, wasm.i64LtS(word(F, 8), i64(0n)), () => {
      for (let k = 0; k < LIMBS; k++) set(f, d[k]!, wasm.i64Sub(i64(0n), get(d[k]!)))
      carry()
    })
    addIfNegative()
    for (let k = 0; k < 4; k++) {
      // Bits 64k to 64k + 63 of limbs of 30.
      const parts: Code[] = []
      for (let l = 0; l < LIMBS; l++) {
        const at = 30 * l - 64 * k
        if (at <= -30 || at >= 64) continue
        parts.push(at >= 0 ? wasm.i64Shl(get(d[l]!), i64(BigInt(at))) : wasm.i64ShrU(get(d[l]!), i64(BigInt(-at))))
      }
      emit(f, storeI64(get(0), parts.reduce((a, b) => wasm.i64Or(a, b)), 8 * k))
    }
  })

/** The matrix of 30 steps on the lowest limbs, times 2^30. */
function divisionSteps(f: Body, eta: number, m: readonly number[]): void {
  scope(f, () => {
    const [u, v, q, r, fl, gl, left, t, limit] = Array.from({ length: 9 }, () => takeLocal(f, I32)) as [number, number, number, number, number, number, number, number, number]
    for (const [local, value] of [[u, 1], [v, 0], [q, 0], [r, 1], [left, 30]] as const) set(f, local, i32(value))
    set(f, fl, wasm.i32WrapI64(word(F, 0)))
    set(f, gl, wasm.i32WrapI64(word(G, 0)))
    const negatedSwap = (a: number, b: number) => {
      set(f, t, get(a))
      set(f, a, get(b))
      set(f, b, wasm.i32Sub(i32(0), get(t)))
    }
    emit(f, [0x02, 0x40])
    loop(f, () => {
      set(f, t, wasm.i32Ctz(wasm.i32Or(get(gl), wasm.i32Shl(i32(-1), get(left)))))
      set(f, gl, wasm.i32ShrU(get(gl), get(t)))
      set(f, u, wasm.i32Shl(get(u), get(t)))
      set(f, v, wasm.i32Shl(get(v), get(t)))
      set(f, eta, wasm.i32Sub(get(eta), get(t)))
      set(f, left, wasm.i32Sub(get(left), get(t)))
      branchIf(f, wasm.i32Eqz(get(left)), 1)
      when(f, wasm.i32LtS(get(eta), i32(0)), () => {
        set(f, eta, wasm.i32Sub(i32(0), get(eta)))
        negatedSwap(fl, gl)
        negatedSwap(u, q)
        negatedSwap(v, r)
      })
      set(f, limit, wasm.i32Add(get(eta), i32(1)))
      set(f, limit, wasm.select(get(left), get(limit), wasm.i32GtS(get(limit), get(left))))
      // At most eight bits of g are made zero by adding a multiple of f.
      set(
        f,
        t,
        wasm.i32And(
          wasm.i32Mul(get(gl), loadI32From8U(wasm.i32And(wasm.i32ShrU(get(fl), i32(1)), i32(127)), FIXED)),
          wasm.i32And(wasm.i32ShrU(i32(-1), wasm.i32Sub(i32(32), get(limit))), i32(255)),
        ),
      )
      set(f, gl, wasm.i32Add(get(gl), wasm.i32Mul(get(fl), get(t))))
      set(f, q, wasm.i32Add(get(q), wasm.i32Mul(get(u), get(t))))
      set(f, r, wasm.i32Add(get(r), wasm.i32Mul(get(v), get(t))))
      emit(f, [0x0c, 0])
    })
    emit(f, [0x0b])
    ;[u, v, q, r].forEach((local, k) => set(f, m[k]!, wasm.i64ExtendI32S(get(local))))
  })
}

/** (d, e) = matrix (d, e) / 2^30 modulo the modulus. */
function updateDE(f: Body, [u, v, q, r]: readonly number[]): void {
  scope(f, () => {
    const modulus = (k: number) => loadI64(get(2), 8 * k)
    const sd = keep(f, I64, wasm.i64ShrS(word(D, 8), i64(63n)))
    const se = keep(f, I64, wasm.i64ShrS(word(E, 8), i64(63n)))
    const rows = [[u!, v!, D], [q!, r!, E]] as const
    const di = keep(f, I64, word(D, 0))
    const ei = keep(f, I64, word(E, 0))
    const state = rows.map(([a, b]) => {
      const md = takeLocal(f, I64)
      const c = takeLocal(f, I64)
      set(f, md, wasm.i64Add(wasm.i64And(get(a), sd), wasm.i64And(get(b), se)))
      set(f, c, wasm.i64Add(wasm.i64Mul(get(a), di), wasm.i64Mul(get(b), ei)))
      set(f, md, wasm.i64Sub(get(md), wasm.i64And(wasm.i64Add(wasm.i64Mul(modulus(9), get(c)), get(md)), i64(M30))))
      set(f, c, wasm.i64ShrS(wasm.i64Add(get(c), wasm.i64Mul(modulus(0), get(md))), i64(30n)))
      return { a, b, md, c }
    })
    for (let k = 1; k < LIMBS; k++) {
      scope(f, () => {
        const d = keep(f, I64, word(D, k))
        const e = keep(f, I64, word(E, k))
        const n = keep(f, I64, modulus(k))
        state.forEach(({ a, b, md, c }, row) => {
          set(f, c, wasm.i64Add(wasm.i64Add(wasm.i64Add(get(c), wasm.i64Mul(get(a), d)), wasm.i64Mul(get(b), e)), wasm.i64Mul(n, get(md))))
          emit(f, storeI64(i32(0), wasm.i64And(get(c), i64(M30)), rows[row]![2] + 8 * (k - 1)))
          set(f, c, wasm.i64ShrS(get(c), i64(30n)))
        })
      })
    }
    state.forEach(({ c }, row) => emit(f, storeI64(i32(0), get(c), rows[row]![2] + 64)))
  })
}

/** (f, g) = matrix (f, g) / 2^30, exactly. */
function updateFG(f: Body, [u, v, q, r]: readonly number[]): void {
  scope(f, () => {
    const rows = [[u!, v!, F], [q!, r!, G]] as const
    const c = rows.map(() => takeLocal(f, I64))
    for (let k = 0; k < LIMBS; k++) {
      scope(f, () => {
        const fi = keep(f, I64, word(F, k))
        const gi = keep(f, I64, word(G, k))
        rows.forEach(([a, b, at], row) => {
          const sum = wasm.i64Add(wasm.i64Mul(get(a), fi), wasm.i64Mul(get(b), gi))
          set(f, c[row]!, k === 0 ? sum : wasm.i64Add(get(c[row]!), sum))
          if (k > 0) emit(f, storeI64(i32(0), wasm.i64And(get(c[row]!), i64(M30)), at + 8 * (k - 1)))
          set(f, c[row]!, wasm.i64ShrS(get(c[row]!), i64(30n)))
        })
      })
    }
    rows.forEach(([, , at], row) => emit(f, storeI64(i32(0), get(c[row]!), at + 64)))
  })
}
