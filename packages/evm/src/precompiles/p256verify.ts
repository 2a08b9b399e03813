/** 0x100: verifies a signature on secp256r1 (EIP-7951). 1.6 ms with @noble/curves. */
import { p256 } from '@noble/curves/nist.js'
import { bytesToWord, wordToBytes } from '../words.ts'
import { NO_OUTPUT, type Precompile } from './precompile.ts'

const INPUT_SIZE = 160

/** Input: hash, r, s, x, y. Output: 1, or nothing for whatever does not verify. */
export const P256VERIFY: Precompile = {
  name: 'P256VERIFY',
  gas: () => 6900,
  run: (input) => (input.length === INPUT_SIZE && verifies(input) ? wordToBytes(1n) : NO_OUTPUT),
}

function verifies(input: Uint8Array): boolean {
  const r = bytesToWord(input.subarray(32, 64))
  const s = bytesToWord(input.subarray(64, 96))
  if (!isScalar(r) || !isScalar(s)) return false
  const publicKey = Uint8Array.of(0x04, ...input.subarray(96, 160))
  try {
    // High s is valid here: the EIP asks for plain ECDSA. The hash is taken as it is.
    return p256.verify(input.subarray(32, 96), input.subarray(0, 32), publicKey, {
      prehash: false,
      lowS: false,
    })
  } catch {
    return false // A public key that is not a point is how the library says no.
  }
}

const isScalar = (word: bigint): boolean => word > 0n && word < p256.Point.CURVE().n
