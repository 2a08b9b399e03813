import { expect, test } from 'vitest'
import { randomOf } from '../fuzz/random.ts'
import { FIXED } from './fixed.ts'
import { DIGITS, DIGITS_LENGTH } from './layout.ts'
import { integers16, modulo, OTHER_WORD, putWord, WORD, wasm, wordAt } from './module.fixture.ts'
import { LAMBDA, N, P } from './numbers.ts'

const random = randomOf(2)

/** Below the modulus: edges, then more. */
const numbers = (modulus: bigint, count: number): bigint[] => [
  ...[1n, 2n, 3n, modulus - 1n, modulus - 2n, modulus / 2n, modulus / 2n + 1n, LAMBDA, modulus - LAMBDA],
  ...Array.from({ length: 255 }, (_, bit) => 2n ** BigInt(bit)),
  ...Array.from({ length: count }, () => modulo(random.word(), modulus)),
]

test.each([
  ['p', P, FIXED.p],
  ['n', N, FIXED.n],
])('inverses modulo %s', (_, modulus, address) => {
  const found = numbers(modulus, 2000).filter((number) => {
    if (number === 0n) return false
    putWord(WORD, number)
    wasm.inverse(OTHER_WORD, WORD, address, FIXED.startOne)
    const inverse = wordAt(OTHER_WORD)
    return inverse >= modulus || modulo(inverse * number, modulus) !== 1n
  })
  expect(found).toEqual([])
})

test('quotients, with 2^256 divided', () => {
  const found = numbers(N, 500).filter((number) => {
    if (number === 0n) return false
    putWord(WORD, number)
    wasm.inverse(OTHER_WORD, WORD, FIXED.n, FIXED.startR)
    return modulo(wordAt(OTHER_WORD) * number, N) !== 2n ** 256n % N
  })
  expect(found).toEqual([])
})

test('products modulo n, of any word and a scalar', () => {
  const edges = [0n, 1n, N - 1n, N, 2n ** 256n - 1n]
  const pairs = edges.flatMap((a) => [0n, 1n, N - 1n].map((b) => [a, b] as const))
  for (let i = 0; i < 5000; i++) pairs.push([random.word(), modulo(random.word(), N)])
  const found = pairs.filter(([a, b]) => {
    putWord(WORD, a)
    putWord(OTHER_WORD, b)
    wasm.product(OTHER_WORD, WORD, OTHER_WORD)
    const product = wordAt(OTHER_WORD)
    return product >= N || modulo(product * 2n ** 256n - a * b, N) !== 0n
  })
  expect(found).toEqual([])
})

const digitsOf = (which: number): number[] =>
  Array.from({ length: DIGITS_LENGTH }, (_, bit) => integers16[DIGITS / 2 + 4 * bit + which]!)

test.each([5, 12])('scalars as two of half the length, in digits of %i bits', (width) => {
  const places = DIGITS / 2
  const found = [0n, ...numbers(N, 2000)].filter((scalar, index) => {
    integers16.fill(0, places, places + 4 * DIGITS_LENGTH)
    putWord(WORD, scalar)
    const isNegated = index % 2
    wasm.split(WORD, isNegated, width, 2)
    const halves = [2, 3].map((which) => {
      const digits = digitsOf(which)
      const value = digits.reduce((sum, digit, bit) => sum + (BigInt(digit) << BigInt(bit)), 0n)
      const used = digits.flatMap((digit, bit) => (digit === 0 ? [] : [{ digit, bit }]))
      const areDigits = used.every(({ digit }) => digit % 2 !== 0 && Math.abs(digit) < 2 ** (width - 1))
      const areApart = used.every(({ bit }, k) => k === 0 || bit - used[k - 1]!.bit >= width)
      return { value, isRight: areDigits && areApart && value < 2n ** 128n && value > -(2n ** 128n) }
    })
    const sum = halves[0]!.value + halves[1]!.value * LAMBDA
    const isUntouched = [0, 1].every((which) => digitsOf(which).every((digit) => digit === 0))
    return !(
      halves.every(({ isRight }) => isRight) &&
      isUntouched &&
      modulo(sum - (isNegated ? -scalar : scalar), N) === 0n
    )
  })
  expect(found).toEqual([])
})
