import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Engine } from '../engine.ts'
import { assemble, CONTRACT, callOf } from '../interpreter/fixture.ts'
import { tier2 } from '../tier2/tier2.ts'
import { bytesToWord, wordToBytes } from '../words.ts'
import { tier1 } from './tier1.ts'

/** Limbs that make estimates of quotients wrong, or digits as large as they get, come more often than by chance. */
const limb = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(0n, 1n, 2n ** 63n, 2n ** 63n - 1n, 2n ** 64n - 1n, 2n ** 64n - 2n),
  },
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
)
const word = fc
  .tuple(limb, limb, limb, limb, fc.nat(3))
  .map(([a, b, c, d, most]) => [a, b, c, d].slice(0, most + 1).reduce((sum, each) => (sum << 64n) | each, 0n))

const DEFINITIONS: Readonly<Record<string, (a: bigint, b: bigint, n: bigint) => bigint>> = {
  DIV: (a, b) => (b === 0n ? 0n : a / b),
  MOD: (a, b) => (b === 0n ? 0n : a % b),
  ADDMOD: (a, b, n) => (n === 0n ? 0n : (a + b) % n),
  MULMOD: (a, b, n) => (n === 0n ? 0n : (a * b) % n),
  EXP: (a, b) => power(a, b),
}

function power(base: bigint, exponent: bigint): bigint {
  let product = 1n
  for (let i = 255n; i >= 0n; i--) {
    product = BigInt.asUintN(256, product * product)
    if ((exponent >> i) & 1n) product = BigInt.asUintN(256, product * base)
  }
  return product
}

test.each(Object.keys(DEFINITIONS))('%s of limbs that are hard to divide', (name) => {
  const code = assemble(
    `PUSH1 0x40 CALLDATALOAD PUSH1 0x20 CALLDATALOAD PUSH1 0x00 CALLDATALOAD ${name} PUSH1 0x00 MSTORE PUSH1 0x20 PUSH1 0x00 RETURN`,
  )
  const call = callOf('', { holdings: { [CONTRACT]: { nonce: 1n, code } } })
  const resultOf = (engine: Engine, operands: readonly bigint[]) => {
    const data = Uint8Array.from(operands.flatMap((each) => [...wordToBytes(each)]))
    const outcome = engine.run({ ...call, message: { ...call.message, data } })
    return outcome.status === 'success' ? bytesToWord(outcome.output) : outcome.status
  }
  fc.assert(
    fc.property(word, word, word, (a, b, n) => {
      const expected = DEFINITIONS[name]!(a, b, n)
      expect(resultOf(tier1, [a, b, n])).toBe(expected)
      expect(resultOf(tier2, [a, b, n])).toBe(expected)
    }),
    { numRuns: 1000 },
  )
})
