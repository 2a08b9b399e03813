/**
 * 0x02 SHA-256, 0x03 RIPEMD-160 and 0x04 identity.
 *
 * Measured, µs a hash of 32 / 512 / 16,384 bytes: SHA-256 by hash-wasm 0.56 / 2.7 / 66, @noble/hashes 0.92 / 3.7 / 85, Node's
 * OpenSSL 0.93 / 1.2 / 11; RIPEMD-160 0.54 / 2.8 / 72, 1.2 / 5.8 / 145, 1.2 / 3.0 / 61. Short inputs are what contracts have, and
 * a page has no OpenSSL.
 */
import { ripemd160 } from '@noble/hashes/legacy.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { createRIPEMD160, createSHA256, type IHasher } from 'hash-wasm'
import { type Precompile, wordsOf } from './precompile.ts'

type Hash = (data: Uint8Array) => Uint8Array

/** Instances start asynchronously, if at all: until then, and where none may be compiled, it is the library in JavaScript. */
function startedLater(create: () => Promise<IHasher>, meanwhile: Hash): Hash {
  let hasher: IHasher | undefined
  create().then(
    (started) => {
      hasher = started
    },
    () => {},
  )
  return (data) => (hasher === undefined ? meanwhile(data) : hasher.init().update(data).digest('binary'))
}

const sha256Now = startedLater(createSHA256, sha256)
const ripemd160Now = startedLater(createRIPEMD160, ripemd160)

export const SHA256: Precompile = {
  name: 'SHA256',
  gas: (input) => 60 + 12 * wordsOf(input),
  run: (input) => sha256Now(input),
}

/** 20 bytes, padded to a word from the left. */
export const RIPEMD160: Precompile = {
  name: 'RIPEMD160',
  gas: (input) => 600 + 120 * wordsOf(input),
  run: (input) => {
    const output = new Uint8Array(32)
    output.set(ripemd160Now(input), 12)
    return output
  },
}

export const IDENTITY: Precompile = {
  name: 'ID',
  gas: (input) => 15 + 3 * wordsOf(input),
  run: (input) => input.slice(),
}
