/**
 * Signatures and public keys, on functions that do not run in constant time. What they are given is therefore
 * independent of the secret: of two scalars that add up to it, or of its product with another, one is a hash of the
 * secret, which nobody knows who does not know the secret, and either looks random. The arithmetic of bigint here is
 * not hidden; it is made for the keys of a development chain.
 */
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { keccak256 } from '../keccak.ts'
import { bytesToWord, wordToBytes } from '../words.ts'
import { type Curve, N } from './curve.ts'

/**
 * @param generate the public key of a + b modulo n, both below n
 * @param invert 1 / scalar modulo n
 */
export function createSign(
  generate: (a: bigint, b: bigint) => Uint8Array,
  invert: (scalar: bigint) => bigint,
): Pick<Curve, 'publicKey' | 'sign'> {
  const publicKey = (secret: bigint): Uint8Array => {
    const blind = blindOf(secret)
    return generate(blind, modulo(secret - blind))
  }
  return {
    publicKey,
    sign: (hash, secret) => {
      const z = bytesToWord(hash) % N
      for (const nonce of nonces(z, secret)) {
        const point = publicKey(nonce)
        const r = bytesToWord(point.subarray(0, 32))
        // A parity alone does not say that n was taken from x. This and an s of zero are as good as impossible.
        if (r >= N) continue
        const blind = blindOf(nonce)
        const inverse = blind * invert((nonce * blind) % N)
        const s = ((z + r * secret) * inverse) % N
        if (s === 0n) continue
        const isHigh = s > N / 2n
        const isOdd = (point[63]! & 1) === 1
        return { r, s: isHigh ? N - s : s, yParity: isOdd !== isHigh ? 1 : 0 }
      }
      throw new Error('unreachable')
    },
  }
}

/** The nonces to be tried, one after the other (RFC 6979, 3.2, with HMAC-SHA256). @param z the hash modulo n */
function* nonces(z: bigint, secret: bigint): Generator<bigint> {
  const seed = [wordToBytes(secret), wordToBytes(z)]
  let key: Uint8Array = new Uint8Array(32)
  let value: Uint8Array = new Uint8Array(32).fill(1)
  const step = (...more: Uint8Array[]): void => {
    key = hmac(sha256, key, join(value, ...more))
    value = hmac(sha256, key, value)
  }
  step(Uint8Array.of(0), ...seed)
  step(Uint8Array.of(1), ...seed)
  for (;;) {
    value = hmac(sha256, key, value)
    const nonce = bytesToWord(value)
    if (nonce > 0n && nonce < N) yield nonce
    step(Uint8Array.of(0))
  }
}

/** From 1 to n - 1. */
const blindOf = (secret: bigint): bigint => (bytesToWord(keccak256(wordToBytes(secret))) % (N - 1n)) + 1n

const modulo = (scalar: bigint): bigint => (scalar < 0n ? scalar + N : scalar)

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
