/**
 * Purposes that failed and wait, each by itself: a recipient that cannot be paid delays nobody else.
 * Waits double from one minute to one day, by the chain's clock, and are forgotten with the first success.
 */
import type { Database } from '../database/database.ts'

const FIRST_SECONDS = 60
const LONGEST_SECONDS = 86_400

/** @param now chain time. @returns when the purpose may be tried again. */
export const backOff = async (db: Database, purpose: string, now: number): Promise<number> => {
  const row = await db
    .selectFrom('backoffs')
    .select('failures')
    .where('purpose', '=', purpose)
    .executeTakeFirst()
  const failures = (row?.failures ?? 0) + 1
  const until = now + Math.min(FIRST_SECONDS * 2 ** Math.min(failures - 1, 30), LONGEST_SECONDS)
  await db
    .insertInto('backoffs')
    .values({ purpose, failures, until })
    .onConflict((conflict) => conflict.column('purpose').doUpdateSet({ failures, until }))
    .execute()
  return until
}

export const forgive = async (db: Database, purpose: string): Promise<void> => {
  await db.deleteFrom('backoffs').where('purpose', '=', purpose).execute()
}

export const forgiveAll = async (db: Database): Promise<void> => {
  await db.deleteFrom('backoffs').execute()
}

/** Until when each purpose waits. */
export const waits = async (db: Database): Promise<Map<string, number>> => {
  const rows = await db.selectFrom('backoffs').select(['purpose', 'until']).execute()
  return new Map(rows.map(({ purpose, until }) => [purpose, until]))
}
