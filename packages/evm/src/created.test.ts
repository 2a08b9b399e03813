import { expect, test } from 'vitest'
import { create2Address, createAddress } from './created.ts'
import { hexToBytes } from './hex.ts'

test('CREATE: known contracts of one deployer', () => {
  const deployer = '0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0'
  expect(createAddress(deployer, 0n)).toBe('0xcd234a471b72ba2f1ccf0a70fcaba648a5eecd8d')
  expect(createAddress(deployer, 1n)).toBe('0x343c43a37d37dff08ae8c4a11544c718abb4fcf8')
  expect(createAddress(deployer, 2n)).toBe('0xf778b86fa74e846c4f0a1fbd1335fe81c00a0c91')
})

test('CREATE: the nonce is RLP, so that its length changes at 0x80 and 0x100', () => {
  const deployer = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
  const addresses = [0n, 1n, 0x7fn, 0x80n, 0xffn, 0x100n, 2n ** 64n - 2n].map((n) =>
    createAddress(deployer, n),
  )
  expect(addresses[0]).toBe('0x5fbdb2315678afecb367f032d93f642f64180aa3')
  expect(new Set(addresses).size).toBe(addresses.length)
})

// EIP-1014's own examples.
const DEADBEEF = '0xdeadbeef00000000000000000000000000000000'
const ZERO = '0x0000000000000000000000000000000000000000'
const FEED = 0xfeed000000000000000000000000000000000000n
test.each([
  [ZERO, 0n, '0x00', '0x4d1a2e2bb4f88f0250f26ffff098b0b30b26bf38'],
  [DEADBEEF, 0n, '0x00', '0xb928f69bb1d91cd65274e3c79d8986362984fda3'],
  [DEADBEEF, FEED, '0x00', '0xd04116cdd17bebe565eb2422f2497e06cc1c9833'],
  [ZERO, 0n, '0xdeadbeef', '0x70f2b2914a2a4b783faefb75f459a580616fcb5e'],
  [ZERO, 0n, '0x', '0xe33c0c7f7df4809055c3eba6c09cfe4baf1bd9e0'],
] as const)('CREATE2 by %s, salt %s, initcode %s', (creator, salt, initcode, expected) => {
  expect(create2Address(creator, salt, hexToBytes(initcode))).toBe(expected)
})
