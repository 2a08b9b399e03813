import type { Address, Hash, Miss } from '@deed/evm'

export interface Account {
  readonly nonce: bigint
  /** Wei. */
  readonly balance: bigint
  readonly codeHash: Hash
  /** Of the last commit: a layer's own writes to storage are not in it yet. */
  readonly storageRoot: Hash
  /**
   * Which life of the address this is: the height at which it began. Voiding an account's storage begins a
   * new one, under which no slot was ever written, so it costs the same however large the storage was.
   */
  readonly incarnation: number
}

/** A state read synchronously; what is not at hand is a `MISS`, to be loaded before the reader runs again. */
export interface Reader {
  /** `undefined`: no such account. */
  account(address: Address): Account | undefined | Miss
  slot(address: Address, key: bigint): bigint | Miss
  code(hash: Hash): Uint8Array | Miss
  /** Whether any slot is non-zero. */
  hasStorage(address: Address): boolean | Miss
}

/** What differs from a named state: the result of a block, of a transaction, or a caller's overrides. */
export interface Layer {
  /** `undefined`: the account was deleted. */
  readonly accounts: Map<Address, Account | undefined>
  readonly storage: Map<Address, Map<bigint, bigint>>
  /** Accounts whose slots from below the layer are void. */
  readonly cleared: Set<Address>
  readonly codes: Map<Hash, Uint8Array>
}

/** Changes that a caller of `eth_call` wants to assume. */
export type StateOverrides = ReadonlyMap<Address, AccountOverride>

export interface AccountOverride {
  readonly nonce?: bigint
  readonly balance?: bigint
  readonly code?: Uint8Array
  /** All of the storage. */
  readonly state?: ReadonlyMap<bigint, bigint>
  /** Only these slots. */
  readonly stateDiff?: ReadonlyMap<bigint, bigint>
  /** Where the precompile of this address answers instead; in a simulation alone. */
  readonly movePrecompileToAddress?: Address
}

/** A state for whoever may wait: JSON-RPC, mempool. */
export interface StateView {
  account(address: Address): Promise<Account | undefined>
  /** Zero for a slot that was never written. */
  slot(address: Address, key: bigint): Promise<bigint>
  /** Empty without code. */
  code(address: Address): Promise<Uint8Array>
  /** Merkle proofs against the state's root (EIP-1186). */
  proof(address: Address, keys: readonly bigint[]): Promise<AccountProof>
  /** The same state with assumptions on top, which proofs do not know. */
  with(overrides: StateOverrides): StateView
}

interface AccountProof {
  readonly account: Account | undefined
  /** Encoded nodes from the root down. */
  readonly nodes: readonly Uint8Array[]
  readonly slots: readonly {
    readonly key: bigint
    readonly value: bigint
    readonly nodes: readonly Uint8Array[]
  }[]
}
