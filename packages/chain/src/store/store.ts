/**
 * Where a chain keeps its records and its versioned state. Reads are synchronous: a store that has to go to
 * a disk answers `MISS`, and whoever reads awaits {@link Store.load} and reads again. Writes are atomic
 * batches.
 *
 * Two kinds of data. Records are found by a hash or a number and hardly ever change. State is flat and
 * versioned: every account and slot has a list of versions by (branch, height), so that any committed block
 * can be read without being rebuilt (../state/tree.ts says what a branch is). On an ordered disk a version's
 * key is (kind, branch, address, [incarnation, slot,] height), and reading is one seek.
 */
import type { Address, Hash, Miss } from '@deed/evm'
import type { Block, Receipt, Request } from '../block/types.ts'
import type { Account } from '../state/types.ts'

export interface Store {
  record<T extends Table>(table: T, key: string): Tables[T] | undefined | Miss
  /** The newest version at or below the height within one branch; `null` if it says that there is none. */
  account(position: Position, address: Address): Account | null | undefined | Miss
  slot(position: Position, address: Address, incarnation: number, key: bigint): bigint | undefined | Miss
  /** Every address that a branch has a version of, at whatever height. */
  addresses(branch: number): AsyncIterable<Address>
  /** Every slot of one life of an account that a branch has a version of. */
  slotKeys(branch: number, address: Address, incarnation: number): AsyncIterable<bigint>
  /** Brings what the last reads missed to hand. */
  load(): Promise<void>
  /** Everything in a table, in no order. For tables that stay small; see {@link ListedTable}. */
  list<T extends ListedTable>(table: T): Promise<readonly (readonly [key: string, value: Tables[T]])[]>
  /** Which accounts and slots a block wrote; nothing if there is no such block. */
  written(position: Position): Promise<Written>
  /**
   * All of it or nothing, and in the order of the calls. What was written is at hand at once, even before the promise
   * is settled: whoever tells others of it waits for {@link Store.settled}.
   */
  write(batch: Batch): Promise<void>
  /** Resolves when everything written so far will survive; rejects if it will not. `undefined`: it does now. */
  settled(): Promise<void> | undefined
  close(): Promise<void>
  /** Of a fork: what lies below its first block. Its tries hold only what was written since. */
  readonly origin?: { blockHash(number: bigint): Hash | undefined | Miss }
  /**
   * Whether anything read since the last load was a guess, which lets a step run on and name more of what it
   * needs: its result is void, and it must run again after {@link Store.load}.
   */
  guessed?(): boolean
}

/** A state's place: within one branch of the tree of states, heights count blocks from genesis. */
export interface Position {
  readonly branch: number
  readonly height: number
}

export const positionKey = ({ branch, height }: Position): string => `${branch}/${height}`

/** Records by table. Keys are hashes, or numbers in decimal. */
export interface Tables {
  block: BlockRecord
  /** Of a block that has transactions. */
  receipts: readonly Receipt[]
  /** Trie nodes, by hash. They are counted: what was put twice goes when it was removed twice. */
  node: Uint8Array
  /** Hashes of the nodes that a block put, by the block's hash; of a block whose trie is stored. */
  nodesOf: readonly Hash[]
  code: Uint8Array
  /** Canonical place of a transaction, by hash. */
  transaction: TransactionPlace
  /** Branches of the tree of states, by number. */
  branch: Branch
  /** Block hash by {@link positionKey}. */
  position: Hash
  /**
   * `head`: hash of the canonical head; `chainId`, in decimal; `nextBranch`: number of the next new branch; `edits/HASH`: what a developer
   * changed before that block, as JSON; `dev/NAME`: what a development chain is set to (dev/saved.ts).
   */
  meta: string
  /** What a developer has changed in the head's state, by address, as JSON. */
  edit: string
  /** Snapshots of a development chain, by number, as JSON. */
  snapshot: string
  /** Transactions that wait, by hash. */
  pool: PoolRecord
}
export type Table = keyof Tables
/** Tables whose keys are looked up when a chain is opened. */
export type ListedTable = 'edit' | 'snapshot' | 'pool'

export interface BlockRecord {
  readonly hash: Hash
  readonly block: Block
  readonly senders: readonly Address[]
  readonly transactionHashes: readonly Hash[]
  readonly totalDifficulty: bigint
  /** Bytes of the block's encoding. */
  readonly size: number
  readonly requests: readonly Request[]
  readonly position: Position
}

export interface TransactionPlace {
  readonly blockHash: Hash
  readonly blockNumber: bigint
  readonly index: number
}

export interface PoolRecord {
  /** Network encoding. */
  readonly encoded: Uint8Array
  readonly sender: Address
  readonly arrival: number
}

/** A run of blocks, each the child of the one before; it starts above a block of its parent. */
export interface Branch {
  /** `undefined`: it starts with genesis. */
  readonly parent: Position | undefined
  /** Of its newest block. */
  readonly tip: number
}

export interface Batch {
  readonly put: readonly Put[]
  readonly remove?: readonly { readonly table: Table; readonly key: string }[]
  readonly state?: StateWrite
  /** Within these branches, versions above the height go. */
  readonly truncate?: readonly Position[]
}

/** One batch that does what both do; the second must not touch the state that the first writes. */
export const joinBatches = (first: Batch, second: Batch): Batch => ({
  ...first,
  put: [...first.put, ...second.put],
  remove: [...(first.remove ?? []), ...(second.remove ?? [])],
})

export type Put = { [T in Table]: { table: T; key: string; value: Tables[T] } }[Table]

/** Names of what a block wrote; of an account that it deleted too. */
export interface Written {
  readonly accounts: readonly Address[]
  readonly slots: readonly {
    readonly address: Address
    readonly incarnation: number
    readonly keys: readonly bigint[]
  }[]
}

export interface StateWrite {
  readonly position: Position
  readonly accounts: readonly (readonly [Address, Account | null])[]
  readonly slots: readonly {
    readonly address: Address
    readonly incarnation: number
    readonly slots: ReadonlyMap<bigint, bigint>
  }[]
}
