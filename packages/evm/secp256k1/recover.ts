import {
  addFunction, type Body, branchIf, call, type Code, constant, createModule, emit, extractF64, get, giveBack, i32, I32, I64, i64, keep, littleEndian,
  loadI32, loadI64, loadI64From16S, loadV128, loop, type Module, moduleBytes, scope, set, shuffleBytes, storeI64, storeV128, takeLocal, V128, wasm, when,
} from './emit.ts'
import {
  add, columnsOf, type Columns, type Element, f64bits, finish, loadElement, multiply, P, pair, storeElement, STORED, subtract, WEIGHTS, WIDTHS,
} from './field.ts'
import { addInverse, limbs30, modulusWords, NEGATED_INVERSES } from './inverse.ts'
import * as layout from './layout.ts'
import { addAdd, addDouble } from './point.ts'
import { addDigits, addProduct, addSplit, BETA, N } from './scalar.ts'

const { ELEMENT, INPUT, OUTPUT, WORDS, TEMPS, ACC, GZ, RATIO, TABLE, TABLE_G, RATIOS_G, DIGITS, FIXED, ENTRIES_G } = layout
const GX = 0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n
const GY = 0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n
const ENTRIES_R = 8
const WIDTH_R = 5
const WIDTH_G = Math.log2(ENTRIES_G) + 2

const temp = (k: number): number => TEMPS + ELEMENT * k
const word = (k: number): number => WORDS + 32 * k

export function build(): Uint8Array {
  const data: [number, Code][] = []
  const put = (at: number, bytes: Code) => (data.push([at, bytes]), at)
  const words64 = (values: readonly bigint[]) => values.flatMap((value) => littleEndian(BigInt.asUintN(64, value)))
  const element = (low: bigint, high: bigint) => {
    const [a, b] = [low, high].map(balanced) as [number[], number[]]
    return words64(a.flatMap((limb, k) => [f64bits(limb), f64bits(b[k]!)]))
  }
  put(FIXED, NEGATED_INVERSES)
  const MOD_P = put(FIXED + 128, words64(modulusWords(P)))
  const MOD_N = put(FIXED + 208, words64(modulusWords(N)))
  const START_1 = put(FIXED + 288, words64(limbs30(1n)))
  const START_R = put(FIXED + 360, words64(limbs30(2n ** 256n % N)))
  const BETA_1 = put(temp(16), element(BETA, 1n))
  const SEVEN = put(temp(17), element(7n, 7n))
  const ONE = put(temp(18), element(1n, 1n))
  const GENERATOR = put(temp(19), element(GX, GY))

  const m = createModule(layout.CONSTANTS)
  const mul = addFunction(m, 'mul', [I32, I32, I32], [], (f) => {
    storeElement(f, get(0), finish(f, multiply(f, loadElement(f, get(1)), loadElement(f, get(2)))))
  })
  /** square(to, from, times) */
  const square = addFunction(m, 'square', [I32, I32, I32], [], (f) => {
    const a = loadElement(f, get(1))
    loop(f, () => {
      scope(f, () => finish(f, multiply(f, a, a)).limbs.forEach((limb, k) => set(f, a.limbs[k]![1]!, limb)))
      set(f, 2, wasm.i32Sub(get(2), i32(1)))
      branchIf(f, get(2))
    })
    storeElement(f, get(0), a)
  })
  const double = addDouble(m)
  const addPoint = addAdd(m)
  const inverse = addInverse(m)
  const product = addProduct(m)
  const digits = addDigits(m)
  const split = addSplit(m, digits)

  /** element(to, words): 256 bits in both lanes */
  const toElement = addFunction(m, 'element', [I32, I32], [], (f) => {
    const w = [0, 1, 2, 3].map((k) => keep(f, I64, loadI64(get(1), 8 * k)))
    const limbs = WEIGHTS.map((weight, k) => {
      const [i, s] = [weight >> 6, weight & 63]
      const low = s === 0 ? w[i]! : wasm.i64ShrU(w[i]!, i64(BigInt(s)))
      const all = s + WIDTHS[k]! > 64 ? wasm.i64Or(low, wasm.i64Shl(w[i + 1]!, i64(BigInt(64 - s)))) : low
      return keep(f, V128, wasm.i64x2Splat(wasm.i64And(all, i64(2n ** BigInt(WIDTHS[k]!) - 1n))))
    })
    const columns: Columns = { limbs, max: WIDTHS.map((width) => 2n ** BigInt(width)), offset: WIDTHS.map(() => [0n, 0n]) }
    storeElement(f, get(0), finish(f, columns))
  })
  /** words(to, element of lane 0): 0 to p - 1 */
  const toWords = addFunction(m, 'words', [I32, I32, I32], [], (f) => {
    const d = WIDTHS.map((_, k) => {
      const local = takeLocal(f, I64)
      const v = loadV128(get(1), 16 * k)
      emit(f, get(2), [0x04, I64])
      emit(f, wasm.i64TruncF64S(extractF64(v, 1)))
      emit(f, [0x05], wasm.i64TruncF64S(extractF64(v, 0)), [0x0b], [0x21, local])
      return local
    })
    const carry = () => {
      for (let k = 0; k < 4; k++) {
        set(f, d[k + 1]!, wasm.i64Add(get(d[k + 1]!), wasm.i64ShrS(get(d[k]!), i64(BigInt(WIDTHS[k]!)))))
        set(f, d[k]!, wasm.i64And(get(d[k]!), i64(2n ** BigInt(WIDTHS[k]!) - 1n)))
      }
    }
    carry()
    when(f, wasm.i64LtS(get(d[4]!), i64(0n)), () => {
      for (let k = 0; k < 5; k++) set(f, d[k]!, wasm.i64Add(get(d[k]!), i64((P >> BigInt(WEIGHTS[k]!)) & (2n ** BigInt(WIDTHS[k]!) - 1n))))
      carry()
    })
    for (let k = 0; k < 4; k++) {
      const parts: Code[] = []
      WEIGHTS.forEach((weight, l) => {
        const at = weight - 64 * k
        if (at <= -52 || at >= 64) return
        parts.push(at >= 0 ? wasm.i64Shl(get(d[l]!), i64(BigInt(at))) : wasm.i64ShrU(get(d[l]!), i64(BigInt(-at))))
      })
      emit(f, storeI64(get(0), parts.reduce((a, b) => wasm.i64Or(a, b)), 8 * k))
    }
  })
  /** root(to, of): x^((p + 1) / 4), in both lanes */
  const root = addFunction(m, 'root', [], [], (f) => {
    const run = (to: number, from: number, times: number, by: number) => {
      emit(f, call(square, i32(temp(to)), i32(temp(from)), i32(times)))
      if (by >= 0) emit(f, call(mul, i32(temp(to)), i32(temp(to)), i32(temp(by))))
    }
    // temps: 0 is the argument, 1 the result
    const [x, y, x2, x3, x6, x11, x22, x44, x88] = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const
    run(x2, x, 1, x)
    run(x3, x2, 1, x)
    run(x6, x3, 3, x3)
    run(x11, x6, 3, x3)
    run(x11, x11, 2, x2)
    run(x22, x11, 11, x11)
    run(x44, x22, 22, x22)
    run(x88, x44, 44, x44)
    run(y, x88, 88, x88)
    run(y, y, 44, x44)
    run(y, y, 3, x3)
    run(y, y, 23, x22)
    run(y, y, 6, x2)
    run(y, y, 2, -1)
  })
  function pointCopyBody(f: Body) {
    for (let k = 0; k < 5; k++) {
      emit(f, storeV128(get(0), loadV128(get(1), 16 * k), 16 * k))
      emit(f, storeV128(get(0), loadV128(get(2), 16 * k), ELEMENT + 16 * k))
    }
  }
  const pointCopy = addFunction(m, undefined, [I32, I32, I32], [], pointCopyBody)

  /**
   * odd(table, count, ratios, last): from the point in temp 10 odd multiples with one z; temp 9 gets 1 / z if `last` else z...
   */
  const multiples = addFunction(m, 'multiples', [I32, I32, I32, I32], [], (f) => {
    const [table, count, ratios, fixed] = [0, 1, 2, 3]
    const at = takeLocal(f, I32)
    const ratio = takeLocal(f, I32)
    const left = takeLocal(f, I32)
    // 2P, on a curve where its z is 1.
    emit(f, call(pointCopy, i32(temp(11)), i32(temp(10)), i32(ONE)))
    emit(f, call(double, i32(temp(11)), i32(1)))
    // 13: (z^2, z^3)
    const z = loadElement(f, i32(temp(12)))
    const zAll = pair(f, z, 1, z, 1)
    const z2 = finish(f, multiply(f, zAll, zAll))
    const z3 = finish(f, multiply(f, z2, zAll))
    const first = finish(f, multiply(f, loadElement(f, i32(temp(10))), pair(f, z2, 0, z3, 0)))
    storeElement(f, i32(temp(13)), zAll)
    storeElement(f, get(table), first)
    storeElement(f, i32(ACC), first)
    emit(f, Array.from({ length: 5 }, (_, k) => storeV128(i32(0), loadV128(i32(0), ONE + 16 * k), ACC + ELEMENT + 16 * k)).flat())
    set(f, at, get(table))
    set(f, ratio, get(ratios))
    set(f, left, wasm.i32Sub(get(count), i32(1)))
    loop(f, () => {
      emit(f, call(addPoint, i32(ACC), i32(temp(11)), i32(0), i32(0)), [0x1a])
      set(f, at, wasm.i32Add(get(at), i32(ELEMENT)))
      scope(f, () => storeElement(f, get(at), loadElement(f, i32(ACC))))
      scope(f, () => storeElement(f, get(ratio), loadElement(f, i32(RATIO))))
      set(f, ratio, wasm.i32Add(get(ratio), i32(ELEMENT)))
      set(f, left, wasm.i32Sub(get(left), i32(1)))
      branchIf(f, get(left))
    })
    // The z of all: that of the last.
    const s = finish(f, multiply(f, loadElement(f, i32(ACC), ELEMENT), loadElement(f, i32(temp(13)))))
    const scale = loadElement(f, i32(ONE))
    storeElement(f, i32(GZ), pair(f, s, 1, s, 1))
    when(f, get(fixed), () => {
      emit(f, call(toWords, i32(word(0)), i32(GZ), i32(0)))
      emit(f, call(inverse, i32(word(0)), i32(word(0)), i32(MOD_P), i32(START_1)))
      emit(f, call(toElement, i32(temp(14)), i32(word(0))))
      scope(f, () => loadElement(f, i32(temp(14))).limbs.forEach((limb, k) => set(f, scale.limbs[k]![1]!, limb)))
    })
    // Backwards: times scale^2 and scale^3, with scale the product of the ratios so far.
    set(f, left, get(count))
    const beta = loadElement(f, i32(BETA_1))
    loop(f, () => {
      scope(f, () => {
        const s2 = finish(f, multiply(f, scale, scale))
        set(f, ratio, wasm.i32Sub(get(ratio), i32(ELEMENT)))
        const r = loadElement(f, get(ratio))
        const next = finish(f, multiply(f, scale, pair(f, s2, 0, r, 0))) // (scale^3, scale ratio)
        const scaled = finish(f, multiply(f, loadElement(f, get(at)), pair(f, s2, 0, next, 0)))
        storeElement(f, get(at), scaled)
        storeElement(f, wasm.i32Add(get(at), wasm.i32Mul(get(count), i32(ELEMENT))), finish(f, multiply(f, scaled, beta)))
        pair(f, next, 1, next, 1).limbs.forEach((limb, k) => set(f, scale.limbs[k]![1]!, limb))
      })
      set(f, at, wasm.i32Sub(get(at), i32(ELEMENT)))
      set(f, left, wasm.i32Sub(get(left), i32(1)))
      branchIf(f, get(left))
    })
  })
  addFunction(m, 'prepare', [], [], (f) => {
    scope(f, () => storeElement(f, i32(temp(10)), loadElement(f, i32(GENERATOR))))
    emit(f, call(multiples, i32(TABLE_G), i32(ENTRIES_G), i32(RATIOS_G), i32(1)))
  })

  /** the sum: acc over all digits; 1 if it is a point, 0 if infinity */
  const sum = addFunction(m, 'sum', [], [I32], (f) => {
    const at = takeLocal(f, I32)
    const infinite = takeLocal(f, I32)
    const run = takeLocal(f, I32)
    const digit = takeLocal(f, I32)
    const entry = takeLocal(f, I32)
    set(f, at, i32(DIGITS + 8 * 130))
    set(f, infinite, i32(1))
    set(f, run, i32(0))
    const flush = () => {
      when(f, get(run), () => {
        when(f, wasm.i32Eqz(get(infinite)), () => emit(f, call(double, i32(ACC), get(run))))
        set(f, run, i32(0))
      })
    }
    loop(f, () => {
      set(f, at, wasm.i32Sub(get(at), i32(8)))
      set(f, run, wasm.i32Add(get(run), i32(1)))
      when(f, wasm.i64Ne(loadI64(get(at)), i64(0n)), () => {
        flush()
        const which = takeLocal(f, I32)
        set(f, which, i32(0))
        loop(f, () => {
          set(f, digit, wasm.i32WrapI64(loadI64From16S(wasm.i32Add(get(at), wasm.i32Shl(get(which), i32(1))))))
          when(f, get(digit), () => {
            const negative = keep(f, I32, wasm.i32ShrU(get(digit), i32(31)))
            when(f, negative, () => set(f, digit, wasm.i32Sub(i32(0), get(digit))))
            set(f, entry, wasm.i32Mul(wasm.i32ShrU(get(digit), i32(1)), i32(ELEMENT)))
            const tables = [TABLE_G, TABLE_G + ENTRIES_G * ELEMENT, TABLE, TABLE + ENTRIES_R * ELEMENT]
            set(f, entry, wasm.i32Add(get(entry), loadI32(wasm.i32Shl(get(which), i32(2)), put(FIXED + 440, tables.flatMap((t) => littleEndian(BigInt(t)).slice(0, 4))))))
            const isG = wasm.i32LtU(get(which), i32(2))
            when(
              f,
              get(infinite),
              () => {
                set(f, infinite, i32(0))
                scope(f, () => {
                  const e = loadElement(f, get(entry))
                  const sign = keep(f, V128, wasm.v128And(wasm.i64x2Splat(wasm.i64ExtendI32S(wasm.i32Sub(i32(0), negative))), constant(f, 0n, 1n << 63n)))
                  storeElement(f, i32(ACC), { ...e, limbs: e.limbs.map((limb) => wasm.v128Xor(limb, sign)) })
                  storeElement(f, i32(ACC), loadElement(f, i32(ONE)), ELEMENT)
                })
                when(f, isG, () => {
                  emit(f, call(square, i32(temp(14)), i32(GZ), i32(1)))
                  emit(f, call(mul, i32(temp(15)), i32(temp(14)), i32(GZ)))
                  scope(f, () => storeElement(f, i32(temp(14)), pair(f, loadElement(f, i32(temp(14))), 0, loadElement(f, i32(temp(15))), 0)))
                  emit(f, call(mul, i32(ACC), i32(ACC), i32(temp(14))))
                })
              },
              () => {
                when(f, call(addPoint, i32(ACC), get(entry), negative, isG), () => {
                  // The same x: the same point or its opposite. RATIO was not written; the difference of y decides.
                  emit(f, [0x00])
                })
              },
            )
          })
          set(f, which, wasm.i32Add(get(which), i32(1)))
          branchIf(f, wasm.i32Ne(get(which), i32(4)))
        })
      })
      branchIf(f, wasm.i32GtS(get(at), i32(DIGITS)))
    })
    flush()
    emit(f, wasm.i32Eqz(get(infinite)))
  })

  /** lift(parity): temp 10 = (x, y) for the x in the input; 0 if there is no such point */
  const lift = addFunction(m, 'lift', [I32], [I32], (f) => {
    emit(f, call(toElement, i32(temp(9)), i32(INPUT)))
    emit(f, call(square, i32(temp(0)), i32(temp(9)), i32(1)))
    scope(f, () => {
      const cube = multiply(f, loadElement(f, i32(temp(0))), loadElement(f, i32(temp(9))))
      storeElement(f, i32(temp(0)), finish(f, add(f, cube, columnsOf(f, loadElement(f, i32(SEVEN))))))
    })
    emit(f, call(root))
    scope(f, () => {
      const y = loadElement(f, i32(temp(1)))
      const off = finish(f, subtract(f, multiply(f, y, y), columnsOf(f, loadElement(f, i32(temp(0))))))
      const bits = off.limbs.reduce((any, limb) => wasm.v128Or(any, limb))
      when(f, wasm.v128AnyTrue(bits), () => giveBack(f, i32(0)))
    })
    emit(f, call(toWords, i32(word(0)), i32(temp(1)), i32(0)))
    const sign = keep(f, V128, wasm.v128And(
      wasm.i64x2Splat(wasm.i64Sub(i64(0n), wasm.i64Xor(wasm.i64And(loadI64(i32(word(0))), i64(1n)), wasm.i64ExtendI32U(get(0))))),
      constant(f, 0n, 1n << 63n),
    ))
    const point = pair(f, loadElement(f, i32(temp(9))), 0, loadElement(f, i32(temp(1))), 0)
    storeElement(f, i32(temp(10)), { ...point, limbs: point.limbs.map((limb) => wasm.v128Xor(limb, sign)) })
    emit(f, i32(1))
  })

  /** scalars(): digits of -hash/r and s/r */
  const scalars = addFunction(m, 'scalars', [], [], (f) => {
    for (let k = 0; k < 68; k++) emit(f, storeV128(i32(0), constant(f, 0n), DIGITS + 16 * k))
    emit(f, call(inverse, i32(word(0)), i32(INPUT), i32(MOD_N), i32(START_R)))
    emit(f, call(product, i32(word(1)), i32(INPUT + 64), i32(word(0))))
    emit(f, call(product, i32(word(2)), i32(INPUT + 32), i32(word(0))))
    emit(f, call(split, i32(word(1)), i32(0), i32(1), i32(WIDTH_G)))
    emit(f, call(split, i32(word(2)), i32(2), i32(0), i32(WIDTH_R)))
  })
  /** affine(): writes x, y of ACC as words to OUTPUT */
  const affine = addFunction(m, 'affine', [], [], (f) => {
    emit(f, call(mul, i32(temp(0)), i32(ACC + ELEMENT), i32(GZ)))
    emit(f, call(toWords, i32(word(0)), i32(temp(0)), i32(1)))
    emit(f, call(inverse, i32(word(0)), i32(word(0)), i32(MOD_P), i32(START_1)))
    emit(f, call(toElement, i32(temp(0)), i32(word(0))))
    emit(f, call(square, i32(temp(1)), i32(temp(0)), i32(1)))
    emit(f, call(mul, i32(temp(2)), i32(temp(0)), i32(temp(1))))
    scope(f, () => storeElement(f, i32(temp(1)), pair(f, loadElement(f, i32(temp(1))), 0, loadElement(f, i32(temp(2))), 0)))
    emit(f, call(mul, i32(temp(0)), i32(ACC), i32(temp(1))))
    emit(f, call(toWords, i32(OUTPUT + 32), i32(temp(0)), i32(0)))
    emit(f, call(toWords, i32(OUTPUT), i32(temp(0)), i32(1)))
  })
  addFunction(m, 'recover', [I32], [I32], (f) => {
    when(f, wasm.i32Eqz(call(lift, get(0))), () => giveBack(f, i32(0)))
    emit(f, call(scalars))
    emit(f, call(multiples, i32(TABLE), i32(ENTRIES_R), i32(temp(20)), i32(0)))
    when(f, wasm.i32Eqz(call(sum)), () => giveBack(f, i32(0)))
    emit(f, call(affine))
    emit(f, i32(1))
  })
  void shuffleBytes
  return moduleBytes(m, layout.PAGES, data)
}

function balanced(x: bigint): number[] {
  let rest = x > P / 2n ? x - P : x
  return WIDTHS.map((width, k) => {
    const digit = k === 4 ? rest : BigInt.asIntN(width, rest)
    rest = (rest - digit) >> BigInt(width)
    return Number(digit)
  })
}
