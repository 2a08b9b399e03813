/** The module for tests, with ways into its memory. */
import { build } from './build.ts'
import { ELEMENT_BYTES, STORED, WEIGHTS } from './element.ts'
import { ELEMENTS, WORDS } from './layout.ts'

interface Exports {
  readonly memory: WebAssembly.Memory
  multiply(to: number, a: number, b: number): void
  square(to: number, a: number, times: number): void
  element(to: number, word: number): void
  word(to: number, element: number, lane: number): void
  inverse(to: number, word: number, modulus: number, start: number): void
  product(to: number, a: number, b: number): void
  split(scalar: number, isNegated: number, width: number, which: number): void
  double(point: number, times: number): void
  add(point: number, other: number, isNegative: number, z: number): number
  isFused(): number
}

export const wasm = new WebAssembly.Instance(new WebAssembly.Module(build())).exports as unknown as Exports
const doubles = new Float64Array(wasm.memory.buffer)
const limbs = new BigUint64Array(wasm.memory.buffer)
export const integers16 = new Int16Array(wasm.memory.buffer)

export const A = ELEMENTS(0)
export const B = ELEMENTS(1)
export const RESULT = ELEMENTS(2)
/** (x, y), then z. */
export const POINT = ELEMENTS(3)
export const OTHER = ELEMENTS(5)
export const WORD = WORDS(0)
export const OTHER_WORD = WORDS(1)

export const putLimbs = (element: number, lane: number, values: readonly number[]): void => {
  values.forEach((limb, k) => {
    doubles[element / 8 + 2 * k + lane] = limb
  })
}

export const limbsAt = (element: number, lane: number): number[] =>
  STORED.map((_, k) => doubles[element / 8 + 2 * k + lane]!)

export const integerOf = (values: readonly number[]): bigint =>
  values.reduce((sum, limb, k) => sum + (BigInt(limb) << BigInt(WEIGHTS[k]!)), 0n)

export const putWord = (at: number, word: bigint): void => {
  for (let k = 0; k < 4; k++) limbs[at / 8 + k] = BigInt.asUintN(64, word >> BigInt(64 * k))
}

export const wordAt = (at: number): bigint =>
  [0, 1, 2, 3].reduce((word, k) => word + (limbs[at / 8 + k]! << BigInt(64 * k)), 0n)

/** By way of a word, as the module itself does it. */
export const putElement = (element: number, lane: number, value: bigint): void => {
  putWord(WORD, value)
  wasm.element(RESULT, WORD)
  putLimbs(element, lane, limbsAt(RESULT, lane))
}

export const elementAt = (element: number, lane: number): bigint => {
  wasm.word(WORD, element, lane)
  return wordAt(WORD)
}

export const Z = POINT + ELEMENT_BYTES

export const modulo = (value: bigint, modulus: bigint): bigint => ((value % modulus) + modulus) % modulus
