import type { Address, Hash, Hex } from '@deed/evm'
import type { ChainConfig } from './forks.ts'

/** The first block and the state that it stands on. */
export interface Genesis {
  readonly config: ChainConfig
  readonly alloc: ReadonlyMap<Address, GenesisAccount>
  readonly timestamp: bigint
  readonly gasLimit: bigint
  readonly extraData: Uint8Array
  readonly difficulty: bigint
  readonly mixHash: Hash
  readonly nonce: Hex
  readonly beneficiary: Address
  /** Default: 1 gwei when London is in force at genesis. */
  readonly baseFeePerGas?: bigint
  readonly blobGasUsed?: bigint
  readonly excessBlobGas?: bigint
}

export interface GenesisAccount {
  readonly balance: bigint
  readonly nonce?: bigint
  readonly code?: Uint8Array
  readonly storage?: ReadonlyMap<bigint, bigint>
}

export interface DevGenesisOptions {
  /** Default: {@link DEV_CHAIN_ID}. */
  readonly chainId?: bigint
  /** Seconds since 1970; default zero. */
  readonly timestamp?: bigint
  readonly gasLimit?: bigint
  /** On top of the ten development accounts. */
  readonly alloc?: ReadonlyMap<Address, GenesisAccount>
  /** Leave the ten development accounts out. */
  readonly bare?: boolean
}

export declare const devGenesis: (options?: DevGenesisOptions) => Genesis
/** Reads a `genesis.json` as geth writes it. Throws with a coded error. */
export declare const parseGenesis: (json: unknown) => Genesis
