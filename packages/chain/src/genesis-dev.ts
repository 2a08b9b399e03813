import type { Address } from '@deed/evm'
import { SYSTEM_CONTRACTS } from './execute/system-contracts.ts'
import { BLOB_PARAMETERS, configFrom } from './forks.ts'
import type { Genesis, GenesisAccount } from './genesis.ts'
import { hexToBytes } from './hex.ts'

export interface DevGenesisOptions {
  /** Default: {@link DEV_CHAIN_ID}. */
  readonly chainId?: bigint | undefined
  /** Seconds since 1970; default zero. */
  readonly timestamp?: bigint | undefined
  /** Default: {@link DEV_GAS_LIMIT}. */
  readonly gasLimit?: bigint | undefined
  /** On top of the development accounts, or in place of one of them. */
  readonly alloc?: ReadonlyMap<Address, GenesisAccount> | undefined
  /** Leave the development accounts out. */
  readonly bare?: boolean | undefined
}

/** A chain for development: Osaka with the blob parameters of BPO2 from the first block on. */
export const devGenesis = (options: DevGenesisOptions = {}): Genesis => ({
  config: configFrom('Osaka', options.chainId ?? DEV_CHAIN_ID, BLOB_PARAMETERS.BPO2),
  alloc: new Map([
    ...SYSTEM_CONTRACTS.map(({ address, code }): [Address, GenesisAccount] => [
      address,
      { balance: 0n, nonce: 1n, code: hexToBytes(code) },
    ]),
    ...(options.bare ? [] : DEV_ACCOUNTS).map((address): [Address, GenesisAccount] => [
      address,
      { balance: DEV_BALANCE_WEI },
    ]),
    ...(options.alloc ?? []),
  ]),
  timestamp: options.timestamp ?? 0n,
  gasLimit: options.gasLimit ?? DEV_GAS_LIMIT,
  extraData: new Uint8Array(0),
  difficulty: 0n,
  mixHash: `0x${'0'.repeat(64)}`,
  nonce: '0x0000000000000000',
  beneficiary: '0x0000000000000000000000000000000000000000',
})

export const DEV_CHAIN_ID = 31_337n
export const DEV_GAS_LIMIT = 30_000_000n
export const DEV_BALANCE_WEI = 10_000n * 10n ** 18n

/** m/44'/60'/0'/0/0 to 9 of "test test test test test test test test test test test junk". */
export const DEV_ACCOUNTS: readonly Address[] = [
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
]
