import { toHex } from 'viem'
import { generatePrivateKey, mnemonicToAccount } from 'viem/accounts'
import { expect, test } from 'vitest'
import { keeperAccount } from './account.ts'

const MNEMONIC = 'test test test test test test test test test test test junk'
const derived = [
  mnemonicToAccount(MNEMONIC, { path: "m/44'/60'/1'/0/0" }),
  ...Array.from({ length: 10 }, (_, addressIndex) => mnemonicToAccount(MNEMONIC, { addressIndex })),
]

test('without a key it is the development account, which no list of accounts shows', () => {
  expect(keeperAccount(31337).address).toBe(derived[0]!.address)
})

test('every key that everybody knows is refused on any other chain', () => {
  expect(() => keeperAccount(1)).toThrow(expect.objectContaining({ code: 'DEED_KEEPER_DEV_KEY' }))
  for (const account of derived) {
    const key = toHex(account.getHdKey().privateKey!)
    expect(keeperAccount(31337, key).address).toBe(account.address)
    expect(() => keeperAccount(1, key)).toThrow(expect.objectContaining({ code: 'DEED_KEEPER_DEV_KEY' }))
  }
})

test('an own key works anywhere, with and without 0x', () => {
  const key = generatePrivateKey()
  expect(keeperAccount(1, key).address).toBe(keeperAccount(31337, key.slice(2)).address)
})

test.each(['', '0x12', 'x'.repeat(64), `0x${'0'.repeat(64)}`, `0x${'f'.repeat(64)}`])(
  'what is no key is refused without being repeated: %s',
  (key) => {
    const refused = expect.objectContaining({ code: 'DEED_KEEPER_KEY_INVALID' })
    expect(() => keeperAccount(1, key)).toThrow(refused)
    if (key.length > 4) expect(() => keeperAccount(1, key)).not.toThrow(key)
  },
)
