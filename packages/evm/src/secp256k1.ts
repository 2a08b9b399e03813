/**
 * ECDSA on secp256k1: sender recovery, ECRECOVER and signing.
 *
 * Measured on Node 24 and an EPYC of 3.2 GHz, µs, medians of alternating rounds (../scripts/measure-secp256k1.ts):
 * recovery 42, of four at once 36 each, of many 35; Bitcoin Core's libsecp256k1 as WebAssembly (@bitauth/libauth) 180,
 * @noble/curves 1700. Signing 64 against 113 and 540, the key of a secret 36 against 54. Loading takes 6 ms, most of it
 * for Node to read these files, and the first use 3 ms; libauth took 28 ms.
 */
import type { Address, Hex } from './engine.ts'
import { bytesToHex } from './hex.ts'
import { keccak256 } from './keccak.ts'
import { type Curve, N, type SignedHash } from './secp256k1/curve.ts'
import { createWasmCurve } from './secp256k1/wasm.ts'
import { bytesToWord, wordToHash } from './words.ts'

export type { SignedHash } from './secp256k1/curve.ts'

const curve: Curve = createWasmCurve() ?? (await import('./secp256k1/noble.ts')).nobleCurve

/** Order of the group. */
export const SECP256K1_N = N

/**
 * The address whose key signed `hash`, or `undefined` if there is none: r or s is zero or not below the
 * order, or r is not the x of a point. High s is accepted here; EIP-2 is the caller's rule.
 *
 * @param hash 32 bytes.
 */
export const ecrecover = (hash: Uint8Array, yParity: 0 | 1, r: bigint, s: bigint): Address | undefined =>
  recoverMany([{ hash, yParity, r, s }])[0]

/** {@link ecrecover} of several, in the same order: of four 15 % less time for each, of many 20 %. */
export function recoverMany(signatures: readonly SignedHash[]): (Address | undefined)[] {
  const keys = curve.recover(signatures.filter(isInRange))
  let next = 0
  return signatures.map((signature) => {
    const key = isInRange(signature) ? keys[next++] : undefined
    return key && publicKeyToAddress(key)
  })
}

const isInRange = ({ r, s }: SignedHash): boolean => isScalar(r) && isScalar(s)
const isScalar = (scalar: bigint): boolean => scalar > 0n && scalar < N

export interface Signature {
  readonly yParity: 0 | 1
  readonly r: Hex
  /** Never above half the order (EIP-2). */
  readonly s: Hex
}

/** Signs 32 bytes with a deterministic nonce (RFC 6979). Throws {@link KeyError} for an invalid key. */
export function signHash(hash: Uint8Array, privateKey: Uint8Array): Signature {
  const { yParity, r, s } = curve.sign(hash, secretOf(privateKey))
  return { yParity, r: wordToHash(r), s: wordToHash(s) }
}

/** The address that a 32-byte private key owns. Throws {@link KeyError} for an invalid key. */
export const privateKeyToAddress = (privateKey: Uint8Array): Address =>
  publicKeyToAddress(curve.publicKey(secretOf(privateKey)))

function secretOf(privateKey: Uint8Array): bigint {
  const secret = privateKey.length === 32 ? bytesToWord(privateKey) : 0n
  if (!isScalar(secret)) throw new KeyError()
  return secret
}

/** @param publicKey 64 bytes: x, y. */
const publicKeyToAddress = (publicKey: Uint8Array): Address => bytesToHex(keccak256(publicKey).subarray(12))

export class KeyError extends Error {
  readonly code = 'DEED_PRIVATE_KEY'
  constructor() {
    super(
      'The private key is not 32 bytes between 1 and the order of secp256k1. Check where it was read from.',
    )
    this.name = 'KeyError'
  }
}
