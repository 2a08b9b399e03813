import type { Chain } from '../chain.ts'
import type { Mempool } from '../mempool/mempool.ts'
import type { MempoolOrder } from '../mempool/order.ts'
import type { BlockSettings } from './block-settings.ts'
import type { ChainClock } from './clock.ts'
import type { Impersonation } from './impersonation.ts'
import type { Snapshots } from './snapshot.ts'

/** What a development node is, besides its chain: plain data that effects change and ./saved.ts keeps. */
export interface DevState {
  readonly chain: Chain
  readonly mempool: Mempool
  readonly clock: ChainClock
  readonly snapshots: Snapshots
  readonly impersonation: Impersonation
  readonly order: MempoolOrder
  /** What a reset goes back to. */
  readonly usual: BlockSettings
  settings: BlockSettings
  /** Mine as soon as something waits. */
  automine: boolean
  /** Milliseconds between blocks of the timer; zero without. */
  intervalMs: number
  /** Rises when the next block would be another one though mempool and head are the same. */
  changes: number
}
