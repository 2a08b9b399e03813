import { hexToBytes, privateKeyToAddress } from '@deed/evm'
import { DEV_CHAIN_ID } from '../genesis-dev.ts'
import type { Wallet } from '../rpc/wallet.ts'

/** The mnemonic that every development chain has, so that every tool knows its accounts. */
export const DEV_MNEMONIC = 'test test test test test test test test test test test junk'

/**
 * Private keys of {@link DEV_MNEMONIC} at m/44'/60'/0'/0/0 to 9. A table, since deriving them (2,048 rounds
 * of SHA-512, BIP-39) would be the longest step of the chain's start; the test derives them.
 */
export const DEV_PRIVATE_KEYS: readonly Uint8Array[] = [
  '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
  '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d',
  '0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a',
  '0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6',
  '0x47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a',
  '0x8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba',
  '0x92db14e403b83dfe3df233f83dfa3a0d7096f21ca9b0d6d6b8d88b2b4ec1564e',
  '0x4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356',
  '0xdbda1821b80551c9d65939329250298aa3472ba22feea921c0cf5d620ea67b97',
  '0x2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6',
].map(hexToBytes)

/**
 * Unlocked accounts of these keys. Throws {@link DevMnemonicError} where a key of the well-known mnemonic
 * would be on a chain that is not {@link DEV_CHAIN_ID}: anybody could spend what is sent there. A fork has the id of
 * its origin and is nobody's but the developer's.
 */
export const createWallet = (privateKeys: readonly Uint8Array[], chainId: bigint, isFork = false): Wallet => {
  if (chainId !== DEV_CHAIN_ID && !isFork && privateKeys.some(isDevKey)) throw new DevMnemonicError(chainId)
  const keys = new Map(privateKeys.map((key) => [privateKeyToAddress(key), key]))
  return { addresses: [...keys.keys()], privateKey: (address) => keys.get(address) }
}

const isDevKey = (key: Uint8Array): boolean =>
  DEV_PRIVATE_KEYS.some((known) => known.every((byte, index) => byte === key[index]))

export class DevMnemonicError extends Error {
  override readonly name = 'DevMnemonicError'
  readonly code = 'DEED_DEV_MNEMONIC'
  constructor(chainId: bigint) {
    super(
      `The well-known development mnemonic is refused on chain id ${chainId}, because everybody has its keys. ` +
        `Use chain id ${DEV_CHAIN_ID}, or give accounts of your own (an empty list for none)`,
    )
  }
}
