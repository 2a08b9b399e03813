/** Arithmetic in locals: limb by limb, without the limbs that are known to be zero. */
import { WASM } from '../wasm/instructions.ts'
import { bitwise, shiftLeft, shiftRight } from './bits.ts'
import { type Body, call, get, I64, i32, i64, keep, local, op, set, tee, when } from './body.ts'
import {
  allLimbs,
  bitLength,
  type Context,
  constantOf,
  type Limb,
  limb,
  limbsOf,
  push,
  pushLimb,
  pushOr,
  signedOf,
  smallOf,
  toSigned,
  type Value,
} from './value.ts'

/** Functions of the module that hold what is too long to repeat: see ./helpers.ts. */
export interface ArithmeticContext extends Context {
  readonly helpers: { readonly multiplySigned: number; readonly divideDouble: number }
}

export function add(context: Context, a: Value, b: Value): Value {
  const { body } = context
  if (a.constant !== undefined && b.constant !== undefined) return constantOf(a.constant + b.constant)
  if (a.constant === 0n) return b
  if (b.constant === 0n) return a
  const bits = Math.min(256, Math.max(a.bits, b.bits) + 1)
  const count = Math.min(4, Math.ceil(bits / 64))
  const sum: Limb[] = []
  let carry: number | undefined
  for (let index = 0; index < count; index++) {
    const isLast = index === count - 1
    const x = limb(context, a, index)
    const y = limb(context, b, index)
    if (carry === undefined) {
      if (x === 0n || y === 0n) {
        sum.push(x === 0n ? y : x)
        continue
      }
      push(context, x)
      push(context, y)
      op(body, WASM.i64Add)
      const total = keep(body, I64)
      sum.push(total)
      if (!isLast) carry = carryOf(context, total, typeof x === 'bigint' ? y : x)
      continue
    }
    if (x === 0n && y === 0n) {
      sum.push(carry)
      carry = undefined
      continue
    }
    const isPlain = x === 0n || y === 0n
    const other = x === 0n ? y : x
    push(context, other)
    if (!isPlain) {
      push(context, y)
      op(body, WASM.i64Add)
    }
    const partial: Limb = isPlain ? other : keep(body, I64)
    if (!isPlain) get(body, partial as number)
    get(body, carry)
    op(body, WASM.i64Add)
    const total = keep(body, I64)
    sum.push(total)
    if (isLast) continue
    get(body, total)
    get(body, carry)
    op(body, WASM.i64LtU)
    if (!isPlain) {
      get(body, partial as number)
      push(context, x)
      op(body, WASM.i64LtU, WASM.i32Or)
    }
    op(body, WASM.i64ExtendI32U)
    carry = keep(body, I64)
  }
  while (sum.length < 4) sum.push(0n)
  return limbsOf(sum, bits)
}

function carryOf(context: Context, total: number, summand: Limb): number {
  get(context.body, total)
  push(context, summand)
  op(context.body, WASM.i64LtU, WASM.i64ExtendI32U)
  return keep(context.body, I64)
}

export function subtract(context: Context, a: Value, b: Value): Value {
  const { body } = context
  if (a.constant !== undefined && b.constant !== undefined) return constantOf(a.constant - b.constant)
  if (b.constant === 0n) return a
  if (a.bits < 64 && b.bits < 64) {
    pushLimb(context, a, 0)
    pushLimb(context, b, 0)
    op(body, WASM.i64Sub)
    return signedOf(keep(body, I64))
  }
  const difference: Limb[] = []
  let borrow: number | undefined
  for (let index = 0; index < 4; index++) {
    const isLast = index === 3
    const x = limb(context, a, index)
    const y = limb(context, b, index)
    if (borrow === undefined) {
      if (y === 0n) {
        difference.push(x)
        continue
      }
      push(context, x)
      push(context, y)
      op(body, WASM.i64Sub)
      difference.push(keep(body, I64))
      if (isLast) continue
      push(context, x)
      push(context, y)
      op(body, WASM.i64LtU, WASM.i64ExtendI32U)
      borrow = keep(body, I64)
      continue
    }
    push(context, x)
    let partial: Limb = x
    if (y !== 0n) {
      push(context, y)
      op(body, WASM.i64Sub)
      partial = keep(body, I64)
      get(body, partial)
    }
    get(body, borrow)
    op(body, WASM.i64Sub)
    difference.push(keep(body, I64))
    if (isLast) continue
    push(context, partial)
    get(body, borrow)
    op(body, WASM.i64LtU)
    if (y !== 0n) {
      push(context, x)
      push(context, y)
      op(body, WASM.i64LtU, WASM.i32Or)
    }
    op(body, WASM.i64ExtendI32U)
    borrow = keep(body, I64)
  }
  return limbsOf(difference)
}

const isPowerOfTwo = (word: bigint): boolean => word !== 0n && (word & (word - 1n)) === 0n

/** @param slow what to do when an operand is not a signed number of 64 bits; leaves four limbs in the locals given. */
export function multiply(
  context: ArithmeticContext,
  a: Value,
  b: Value,
  slow: (result: readonly number[]) => void,
): Value {
  const { body } = context
  if (a.constant !== undefined && b.constant !== undefined) return constantOf(a.constant * b.constant)
  const [x, y] = a.constant !== undefined ? [b, a] : [a, b]
  if (y.constant === 0n) return y
  if (y.constant !== undefined && isPowerOfTwo(y.constant))
    return shiftLeft(context, bitLength(y.constant) - 1, x)
  if (x.bits + y.bits <= 64) {
    pushLimb(context, x, 0)
    pushLimb(context, y, 0)
    op(body, WASM.i64Mul)
    return smallOf(keep(body, I64), x.bits + y.bits)
  }
  // Limbs that are needed on either side are made before the branch.
  allLimbs(context, x)
  allLimbs(context, y)
  const result = [local(body, I64), local(body, I64), local(body, I64), local(body, I64)]
  const [r0, r1, r2, r3] = result as [number, number, number, number]
  pushAreSigned(context, [x, y])
  when(
    body,
    () => {
      pushLimb(context, x, 0)
      pushLimb(context, y, 0)
      call(body, context.helpers.multiplySigned)
      set(body, r1)
      set(body, r0)
      setSigns(body, r1, [r2, r3])
    },
    () => slow(result),
  )
  return limbsOf(result, Math.min(256, x.bits + y.bits))
}

function setSigns(body: Body, from: number, to: readonly number[]): void {
  get(body, from)
  i64(body, 63n)
  op(body, WASM.i64ShrS)
  for (const [index, each] of to.entries()) if (index < to.length - 1) tee(body, each)
  set(body, to.at(-1)!)
}

/** Whether all of them are the sign extension of their lowest limb. */
function pushAreSigned(context: Context, values: readonly Value[]): void {
  const { body } = context
  let isFirst = true
  for (const value of values) {
    if (value.isSigned || value.bits < 64) continue
    pushLimb(context, value, 0)
    i64(body, 63n)
    op(body, WASM.i64ShrS)
    const sign = keep(body, I64)
    for (let index = 1; index < 4; index++) {
      pushLimb(context, value, index)
      get(body, sign)
      op(body, WASM.i64Xor)
      if (!isFirst) op(body, WASM.i64Or)
      isFirst = false
    }
  }
  if (isFirst) i32(body, 1)
  else op(body, WASM.i64Eqz)
}

type Division = 'divide' | 'modulo' | 'divideSigned'

/** As {@link multiply}; fast where both operands are small. */
export function divide(
  context: ArithmeticContext,
  kind: Division,
  a: Value,
  b: Value,
  slow: (result: readonly number[]) => void,
): Value {
  const { body } = context
  if (b.constant === 0n) return b
  if (a.constant !== undefined && b.constant !== undefined) return divided(kind, a.constant, b.constant)
  const isUnsigned = kind !== 'divideSigned' || (a.bits < 256 && b.bits < 256)
  if (b.constant !== undefined && isPowerOfTwo(b.constant) && isUnsigned) {
    if (kind === 'modulo') return bitwise(context, 'and', a, constantOf(b.constant - 1n))
    return shiftRight(context, bitLength(b.constant) - 1, a)
  }
  allLimbs(context, a)
  allLimbs(context, b)
  const result = [local(body, I64), local(body, I64), local(body, I64), local(body, I64)]
  const [r0, r1, r2, r3] = result as [number, number, number, number]
  if (isUnsigned) {
    const upper = [1, 2, 3].flatMap((index) => [limb(context, a, index), limb(context, b, index)])
    pushOr(
      context,
      upper.filter((each) => each !== 0n),
    )
    op(body, WASM.i64Eqz)
  } else {
    pushAreSigned(context, [a, b])
    // The quotient of the least number by minus one is not a number of 64 bits.
    pushLimb(context, b, 0)
    i64(body, -1n)
    op(body, WASM.i64Ne, WASM.i32And)
  }
  pushLimb(context, b, 0)
  i64(body, 0n)
  op(body, WASM.i64Ne, WASM.i32And)
  when(
    body,
    () => {
      pushLimb(context, a, 0)
      pushLimb(context, b, 0)
      op(body, !isUnsigned ? WASM.i64DivS : kind === 'modulo' ? WASM.i64RemU : WASM.i64DivU)
      set(body, r0)
      if (!isUnsigned) return setSigns(body, r0, [r1, r2, r3])
      i64(body, 0n)
      for (const each of [r1, r2]) tee(body, each)
      set(body, r3)
    },
    () => {
      if (kind === 'modulo') return slow(result)
      divideDouble(context, a, b, result, slow)
    },
  )
  return limbsOf(result, kind === 'modulo' ? Math.min(a.bits, b.bits) : isUnsigned ? a.bits : 256)
}

/** Two limbs by two, both below 2^126: what fixed-point numbers are. */
function divideDouble(
  context: ArithmeticContext,
  a: Value,
  b: Value,
  result: readonly number[],
  slow: (result: readonly number[]) => void,
): void {
  const { body } = context
  pushOr(context, [limb(context, a, 1), limb(context, b, 1)])
  i64(body, 62n)
  op(body, WASM.i64ShrU)
  for (const value of [a, b]) {
    for (const index of [2, 3]) {
      pushLimb(context, value, index)
      op(body, WASM.i64Or)
    }
  }
  op(body, WASM.i64Eqz)
  pushOr(context, [limb(context, b, 0), limb(context, b, 1)])
  i64(body, 0n)
  op(body, WASM.i64Ne, WASM.i32And)
  when(
    body,
    () => {
      for (const value of [a, b]) for (const index of [0, 1]) pushLimb(context, value, index)
      call(body, context.helpers.divideDouble)
      set(body, result[1]!)
      set(body, result[0]!)
      i64(body, 0n)
      tee(body, result[2]!)
      set(body, result[3]!)
    },
    () => slow(result),
  )
}

function divided(kind: Division, a: bigint, b: bigint): Value {
  if (kind === 'divide') return constantOf(a / b)
  if (kind === 'modulo') return constantOf(a % b)
  return constantOf(toSigned(a) / toSigned(b))
}
