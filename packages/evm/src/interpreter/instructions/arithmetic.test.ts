import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { evaluate, gasUsed } from '../fixture.ts'

/** The definitions of the Yellow Paper (appendix H), in terms of bigint's own conversions. */
const u256 = (n: bigint) => BigInt.asUintN(256, n)
const s256 = (n: bigint) => BigInt.asIntN(256, n)
const bit = (condition: boolean) => (condition ? 1n : 0n)

const DEFINITIONS: Record<string, (a: bigint, b: bigint, c: bigint) => bigint> = {
  ADD: (a, b) => u256(a + b),
  MUL: (a, b) => u256(a * b),
  SUB: (a, b) => u256(a - b),
  DIV: (a, b) => (b === 0n ? 0n : a / b),
  SDIV: (a, b) => (b === 0n ? 0n : u256(s256(a) / s256(b))),
  MOD: (a, b) => (b === 0n ? 0n : a % b),
  SMOD: (a, b) => (b === 0n ? 0n : u256(s256(a) % s256(b))),
  ADDMOD: (a, b, n) => (n === 0n ? 0n : (a + b) % n),
  MULMOD: (a, b, n) => (n === 0n ? 0n : (a * b) % n),
  SIGNEXTEND: (size, value) => (size > 30n ? value : u256(BigInt.asIntN(8 * Number(size) + 8, value))),
  LT: (a, b) => bit(a < b),
  GT: (a, b) => bit(a > b),
  SLT: (a, b) => bit(s256(a) < s256(b)),
  SGT: (a, b) => bit(s256(a) > s256(b)),
  EQ: (a, b) => bit(a === b),
  AND: (a, b) => a & b,
  OR: (a, b) => a | b,
  XOR: (a, b) => a ^ b,
  BYTE: (index, word) =>
    index > 31n ? 0n : BigInt(`0x${hex32(word).slice(2).match(/../g)![Number(index)]}`),
  SHL: (shift, value) => (shift > 255n ? 0n : u256(value << shift)),
  SHR: (shift, value) => (shift > 255n ? 0n : value >> shift),
  SAR: (shift, value) => u256(s256(value) >> (shift > 255n ? 256n : shift)),
}

const UNARY: Record<string, (a: bigint) => bigint> = {
  ISZERO: (a) => bit(a === 0n),
  NOT: (a) => u256(~a),
  CLZ: (a) => BigInt(a === 0n ? 256 : 256 - a.toString(2).length),
}

const MAX = 2n ** 256n - 1n
/** Edges come more often than they would by chance. */
const word = fc.oneof(
  fc.bigInt({ min: 0n, max: MAX }),
  fc.bigInt({ min: 0n, max: 300n }),
  fc.constantFrom(
    0n,
    1n,
    31n,
    32n,
    255n,
    256n,
    2n ** 64n,
    2n ** 128n,
    2n ** 255n - 1n,
    2n ** 255n,
    MAX - 1n,
    MAX,
  ),
)

function hex32(n: bigint): string {
  return `0x${n.toString(16).padStart(64, '0')}`
}

describe('words', () => {
  test.each(Object.keys(DEFINITIONS))('%s is as defined', (name) => {
    fc.assert(
      fc.property(word, word, word, (a, b, c) => {
        const operands = `PUSH32 ${hex32(c)} PUSH32 ${hex32(b)} PUSH32 ${hex32(a)}`
        expect(evaluate(`${operands} ${name}`)).toBe(DEFINITIONS[name]!(a, b, c))
      }),
    )
  })

  test.each(Object.keys(UNARY))('%s is as defined', (name) => {
    fc.assert(
      fc.property(word, (a) => {
        expect(evaluate(`PUSH32 ${hex32(a)} ${name}`)).toBe(UNARY[name]!(a))
      }),
    )
  })

  test('EXP is repeated multiplication', () => {
    fc.assert(
      fc.property(word, fc.integer({ min: 0, max: 300 }), (base, exponent) => {
        let product = 1n
        for (let i = 0; i < exponent; i++) product = (product * base) % 2n ** 256n
        expect(evaluate(`PUSH32 ${hex32(BigInt(exponent))} PUSH32 ${hex32(base)} EXP`)).toBe(product)
      }),
    )
  })

  test('EXP of a full-width exponent (Fermat: x^(p-1) = 1 mod p, here by the order of odd numbers)', () => {
    // The odd residues modulo 2^256 form a group whose exponent is 2^254.
    expect(evaluate(`PUSH32 ${hex32(2n ** 254n)} PUSH1 0x03 EXP`)).toBe(1n)
    expect(evaluate(`PUSH32 ${hex32(2n ** 254n + 1n)} PUSH1 0x03 EXP`)).toBe(3n)
  })

  test('the examples of EIP-7939', () => {
    const examples = [
      [0n, 256n],
      [2n ** 255n, 0n],
      [MAX, 0n],
      [2n ** 254n, 1n],
      [2n ** 255n - 1n, 1n],
      [1n, 255n],
    ] as const
    for (const [input, zeros] of examples) expect(evaluate(`PUSH32 ${hex32(input)} CLZ`)).toBe(zeros)
  })

  test('EXP costs 10 a byte of the exponent, 50 since EIP-160', () => {
    const program = 'PUSH3 0x010000 PUSH1 0x02 EXP'
    expect(gasUsed(program, { fork: 'TangerineWhistle' })).toBe(3n + 3n + 10n + 3n * 10n)
    expect(gasUsed(program, { fork: 'SpuriousDragon' })).toBe(3n + 3n + 10n + 3n * 50n)
    expect(gasUsed('PUSH1 0x00 PUSH1 0x02 EXP')).toBe(16n)
  })
})
