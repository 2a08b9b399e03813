import { keccak_256 } from '@noble/hashes/sha3.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesToHex, HexError, hexToBytes } from './hex.ts'
import { keccak256, keccakHash } from './keccak.ts'

test('known hashes', () => {
  expect(keccakHash(new Uint8Array())).toBe(
    '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470',
  )
  expect(keccakHash(new TextEncoder().encode('Transfer(address,address,uint256)'))).toBe(
    '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef',
  )
})

test('agrees with another implementation at every length around a block, and for long and shifted inputs', () => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 31) & 0xff)
  for (const length of [...Array(300).keys(), 16_383, 16_384, 16_385, 100_000]) {
    expect(keccak256(bytes.subarray(0, length))).toEqual(keccak_256(bytes.subarray(0, length)))
  }
  expect(keccak256(bytes.subarray(7, 71))).toEqual(keccak_256(bytes.slice(7, 71)))
})

test('a hash stays what it was when the next one is made', () => {
  const first = keccak256(Uint8Array.of(1))
  const copy = first.slice()
  keccak256(Uint8Array.of(2))
  expect(first).toEqual(copy)
})

test('hexadecimal goes both ways', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(hexToBytes(bytesToHex(bytes))).toEqual(bytes)
    }),
  )
  expect(hexToBytes('0xABcd')).toEqual(Uint8Array.of(0xab, 0xcd))
  for (const bad of ['', '0', 'ab', '0xa', '0xag', '0x💥', '0x  '])
    expect(() => hexToBytes(bad)).toThrow(HexError)
})
