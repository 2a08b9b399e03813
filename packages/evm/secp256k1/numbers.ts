/** The numbers of secp256k1 (SEC 2, 2.4.1). */

/** Of the field. */
export const P = 2n ** 256n - 2n ** 32n - 977n

/** The order of the group. */
export const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

/** The generator. */
export const G = {
  x: 0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n,
  y: 0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n,
} as const

/** A cube root of one modulo p: (BETA x, y) is LAMBDA times the point (x, y). */
export const BETA = 0x7ae96a2b657c07106e64479eac3434e99cf0497512f58995c1396c28719501een

/** The cube root of one modulo n that goes with it. */
export const LAMBDA = 0x5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72n

/** Modulo 2^bits, by Newton's iteration, which doubles the bits that are right. */
export function inverseOfOdd(odd: bigint, bits: number): bigint {
  let inverse = odd
  for (let right = 3; right < bits; right *= 2) inverse = BigInt.asUintN(bits, inverse * (2n - odd * inverse))
  return BigInt.asUintN(bits, inverse)
}
