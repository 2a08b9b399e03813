/**
 * The journal: every transaction of the keeper is written here before it is sent.
 *
 * A nonce can be mined once, so the bytes of a stored transaction can be sent again as often as one likes without
 * happening twice. Whatever moment the process dies at, the next one finds here what may have been sent and brings
 * it to its end first; only then does it look for new work. A replacement with higher fees has the same nonce.
 */
import type { Database } from '../database/database.ts'
import type { JournalState, JournalTable } from '../database/tables.ts'

/** A nonce of the keeper that has no outcome yet, with all transactions signed for it, oldest first. */
export interface Slot {
  readonly nonce: number
  readonly purpose: string
  readonly action: number
  readonly attempts: readonly JournalTable[]
}

/** Rows with an outcome are of no more use than to be looked at. */
const KEPT = 10_000

const OPEN: readonly JournalState[] = ['stored', 'sent']

/** @param row signed, not sent yet. The same bytes can come again after the chain took a block back. */
export const store = async (db: Database, row: Omit<JournalTable, 'sequence' | 'state'>): Promise<void> => {
  const { last } = await db
    .selectFrom('journal')
    .select((eb) => eb.fn.max('sequence').as('last'))
    .executeTakeFirstOrThrow()
  const full = { ...row, sequence: (last ?? 0) + 1, state: 'stored' as const }
  await db
    .insertInto('journal')
    .values(full)
    .onConflict((conflict) => conflict.column('hash').doUpdateSet(full))
    .execute()
  await db
    .deleteFrom('journal')
    .where('sequence', '<=', full.sequence - KEPT)
    .where('state', 'not in', OPEN)
    .execute()
}

export const setState = async (db: Database, hash: string, state: JournalState): Promise<void> => {
  await db.updateTable('journal').set({ state }).where('hash', '=', hash).execute()
}

/** One attempt of the slot was mined with `state`, or with undefined the nonce went to something else. */
export const close = async (
  db: Database,
  slot: Slot,
  mined?: { hash: string; state: 'done' | 'reverted' },
): Promise<void> => {
  await db.transaction().execute(async (tx) => {
    for (const { hash } of slot.attempts) await setState(tx, hash, mined ? 'replaced' : 'dropped')
    if (mined) await setState(tx, mined.hash, mined.state)
  })
}

/** Open slots of an account by nonce. */
export const openSlots = async (db: Database, account: string): Promise<Slot[]> => {
  const rows = await db
    .selectFrom('journal')
    .selectAll()
    .where('state', 'in', OPEN)
    .where('account', '=', account)
    .orderBy('nonce')
    .orderBy('sequence')
    .execute()
  return [...Map.groupBy(rows, (row) => row.nonce)].map(([nonce, attempts]) => ({
    nonce,
    purpose: attempts.at(-1)!.purpose,
    action: attempts.at(-1)!.action,
    attempts,
  }))
}

/** The lowest nonce that is neither mined nor ours already: gaps are filled first, or nothing after them moves. */
export const freeNonce = (mined: number, slots: readonly Slot[]): number => {
  const taken = new Set(slots.map((slot) => slot.nonce))
  let nonce = mined
  while (taken.has(nonce)) nonce++
  return nonce
}

/** The chain is another one: what was meant for the old one must never reach it. */
export const dropAll = async (db: Database): Promise<void> => {
  await db.updateTable('journal').set({ state: 'dropped' }).where('state', 'in', OPEN).execute()
  await db
    .updateTable('actions')
    .set({ outcome: 'dropped', detail: 'the chain was replaced by another' })
    .where('outcome', '=', 'sent')
    .execute()
}
