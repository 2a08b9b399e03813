import type { Address, Hash, Hex } from '@deed/evm'
import type { EditsJson } from '../state/edits.ts'
import type { BlockSettingsJson } from './block-settings.ts'

/**
 * Everything that ever changed a development chain, in order, with each reading of the wall clock that
 * counted. A chain made with the same options to which the same inputs are applied has the same hashes.
 * Plain JSON; times are seconds, `wallTime` is what the wall clock said.
 */
export type Input =
  /** A signed transaction in its network encoding entered the mempool. */
  | { readonly kind: 'transaction'; readonly encoded: Hex; readonly impersonated?: Address }
  /** A block was mined from the mempool, or from these transactions alone. */
  | { readonly kind: 'block'; readonly wallTime: number; readonly given?: readonly GivenTransaction[] }
  | { readonly kind: 'increaseTime'; readonly seconds: number; readonly wallTime: number }
  | { readonly kind: 'setTime'; readonly time: number; readonly wallTime: number }
  | { readonly kind: 'nextTime'; readonly time: number }
  /** Seconds between blocks from now on; `null`: as the clock says. */
  | { readonly kind: 'interval'; readonly seconds: number | null }
  /** State was changed outside of any transaction. */
  | { readonly kind: 'edit'; readonly accounts: EditsJson }
  /** What blocks to come are like. */
  | { readonly kind: 'settings'; readonly settings: BlockSettingsJson }
  /** Transactions left the mempool. */
  | { readonly kind: 'drop'; readonly hashes: readonly Hash[] }
  /** The newest blocks went away, and what was in them. */
  | { readonly kind: 'rollback'; readonly blocks: number }
  /** Back to the first block, with nothing of what was set since. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'snapshot' }
  | { readonly kind: 'revert'; readonly id: number }

/** A signed transaction in its network encoding; `impersonated`: whose it is, whatever its signature says. */
export interface GivenTransaction {
  readonly encoded: Hex
  readonly impersonated?: Address
}
