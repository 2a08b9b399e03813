/** The field's arithmetic against bigint, above all where limbs are as large as they may be. */
import { describe, expect, test } from 'vitest'
import { randomOf } from '../fuzz/random.ts'
import { carry } from './carry.ts'
import { I32, i32 } from './code.ts'
import { add, columnsOf, ELEMENT_BYTES, loadElement, pair, STORED, storeElement } from './element.ts'
import {
  A,
  B,
  elementAt,
  integerOf,
  limbsAt,
  modulo,
  putElement,
  putLimbs,
  putWord,
  RESULT,
  WORD,
  wasm,
  wordAt,
} from './module.fixture.ts'
import { addFunction, createModule, get } from './module.ts'
import { multiply } from './multiply.ts'
import { P } from './numbers.ts'

const random = randomOf(1)

/** Limbs of an element as it may lie in memory: at a bound, near one, near zero, or anywhere. */
const anyLimbs = (): number[] =>
  STORED.map((bound) => {
    const max = Number(bound)
    const near = random.below(3)
    return random.pick([
      max - near,
      near - max,
      near,
      -near,
      max / 2 + near,
      random.below(max),
      -random.below(max),
    ])
  })

const inBounds = (limbs: readonly number[]): boolean =>
  limbs.every((limb, k) => Number.isInteger(limb) && BigInt(Math.abs(limb)) <= STORED[k]!)

/** Runs one operation on both lanes and gives what was wrong. */
function wrong(run: () => void, expected: (a: bigint, b: bigint) => bigint, isSame = false): string[] {
  const operands = [0, 1].map((lane) => {
    const a = anyLimbs()
    const b = isSame ? a : anyLimbs()
    putLimbs(A, lane, a)
    putLimbs(B, lane, b)
    return { a, b }
  })
  run()
  return operands.flatMap(({ a, b }, lane) => {
    const limbs = limbsAt(RESULT, lane)
    const value = modulo(expected(integerOf(a), integerOf(b)), P)
    const isRight = inBounds(limbs) && modulo(integerOf(limbs), P) === value
    // That an element is zero is seen by its limbs.
    const isZeroSeen = (value === 0n) === limbs.every((limb) => Object.is(limb, 0))
    return isRight && isZeroSeen ? [] : [`${a} and ${b} give ${limbs}`]
  })
}

const repeated = (count: number, run: () => string[]): string[] =>
  Array.from({ length: count }, run).flat().slice(0, 3)

test('this machine rounds a multiply-add once', () => {
  expect(wasm.isFused()).toBe(1)
})

test('products', () => {
  expect(
    repeated(20_000, () =>
      wrong(
        () => wasm.multiply(RESULT, A, B),
        (a, b) => a * b,
      ),
    ),
  ).toEqual([])
})

test('squares, one and three times', () => {
  expect(
    repeated(10_000, () =>
      wrong(
        () => wasm.square(RESULT, A, 1),
        (a) => a * a,
        true,
      ),
    ),
  ).toEqual([])
  expect(
    repeated(1000, () =>
      wrong(
        () => wasm.square(RESULT, A, 3),
        (a) => a ** 8n,
        true,
      ),
    ),
  ).toEqual([])
})

test('products of limbs that are all at a bound, with every choice of signs', () => {
  const signs = (bits: number) =>
    STORED.map((bound, k) => (((bits >> k) & 1) === 1 ? -Number(bound) : Number(bound)))
  const found: string[] = []
  for (let bits = 0; bits < 1024; bits++) {
    const [a, b] = [signs(bits & 31), signs(bits >> 5)]
    putLimbs(A, 0, a)
    putLimbs(B, 0, b)
    wasm.multiply(RESULT, A, B)
    const limbs = limbsAt(RESULT, 0)
    const isRight = modulo(integerOf(limbs) - integerOf(a) * integerOf(b), P) === 0n && inBounds(limbs)
    if (!isRight) found.push(`${a} times ${b} is ${limbs}`)
  }
  expect(found).toEqual([])
})

test('words to elements and back', () => {
  const words = [0n, 1n, P - 1n, P, P + 1n, 2n ** 256n - 1n, 2n ** 255n, 2n ** 52n - 1n, P / 2n, P / 2n + 1n]
  for (let i = 0; i < 5000; i++) words.push(random.word())
  const found = words.filter((word) => {
    putWord(WORD, word)
    wasm.element(RESULT, WORD)
    return [0, 1].some(
      (lane) => elementAt(RESULT, lane) !== modulo(word, P) || !inBounds(limbsAt(RESULT, lane)),
    )
  })
  expect(found).toEqual([])
})

test('elements that lie as far from zero as they may', () => {
  for (const sign of [1, -1]) {
    const limbs = STORED.map((bound) => sign * Number(bound))
    putLimbs(RESULT, 1, limbs)
    expect(elementAt(RESULT, 1)).toBe(modulo(integerOf(limbs), P))
  }
})

test('nothing is written that was not asked for', () => {
  putElement(A, 0, 5n)
  putElement(A, 1, 7n)
  putElement(B, 0, 11n)
  putElement(B, 1, 13n)
  wasm.multiply(RESULT, A, B)
  wasm.word(WORD, RESULT, 1)
  expect(wordAt(WORD)).toBe(91n)
  expect([0, 1].map((lane) => [integerOf(limbsAt(A, lane)), integerOf(limbsAt(B, lane))])).toEqual([
    [5n, 11n],
    [7n, 13n],
  ])
})

describe('the generator refuses what could be wrong', () => {
  const write = (run: Parameters<typeof addFunction>[4]) => () =>
    addFunction(createModule(0), undefined, [I32], [], run)

  test('a product of sums', () => {
    const product = write((f) => {
      const a = loadElement(f, get(0))
      const twice = { ...a, max: a.max.map((bound) => 2n * bound) }
      multiply(f, twice, twice)
    })
    expect(product).toThrow(/too large/)
  })

  test('columns beyond 61 bits', () => {
    const sum = write((f) => {
      let columns = columnsOf(f, loadElement(f, get(0)))
      for (let i = 0; i < 12; i++) columns = add(f, columns, columns)
      carry(f, columns)
    })
    expect(sum).toThrow(/too large/)
  })

  test('an element that is larger than elements in memory are', () => {
    const store = write((f) => {
      const a = loadElement(f, get(0))
      const b = loadElement(f, get(0), ELEMENT_BYTES)
      storeElement(f, i32(0), pair(f, a, 0, { ...b, max: b.max.map((bound) => 2n * bound) }, 0))
    })
    expect(store).toThrow(/Not to be stored/)
  })
})
