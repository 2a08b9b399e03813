/** 0x02 SHA-256, 0x03 RIPEMD-160 and 0x04 identity. */
import { ripemd160 } from '@noble/hashes/legacy.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { type Precompile, wordsOf } from './precompile.ts'

export const SHA256: Precompile = {
  name: 'SHA256',
  gas: (input) => 60 + 12 * wordsOf(input),
  run: (input) => sha256(input),
}

/** 20 bytes, padded to a word from the left. */
export const RIPEMD160: Precompile = {
  name: 'RIPEMD160',
  gas: (input) => 600 + 120 * wordsOf(input),
  run: (input) => {
    const output = new Uint8Array(32)
    output.set(ripemd160(input), 12)
    return output
  },
}

export const IDENTITY: Precompile = {
  name: 'ID',
  gas: (input) => 15 + 3 * wordsOf(input),
  run: (input) => input.slice(),
}
