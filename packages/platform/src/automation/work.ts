/** What there is to do for deeds at an instant: timers that are due and money that can be withdrawn. */
import { deedAbi } from '@deed/agreement'
import { encodeFunctionData, type Hex } from 'viem'
import type { Database } from '../database/database.ts'
import { waits } from './backoff.ts'

export interface Job {
  readonly purpose: string
  readonly deed: Hex
  readonly action: 'perform' | 'withdraw'
  readonly data: Hex
  /** Moves on when the job is done: the due instant, or the amount. */
  readonly mark: string
  /** `perform`: when the timer fell due. */
  readonly due?: number
  readonly party?: Hex
  readonly token?: Hex
  readonly amount?: bigint
}

/** Timers of one `perform`: what a deed lets run in one call. */
const TIMERS = 32n

/**
 * Jobs in a fixed order: older deeds first; timers before withdrawals, since they may add to them.
 * @param now chain time.
 * @param open purposes that are under way.
 * @param only the deeds to look after; all without it.
 * @returns what can be done now, when a job that waits after a failure may be tried again, and the purposes of all
 * that is to do at all.
 */
export const workAt = async (
  db: Database,
  now: number,
  open: ReadonlySet<string>,
  only?: ReadonlySet<string>,
): Promise<{ jobs: Job[]; retry: number | undefined; purposes: ReadonlySet<string> }> => {
  const [due, credits, waiting] = await Promise.all([
    db
      .selectFrom('deeds')
      .select(['address', 'due'])
      .where('due', '<=', now)
      .orderBy('since_block')
      .orderBy('address')
      .execute(),
    db
      .selectFrom('credits')
      .innerJoin('deeds', 'deeds.address', 'credits.deed')
      .select(['credits.deed', 'credits.party', 'credits.token', 'credits.amount'])
      .orderBy('deeds.since_block')
      .orderBy('credits.deed')
      .orderBy('credits.party')
      .orderBy('credits.token')
      .execute(),
    waits(db),
  ])
  const all = [
    ...due.map((row) => performJob(row.address as Hex, row.due!)),
    ...credits.map((row) => withdrawJob(row.deed as Hex, row.party as Hex, row.token as Hex, row.amount)),
  ]
  const free = all.filter((job) => !open.has(job.purpose) && (!only || only.has(job.deed)))
  const later = free.map((job) => waiting.get(job.purpose) ?? 0).filter((until) => until > now)
  return {
    jobs: free.filter((job) => (waiting.get(job.purpose) ?? 0) <= now),
    retry: later.length > 0 ? Math.min(...later) : undefined,
    purposes: new Set(all.map((job) => job.purpose)),
  }
}

/** The deed whose timer runs next: the first that is due later than `after`. */
export const nextDue = async (
  db: Database,
  after = 0,
  only?: ReadonlySet<string>,
): Promise<{ deed: Hex; due: number } | undefined> => {
  const query = db.selectFrom('deeds').select(['address', 'due']).where('due', '>', after)
  const row = await (only ? query.where('address', 'in', [...only, '']) : query)
    .orderBy('due')
    .orderBy('address')
    .limit(1)
    .executeTakeFirst()
  return row && { deed: row.address as Hex, due: row.due! }
}

const performJob = (deed: Hex, due: number): Job => ({
  purpose: `perform:${deed}`,
  deed,
  action: 'perform',
  data: encodeFunctionData({ abi: deedAbi, functionName: 'perform', args: [TIMERS] }),
  mark: String(due),
  due,
})

const withdrawJob = (deed: Hex, party: Hex, token: Hex, amount: string): Job => ({
  purpose: `withdraw:${deed}:${party}:${token}`,
  deed,
  action: 'withdraw',
  data: encodeFunctionData({ abi: deedAbi, functionName: 'withdraw', args: [party, token] }),
  mark: amount,
  party,
  token,
  amount: BigInt(amount),
})
