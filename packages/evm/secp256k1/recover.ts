/**
 * Public keys from signatures (SEC 1, 4.1.6): Q = (s R - e G) / r, with R the point that r and the parity name.
 *
 * Records are worked on together: two square roots at a time, and one inversion modulo n and one modulo p for all of
 * them (P. Montgomery, "Speeding the Pollard and Elliptic Curve Methods of Factorization", 1987, 10.3.1).
 */
import { RECORD, RECORDS, STRIDE } from '../src/secp256k1/layout.ts'
import { carry } from './carry.ts'
import { type Code, I32, i32, laneI64, loadI32, loadV128, storeI32, storeV128, V128, wasm } from './code.ts'
import {
  add,
  anyBits,
  columnsOf,
  ELEMENT_BYTES,
  loadElement,
  negateBy,
  pair,
  storeElement,
  subtract,
} from './element.ts'
import { ROOT } from './field.ts'
import { FIXED } from './fixed.ts'
import {
  DIGITS,
  DIGITS_LENGTH,
  ELEMENTS,
  G_WIDTH,
  PRIVATE,
  R_MULTIPLES,
  R_TABLE,
  R_WIDTH,
  R_Z,
  SUM,
  WORDS,
} from './layout.ts'
import {
  addFunction,
  type Body,
  call,
  constant,
  emit,
  get,
  keep,
  leaveIf,
  type Module,
  repeat,
  scope,
  set,
  takeLocal,
  when,
} from './module.ts'
import { copy, POINT, scaleFrom } from './multiples.ts'
import { signMask } from './point.ts'

type Needed = Readonly<
  Record<
    | 'multiply'
    | 'square'
    | 'root'
    | 'element'
    | 'word'
    | 'reverse'
    | 'inverse'
    | 'product'
    | 'split'
    | 'multiples'
    | 'sum',
    number
  >
>

const X = ELEMENTS(18)
const OTHER = ELEMENTS(19)
const SQUARE = ELEMENTS(20)
const INVERSE_Z = ELEMENTS(21)
const SCALE = ELEMENTS(22)
const AFFINE = ELEMENTS(23)
const HASH = WORDS(0)
const S = WORDS(1)
const INVERSE_R = WORDS(2)
const U1 = WORDS(3)
const U2 = WORDS(4)
const PLACE = WORDS(5)

/** `recover(count)`: works on the first `count` records, whose r and s are from 1 to n - 1; count > 0. */
export function addRecover(module: Module, functions: Needed): void {
  const { product, inverse, reverse } = functions
  const lift = addLift(module, functions)
  const combine = addCombine(module, functions)
  const normalise = addNormalise(module, functions)

  addFunction(module, 'recover', [I32], [], (f) => {
    const count = get(0)
    const before = wasm.i32Mul(wasm.i32Sub(count, i32(1)), i32(STRIDE))
    const last = keep(f, I32, wasm.i32Add(i32(RECORDS), before))
    const at = takeLocal(f, I32)
    const next = takeLocal(f, I32)

    set(f, at, i32(RECORDS))
    repeat(
      f,
      () => {
        const isLast = wasm.i32Eq(get(at), last)
        set(f, next, wasm.select(get(at), wasm.i32Add(get(at), i32(STRIDE)), isLast))
        emit(f, call(lift, get(at), get(next)))
        set(f, at, wasm.i32Add(get(next), i32(STRIDE)))
      },
      () => wasm.i32LtU(get(next), last),
    )

    invertAll(f, last, {
      value: PRIVATE.r,
      chain: PRIVATE.rChain,
      place: INVERSE_R,
      copy: copyWord,
      multiply: product,
      // In Montgomery's form, so that a product with it is what it should be.
      invert: (value) => call(inverse, i32(INVERSE_R), value, i32(FIXED.n), i32(FIXED.startR)),
    })

    forEach(f, last, (record) => {
      when(f, loadI32(record, RECORD.isValid), () => {
        const inverseR = wasm.i32Add(record, i32(PRIVATE.rChain))
        emit(f, call(reverse, i32(HASH), wasm.i32Add(record, i32(RECORD.hash))))
        emit(f, call(product, i32(U1), i32(HASH), inverseR))
        emit(f, call(reverse, i32(S), wasm.i32Add(record, i32(RECORD.s))))
        emit(f, call(product, i32(U2), i32(S), inverseR))
        emit(f, call(combine, record, i32(U1), i32(1), i32(U2)))
      })
    })
    emit(f, call(normalise, last))
  })

  /** `generate()`: the public key of r + s modulo n, which are in the first record. */
  addFunction(module, 'generate', [], [], (f) => {
    copy(f, i32(RECORDS + PRIVATE.point), i32(FIXED.generator))
    emit(f, call(reverse, i32(U1), i32(RECORDS + RECORD.r)))
    emit(f, call(reverse, i32(U2), i32(RECORDS + RECORD.s)))
    emit(f, call(combine, i32(RECORDS), i32(U1), i32(0), i32(U2)))
    emit(f, call(normalise, i32(RECORDS)))
  })

  /** `invert()`: 1 / r modulo n becomes the s of the first record. */
  addFunction(module, 'invert', [], [], (f) => {
    emit(f, call(reverse, i32(S), i32(RECORDS + RECORD.r)))
    emit(f, call(inverse, i32(S), i32(S), i32(FIXED.n), i32(FIXED.startOne)))
    emit(f, call(reverse, i32(RECORDS + RECORD.s), i32(S)))
  })
}

/** `lift(record, other)`: writes the point of each, or that there is none; they may be the same. */
const addLift = (module: Module, { multiply, square, root, element, word, reverse }: Needed): number =>
  addFunction(module, undefined, [I32, I32], [], (f) => {
    const records = [get(0), get(1)]
    for (const [lane, record] of records.entries()) {
      const r = wasm.i32Add(record, i32(PRIVATE.r))
      emit(f, call(reverse, r, wasm.i32Add(record, i32(RECORD.r))))
      emit(f, call(element, i32(lane === 0 ? X : OTHER), r))
    }
    scope(f, () => storeElement(f, i32(X), pair(f, loadElement(f, i32(X)), 0, loadElement(f, i32(OTHER)), 0)))
    emit(f, call(square, i32(SQUARE), i32(X), i32(1)))
    emit(f, call(multiply, i32(ROOT.of), i32(SQUARE), i32(X)))
    scope(f, () => {
      const [cube, seven] = [ROOT.of, FIXED.seven].map((at) => columnsOf(f, loadElement(f, i32(at))))
      storeElement(f, i32(ROOT.of), carry(f, add(f, cube!, seven!)))
    })
    emit(f, call(root))
    emit(f, call(square, i32(SQUARE), i32(ROOT.result), i32(1)))
    scope(f, () => {
      const [square, of] = [SQUARE, ROOT.of].map((at) => columnsOf(f, loadElement(f, i32(at))))
      const bits = keep(f, V128, anyBits(carry(f, subtract(f, square!, of!))))
      records.forEach((record, lane) => {
        emit(f, storeI32(record, wasm.i64Eqz(laneI64(bits, lane)), RECORD.isValid))
      })
    })
    records.forEach((record, lane) => {
      emit(f, call(word, i32(PLACE), i32(ROOT.result), i32(lane)))
      scope(f, () => {
        const isOdd = wasm.i32And(loadI32(i32(PLACE)), i32(1))
        const isOther = wasm.i32Xor(isOdd, loadI32(record, RECORD.yParity))
        const point = pair(f, loadElement(f, i32(X)), lane, loadElement(f, i32(ROOT.result)), lane)
        const mask = keep(f, V128, signMask(f, isOther))
        storeElement(f, record, negateBy(f, point, mask), PRIVATE.point)
      })
    })
  })

/**
 * `combine(record, a, isNegated, b)`: a G + b R, or -a G + b R, with R the record's point: its xy and z, and whether
 * there is one.
 */
const addCombine = (module: Module, { multiply, split, multiples, sum }: Needed): number =>
  addFunction(module, undefined, [I32, I32, I32, I32], [], (f) => {
    const [record, a, isNegated, b] = [get(0), get(1), get(2), get(3)]
    for (let at = 0; at < 8 * DIGITS_LENGTH; at += 16) emit(f, storeV128(i32(DIGITS), constant(f, 0n), at))
    emit(f, call(split, a, isNegated, i32(G_WIDTH), i32(0)))
    emit(f, call(split, b, i32(0), i32(R_WIDTH), i32(2)))
    copy(f, i32(POINT), wasm.i32Add(record, i32(PRIVATE.point)))
    emit(f, call(multiples, i32(R_TABLE), i32(R_MULTIPLES), i32(0)))
    emit(f, storeI32(record, call(sum), RECORD.isValid))
    copy(f, wasm.i32Add(record, i32(PRIVATE.xy)), i32(SUM))
    emit(f, call(multiply, wasm.i32Add(record, i32(PRIVATE.z)), i32(SUM + ELEMENT_BYTES), i32(R_Z)))
  })

/** `normalise(last)`: writes the public keys of what the records up to `last` have in xy and z, whose lane 1 counts. */
const addNormalise = (module: Module, functions: Needed): number =>
  addFunction(module, undefined, [I32], [], (f) => {
    const { multiply, word, element, inverse, reverse } = functions
    const last = get(0)
    forEach(f, last, (record) => {
      when(f, wasm.i32Eqz(loadI32(record, RECORD.isValid)), () =>
        copy(f, wasm.i32Add(record, i32(PRIVATE.z)), i32(FIXED.one)),
      )
    })
    invertAll(f, last, {
      value: PRIVATE.z,
      chain: PRIVATE.zChain,
      place: INVERSE_Z,
      copy,
      multiply,
      invert: (value) => [
        ...call(word, i32(PLACE), value, i32(1)),
        ...call(inverse, i32(PLACE), i32(PLACE), i32(FIXED.p), i32(FIXED.startOne)),
        ...call(element, i32(INVERSE_Z), i32(PLACE)),
      ],
    })
    forEach(f, last, (record) => {
      scaleFrom(f, functions, { z: wasm.i32Add(record, i32(PRIVATE.zChain)), lane: 1, to: SCALE })
      emit(f, call(multiply, i32(AFFINE), wasm.i32Add(record, i32(PRIVATE.xy)), i32(SCALE)))
      for (const lane of [0, 1]) {
        emit(f, call(word, i32(PLACE), i32(AFFINE), i32(lane)))
        emit(f, call(reverse, wasm.i32Add(record, i32(RECORD.publicKey + 32 * lane)), i32(PLACE)))
      }
    })
  })

/**
 * What {@link invertAll} has to know of the numbers: offsets in a record, a place of its own, and how to work with
 * them.
 */
interface Inversion {
  readonly value: number
  readonly chain: number
  readonly place: number
  copy(f: Body, to: Code, from: Code): void
  readonly multiply: number
  invert(value: Code): Code
}

/** Replaces the `chain` of each record by the inverse of its `value`, with one inversion: that of their product. */
function invertAll(f: Body, last: Code, { value, chain, place, copy, multiply, invert }: Inversion): void {
  const [at, before] = [takeLocal(f, I32), takeLocal(f, I32)]
  const of = (record: number, offset: number): Code => wasm.i32Add(get(record), i32(offset))
  copy(f, i32(RECORDS + chain), i32(RECORDS + value))
  set(f, at, i32(RECORDS))
  repeat(f, () => {
    leaveIf(f, wasm.i32Eq(get(at), last))
    set(f, before, get(at))
    set(f, at, of(at, STRIDE))
    emit(f, call(multiply, of(at, chain), of(before, chain), of(at, value)))
  })
  emit(f, invert(of(at, chain)))
  repeat(f, () => {
    leaveIf(f, wasm.i32Eq(get(at), i32(RECORDS)))
    set(f, before, of(at, -STRIDE))
    emit(f, call(multiply, of(at, chain), of(before, chain), i32(place)))
    emit(f, call(multiply, i32(place), of(at, value), i32(place)))
    set(f, at, get(before))
  })
  copy(f, i32(RECORDS + chain), i32(place))
}

function forEach(f: Body, last: Code, run: (record: Code) => void): void {
  const record = takeLocal(f, I32)
  set(f, record, i32(RECORDS - STRIDE))
  repeat(
    f,
    () => {
      set(f, record, wasm.i32Add(get(record), i32(STRIDE)))
      run(get(record))
    },
    () => wasm.i32Ne(get(record), last),
  )
}

function copyWord(f: Body, to: Code, from: Code): void {
  for (const at of [0, 16]) emit(f, storeV128(to, loadV128(from, at), at))
}
