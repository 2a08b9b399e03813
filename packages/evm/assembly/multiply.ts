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

/** All eight limbs of a * b. */
export function multiplyWide(a: usize, b: usize, product: usize): void {
  memory.fill(product, 0, 64)
  for (let i: usize = 0; i < 32; i += 8) {
    const x = load<u64>(a + i)
    let carry: u64 = 0
    if (x != 0) {
      for (let j: usize = 0; j < 32; j += 8) {
        const y = load<u64>(b + j)
        let low = x * y
        let high = multiplyHigh(x, y)
        low += carry
        high += <u64>(low < carry)
        const sum = low + load<u64>(product + i + j)
        store<u64>(product + i + j, sum)
        carry = high + <u64>(sum < low)
      }
    }
    store<u64>(product + i + 32, carry)
  }
}
