/**
 * A chain of blocks over a store. Executing a block, committing it and choosing it as head are three calls,
 * so that automine, the Engine API or a consensus engine can each drive the same chain.
 */
import type { Address, Engine, Hash } from '@deed/evm'
import type { Block, Receipt } from './block/types.ts'
import type { BlockFault } from './execute/fault.ts'
import type { BlockInputs, CallOptions, CallRequest, CallResult, Executed } from './execute/types.ts'
import type { ChainConfig, Rules } from './forks.ts'
import type { Genesis } from './genesis.ts'
import type { StateView } from './state/types.ts'
import type { BlockRecord, Store, TransactionPlace } from './store/store.ts'
import type { TransactionFault } from './transaction/fault.ts'

export interface ChainOptions {
  readonly genesis: Genesis
  readonly store: Store
  readonly engine: Engine
}

export interface Chain {
  readonly config: ChainConfig
  readonly genesis: BlockRecord
  /** The canonical head. */
  readonly head: BlockRecord
  /** Any committed block, canonical or not. */
  block(hash: Hash): Promise<BlockRecord | undefined>
  /** Of the canonical chain. */
  blockByNumber(number: bigint): Promise<BlockRecord | undefined>
  canonicalHash(number: bigint): Promise<Hash | undefined>
  receipts(hash: Hash): Promise<readonly Receipt[] | undefined>
  /** Where a transaction stands in the canonical chain. */
  transaction(hash: Hash): Promise<TransactionPlace | undefined>
  /** Rules of a committed block. */
  rulesOf(record: BlockRecord): Rules
  /** Rules of a block to come. */
  rulesAfter(parent: BlockRecord, timestamp: bigint): Rules
  /** The state after a committed block. */
  stateAt(hash: Hash): Promise<StateView>
  /** The state after a block that is executed and not committed, such as the pending one. */
  stateOf(executed: Executed): StateView
  /** Pure: nothing of the chain changes. Transactions that do not fit are left out and named in `refused`. */
  execute(parent: Hash, inputs: BlockInputs): Promise<Executed>
  /** Runs somebody else's block and holds it against every rule. */
  validate(block: Block): Promise<Executed | BlockFault>
  /** Keeps a block; the head stays where it is. Committing twice is harmless. */
  commit(executed: Executed): Promise<BlockRecord>
  /** Makes a committed block the head of the canonical chain; numbers and transactions follow. */
  setHead(hash: Hash): Promise<void>
  /** Forgets a block and everything that descends from it. The head must not be among it. */
  forget(hash: Hash): Promise<void>
  /** Runs a call in the block's context and on the state after it. */
  call(request: CallRequest, at: Hash, options?: CallOptions): Promise<CallResult | TransactionFault>
  /** Runs a call in the context and on the state of a block that is not committed. */
  callPending(
    request: CallRequest,
    pending: Executed,
    options?: CallOptions,
  ): Promise<CallResult | TransactionFault>
  /** The block's base fee, blob base fee and the next block's. */
  onHead(listener: (event: HeadEvent) => void): () => void
}

/** The head moved. Both lists are in ascending order; `removed` is empty unless the chain was reorganised. */
export interface HeadEvent {
  readonly head: BlockRecord
  readonly added: readonly BlockRecord[]
  readonly removed: readonly BlockRecord[]
}

export type { Address }
export declare const openChain: (options: ChainOptions) => Promise<Chain>
