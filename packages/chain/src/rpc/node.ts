import type { Address, Hash } from '@deed/evm'
import type { Chain } from '../chain.ts'
import type { BlockSettings } from '../dev/block-settings.ts'
import type { Impersonation } from '../dev/impersonation.ts'
import type { GivenTransaction } from '../dev/input.ts'
import type { Executed } from '../execute/types.ts'
import type { Fork, ForkSettings } from '../fork/fork.ts'
import type { Entry, Mempool } from '../mempool/mempool.ts'
import type { MempoolOrder } from '../mempool/order.ts'
import type { StateOverrides } from '../state/types.ts'
import type { Explainer } from './explainer.ts'
import type { Filters } from './filter.ts'
import type { Wallet } from './wallet.ts'

/** What the methods work on: a chain, the transactions that wait for it, and who may do what with it. */
export interface Node {
  readonly clientVersion: string
  readonly chain: Chain
  /** Whose past the chain has, if it is not its own. */
  readonly fork?: Fork | undefined
  readonly mempool: Mempool
  /** Unlocked accounts; without any outside a development chain. */
  readonly wallet: Wallet
  readonly filters: Filters
  /** Milliseconds of a clock that never goes back: for lifetimes and time limits. */
  uptimeMs(): number
  /** Wei per gas that a sender is advised to offer on top of the base fee. */
  readonly suggestedTipWei: bigint
  readonly order: MempoolOrder
  /**
   * Takes in a signed transaction in its network encoding. Resolves when it is in the mempool and, with
   * automine, when it is in a block, so that its receipt is there before its sender has the hash.
   * Throws an RpcError in geth's words where it is refused. A function is called when it is the transaction's
   * turn, so that what it chooses, such as the nonce, still holds when the transaction enters the mempool.
   * An impersonated account is its sender whatever the signature says.
   */
  submit(encoded: Uint8Array | (() => Promise<Uint8Array>), impersonated?: Address): Promise<Hash>
  /** The head with everything on top that could be mined now. */
  pending(): Promise<Executed>
  /** Makes a committed block the head, for a consensus client that has chosen it; the mempool follows. */
  adopt(hash: Hash): Promise<void>
  /** Blocks built for a consensus client, by their id. */
  readonly payloads: Map<string, Executed>
  /** Tells of each transaction that enters the mempool. Returns how to stop it. */
  onTransaction(listener: (entry: Entry) => void): () => void
  /** Who is named as receiver of fees in blocks of this node. */
  readonly beneficiary: Address
  /** Power over time and blocks; absent outside a development chain. */
  readonly control?: Control
  /** Set by whoever wants failures explained. */
  explainer?: Explainer
}

/** What the `evm_` methods do. Times are seconds. */
interface MineOptions {
  readonly timestamp?: bigint | undefined
  readonly interval?: bigint | undefined
  readonly isGone?: (() => boolean) | undefined
}

export interface Control {
  /**
   * Mines blocks: the first at `timestamp` if given, later ones `interval` seconds apart or as the clock says. Stops
   * between blocks when `isGone` says that nobody waits for them any more.
   */
  mine(blocks: number, options?: MineOptions): Promise<void>
  /** Puts the chain's clock ahead. Returns by how much it is ahead of the wall clock now. */
  increaseTime(seconds: bigint): Promise<bigint>
  /** Sets the chain's clock. Returns by how much it is ahead of the wall clock now. */
  setTime(timestamp: bigint): Promise<bigint>
  /** The next block has this time and the clock goes on from there. */
  setNextBlockTimestamp(timestamp: bigint): Promise<void>
  /** Keeps head, clock and mempool. Returns the snapshot's id. */
  snapshot(): Promise<bigint>
  /** Goes back to a snapshot, which is used up with all later ones. `false`: there is none of that id. */
  revert(id: bigint): Promise<boolean>
  /** Changes the head's state outside of any transaction; the next block takes it in. */
  edit(changes: StateOverrides): Promise<void>
  /** What blocks to come are like; see {@link BlockSettings}. */
  setBlocks(settings: Partial<BlockSettings>): Promise<void>
  /** Seconds between blocks; `undefined`: as the clock says. */
  setBlockInterval(seconds: bigint | undefined): Promise<void>
  /** Takes transactions out of the mempool. How many were there. */
  drop(hashes: readonly Hash[]): Promise<number>
  /** Mines a block of these transactions alone. Throws an RpcError, and mines none, where one of them cannot be in it. */
  mineGiven(transactions: readonly GivenTransaction[]): Promise<void>
  /** The newest blocks go away, and what was in them. */
  rollback(blocks: number): Promise<void>
  /** Back to the first block, with nothing of what was set since. */
  reset(): Promise<void>
  /**
   * Begins another chain: a fork of an origin, or without one a chain of its own. What is left out of the settings
   * stays as it was. Absent where only the node's own chain can be had.
   */
  fork?(settings: Partial<ForkSettings> | undefined): Promise<void>
  readonly impersonation: Readonly<Impersonation>
  /** Takes transactions in the account's name without a key from now on. */
  impersonate(address: Address): Promise<void>
  /** Whether it was impersonated. */
  stopImpersonating(address: Address): Promise<boolean>
  /** The same for every account. */
  impersonateAll(on: boolean): Promise<void>
  isAutomine(): boolean
  setAutomine(on: boolean): Promise<void>
  /** Milliseconds between blocks of the timer; zero without. */
  intervalMs(): number
  /** Milliseconds between blocks; zero stops it. */
  setIntervalMining(intervalMs: number): Promise<void>
}
