import type { Hex } from '@deed/evm'

/**
 * Everything that ever changed a development chain, in order, with each reading of the wall clock that
 * counted. A chain made with the same options to which the same inputs are applied has the same hashes.
 * Plain JSON; times are seconds, `wallTime` is what the wall clock said.
 */
export type Input =
  /** A signed transaction in its network encoding entered the mempool. */
  | { readonly kind: 'transaction'; readonly encoded: Hex }
  /** A block was mined from the mempool. */
  | { readonly kind: 'block'; readonly wallTime: number }
  | { readonly kind: 'increaseTime'; readonly seconds: number; readonly wallTime: number }
  | { readonly kind: 'setTime'; readonly time: number; readonly wallTime: number }
  | { readonly kind: 'nextTime'; readonly time: number }
  | { readonly kind: 'snapshot' }
  | { readonly kind: 'revert'; readonly id: number }
