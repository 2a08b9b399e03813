/**
 * Division by 64-bit digits: Knuth's algorithm D, each digit of the quotient estimated from three digits by two with
 * a reciprocal (Möller and Granlund, "Improved division by invariant integers", 2011).
 */
import { multiply, multiplyHigh, multiplyWide } from './multiply'
import { add, clear, copy, isBelow, isSmall, isZero, leadingZeros, negate, set, setSmall, subtract } from './word'

/** The dividend, shifted up: nine digits. The remainder stays in it. */
const U = memory.data(80, 16)
/** The divisor, shifted up so that its highest bit is set. */
const V = memory.data(32, 16)
const QUOTIENT = memory.data(80, 16)
/** Operands that are not to be written over. */
const A = memory.data(32, 16)
const PRODUCT = memory.data(64, 16)

// The estimate leaves three values.
let digit: u64 = 0
let rest1: u64 = 0
let rest0: u64 = 0

/** (2^128 - 1) / d - 2^64, for a digit whose highest bit is set. */
function reciprocal(d: u64): u64 {
  const v0 = <u64>(<u32>0x7fd00 / <u32>(d >> 55))
  const d40 = (d >> 24) + 1
  const v1 = (v0 << 11) - ((v0 * v0 * d40) >> 40) - 1
  const v2 = (v1 << 13) + ((v1 * (0x1000000000000000 - v1 * d40)) >> 47)
  const odd = d & 1
  const e = ((v2 >> 1) & (0 - odd)) - v2 * ((d >> 1) + odd)
  const v3 = (multiplyHigh(v2, e) >> 1) + (v2 << 31)
  const low = v3 * d
  return v3 - (multiplyHigh(v3, d) + <u64>(low + d < low)) - d
}

/** The reciprocal of two digits, as {@link estimate} takes it. */
function reciprocalOfTwo(d1: u64, d0: u64): u64 {
  let v = reciprocal(d1)
  let p = d1 * v + d0
  if (p < d0) {
    v--
    if (p >= d1) {
      v--
      p -= d1
    }
    p -= d1
  }
  const low = v * d0
  const high = multiplyHigh(v, d0)
  p += high
  if (p < high) {
    v--
    if (p > d1 || (p == d1 && low >= d0)) v--
  }
  return v
}

/** Divides u1:u0 by d, u1 < d, into {@link digit} and {@link rest0}. */
// @ts-ignore: decorator
@inline
function divideByOne(u1: u64, u0: u64, d: u64, v: u64): void {
  let low = v * u1
  let high = multiplyHigh(v, u1)
  low += u0
  high += u1 + <u64>(low < u0) + 1
  let r = u0 - high * d
  if (r > low) {
    high--
    r += d
  }
  if (r >= d) {
    high++
    r -= d
  }
  digit = high
  rest0 = r
}

/** Divides u2:u1:u0 by d1:d0, u2:u1 < d1:d0, into {@link digit}, {@link rest1} and {@link rest0}. */
// @ts-ignore: decorator
@inline
function divideByTwo(u2: u64, u1: u64, u0: u64, d1: u64, d0: u64, v: u64): void {
  let low = v * u2
  let q = multiplyHigh(v, u2)
  low += u1
  q += u2 + <u64>(low < u1)
  let r1 = u1 - q * d1
  const t0 = d0 * q
  const t1 = multiplyHigh(d0, q)
  let r0 = u0 - t0
  r1 -= t1 + <u64>(u0 < t0)
  const before = r0
  r0 -= d0
  r1 -= d1 + <u64>(before < d0)
  q++
  if (r1 >= low) {
    q--
    r0 += d0
    r1 += d1 + <u64>(r0 < d0)
  }
  if (r1 > d1 || (r1 == d1 && r0 >= d0)) {
    q++
    r1 -= d1 + <u64>(r0 < d0)
    r0 -= d0
  }
  digit = q
  rest1 = r1
  rest0 = r0
}

// @ts-ignore: decorator
@inline
function digits(p: usize, most: i32): i32 {
  let n = most
  while (n > 0 && load<u64>(p + ((n - 1) << 3)) == 0) n--
  return n
}

/** Shifts `n` digits up by less than a digit; what leaves the highest is returned. */
// @ts-ignore: decorator
@inline
function shiftUp(to: usize, from: usize, n: i32, shift: u64): u64 {
  let carry: u64 = 0
  for (let i = 0; i < n; i++) {
    const limb = load<u64>(from + (i << 3))
    store<u64>(to + (i << 3), (limb << shift) | carry)
    carry = shift != 0 ? limb >> (64 - shift) : 0
  }
  return carry
}

/**
 * Divides `dividend`, of up to eight digits, by the word at `divisor`, which is not zero. The quotient is in
 * {@link QUOTIENT} (as many digits as the dividend has room for), the remainder at `remainder`.
 */
function divideWide(dividend: usize, room: i32, divisor: usize, remainder: usize): void {
  const n = digits(divisor, 4)
  const m = digits(dividend, room)
  clear(QUOTIENT)
  clear(QUOTIENT + 32)
  if (m < n) {
    copy(remainder, dividend)
    return
  }
  const shift = clz(load<u64>(divisor + ((n - 1) << 3)))
  clear(V)
  shiftUp(V, divisor, n, shift)
  store<u64>(U + (m << 3), shiftUp(U, dividend, m, shift))

  if (n == 1) {
    const d = load<u64>(V)
    const v = reciprocal(d)
    let r = load<u64>(U + (m << 3))
    for (let i = m - 1; i >= 0; i--) {
      divideByOne(r, load<u64>(U + (i << 3)), d, v)
      store<u64>(QUOTIENT + (i << 3), digit)
      r = rest0
    }
    setSmall(remainder, r >> shift)
    return
  }

  const d1 = load<u64>(V + ((n - 1) << 3))
  const d0 = load<u64>(V + ((n - 2) << 3))
  const v = reciprocalOfTwo(d1, d0)
  if (n == 2) {
    let r1 = load<u64>(U + (m << 3))
    let r0 = load<u64>(U + ((m - 1) << 3))
    for (let i = m - 2; i >= 0; i--) {
      divideByTwo(r1, r0, load<u64>(U + (i << 3)), d1, d0, v)
      store<u64>(QUOTIENT + (i << 3), digit)
      r1 = rest1
      r0 = rest0
    }
    if (shift != 0) {
      r0 = (r0 >> shift) | (r1 << (64 - shift))
      r1 >>= shift
    }
    return set(remainder, r0, r1, 0, 0)
  }

  for (let i = m - n; i >= 0; i--) store<u64>(QUOTIENT + (i << 3), divideDigit(U + (i << 3), n, d1, d0, v))
  const last = n - 1
  for (let i = 0; i < 4; i++) {
    let limb: u64 = 0
    if (i < n) {
      limb = load<u64>(U + (i << 3))
      if (shift != 0) {
        const above = i < last ? load<u64>(U + ((i + 1) << 3)) : 0
        limb = (limb >> shift) | (above << (64 - shift))
      }
    }
    store<u64>(remainder + (i << 3), limb)
  }
}

/** One digit of the quotient: of n + 1 digits at `u` by the n, at least three, of V. What is left stays at `u`. */
function divideDigit(u: usize, n: i32, d1: u64, d0: u64, v: u64): u64 {
  const top = load<u64>(u + (n << 3))
  const next = load<u64>(u + ((n - 1) << 3))
  const third = load<u64>(u + ((n - 2) << 3))
  let q: u64
  if (top == d1 && next == d0) {
    q = u64.MAX_VALUE
    const borrow = subtractProduct(u, n, q)
    store<u64>(u + (n << 3), top - borrow)
    return q
  }
  divideByTwo(top, next, third, d1, d0, v)
  q = digit
  let r1 = rest1
  let r0 = rest0
  const borrow = subtractProduct(u, n - 2, q)
  const under = <u64>(r0 < borrow)
  r0 -= borrow
  const borrowed = r1 < under
  r1 -= under
  store<u64>(u + ((n - 2) << 3), r0)
  if (borrowed) {
    q--
    r1 += d1 + addDivisor(u, n - 1)
  }
  store<u64>(u + ((n - 1) << 3), r1)
  store<u64>(u + (n << 3), 0)
  return q
}

/** Takes q times the lowest `n` digits of V off those at `u`; returns what is to be taken off the next. */
// @ts-ignore: decorator
@inline
function subtractProduct(u: usize, n: i32, q: u64): u64 {
  let borrow: u64 = 0
  for (let i = 0; i < n; i++) {
    const y = load<u64>(V + (i << 3))
    const low = q * y + borrow
    borrow = multiplyHigh(q, y) + <u64>(low < borrow)
    const x = load<u64>(u + (i << 3))
    store<u64>(u + (i << 3), x - low)
    borrow += <u64>(x < low)
  }
  return borrow
}

function addDivisor(u: usize, n: i32): u64 {
  let carry: u64 = 0
  for (let i = 0; i < n; i++) {
    const x = load<u64>(u + (i << 3))
    const sum = x + load<u64>(V + (i << 3))
    const total = sum + carry
    carry = <u64>(sum < x) | <u64>(total < sum)
    store<u64>(u + (i << 3), total)
  }
  return carry
}

export function divide(a: usize, b: usize): void {
  if (isSmall(b)) {
    const d = load<u64>(b)
    if (d == 0) return
    if (isSmall(a)) return setSmall(b, load<u64>(a) / d)
  }
  divideWide(a, 4, b, A)
  copy(b, QUOTIENT)
}

export function modulo(a: usize, b: usize): void {
  if (isSmall(b)) {
    const d = load<u64>(b)
    if (d == 0) return
    if (isSmall(a)) return setSmall(b, load<u64>(a) % d)
  }
  divideWide(a, 4, b, b)
}

export function divideSigned(a: usize, b: usize): void {
  const aNegative = load<i64>(a, 24) < 0
  const bNegative = load<i64>(b, 24) < 0
  copy(A, a)
  if (aNegative) negate(A)
  if (bNegative) negate(b)
  divide(A, b)
  if (aNegative != bNegative) negate(b)
}

export function moduloSigned(a: usize, b: usize): void {
  const negative = load<i64>(a, 24) < 0
  copy(A, a)
  if (negative) negate(A)
  if (load<i64>(b, 24) < 0) negate(b)
  modulo(A, b)
  if (negative) negate(b)
}

/** (a + b) % n, to n. */
export function addModulo(a: usize, b: usize, n: usize): void {
  if (isZero(n)) return
  const top = load<u64>(n, 24)
  // Both operands are below 2n: subtracting does.
  if (top != 0 && load<u64>(a, 24) <= top && load<u64>(b, 24) <= top) {
    copy(A, a)
    if (!isBelow(A, n)) subtractFrom(A, n)
    copy(PRODUCT, b)
    if (!isBelow(PRODUCT, n)) subtractFrom(PRODUCT, n)
    add(A, PRODUCT)
    const carried = isBelow(PRODUCT, A)
    if (carried || !isBelow(PRODUCT, n)) subtractFrom(PRODUCT, n)
    return copy(n, PRODUCT)
  }
  copy(PRODUCT, b)
  add(a, PRODUCT)
  store<u64>(PRODUCT, <u64>isBelow(PRODUCT, a), 32)
  divideWide(PRODUCT, 5, n, n)
}

/** x -= y. */
function subtractFrom(x: usize, y: usize): void {
  copy(QUOTIENT, y)
  subtract(x, QUOTIENT)
  copy(x, QUOTIENT)
}

/** (a * b) % n, to n. */
export function multiplyModulo(a: usize, b: usize, n: usize): void {
  if (isZero(n)) return
  multiplyWide(a, b, PRODUCT)
  divideWide(PRODUCT, 8, n, n)
}

/** a ** b modulo 2^256, to b. By squaring, from the highest bit of the exponent down. */
export function power(a: usize, b: usize): void {
  let bits = 256 - <i32>leadingZeros(b)
  if (bits == 0) return setSmall(b, 1)
  copy(A, b)
  copy(b, a)
  for (let i = bits - 2; i >= 0; i--) {
    multiply(b, b)
    if ((load<u64>(A + ((i >> 6) << 3)) >> <u64>(i & 63)) & 1) multiply(a, b)
  }
}
