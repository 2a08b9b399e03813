/**
 * Division by 64-bit digits: Knuth's algorithm D, each digit of the quotient estimated from three digits by two with
 * a reciprocal (Möller and Granlund, "Improved division by invariant integers", 2011).
 */
import { multiplyHigh, multiplyWide } from './multiply'
import { add, clear, copy, isBelow, isSmall, isZero, negate, set, setSmall } from './word'

/** The dividend, shifted up: nine digits. The remainder stays in it. */
const U = memory.data(80, 16)
/** The divisor, shifted up so that its highest bit is set. */
const V = memory.data(32, 16)
const QUOTIENT = memory.data(80, 16)
/** Operands that are not to be written over. */
const A = memory.data(32, 16)
const PRODUCT = memory.data(64, 16)

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

/** {@link reciprocalOfTwo} of the divisor before: a modulus mostly comes again. The highest bit of d1 is always set. */
let knownHigh: u64 = 0
let knownLow: u64 = 0
let known: u64 = 0

// @ts-ignore: decorator
@inline
function reciprocalFor(d1: u64, d0: u64): u64 {
  if (d1 != knownHigh || d0 != knownLow) {
    known = reciprocalOfTwo(d1, d0)
    knownHigh = d1
    knownLow = d0
  }
  return known
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
    carry = upper(limb, shift)
  }
  return carry
}

/** What a limb that is shifted up leaves for the one above it; in two steps, for a shift by 64 is none. */
// @ts-ignore: decorator
@inline
function upper(limb: u64, shift: u64): u64 {
  return (limb >> 1) >> (63 - shift)
}

// @ts-ignore: decorator
@inline
function shiftDown(limb: u64, above: u64, shift: u64): u64 {
  return (limb >> shift) | ((above << 1) << (63 - shift))
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
  if (n > 2) return divideByFour(dividend, m, divisor, n == 3, shift, remainder)
  shiftUp(V, divisor, n, shift)
  const above = shiftUp(U, dividend, m, shift)
  store<u64>(U + (m << 3), above)
  if (n == 1) return divideByOne(m, shift, remainder)
  divideByTwo(m - <i32>isZeroDigit(above, load<u64>(U + ((m - 1) << 3)), load<u64>(V, 8)), shift, remainder)
}

/** Whether the quotient's highest digit is seen to be zero, as that of a product of two remainders is. */
// @ts-ignore: decorator
@inline
function isZeroDigit(above: u64, highest: u64, divisor: u64): bool {
  return above == 0 && highest < divisor
}

// Dividend and divisor are shifted up until the divisor's highest bit is set, and the remainder down again. Divisor and
// remainder are in locals; estimates are corrected without branches, which nobody could foretell. One and two digits divide
// what lies at U by what lies at V.

function divideByOne(m: i32, shift: u64, remainder: usize): void {
  const d = load<u64>(V)
  const v = reciprocal(d)
  let r = load<u64>(U + (m << 3))
  for (let i = m - 1; i >= 0; i--) {
    const next = load<u64>(U + (i << 3))
    const low = v * r + next
    let q = multiplyHigh(v, r) + r + <u64>(low < next) + 1
    r = next - q * d
    const more = 0 - <u64>(r > low)
    q += more
    r += more & d
    if (r >= d) {
      q++
      r -= d
    }
    store<u64>(QUOTIENT + (i << 3), q)
  }
  setSmall(remainder, r >> shift)
}

function divideByTwo(m: i32, shift: u64, remainder: usize): void {
  const d1 = load<u64>(V, 8), d0 = load<u64>(V)
  const v = reciprocalFor(d1, d0)
  let r1 = load<u64>(U + (m << 3)), r0 = load<u64>(U + ((m - 1) << 3))
  for (let i = m - 2; i >= 0; i--) {
    const next = load<u64>(U + (i << 3))
    const low = v * r1 + r0
    let q = multiplyHigh(v, r1) + r1 + <u64>(low < r0)
    const product = d0 * q
    let s0 = next - product
    let s1 = r0 - q * d1 - multiplyHigh(d0, q) - <u64>(next < product)
    s1 -= d1 + <u64>(s0 < d0)
    s0 -= d0
    q++
    const more = 0 - <u64>(s1 >= low)
    q += more
    s0 += more & d0
    s1 += (more & d1) + <u64>(s0 < (more & d0))
    if (s1 > d1 || (s1 == d1 && s0 >= d0)) {
      q++
      s1 -= d1 + <u64>(s0 < d0)
      s0 -= d0
    }
    r1 = s1
    r0 = s0
    store<u64>(QUOTIENT + (i << 3), q)
  }
  set(remainder, shiftDown(r0, r1, shift), r1 >> shift, 0, 0)
}

/** A digit of a number whose digits from `first` on lie at p, shifted up. */
// @ts-ignore: decorator
@inline
function shiftedDigit(p: usize, i: i32, first: i32, shift: u64): u64 {
  const below: u64 = i > first ? load<u64>(p + ((i - 1) << 3)) : 0
  const digit: u64 = i >= first ? load<u64>(p + (i << 3)) : 0
  return (digit << shift) | upper(below, shift)
}

/** Three digits become four, with a zero below them and below the dividend: the quotient is the same. */
function divideByFour(
  dividend: usize, size: i32, divisor: usize, isThree: bool, shift: u64, remainder: usize,
): void {
  const first = <i32>isThree
  const p = dividend - (<usize>first << 3)
  const n = divisor - (<usize>first << 3)
  const d3 = shiftedDigit(n, 3, first, shift), d2 = shiftedDigit(n, 2, first, shift)
  const d1 = shiftedDigit(n, 1, first, shift), d0 = shiftedDigit(n, 0, first, shift)
  const v = reciprocalFor(d3, d2)
  let m = size + first
  let r3 = upper(load<u64>(p + ((m - 1) << 3)), shift), r2 = shiftedDigit(p, m - 1, first, shift)
  let r1 = shiftedDigit(p, m - 2, first, shift), r0 = shiftedDigit(p, m - 3, first, shift)
  if (isZeroDigit(r3, r2, d3)) {
    m--
    r3 = r2
    r2 = r1
    r1 = r0
    r0 = shiftedDigit(p, m - 3, first, shift)
  }
  for (let i = m - 4; i >= 0; i--) {
    const next = shiftedDigit(p, i, first, shift)
    if (r3 == d3 && r2 == d2) {
      // The digit is 2^64 - 1: less the divisor one place up, and once more the divisor.
      store<u64>(QUOTIENT + (i << 3), u64.MAX_VALUE)
      const s0 = next + d0
      let carry = <u64>(s0 < d0)
      const s1 = r0 - d0
      const t1 = s1 + d1
      const s2 = r1 - d1 - <u64>(r0 < d0)
      const borrow = <u64>(r1 < d1) | (<u64>(r1 == d1) & <u64>(r0 < d0))
      const u1 = t1 + carry
      carry = <u64>(t1 < d1) + <u64>(u1 < carry)
      const t2 = s2 + d2
      const u2 = t2 + carry
      carry = <u64>(t2 < d2) + <u64>(u2 < carry)
      r3 = d3 - borrow + carry
      r2 = u2
      r1 = u1
      r0 = s0
      continue
    }
    // Three digits by two, as above.
    const low = v * r3 + r2
    let q = multiplyHigh(v, r3) + r3 + <u64>(low < r2)
    const product = d2 * q
    let s2 = r1 - product
    let s3 = r2 - q * d3 - multiplyHigh(d2, q) - <u64>(r1 < product)
    s3 -= d3 + <u64>(s2 < d2)
    s2 -= d2
    q++
    const more = 0 - <u64>(s3 >= low)
    q += more
    s2 += more & d2
    s3 += (more & d3) + <u64>(s2 < (more & d2))
    if (s3 > d3 || (s3 == d3 && s2 >= d2)) {
      q++
      s3 -= d3 + <u64>(s2 < d2)
      s2 -= d2
    }
    // Less what the lower two digits take.
    const low0 = q * d0
    let borrow = multiplyHigh(q, d0) + <u64>(next < low0)
    let s0 = next - low0
    const low1 = q * d1 + borrow
    borrow = multiplyHigh(q, d1) + <u64>(low1 < borrow) + <u64>(r0 < low1)
    let s1 = r0 - low1
    const under = <u64>(s2 < borrow)
    s2 -= borrow
    const isTooMuch = s3 < under
    s3 -= under
    if (isTooMuch) {
      q--
      s0 += d0
      let carry = <u64>(s0 < d0)
      let sum = s1 + d1
      s1 = sum + carry
      carry = <u64>(sum < d1) | <u64>(s1 < carry)
      sum = s2 + d2
      s2 = sum + carry
      carry = <u64>(sum < d2) | <u64>(s2 < carry)
      s3 += d3 + carry
    }
    r3 = s3
    r2 = s2
    r1 = s1
    r0 = s0
    store<u64>(QUOTIENT + (i << 3), q)
  }
  if (isThree) set(remainder, shiftDown(r1, r2, shift), shiftDown(r2, r3, shift), r3 >> shift, 0)
  else {
    set(
      remainder,
      shiftDown(r0, r1, shift), shiftDown(r1, r2, shift), shiftDown(r2, r3, shift), r3 >> shift,
    )
  }
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
    reduceOnce(a, 0, n, PRODUCT)
    reduceOnce(b, 0, n, A)
    add(PRODUCT, A)
    return reduceOnce(A, <u64>isBelow(A, PRODUCT), n, n)
  }
  copy(PRODUCT, b)
  add(a, PRODUCT)
  store<u64>(PRODUCT, <u64>isBelow(PRODUCT, a), 32)
  divideWide(PRODUCT, 5, n, n)
}

/** The word at `x`, above which there may be a bit, less n if it is not below that. */
function reduceOnce(x: usize, above: u64, n: usize, to: usize): void {
  const x0 = load<u64>(x), x1 = load<u64>(x, 8), x2 = load<u64>(x, 16), x3 = load<u64>(x, 24)
  const n0 = load<u64>(n), n1 = load<u64>(n, 8), n2 = load<u64>(n, 16), n3 = load<u64>(n, 24)
  let borrow = <u64>(x0 < n0)
  const d1 = x1 - n1
  const r1 = d1 - borrow
  borrow = <u64>(x1 < n1) | <u64>(d1 < borrow)
  const d2 = x2 - n2
  const r2 = d2 - borrow
  borrow = <u64>(x2 < n2) | <u64>(d2 < borrow)
  const d3 = x3 - n3
  const r3 = d3 - borrow
  borrow = <u64>(x3 < n3) | <u64>(d3 < borrow)
  const isBelow = borrow > above
  set(
    to,
    select(x0, x0 - n0, isBelow), select(x1, r1, isBelow), select(x2, r2, isBelow), select(x3, r3, isBelow),
  )
}

/** (a * b) % n, to n. */
export function multiplyModulo(a: usize, b: usize, n: usize): void {
  if (isZero(n)) return
  multiplyWide(a, b, PRODUCT)
  divideWide(PRODUCT, 8, n, n)
}
