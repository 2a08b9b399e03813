/** Arithmetic, comparison and bits: pure functions of words. */
import { toSigned, toWord, WORD_MASK, WORD_MODULUS } from '../../words.ts'
import { charge, type Frame } from '../frame.ts'
import type { Instruction } from '../instruction.ts'

/** The top of the stack is the first argument. Masks are applied only where a result can leave the word. */
export const ARITHMETIC: Readonly<Record<string, Instruction>> = {
  ADD: binary((a, b) => {
    const sum = a + b
    return sum > WORD_MASK ? sum - WORD_MODULUS : sum
  }),
  MUL: binary((a, b) => {
    const product = a * b
    return product > WORD_MASK ? product & WORD_MASK : product
  }),
  SUB: binary((a, b) => (a >= b ? a - b : a - b + WORD_MODULUS)),
  DIV: binary((a, b) => (b === 0n ? 0n : a / b)),
  SDIV: binary((a, b) => (b === 0n ? 0n : toWord(toSigned(a) / toSigned(b)))),
  MOD: binary((a, b) => (b === 0n ? 0n : a % b)),
  SMOD: binary((a, b) => (b === 0n ? 0n : toWord(toSigned(a) % toSigned(b)))),
  ADDMOD: ternary((a, b, n) => (n === 0n ? 0n : (a + b) % n)),
  MULMOD: ternary((a, b, n) => (n === 0n ? 0n : (a * b) % n)),
  EXP: {
    charge: (frame, { rules }) => {
      charge(frame, rules.expByteGas * byteLength(frame.stack[frame.sp - 2]!))
    },
    execute: binary(power).execute,
  },
  SIGNEXTEND: binary((size, value) => {
    if (size >= 31n) return value
    const bits = 8n * size + 8n
    const low = value & ((1n << bits) - 1n)
    return low >> (bits - 1n) === 1n ? low + WORD_MODULUS - (1n << bits) : low
  }),

  LT: binary((a, b) => (a < b ? 1n : 0n)),
  GT: binary((a, b) => (a > b ? 1n : 0n)),
  SLT: binary((a, b) => (toSigned(a) < toSigned(b) ? 1n : 0n)),
  SGT: binary((a, b) => (toSigned(a) > toSigned(b) ? 1n : 0n)),
  EQ: binary((a, b) => (a === b ? 1n : 0n)),
  ISZERO: unary((a) => (a === 0n ? 1n : 0n)),
  AND: binary((a, b) => a & b),
  OR: binary((a, b) => a | b),
  XOR: binary((a, b) => a ^ b),
  NOT: unary((a) => WORD_MASK - a),
  BYTE: binary((index, word) => (index >= 32n ? 0n : (word >> (248n - 8n * index)) & 0xffn)),

  // EIP-145
  SHL: binary((shift, value) => (shift >= 256n ? 0n : (value << shift) & WORD_MASK)),
  SHR: binary((shift, value) => (shift >= 256n ? 0n : value >> shift)),
  SAR: binary((shift, value) => toWord(toSigned(value) >> (shift >= 256n ? 255n : shift))),
  // EIP-7939
  CLZ: unary((word) => BigInt(256 - bitLength(word))),
}

function unary(compute: (a: bigint) => bigint): Instruction {
  return {
    execute: ({ stack, sp }: Frame) => {
      stack[sp - 1] = compute(stack[sp - 1]!)
    },
  }
}

function binary(compute: (a: bigint, b: bigint) => bigint): Instruction {
  return {
    execute: (frame: Frame) => {
      const { stack } = frame
      const sp = --frame.sp
      stack[sp - 1] = compute(stack[sp]!, stack[sp - 1]!)
    },
  }
}

function ternary(compute: (a: bigint, b: bigint, c: bigint) => bigint): Instruction {
  return {
    execute: (frame: Frame) => {
      const { stack } = frame
      frame.sp -= 2
      const { sp } = frame
      stack[sp - 1] = compute(stack[sp + 1]!, stack[sp]!, stack[sp - 1]!)
    },
  }
}

/** By squaring, from the highest bit of the exponent down. */
function power(base: bigint, exponent: bigint): bigint {
  if (base === 2n) return exponent >= 256n ? 0n : 1n << exponent
  let result = 1n
  for (const bit of exponent.toString(2)) {
    result = (result * result) & WORD_MASK
    if (bit === '1') result = (result * base) & WORD_MASK
  }
  return result
}

const bitLength = (word: bigint): number => (word === 0n ? 0 : word.toString(2).length)
const byteLength = (word: bigint): number => (word === 0n ? 0 : (word.toString(16).length + 1) >> 1)
