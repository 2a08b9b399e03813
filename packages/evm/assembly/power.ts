/** EXP. */
import { multiply, square } from './multiply'
import { add, clear, copy, leadingZeros, setSmall, shiftRight, subtract } from './word'

/**
 * From so many bits of the exponent on there is a shorter way, since a^(2^k) is 1 modulo 2^(k + 2) for every odd a:
 * a^(2^84) = 1 + y, and y ends in 86 zeros, so that its third power is none modulo 2^256. What remains of the exponent, n,
 * gives (1 + y)^n = 1 + n * y + n * (n - 1) / 2 * y * y: 84 squarings instead of 256.
 */
const LONG = 84

const EXPONENT = memory.data(32, 16)
const SQUARE = memory.data(32, 16)
const N = memory.data(32, 16)
const HALF = memory.data(32, 16)
const SHIFT = memory.data(32, 16)

/** a ** b modulo 2^256, to b: by squaring, from the lowest bit of the exponent up. */
export function power(a: usize, b: usize): void {
  const bits = 256 - <i32>leadingZeros(b)
  // An even base has 256 zeros at its end by then.
  if (bits > 8 && (load<u64>(a) & 1) == 0) return clear(b)
  copy(EXPONENT, b)
  copy(SQUARE, a)
  setSmall(b, 1)
  const count = min(bits, LONG)
  for (let i = 0; i < count; i++) {
    if (i > 0) square(SQUARE)
    if ((load<u64>(EXPONENT + ((i >> 6) << 3)) >> <u64>(i & 63)) & 1) multiply(SQUARE, b)
  }
  if (bits <= LONG) return

  square(SQUARE)
  const y = SQUARE
  store<u64>(y, load<u64>(y) - 1)
  setSmall(SHIFT, LONG)
  shiftRight(SHIFT, EXPONENT)
  copy(N, EXPONENT)
  copy(HALF, N)
  setSmall(SHIFT, 1)
  shiftRight(SHIFT, HALF)
  // n * (n - 1) / 2 is n * (n / 2), rounded down, and that less n / 2 if n is even.
  multiply(HALF, EXPONENT)
  if (load<u64>(N) & 1) copy(HALF, EXPONENT)
  else subtract(EXPONENT, HALF)
  multiply(y, N)
  multiply(y, HALF)
  multiply(y, HALF)
  add(N, HALF)
  store<u64>(HALF, load<u64>(HALF) + 1)
  multiply(HALF, b)
}
