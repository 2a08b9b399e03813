import { expect, test } from 'vitest'
import { keccak256 } from '../keccak.ts'
import {
  ecrecover,
  privateKeyToAddress,
  recoverMany,
  SECP256K1_N,
  type SignedHash,
  signHash,
} from '../secp256k1.ts'
import { wordToBytes } from '../words.ts'

const KEY = wordToBytes(0xdeedn)

test('several at once are each what they are alone, those out of range included', () => {
  const signatures = Array.from({ length: 98 }, (_, index): SignedHash => {
    const hash = keccak256(wordToBytes(BigInt(index)))
    const { yParity, r, s } = signHash(hash, KEY)
    const odd = [{}, { r: 0n }, { s: SECP256K1_N }, { r: 5n }, { s: -1n }, { hash: KEY }, {}][index % 7]
    return { hash, yParity, r: BigInt(r), s: BigInt(s), ...odd }
  })
  const together = recoverMany(signatures)
  expect(together).toEqual(signatures.map(({ hash, yParity, r, s }) => ecrecover(hash, yParity, r, s)))
  expect(together.filter((address) => address === privateKeyToAddress(KEY)).length).toBe(28)
  expect(together.filter((address) => address === undefined).length).toBe(56)
  expect(recoverMany([])).toEqual([])
})
