/** Functions that every module has: calls between modules are dearer, and pass only one result. */
import { F64, WASM } from '../wasm/instructions.ts'
import { append } from '../wasm/writer.ts'
import { type Body, bodyBytes, call, createBody, get, I64, i64, keep, local, op, set, when } from './body.ts'

/** Two limbs of the product of two limbs, the lower first: three quarters of it by halves. */
export function multiplyUnsigned(): Uint8Array {
  const body = createBody(2)
  const HALF = 0xffffffffn
  const part = (from: number, high: boolean) => {
    get(body, from)
    i64(body, high ? 32n : HALF)
    op(body, high ? WASM.i64ShrU : WASM.i64And)
    return keep(body, I64)
  }
  const [aLow, aHigh, bLow, bHigh] = [part(0, false), part(0, true), part(1, false), part(1, true)]
  product(body, aLow, bLow)
  i64(body, 32n)
  op(body, WASM.i64ShrU)
  product(body, aHigh, bLow)
  op(body, WASM.i64Add)
  const middle = keep(body, I64)
  product(body, aLow, bHigh)
  get(body, middle)
  i64(body, HALF)
  op(body, WASM.i64And, WASM.i64Add)
  const other = keep(body, I64)
  product(body, 0, 1)
  product(body, aHigh, bHigh)
  for (const each of [middle, other]) {
    get(body, each)
    i64(body, 32n)
    op(body, WASM.i64ShrU, WASM.i64Add)
  }
  return bodyBytes(body)
}

function product(body: Body, a: number, b: number): void {
  get(body, a)
  get(body, b)
  op(body, WASM.i64Mul)
}

/** The same of signed limbs. @param unsigned the number of {@link multiplyUnsigned} */
export function multiplySigned(unsigned: number): Uint8Array {
  const body = createBody(2)
  get(body, 0)
  get(body, 1)
  call(body, unsigned)
  // The upper limb less each operand where the other is negative.
  for (const [a, b] of [
    [0, 1],
    [1, 0],
  ] as const) {
    get(body, a)
    i64(body, 63n)
    op(body, WASM.i64ShrS)
    get(body, b)
    op(body, WASM.i64And, WASM.i64Sub)
  }
  return bodyBytes(body)
}

/**
 * Two limbs by two, both below 2^126, the divisor not zero. A quotient below 2^50 is estimated by floating point, and then
 * off by one at most; one by a divisor of 32 bits is made of three; others are left to `slow`, which takes and gives the same.
 *
 * @param unsigned the number of {@link multiplyUnsigned}
 */
export function divideDouble(unsigned: number, slow: (body: Body) => void): Uint8Array {
  const body = createBody(4)
  const [a0, a1, b0, b1] = [0, 1, 2, 3]
  const quotient = local(body, I64)
  const low = local(body, I64)
  const high = local(body, I64)
  get(body, b1)
  op(body, WASM.i64Eqz)
  get(body, b0)
  i64(body, 1n << 32n)
  op(body, WASM.i64LtU, WASM.i32And)
  when(body, () => divideByHalf(body))

  const estimate = local(body, F64)
  for (const [lower, upper] of [
    [a0, a1],
    [b0, b1],
  ] as const) {
    get(body, upper)
    op(body, WASM.f64ConvertI64U)
    f64(body, 2 ** 64)
    op(body, WASM.f64Mul)
    get(body, lower)
    op(body, WASM.f64ConvertI64U, WASM.f64Add)
  }
  op(body, WASM.f64Div)
  set(body, estimate)
  get(body, estimate)
  f64(body, 2 ** 50)
  op(body, WASM.f64Lt)
  when(body, () => {
    get(body, estimate)
    op(body, WASM.i64TruncF64U)
    set(body, quotient)
    // What is left: a - quotient * b, in two limbs.
    get(body, quotient)
    get(body, b0)
    call(body, unsigned)
    set(body, high)
    set(body, low)
    get(body, a1)
    get(body, high)
    product(body, quotient, b1)
    op(body, WASM.i64Add, WASM.i64Sub)
    get(body, a0)
    get(body, low)
    op(body, WASM.i64LtU, WASM.i64ExtendI32U, WASM.i64Sub)
    set(body, high)
    get(body, a0)
    get(body, low)
    op(body, WASM.i64Sub)
    set(body, low)
    // Less one if that is negative, one more if it is not below the divisor.
    get(body, quotient)
    get(body, high)
    i64(body, 63n)
    op(body, WASM.i64ShrS, WASM.i64Add)
    get(body, high)
    i64(body, 0n)
    op(body, WASM.i64LtS, WASM.i32Eqz)
    get(body, high)
    get(body, b1)
    op(body, WASM.i64GtU)
    get(body, high)
    get(body, b1)
    op(body, WASM.i64Eq)
    get(body, low)
    get(body, b0)
    op(body, WASM.i64GeU, WASM.i32And, WASM.i32Or, WASM.i32And)
    op(body, WASM.i64ExtendI32U, WASM.i64Add)
    i64(body, 0n)
    op(body, WASM.return)
  })
  slow(body)
  return bodyBytes(body)
}

/** Returns a1:a0 by b0, which is below 2^32, digit by digit. */
function divideByHalf(body: Body): void {
  const [a0, a1, b0] = [0, 1, 2]
  const digit = (pushDividend: () => void): [quotient: number, rest: number] => {
    pushDividend()
    const dividend = keep(body, I64)
    get(body, dividend)
    get(body, b0)
    op(body, WASM.i64DivU)
    const quotient = keep(body, I64)
    get(body, dividend)
    product(body, quotient, b0)
    op(body, WASM.i64Sub)
    return [quotient, keep(body, I64)]
  }
  const [top, topRest] = digit(() => get(body, a1))
  const join = (rest: number, high: boolean) => () => {
    get(body, rest)
    i64(body, 32n)
    op(body, WASM.i64Shl)
    get(body, a0)
    i64(body, high ? 32n : 0xffffffffn)
    op(body, high ? WASM.i64ShrU : WASM.i64And, WASM.i64Or)
  }
  const [middle, middleRest] = digit(join(topRest, true))
  const [last] = digit(join(middleRest, false))
  get(body, middle)
  i64(body, 32n)
  op(body, WASM.i64Shl)
  get(body, last)
  op(body, WASM.i64Or)
  get(body, top)
  op(body, WASM.return)
}

function f64(body: Body, value: number): void {
  op(body, WASM.f64Const)
  append(body.code, new Uint8Array(new Float64Array([value]).buffer))
}
