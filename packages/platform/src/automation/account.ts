/**
 * The keeper's own account. It pays gas and nothing else: `perform` and `withdraw` need no role, so whoever has the
 * key can do no more than spend the gas money.
 */
import type { Hex } from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { PlatformError } from '../error.ts'

export type KeeperAccount = Pick<PrivateKeyAccount, 'address' | 'signTransaction'>

const DEV_CHAIN_ID = 31337
/**
 * m/44'/60'/1'/0/0 of the development mnemonic "test … junk": outside of m/44'/60'/0'/0/i, the accounts that
 * `eth_accounts` lists, so that nobody else uses up its nonces. Written out, since deriving it (2,048 rounds of
 * SHA-512, BIP-39) takes 100 ms; a test derives this and the list below.
 */
const DEV_KEY: Hex = '0x7797c0f3db8b946604ec2039dfd9763e4ffdc53174342a2ed9b14fa3eda666a5'
/** Accounts whose keys everybody knows: m/44'/60'/0'/0/0 to 9, and the keeper's. */
const KNOWN_TO_ALL: readonly string[] = [
  '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
  '0x70997970c51812dc3a010c7d01b50e0d17dc79c8',
  '0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc',
  '0x90f79bf6eb2c4f870365e785982e1f101e93b906',
  '0x15d34aaf54267db7d7c367839aaf71a00a2c6a65',
  '0x9965507d1a55bcc2695c58ba16fb37d819b0a4dc',
  '0x976ea74026e726554db657fa54763abd0c3a0aa9',
  '0x14dc79964da2c08b23698b3d3cc7ca32193d9955',
  '0x23618e81e3f5cdf7f54c3d65f7fbc0abf5b21e8f',
  '0xa0ee7a142d267c1f36714e4a8f75612f20a79720',
  '0x8c8d35429f74ec245f8ef2f4fd1e551cff97d650',
]

/**
 * @param key private key as 32 bytes of hex (`DEED_KEEPER_KEY`); without it, the development key.
 * @throws `DEED_KEEPER_KEY_INVALID`; `DEED_KEEPER_DEV_KEY` for a key that everybody knows on a chain that is not
 * the development chain.
 */
export const keeperAccount = (chainId: number, key?: string): KeeperAccount => {
  const account = fromKey(key ?? DEV_KEY)
  if (chainId !== DEV_CHAIN_ID && KNOWN_TO_ALL.includes(account.address.toLowerCase()))
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
