/** What two implementations give: ./wasm.ts, and ./noble.ts where that cannot run. */
export interface Curve {
  /**
   * Public keys, x and y of 64 bytes, of those who signed: (s R - hash G) / r with R = (r, y). `undefined` where r is
   * not the x of a point, or the sum is infinity. Every r and s is from 1 to n - 1.
   */
  recover(signatures: readonly SignedHash[]): (Uint8Array | undefined)[]
  /** Of a secret from 1 to n - 1. */
  publicKey(secret: bigint): Uint8Array
  /** ECDSA with the nonce of RFC 6979 and the lower s, of 32 bytes by a secret from 1 to n - 1. */
  sign(hash: Uint8Array, secret: bigint): RecoverableSignature
}

export interface SignedHash extends RecoverableSignature {
  /** 32 bytes. */
  readonly hash: Uint8Array
}

interface RecoverableSignature {
  /** Whether the y of the point of which r is the x is odd. */
  readonly yParity: 0 | 1
  readonly r: bigint
  readonly s: bigint
}

/** The order of the group. */
export const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
