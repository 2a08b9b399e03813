/**
 * 256-bit words in memory: four 64-bit limbs, the lowest first. An operation reads its operands at two pointers
 * and leaves the result at the second, as instructions do with the stack.
 */

// @ts-ignore: decorator
@inline
export function set(p: usize, a: u64, b: u64, c: u64, d: u64): void {
  store<u64>(p, a)
  store<u64>(p, b, 8)
  store<u64>(p, c, 16)
  store<u64>(p, d, 24)
}

/** A word of one limb. */
// @ts-ignore: decorator
@inline
export function setSmall(p: usize, value: u64): void {
  v128.store(p, i64x2.replace_lane(i64x2.splat(0), 0, value))
  v128.store(p, i64x2.splat(0), 16)
}

// @ts-ignore: decorator
@inline
export function clear(p: usize): void {
  v128.store(p, i64x2.splat(0))
  v128.store(p, i64x2.splat(0), 16)
}

// @ts-ignore: decorator
@inline
export function copy(to: usize, from: usize): void {
  const low = v128.load(from)
  const high = v128.load(from, 16)
  v128.store(to, low)
  v128.store(to, high, 16)
}

// @ts-ignore: decorator
@inline
export function isZero(p: usize): bool {
  return (load<u64>(p) | load<u64>(p, 8) | load<u64>(p, 16) | load<u64>(p, 24)) == 0
}

/** Whether the lowest limb is all there is. */
// @ts-ignore: decorator
@inline
export function isSmall(p: usize): bool {
  return (load<u64>(p, 8) | load<u64>(p, 16) | load<u64>(p, 24)) == 0
}

/** Whether it is the sign extension of its lowest limb. */
// @ts-ignore: decorator
@inline
export function isSignedSmall(p: usize): bool {
  const sign = <u64>(load<i64>(p) >> 63)
  return ((load<u64>(p, 8) ^ sign) | (load<u64>(p, 16) ^ sign) | (load<u64>(p, 24) ^ sign)) == 0
}

// @ts-ignore: decorator
@inline
export function isEqual(a: usize, b: usize): bool {
  return (
    ((load<u64>(a) ^ load<u64>(b)) |
      (load<u64>(a, 8) ^ load<u64>(b, 8)) |
      (load<u64>(a, 16) ^ load<u64>(b, 16)) |
      (load<u64>(a, 24) ^ load<u64>(b, 24))) ==
    0
  )
}

export function isBelow(a: usize, b: usize): bool {
  if (load<u64>(a, 24) != load<u64>(b, 24)) return load<u64>(a, 24) < load<u64>(b, 24)
  if (load<u64>(a, 16) != load<u64>(b, 16)) return load<u64>(a, 16) < load<u64>(b, 16)
  if (load<u64>(a, 8) != load<u64>(b, 8)) return load<u64>(a, 8) < load<u64>(b, 8)
  return load<u64>(a) < load<u64>(b)
}

export function isBelowSigned(a: usize, b: usize): bool {
  if (load<i64>(a, 24) != load<i64>(b, 24)) return load<i64>(a, 24) < load<i64>(b, 24)
  return isBelow(a, b)
}

/** Value as a number if it fits `limit`, else `limit`. */
// @ts-ignore: decorator
@inline
export function clamped(p: usize, limit: u64): u64 {
  return isSmall(p) ? min(load<u64>(p), limit) : limit
}

// @ts-ignore: decorator
@inline
export function add(a: usize, b: usize): void {
  const a0 = load<u64>(a)
  const r0 = a0 + load<u64>(b)
  let carry = <u64>(r0 < a0)
  const a1 = load<u64>(a, 8)
  let sum = a1 + load<u64>(b, 8)
  const r1 = sum + carry
  carry = <u64>(sum < a1) | <u64>(r1 < sum)
  const a2 = load<u64>(a, 16)
  sum = a2 + load<u64>(b, 16)
  const r2 = sum + carry
  carry = <u64>(sum < a2) | <u64>(r2 < sum)
  set(b, r0, r1, r2, load<u64>(a, 24) + load<u64>(b, 24) + carry)
}

/** a - b. */
// @ts-ignore: decorator
@inline
export function subtract(a: usize, b: usize): void {
  const a0 = load<u64>(a), b0 = load<u64>(b)
  let borrow = <u64>(a0 < b0)
  const a1 = load<u64>(a, 8), b1 = load<u64>(b, 8)
  let difference = a1 - b1
  const r1 = difference - borrow
  borrow = <u64>(a1 < b1) | <u64>(difference < borrow)
  const a2 = load<u64>(a, 16), b2 = load<u64>(b, 16)
  difference = a2 - b2
  const r2 = difference - borrow
  borrow = <u64>(a2 < b2) | <u64>(difference < borrow)
  set(b, a0 - b0, r1, r2, load<u64>(a, 24) - load<u64>(b, 24) - borrow)
}

// @ts-ignore: decorator
@inline
export function and(a: usize, b: usize): void {
  v128.store(b, v128.and(v128.load(a), v128.load(b)))
  v128.store(b, v128.and(v128.load(a, 16), v128.load(b, 16)), 16)
}

// @ts-ignore: decorator
@inline
export function or(a: usize, b: usize): void {
  v128.store(b, v128.or(v128.load(a), v128.load(b)))
  v128.store(b, v128.or(v128.load(a, 16), v128.load(b, 16)), 16)
}

// @ts-ignore: decorator
@inline
export function xor(a: usize, b: usize): void {
  v128.store(b, v128.xor(v128.load(a), v128.load(b)))
  v128.store(b, v128.xor(v128.load(a, 16), v128.load(b, 16)), 16)
}

// @ts-ignore: decorator
@inline
export function not(p: usize): void {
  v128.store(p, v128.not(v128.load(p)))
  v128.store(p, v128.not(v128.load(p, 16)), 16)
}

// @ts-ignore: decorator
@inline
export function swap(a: usize, b: usize): void {
  const low = v128.load(b)
  const high = v128.load(b, 16)
  copy(b, a)
  v128.store(a, low)
  v128.store(a, high, 16)
}

export function negate(p: usize): void {
  const r0 = 0 - load<u64>(p)
  let carry = <u64>(r0 == 0)
  const r1 = ~load<u64>(p, 8) + carry
  carry &= <u64>(r1 == 0)
  const r2 = ~load<u64>(p, 16) + carry
  carry &= <u64>(r2 == 0)
  set(p, r0, r1, r2, ~load<u64>(p, 24) + carry)
}

/** The word at b, shifted by the word at a. */
export function shiftLeft(a: usize, b: usize): void {
  if (!isSmall(a) || load<u64>(a) > 255) return clear(b)
  const shift = load<u64>(a)
  const bits = shift & 63
  let w0 = load<u64>(b), w1 = load<u64>(b, 8), w2 = load<u64>(b, 16), w3 = load<u64>(b, 24)
  if (shift & 128) {
    w3 = w1
    w2 = w0
    w1 = 0
    w0 = 0
  }
  if (shift & 64) {
    w3 = w2
    w2 = w1
    w1 = w0
    w0 = 0
  }
  if (bits != 0) {
    const rest = 64 - bits
    w3 = (w3 << bits) | (w2 >> rest)
    w2 = (w2 << bits) | (w1 >> rest)
    w1 = (w1 << bits) | (w0 >> rest)
    w0 <<= bits
  }
  set(b, w0, w1, w2, w3)
}

export function shiftRight(a: usize, b: usize): void {
  if (!isSmall(a) || load<u64>(a) > 255) return clear(b)
  shiftRightFilled(load<u64>(a), b, 0)
}

export function shiftRightSigned(a: usize, b: usize): void {
  const fill = <u64>(load<i64>(b, 24) >> 63)
  if (!isSmall(a) || load<u64>(a) > 255) return set(b, fill, fill, fill, fill)
  shiftRightFilled(load<u64>(a), b, fill)
}

// @ts-ignore: decorator
@inline
function shiftRightFilled(shift: u64, b: usize, fill: u64): void {
  const bits = shift & 63
  let w0 = load<u64>(b), w1 = load<u64>(b, 8), w2 = load<u64>(b, 16), w3 = load<u64>(b, 24)
  if (shift & 128) {
    w0 = w2
    w1 = w3
    w2 = fill
    w3 = fill
  }
  if (shift & 64) {
    w0 = w1
    w1 = w2
    w2 = w3
    w3 = fill
  }
  if (bits != 0) {
    const rest = 64 - bits
    w0 = (w0 >> bits) | (w1 << rest)
    w1 = (w1 >> bits) | (w2 << rest)
    w2 = (w2 >> bits) | (w3 << rest)
    w3 = (w3 >> bits) | (fill << rest)
  }
  set(b, w0, w1, w2, w3)
}

/** The byte of the word at b that is the a-th from the highest. */
export function byteAt(a: usize, b: usize): void {
  const index = load<u64>(a)
  if (!isSmall(a) || index > 31) return clear(b)
  setSmall(b, load<u8>(b + 31 - <usize>index))
}

/** Extends the sign of the lowest a + 1 bytes of the word at b. */
export function signExtend(a: usize, b: usize): void {
  const index = load<u64>(a)
  if (!isSmall(a) || index > 30) return
  const limb = <usize>(index >> 3) << 3
  const unused = 56 - ((index & 7) << 3)
  const top = (load<i64>(b + limb) << unused) >> unused
  store<i64>(b + limb, top)
  for (let i = limb + 8; i < 32; i += 8) store<i64>(b + i, top >> 63)
}

export function leadingZeros(p: usize): u64 {
  if (load<u64>(p, 24) != 0) return clz(load<u64>(p, 24))
  if (load<u64>(p, 16) != 0) return 64 + clz(load<u64>(p, 16))
  if (load<u64>(p, 8) != 0) return 128 + clz(load<u64>(p, 8))
  return 192 + clz(load<u64>(p))
}

// @ts-ignore: decorator
@inline
function reversed(half: v128): v128 {
  return i8x16.shuffle(half, half, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
}

/** Between a word and its 32 bytes, highest first; both ways the same. */
// @ts-ignore: decorator
@inline
export function copyReversed(to: usize, from: usize): void {
  const low = v128.load(from)
  const high = v128.load(from, 16)
  v128.store(to, reversed(high))
  v128.store(to, reversed(low), 16)
}

/** A word of `size` bytes, highest first. */
export function readBytes(to: usize, from: usize, size: usize): void {
  clear(to)
  for (let i: usize = 0; i < size; i++) store<u8>(to + size - 1 - i, load<u8>(from + i))
}
