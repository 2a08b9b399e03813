/** How long a transaction may wait behind a gap of nonces. One that could be mined waits as long as it takes. */
import type { Hash } from '@deed/evm'
import type { Entry, Mempool } from './mempool.ts'

/** geth: 3 hours. */
const LIFETIME_MS = 3 * 60 * 60_000
/** How often the pool is looked through. */
const SWEEP_MS = 60_000

export interface Lifetimes {
  /** A transaction came in. */
  begin(entry: Entry): void
  /** Those whose time is over, if it is time to look. */
  over(pool: Mempool): readonly Hash[]
}

/** @param nowMs a clock that never goes back. */
export const createLifetimes = (nowMs: () => number): Lifetimes => {
  const since = new WeakMap<Entry, number>()
  let nextMs = nowMs() + SWEEP_MS
  return {
    begin: (entry) => void since.set(entry, nowMs()),
    over(pool) {
      const now = nowMs()
      if (now < nextMs) return []
      nextMs = now + SWEEP_MS
      const over: Hash[] = []
      for (const { entries, next } of pool.queues.values())
        for (const [nonce, entry] of entries) {
          if (nonce < next) continue
          const begun = since.get(entry)
          // One that was there before this process was begins now.
          if (begun === undefined) since.set(entry, now)
          else if (now - begun > LIFETIME_MS) over.push(entry.hash)
        }
      return over
    },
  }
}
