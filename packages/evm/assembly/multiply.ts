/** Products of words. A limb's product has two limbs; WebAssembly gives only the lower, the upper is of halves. */
import { isSignedSmall, set } from './word'

/** The upper limb of a product of two limbs. */
// @ts-ignore: decorator
@inline
export function multiplyHigh(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff, aHigh = a >> 32
  const bLow = b & 0xffffffff, bHigh = b >> 32
  const middle = aHigh * bLow + ((aLow * bLow) >> 32)
  return aHigh * bHigh + (middle >> 32) + ((aLow * bHigh + (middle & 0xffffffff)) >> 32)
}

/** a * b modulo 2^256. */
export function multiply(a: usize, b: usize): void {
  const a0 = load<u64>(a), b0 = load<u64>(b)
  // Most operands are small, and negative ones nearly as often as not.
  if (isSignedSmall(a) && isSignedSmall(b)) {
    const low = a0 * b0
    const high = multiplyHigh(a0, b0) - (<u64>(<i64>a0 >> 63) & b0) - (<u64>(<i64>b0 >> 63) & a0)
    const sign = <u64>(<i64>high >> 63)
    return set(b, low, high, sign, sign)
  }
  const a1 = load<u64>(a, 8), a2 = load<u64>(a, 16), a3 = load<u64>(a, 24)
  const b1 = load<u64>(b, 8), b2 = load<u64>(b, 16), b3 = load<u64>(b, 24)
  let r1 = multiplyHigh(a0, b0)
  let r3 = a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0

  let low = a0 * b1
  let high = multiplyHigh(a0, b1)
  r1 += low
  let r2 = high + <u64>(r1 < low)
  low = a1 * b0
  high = multiplyHigh(a1, b0)
  r1 += low
  high += <u64>(r1 < low)
  r2 += high
  r3 += <u64>(r2 < high)

  low = a0 * b2
  r2 += low
  r3 += multiplyHigh(a0, b2) + <u64>(r2 < low)
  low = a1 * b1
  r2 += low
  r3 += multiplyHigh(a1, b1) + <u64>(r2 < low)
  low = a2 * b0
  r2 += low
  r3 += multiplyHigh(a2, b0) + <u64>(r2 < low)
  set(b, a0 * b0, r1, r2, r3)
}

/** The word at p times itself, modulo 2^256. */
export function square(p: usize): void {
  const a0 = load<u64>(p), a1 = load<u64>(p, 8), a2 = load<u64>(p, 16), a3 = load<u64>(p, 24)
  const p01 = a0 * a1, h01 = multiplyHigh(a0, a1)
  const p02 = a0 * a2
  const r1 = multiplyHigh(a0, a0) + (p01 << 1)
  let r2 = (h01 << 1) | (p01 >> 63)
  let r3 = ((a0 * a3 + a1 * a2 + multiplyHigh(a0, a2)) << 1) + (h01 >> 63) + (p02 >> 63) + multiplyHigh(a1, a1)
  let carry = <u64>(r1 < (p01 << 1))
  r2 += carry
  r3 += <u64>(r2 < carry)
  const twice = p02 << 1
  r2 += twice
  r3 += <u64>(r2 < twice)
  const p11 = a1 * a1
  r2 += p11
  r3 += <u64>(r2 < p11)
  set(p, a0 * a0, r1, r2, r3)
}

/** All eight limbs of a * b, a row for each limb of a. */
export function multiplyWide(a: usize, b: usize, product: usize): void {
  const b0 = load<u64>(b), b1 = load<u64>(b, 8), b2 = load<u64>(b, 16), b3 = load<u64>(b, 24)
  let s0: u64 = 0, s1: u64 = 0, s2: u64 = 0, s3: u64 = 0
  for (let i: usize = 0; i < 32; i += 8) {
    const x = load<u64>(a + i)
    let low = x * b0 + s0
    let carry = multiplyHigh(x, b0) + <u64>(low < s0)
    store<u64>(product + i, low)
    low = x * b1 + carry
    carry = multiplyHigh(x, b1) + <u64>(low < carry)
    s0 = low + s1
    carry += <u64>(s0 < s1)
    low = x * b2 + carry
    carry = multiplyHigh(x, b2) + <u64>(low < carry)
    s1 = low + s2
    carry += <u64>(s1 < s2)
    low = x * b3 + carry
    carry = multiplyHigh(x, b3) + <u64>(low < carry)
    s2 = low + s3
    s3 = carry + <u64>(s2 < s3)
  }
  set(product + 32, s0, s1, s2, s3)
}
