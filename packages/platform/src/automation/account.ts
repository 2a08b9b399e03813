/**
 * The keeper's own account. It pays gas and nothing else: `perform` and `withdraw` need no role, so whoever has the
 * key can do no more than spend the gas money.
 */
import type { Hex } from 'viem'
import { mnemonicToAccount, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { PlatformError } from '../error.ts'

export type KeeperAccount = Pick<PrivateKeyAccount, 'address' | 'signTransaction'>

const DEV_CHAIN_ID = 31337
const DEV_MNEMONIC = 'test test test test test test test test test test test junk'
/** Outside of m/44'/60'/0'/0/i, the accounts that `eth_accounts` lists, so that nobody else uses up its nonces. */
const DEV_PATH = "m/44'/60'/1'/0/0"
const DEV_ACCOUNTS = 10

/**
 * @param key private key as 32 bytes of hex (`DEED_KEEPER_KEY`); without it, the development key.
 * @throws `DEED_KEEPER_KEY_INVALID`; `DEED_KEEPER_DEV_KEY` for a key that everybody knows on a chain that is not
 * the development chain.
 */
export const keeperAccount = (chainId: number, key?: string): KeeperAccount => {
  const account = key === undefined ? mnemonicToAccount(DEV_MNEMONIC, { path: DEV_PATH }) : fromKey(key)
  if (chainId !== DEV_CHAIN_ID && (key === undefined || isKnownToAll(account.address)))
    throw new PlatformError(
      'DEED_KEEPER_DEV_KEY',
      `The keeper's development key is public, and chain ${chainId} is not the development chain ${DEV_CHAIN_ID}. Set DEED_KEEPER_KEY to the key of an account of its own.`,
      { chainId },
    )
  return account
}

const fromKey = (key: string) => {
  const hex = (key.startsWith('0x') ? key : `0x${key}`).toLowerCase()
  try {
    if (!/^0x[0-9a-f]{64}$/.test(hex)) throw new Error('length')
    return privateKeyToAccount(hex as Hex)
  } catch {
    // The value is a secret even when it is wrong.
    throw new PlatformError(
      'DEED_KEEPER_KEY_INVALID',
      'DEED_KEEPER_KEY is no private key. Give 32 bytes as 64 hexadecimal digits.',
    )
  }
}

const isKnownToAll = (address: string) =>
  address === mnemonicToAccount(DEV_MNEMONIC, { path: DEV_PATH }).address ||
  Array.from({ length: DEV_ACCOUNTS }, (_, addressIndex) =>
    mnemonicToAccount(DEV_MNEMONIC, { addressIndex }),
  ).some((known) => known.address === address)
