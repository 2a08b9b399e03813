/** Migrations in order. One that has run anywhere is never edited: what changes is a new row at the end. */
import { type Kysely, sql } from 'kysely'
import type { Tables } from './tables.ts'

const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `create table place (
      id bigint primary key, genesis text not null, number bigint not null, hash text not null, time bigint not null)`,
    `create table deeds (
      address text primary key, text text not null, parties text not null, since_block bigint not null,
      since_time bigint not null, begun bigint not null, ended bigint not null, due bigint, events bigint not null)`,
    'create index deeds_due on deeds (due)',
    `create table events (
      block bigint not null, log_index bigint not null, block_hash text not null, block_time bigint not null,
      tx text not null, deed text not null, topics text not null, data text not null,
      primary key (block, log_index))`,
    'create index events_deed on events (deed, block, log_index)',
    `create table credits (
      deed text not null, party text not null, token text not null, amount text not null,
      primary key (deed, party, token))`,
    `create table agreements (
      text_hash text primary key, id bigint not null, title text not null, outline text not null, text text not null,
      abi text not null)`,
    `create table journal (
      hash text primary key, sequence bigint not null, account text not null, nonce bigint not null,
      raw text not null, purpose text not null, state text not null, stored_at bigint not null,
      max_fee_wei text not null, tip_wei text not null, action bigint not null)`,
    'create index journal_state on journal (state)',
    'create table backoffs (purpose text primary key, failures bigint not null, until bigint not null)',
    `create table actions (
      id bigint primary key, time bigint not null, deed text not null, action text not null, reason text not null,
      tx text, outcome text not null, detail text)`,
  ],
]

/** Brings a database up to date, each migration in one transaction. */
export const migrate = async (db: Kysely<Tables>, migrations = MIGRATIONS): Promise<void> => {
  await sql`create table if not exists migrations (number bigint primary key)`.execute(db)
  const done = await db.selectFrom('migrations').select('number').execute()
  const present = new Set(done.map((row) => row.number))
  for (const [number, statements] of migrations.entries()) {
    if (present.has(number)) continue
    await db.transaction().execute(async (tx) => {
      for (const statement of statements) await sql.raw(statement).execute(tx)
      await tx.insertInto('migrations').values({ number }).execute()
    })
  }
}
