import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hexToBytes } from './hex.ts'
import { keccak256 } from './keccak.ts'
import { ecrecover, KeyError, privateKeyToAddress, SECP256K1_N, signHash } from './secp256k1.ts'
import { wordToBytes } from './words.ts'

/** The first account of the well-known development mnemonic. */
const KEY = hexToBytes('0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80')
const ADDRESS = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'

test('a key has its address', () => {
  expect(privateKeyToAddress(KEY)).toBe(ADDRESS)
})

test('whoever signs is recovered, and a changed signature is somebody else or nobody', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (message) => {
      const hash = keccak256(message)
      const { yParity, r, s } = signHash(hash, KEY)
      expect(BigInt(s) <= SECP256K1_N / 2n).toBe(true)
      expect(ecrecover(hash, yParity, BigInt(r), BigInt(s))).toBe(ADDRESS)
      expect(ecrecover(hash, yParity === 0 ? 1 : 0, BigInt(r), BigInt(s))).not.toBe(ADDRESS)
      // The other signature of the same message: -s with the other parity.
      expect(ecrecover(hash, yParity === 0 ? 1 : 0, BigInt(r), SECP256K1_N - BigInt(s))).toBe(ADDRESS)
    }),
    { numRuns: 30 },
  )
})

test('nobody is recovered from r or s out of range, nor from an r that is no point', () => {
  const hash = keccak256(new Uint8Array())
  const { yParity, r, s } = signHash(hash, KEY)
  expect(ecrecover(hash, yParity, 0n, BigInt(s))).toBeUndefined()
  expect(ecrecover(hash, yParity, BigInt(r), 0n)).toBeUndefined()
  expect(ecrecover(hash, yParity, SECP256K1_N, BigInt(s))).toBeUndefined()
  expect(ecrecover(hash, yParity, BigInt(r), SECP256K1_N + 1n)).toBeUndefined()
  // 5^3 + 7 = 132 is not a square modulo the field's prime.
  expect(ecrecover(hash, yParity, 5n, BigInt(s))).toBeUndefined()
})

test('a key of zero, of the order or of another length is refused', () => {
  const hash = keccak256(new Uint8Array())
  for (const key of [new Uint8Array(32), wordToBytes(SECP256K1_N), KEY.subarray(1), new Uint8Array()]) {
    expect(() => signHash(hash, key)).toThrow(KeyError)
    expect(() => privateKeyToAddress(key)).toThrow(KeyError)
  }
})
