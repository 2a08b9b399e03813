/**
 * Precompiles one after the other, as the newest fork has them, and for some another way of computing the same:
 * `node packages/evm/scripts/measure-precompiles.ts [ROUNDS]`. Rounds alternate; printed are median and least in
 * microseconds a call, and the gas that goes by in a second.
 */
import { createHash, createPublicKey, verify } from 'node:crypto'
import { bls12_381 } from '@noble/curves/bls12-381.js'
import { bn254 } from '@noble/curves/bn254.js'
import { p256 } from '@noble/curves/nist.js'
import { keccak256, precompilesAt, privateKeyToAddress, signHash } from '../src/index.ts'
import { wordToAddress, wordToBytes } from '../src/words.ts'

const rounds = Number(process.argv[2] ?? 15)
const ROUND_MS = 20

const random = (size: number, seed = 1): Uint8Array => {
  const bytes = new Uint8Array(size)
  for (let at = 0, n = seed; at < size; at += 32, n++)
    bytes.set(keccak256(wordToBytes(BigInt(n))).subarray(0, size - at), at)
  return bytes
}
const join = (...parts: (Uint8Array | bigint)[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...(typeof part === 'bigint' ? wordToBytes(part) : part)]))
const zeros = (size: number): Uint8Array => new Uint8Array(size)
