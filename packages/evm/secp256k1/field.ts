import {
  type Body, type Code, constant, emit, get, keep, loadV128, scope, set, shuffle, storeV128, takeLocal, V128, wasm,
} from './emit.ts'

export const P = 2n ** 256n - 2n ** 32n - 977n
const C = 2n ** 32n + 977n
export const WEIGHTS = [0, 52, 103, 154, 205]
export const WIDTHS = [52, 51, 51, 51, 51]

export const f64bits = (x: number): bigint => {
  const v = new DataView(new ArrayBuffer(8))
  v.setFloat64(0, x)
  return v.getBigUint64(0)
}

export interface Element {
  readonly limbs: readonly Code[]
  readonly max: readonly bigint[]
}
export interface Columns {
  readonly limbs: readonly Code[]
  readonly max: readonly bigint[]
  readonly offset: readonly (readonly [bigint, bigint])[]
}

export const FINISHED = [2n ** 51n, 2n ** 50n, 2n ** 50n, 2n ** 50n, 2n ** 50n + 16n]

type Unit = 51 | 52
const ROUND = { 51: 1.5 * 2 ** 103, 52: 1.5 * 2 ** 104 } as const
const EXACT = 1.5 * 2 ** 52
export const splat = (f: Body, x: number) => constant(f, f64bits(x))

interface Sum { local: number; max: bigint; shift: bigint }
const unitOf = (weight: number): Unit => (weight === 0 || weight === 205 ? 52 : 51)

export function multiply(f: Body, a: Element, b: Element): Columns {
  const square = a === b
  const out = Array.from({ length: 5 }, () => takeLocal(f, V128))
  return scope(f, () => {
    const round = { 51: keep(f, V128, splat(f, ROUND[51])), 52: splat(f, ROUND[52]) }
    const both = keep(f, V128, splat(f, ROUND[51] + EXACT))
    const exact = splat(f, EXACT)
    const lower = new Map<number, Sum>()
    const upper = new Map<number, Map<number, Sum>>()
    const addLower = (weight: number, value: Code, bits: bigint, max: bigint) => {
      const sum = lower.get(weight)
      if (sum) {
        set(f, sum.local, wasm.i64x2Add(get(sum.local), value))
        sum.max += max
        sum.shift += bits
      } else {
        const local = out[WEIGHTS.indexOf(weight)] ?? takeLocal(f, V128)
        set(f, local, value)
        lower.set(weight, { local, max, shift: bits })
      }
    }
    const addUpper = (weight: number, exponent: number, value: Code, max: bigint, shift = 0n) => {
      if (!upper.has(weight)) upper.set(weight, new Map())
      const sum = upper.get(weight)!.get(exponent)
      if (sum) {
        set(f, sum.local, wasm.f64x2Add(get(sum.local), value))
        sum.max += max
        sum.shift += shift
        if (sum.max > 2n ** 53n) throw new Error('sum')
      } else {
        const local = takeLocal(f, V128)
        set(f, local, value)
        upper.get(weight)!.set(exponent, { local, max, shift })
      }
    }
    const product = (weight: number, x: Code, y: Code, max: bigint) => {
      const unit = unitOf(weight)
      if (max > 2n ** BigInt(unit + 51)) throw new Error(`product at ${weight} too large ${max}`)
      const high = keep(f, V128, wasm.f64x2RelaxedMadd(x, y, round[unit]))
      const isLow = weight < 256
      const biased = isLow && unit === 51
      const rest = keep(f, V128, wasm.f64x2Sub(biased ? both : round[unit], high))
      const highMax = (max >> BigInt(unit)) + 1n
      const lowMax = 2n ** BigInt(unit - 1)
      if (weight + unit < 256) addLower(weight + unit, high, f64bits(ROUND[unit]), highMax)
      else addUpper(weight + unit, unit, rest, highMax + (biased ? 3n : 0n), biased ? 3n : 0n)
      const low = wasm.f64x2RelaxedMadd(x, y, rest)
      if (isLow) addLower(weight, biased ? low : wasm.f64x2Add(low, exact), f64bits(EXACT), lowMax)
      else addUpper(weight, 0, low, lowMax)
    }
    let shift257 = 0n
    const fold = (weight: number) => {
      const parts = [...upper.get(weight)!]
      let total = 0n
      let x: Code | undefined
      let scale = 1
      let shift = 0n
      for (const [exponent, sum] of parts.sort(([p], [q]) => p - q)) {
        total += sum.max
        shift += sum.shift
        const factor = exponent === 0 ? 1 : -(2 ** -exponent)
        if (x === undefined) { x = get(sum.local); scale = factor }
        else {
          if (scale !== 1) throw new Error('scale')
          x = keep(f, V128, wasm.f64x2RelaxedMadd(get(sum.local), splat(f, factor), x))
        }
      }
      if (total > 2n ** 53n) throw new Error('total')
      if (shift) shift257 = shift
      // x*scale = true - shift
      product(weight - 256, x!, splat(f, Number(C) * scale), total * C)
    }
    const doubled = square ? b.limbs.map((limb, j) => (j === 0 ? limb : keep(f, V128, wasm.f64x2Add(limb, limb)))) : b.limbs
    const LAG = 1
    for (let k = 8; k >= -LAG; k--) {
      if (k + 1 + LAG >= 5 && k + 1 + LAG <= 9) fold([257, 308, 359, 410, 461][k + 1 + LAG - 5]!)
      if (k >= 0) for (let i = 0; i < 5; i++) {
        const j = k - i
        if (j < 0 || j > 4 || (square && i > j)) continue
        const cross = square && i < j
        product(WEIGHTS[i]! + WEIGHTS[j]!, a.limbs[i]!, cross ? doubled[j]! : b.limbs[j]!, a.max[i]! * b.max[j]! * (cross ? 2n : 1n))
      }
    }
    const max: bigint[] = [], offset: [bigint, bigint][] = []
    WEIGHTS.forEach((weight, k) => {
      const sum = lower.get(weight)!
      const half = lower.get(weight + 1)
      if (half) set(f, sum.local, wasm.i64x2Add(get(sum.local), wasm.i64x2Shl(get(half.local), [0x41, 1])))
      max[k] = sum.max + 2n * (half?.max ?? 0n)
      const o = sum.shift + 2n * (half?.shift ?? 0n) - (k === 0 ? 2n * shift257 * C : 0n)
      offset[k] = [o, o]
    })
    return { limbs: out.map(get), max, offset }
  })
}

/** Carries, once round: limbs as in FINISHED. */
export function finish(f: Body, w: Columns, negate = false): Element {
  const out = Array.from({ length: 5 }, () => takeLocal(f, V128))
  return scope(f, () => {
    const width = (k: number) => WIDTHS[k]!
    const mask51 = keep(f, V128, constant(f, 2n ** 51n - 1n))
    const mask = (k: number) => (k === 0 ? constant(f, 2n ** 52n - 1n) : mask51)
    const tops = (k: number, more: bigint): bigint => (w.max[k]! + more) / 2n ** BigInt(width(k)) + 2n
    const sum = (k: number, bias: bigint): Code => {
      const [low, high] = w.offset[k]!.map((offset) => bias + (negate ? offset : -offset))
      const add = constant(f, low!, high!)
      return negate ? wasm.i64x2Sub(add, w.limbs[k]!) : wasm.i64x2Add(w.limbs[k]!, add)
    }
    const half = (k: number) => 2n ** BigInt(width(k) - 1)
    const B4 = tops(4, half(4))
    const T4 = keep(f, V128, sum(4, half(4) + B4 * 2n ** 51n))
    const v = keep(f, V128, wasm.i64x2ShrU(T4, [0x41, 51]))
    if (2n * B4 >= 2n ** 15n) throw new Error('carry')
    const vc = wasm.i64x2Add(wasm.i64x2Shl(v, [0x41, 32]), wasm.i32x4DotI16x8S(v, constant(f, 977n)))
    let carry: Code = vc
    let extra = -B4 * C
    let carryMax = B4 * C
    const magic = keep(f, V128, constant(f, f64bits(2 ** 52)))
    const middle51 = keep(f, V128, splat(f, 2 ** 52 + 2 ** 50))
    for (let k = 0; k < 4; k++) {
      const B = tops(k, half(k) + carryMax)
      const T = keep(f, V128, wasm.i64x2Add(sum(k, half(k) + B * 2n ** BigInt(width(k)) + extra), carry))
      set(f, out[k]!, wasm.f64x2Sub(wasm.v128Or(wasm.v128And(T, mask(k)), magic), k === 0 ? splat(f, 2 ** 52 + Number(half(k))) : middle51))
      carry = wasm.i64x2ShrU(T, [0x41, width(k)])
      extra = -B
      carryMax = B
    }
    // low digit of column 4 lies within half; the carry adds at most carryMax
    if (carryMax > 1000n) throw new Error(`top ${carryMax}`)
    set(f, out[4]!, wasm.f64x2Sub(wasm.v128Or(wasm.i64x2Add(wasm.v128And(T4, mask(4)), carry), magic), splat(f, 2 ** 52 + Number(half(4) - extra))))
    return { limbs: out.map(get), max: [...FINISHED.slice(0, 4), half(4) + carryMax] }
  })
}

export const loadElement = (f: Body, at: Code, offset = 0): Element => ({
  limbs: FINISHED.map((_, k) => keep(f, V128, loadV128(at, offset + 16 * k))),
  max: STORED,
})
/** what may be stored */
export const STORED = [...FINISHED.slice(0, 4), 2n ** 50n + 1000n]
export const storeElement = (f: Body, at: Code, e: Element, offset = 0): void => {
  e.limbs.forEach((limb, k) => {
    if (e.max[k]! > STORED[k]!) throw new Error('store')
    emit(f, storeV128(at, limb, offset + 16 * k))
  })
}

const lanesOf = (f: Body, a: Code, b: Code, i: number, j: number): Code => keep(f, V128, shuffle(a, b, i, 2 + j))
const larger = (a: bigint, b: bigint) => (a > b ? a : b)

/** lane i of a below lane j of b */
export const pair = (f: Body, a: Element, i: number, b: Element, j: number): Element => ({
  limbs: a.limbs.map((limb, k) => lanesOf(f, limb, b.limbs[k]!, i, j)),
  max: a.max.map((max, k) => larger(max, b.max[k]!)),
})
export const pairColumns = (f: Body, a: Columns, i: number, b: Columns, j: number): Columns => ({
  limbs: a.limbs.map((limb, k) => lanesOf(f, limb, b.limbs[k]!, i, j)),
  max: a.max.map((max, k) => larger(max, b.max[k]!)),
  offset: a.offset.map((offset, k) => [offset[i]!, b.offset[k]![j]!]),
})
export const columnsOf = (f: Body, e: Element): Columns => ({
  limbs: e.limbs.map((limb) => keep(f, V128, wasm.f64x2Add(limb, splat(f, EXACT)))),
  max: e.max,
  offset: e.max.map(() => [f64bits(EXACT), f64bits(EXACT)]),
})
const combine = (op: (a: Code, b: Code) => Code, sign: bigint) => (f: Body, a: Columns, b: Columns): Columns => ({
  limbs: a.limbs.map((limb, k) => keep(f, V128, op(limb, b.limbs[k]!))),
  max: a.max.map((max, k) => max + b.max[k]!),
  offset: a.offset.map(([low, high], k) => [low + sign * b.offset[k]![0], high + sign * b.offset[k]![1]]),
})
export const add = combine(wasm.i64x2Add, 1n)
export const subtract = combine(wasm.i64x2Sub, -1n)
export const shift = (f: Body, a: Columns, bits: number): Columns => ({
  limbs: a.limbs.map((limb) => keep(f, V128, wasm.i64x2Shl(limb, [0x41, bits]))),
  max: a.max.map((max) => max << BigInt(bits)),
  offset: a.offset.map(([low, high]) => [low << BigInt(bits), high << BigInt(bits)]),
})
export const only = (f: Body, a: Columns, lane: 0 | 1): Columns => ({
  limbs: a.limbs.map((limb) => keep(f, V128, wasm.v128And(limb, constant(f, lane === 0 ? -1n : 0n, lane === 1 ? -1n : 0n)))),
  max: a.max,
  offset: a.offset.map(([low, high]) => [lane === 0 ? low : 0n, lane === 1 ? high : 0n]),
})
