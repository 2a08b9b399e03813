/** What the keeper did and why: the newest 10,000, for people. */
import type { Hex } from 'viem'
import type { Database } from '../database/database.ts'
import type { ActionTable } from '../database/tables.ts'
import type { KeeperAction } from '../gateway/api.ts'

const KEPT = 10_000

/** @returns the number of the new action. */
export const addAction = async (db: Database, action: Omit<ActionTable, 'id'>): Promise<number> => {
  const { last } = await db
    .selectFrom('actions')
    .select((eb) => eb.fn.max('id').as('last'))
    .executeTakeFirstOrThrow()
  const id = (last ?? 0) + 1
  await db
    .insertInto('actions')
    .values({ id, ...action })
    .execute()
  await db
    .deleteFrom('actions')
    .where('id', '<=', id - KEPT)
    .execute()
  return id
}

/** @returns the action as it stands now, or undefined when it is too old to be kept. */
export const setOutcome = async (
  db: Database,
  id: number,
  outcome: ActionTable['outcome'],
  values: { tx?: Hex; detail?: string } = {},
): Promise<KeeperAction | undefined> => {
  await db
    .updateTable('actions')
    .set({ outcome, ...values })
    .where('id', '=', id)
    .execute()
  return actionOf(db, id)
}

export const actionOf = async (db: Database, id: number): Promise<KeeperAction | undefined> => {
  const row = await db.selectFrom('actions').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toAction(row)
}

/** Newest first. */
export const latestActions = async (db: Database, limit: number): Promise<KeeperAction[]> => {
  const rows = await db.selectFrom('actions').selectAll().orderBy('id', 'desc').limit(limit).execute()
  return rows.map(toAction)
}

const toAction = ({ tx, detail, ...row }: ActionTable): KeeperAction => ({
  ...row,
  deed: row.deed as Hex,
  ...(tx && { tx: tx as Hex }),
  ...(detail && { detail }),
})
