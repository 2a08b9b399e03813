/** Comparisons: flags of 0 or 1. */
import { WASM } from '../wasm/instructions.ts'
import { get, I32, keep, op } from './body.ts'
import {
  type Context,
  constantOf,
  flagOf,
  limb,
  push,
  pushLimb,
  pushOr,
  significant,
  toSigned,
  type Value,
} from './value.ts'

export function isZero(context: Context, value: Value): Value {
  const { body } = context
  if (value.constant !== undefined) return constantOf(value.constant === 0n ? 1n : 0n)
  if (value.flag !== undefined) {
    get(body, value.flag)
    op(body, WASM.i32Eqz)
  } else {
    pushOr(context, significant(context, value))
    op(body, WASM.i64Eqz)
  }
  return flagOf(keep(body, I32))
}

export function isEqual(context: Context, a: Value, b: Value): Value {
  const { body } = context
  if (a.constant !== undefined && b.constant !== undefined)
    return constantOf(a.constant === b.constant ? 1n : 0n)
  if (a.constant === 0n) return isZero(context, b)
  if (b.constant === 0n) return isZero(context, a)
  let count = 0
  for (let index = 0; index < 4; index++) {
    const x = limb(context, a, index)
    const y = limb(context, b, index)
    if (x === y) continue
    // Not two constants: they would be equal, or the values' bounds are apart.
    push(context, x)
    push(context, y)
    op(body, WASM.i64Xor)
    if (count++ > 0) op(body, WASM.i64Or)
  }
  if (count === 0) return constantOf(1n)
  op(body, WASM.i64Eqz)
  return flagOf(keep(body, I32))
}

export function isBelow(context: Context, a: Value, b: Value, isSigned: boolean): Value {
  const { body } = context
  if (a.constant !== undefined && b.constant !== undefined) {
    const holds = isSigned ? toSigned(a.constant) < toSigned(b.constant) : a.constant < b.constant
    return constantOf(holds ? 1n : 0n)
  }
  const isSmallSigned = (value: Value) => value.isSigned || value.bits < 64
  if (isSigned && isSmallSigned(a) && isSmallSigned(b)) return compareLimb(context, a, b, 0, WASM.i64LtS)
  if (isSigned && b.constant === 0n) {
    return a.bits < 256 ? constantOf(0n) : compareLimb(context, a, b, 3, WASM.i64LtS)
  }
  const signed = isSigned && !(a.bits < 256 && b.bits < 256)
  if (!signed && b.constant === 0n) return b
  if (!signed && b.constant === 1n) return isZero(context, a)
  const count = signed ? 4 : Math.max(1, Math.ceil(Math.max(a.bits, b.bits) / 64))
  let below: number | undefined
  for (let index = 0; index < count; index++) {
    const x = limb(context, a, index)
    const y = limb(context, b, index)
    const compare = signed && index === 3 ? WASM.i64LtS : WASM.i64LtU
    push(context, x)
    push(context, y)
    op(body, compare)
    if (below !== undefined) {
      push(context, x)
      push(context, y)
      op(body, WASM.i64Eq)
      get(body, below)
      op(body, WASM.i32And, WASM.i32Or)
    }
    below = keep(body, I32)
  }
  return flagOf(below!)
}

function compareLimb(context: Context, a: Value, b: Value, index: number, opcode: number): Value {
  pushLimb(context, a, index)
  pushLimb(context, b, index)
  op(context.body, opcode)
  return flagOf(keep(context.body, I32))
}
