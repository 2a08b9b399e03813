/** Where what an origin said is kept between runs. All of it is final: it is about blocks up to the fork's. */
import type { Hash } from '@deed/evm'

export interface OriginCache {
  get(key: string): string | undefined
  /** Keeps it in a while; what is lost when the process dies is asked for again. */
  put(key: string, value: string): void
  /** Forgets everything. */
  clear(): Promise<void>
  close(): Promise<void>
}

/** The caches of all forks. */
export interface OriginCaches {
  /** Which chain answered at an address when it was last asked; without that a rerun would have to ask. */
  chainAt(endpoint: Hash): bigint | undefined
  remember(endpoint: Hash, chainId: bigint): void
  /** Whether anything of that block was kept. */
  has(chainId: bigint, blockNumber: bigint): boolean
  /** Of one block of a chain. Never fails: what cannot be kept is not. */
  open(chainId: bigint, blockNumber: bigint): Promise<OriginCache>
  /** What to delete so that a block is read anew; for messages. */
  place(chainId: bigint, blockNumber: bigint): string
}
