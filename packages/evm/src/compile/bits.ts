/** Bits and shifts, limb by limb. */
import { WASM } from '../wasm/instructions.ts'
import { get, I32, I64, i64, keep, op } from './body.ts'
import {
  bitLength,
  type Context,
  constantOf,
  flagOf,
  type Limb,
  limb,
  limbsOf,
  push,
  pushLimb,
  signedOf,
  type Value,
  WORD,
} from './value.ts'

const LIMB = (1n << 64n) - 1n

type Bitwise = 'and' | 'or' | 'xor'
const BIT_OPCODES = { and: WASM.i64And, or: WASM.i64Or, xor: WASM.i64Xor } as const
const FLAG_OPCODES = { and: WASM.i32And, or: WASM.i32Or, xor: WASM.i32Xor } as const

export function bitwise(context: Context, kind: Bitwise, a: Value, b: Value): Value {
  const { body } = context
  const fold = {
    and: (x: bigint, y: bigint) => x & y,
    or: (x: bigint, y: bigint) => x | y,
    xor: (x: bigint, y: bigint) => x ^ y,
  }[kind]
  if (a.constant !== undefined && b.constant !== undefined) return constantOf(fold(a.constant, b.constant))
  const [x, y] = a.constant !== undefined ? [b, a] : [a, b]
  const mask = y.constant
  if (
    kind === 'and' &&
    mask !== undefined &&
    mask === (1n << BigInt(bitLength(mask))) - 1n &&
    x.bits <= bitLength(mask)
  )
    return x
  if (kind !== 'and' && mask === 0n) return x
  if (x.flag !== undefined && y.flag !== undefined) {
    get(body, x.flag)
    get(body, y.flag)
    op(body, FLAG_OPCODES[kind])
    return flagOf(keep(body, I32))
  }
  const bits = kind === 'and' ? Math.min(x.bits, y.bits) : Math.max(x.bits, y.bits)
  const limbs = [0, 1, 2, 3].map((index): Limb => {
    if (64 * index >= bits) return 0n
    const right = limb(context, y, index)
    if (kind === 'and' && right === 0n) return 0n
    const left = limb(context, x, index)
    if (typeof left === 'bigint' && typeof right === 'bigint') return fold(left, right)
    const neutral = kind === 'and' ? LIMB : 0n
    if (left === neutral) return right
    if (right === neutral) return left
    if (kind === 'and' && left === 0n) return 0n
    push(context, left)
    push(context, right)
    op(body, BIT_OPCODES[kind])
    return keep(body, I64)
  })
  return limbsOf(limbs, bits)
}

export const not = (context: Context, value: Value): Value => bitwise(context, 'xor', value, constantOf(WORD))

/** By a constant below 256. */
export function shiftLeft(context: Context, shift: number, value: Value): Value {
  if (value.constant !== undefined) return constantOf(value.constant << BigInt(shift))
  if (shift === 0) return value
  const whole = shift >> 6
  const bits = shift & 63
  const limbs = [0, 1, 2, 3].map((index): Limb => {
    if (index < whole) return 0n
    const high = limb(context, value, index - whole)
    if (bits === 0) return high
    const low = index - whole > 0 ? limb(context, value, index - whole - 1) : 0n
    return joined(context, [high, bits, WASM.i64Shl], [low, 64 - bits, WASM.i64ShrU])
  })
  return limbsOf(limbs, Math.min(256, value.bits + shift))
}

export function shiftRight(context: Context, shift: number, value: Value): Value {
  if (value.constant !== undefined) return constantOf(value.constant >> BigInt(shift))
  if (shift === 0) return value
  if (shift >= value.bits) return constantOf(0n)
  const whole = shift >> 6
  const bits = shift & 63
  const limbs = [0, 1, 2, 3].map((index): Limb => {
    if (index + whole > 3) return 0n
    const low = limb(context, value, index + whole)
    if (bits === 0) return low
    const high = index + whole < 3 ? limb(context, value, index + whole + 1) : 0n
    return joined(context, [low, bits, WASM.i64ShrU], [high, 64 - bits, WASM.i64Shl])
  })
  return limbsOf(limbs, value.bits - shift)
}

type Part = readonly [limb: Limb, by: number, opcode: number]

/** Two limbs, each shifted, in one. */
function joined(context: Context, ...parts: readonly Part[]): Limb {
  const { body } = context
  const some = parts.filter(([each]) => each !== 0n)
  if (some.length === 0) return 0n
  for (const [index, [each, by, opcode]] of some.entries()) {
    push(context, each)
    i64(body, BigInt(by))
    op(body, opcode)
    if (index > 0) op(body, WASM.i64Or)
  }
  return keep(body, I64)
}

/** Of the lowest `size` bytes, at most eight. */
export function signExtend(context: Context, size: number, value: Value): Value {
  const { body } = context
  if (value.bits < 8 * size) return value
  pushLimb(context, value, 0)
  if (size < 8) {
    const unused = BigInt(64 - 8 * size)
    i64(body, unused)
    op(body, WASM.i64Shl)
    i64(body, unused)
    op(body, WASM.i64ShrS)
  }
  return signedOf(keep(body, I64))
}
