/** A module of its own: the compression function F of BLAKE2b (RFC 7693, section 3.2) with a number of rounds. */

/** The message schedule, as offsets of words. */
const SIGMA = memory.data<u8>([
  0, 8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 88, 96, 104, 112, 120,
  112, 80, 32, 64, 72, 120, 104, 48, 8, 96, 0, 16, 88, 56, 40, 24,
  88, 64, 96, 0, 40, 16, 120, 104, 80, 112, 24, 48, 56, 8, 72, 32,
  56, 72, 24, 8, 104, 96, 88, 112, 16, 48, 40, 80, 32, 0, 120, 64,
  72, 0, 40, 56, 16, 32, 80, 120, 112, 8, 88, 96, 48, 64, 24, 104,
  16, 96, 48, 80, 0, 88, 64, 24, 32, 104, 56, 40, 120, 112, 8, 72,
  96, 40, 8, 120, 112, 104, 32, 80, 0, 56, 48, 24, 72, 16, 64, 88,
  104, 88, 56, 112, 96, 8, 24, 72, 40, 0, 120, 32, 64, 48, 16, 80,
  48, 120, 112, 72, 88, 24, 0, 64, 96, 16, 104, 56, 8, 32, 80, 40,
  80, 16, 64, 32, 56, 48, 8, 40, 120, 88, 72, 112, 24, 96, 104, 0,
])
/** h, m and t, as they lie in the input of EIP-152. */
const H = memory.data(208, 16)
const M = H + 64
const V = memory.data(128, 16)
/** Fractions of the square roots of the first eight primes, as of SHA-512. */
const IV = memory.data<u64>([
  0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
  0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
])

export const state = H

/** G: section 3.1. The words a, b, c, d are at these offsets; x and y are of the message. */
// @ts-ignore: decorator
@inline
function mix(a: usize, b: usize, c: usize, d: usize, x: u64, y: u64): void {
  let va = load<u64>(V + a) + load<u64>(V + b) + x
  let vd = rotr(load<u64>(V + d) ^ va, 32)
  let vc = load<u64>(V + c) + vd
  let vb = rotr(load<u64>(V + b) ^ vc, 24)
  va += vb + y
  vd = rotr(vd ^ va, 16)
  vc += vd
  vb = rotr(vb ^ vc, 63)
  store<u64>(V + a, va)
  store<u64>(V + b, vb)
  store<u64>(V + c, vc)
  store<u64>(V + d, vd)
}

// @ts-ignore: decorator
@inline
function word(row: usize, index: usize): u64 {
  return load<u64>(M + <usize>load<u8>(row + index))
}

/** Leaves the new h in place of the old. */
export function compress(rounds: u32, isLast: bool): void {
  memory.copy(V, H, 64)
  memory.copy(V + 64, IV, 64)
  store<u64>(V + 96, load<u64>(V + 96) ^ load<u64>(H, 192))
  store<u64>(V + 104, load<u64>(V + 104) ^ load<u64>(H, 200))
  if (isLast) store<u64>(V + 112, ~load<u64>(V + 112))
  let row = SIGMA
  for (let round: u32 = 0; round < rounds; round++) {
    mix(0, 32, 64, 96, word(row, 0), word(row, 1))
    mix(8, 40, 72, 104, word(row, 2), word(row, 3))
    mix(16, 48, 80, 112, word(row, 4), word(row, 5))
    mix(24, 56, 88, 120, word(row, 6), word(row, 7))
    mix(0, 40, 80, 120, word(row, 8), word(row, 9))
    mix(8, 48, 88, 96, word(row, 10), word(row, 11))
    mix(16, 56, 64, 104, word(row, 12), word(row, 13))
    mix(24, 32, 72, 112, word(row, 14), word(row, 15))
    row = row == SIGMA + 144 ? SIGMA : row + 16
  }
  for (let i: usize = 0; i < 64; i += 8) {
    store<u64>(H + i, load<u64>(H + i) ^ load<u64>(V + i) ^ load<u64>(V + 64 + i))
  }
}
