/**
 * Agreements: the text, outline and ABI behind the hash that a deed carries. Whoever registers one must bring the text
 * with that very hash, so a deed can only be shown under words that its parties have signed.
 */
import { type Outline, outlineSchema } from '@deed/agreement'
import { type Abi, type Hex, keccak256, toBytes } from 'viem'
import { z } from 'zod'
import type { Database } from '../database/database.ts'
import { PlatformError } from '../error.ts'
import type { AgreementSummary } from '../gateway/api.ts'

export interface Agreement {
  readonly outline: Outline
  readonly text: string
  readonly abi: Abi
}

const MAX_AGREEMENTS = 1_000
const MAX_TEXT_BYTES = 256 * 1024
const MAX_ABI_ITEMS = 1_000
/** Outlines that are kept decoded; there is one for each kind of deed, and few kinds. */
const CACHED = 50

const abiItem = z.looseObject({ type: z.string().max(40), name: z.string().max(200).optional() })

export const registrationSchema = z.strictObject({
  outline: outlineSchema,
  text: z.string().max(MAX_TEXT_BYTES),
  abi: z.array(abiItem).max(MAX_ABI_ITEMS),
})

/**
 * @param registration as decoded by {@link registrationSchema}.
 * @returns whether it is new: registering the same twice changes nothing.
 * @throws `DEED_TEXT_HASH` when text and outline do not belong together; `DEED_TOO_MANY_AGREEMENTS`.
 */
export const registerAgreement = async (
  db: Database,
  registration: z.infer<typeof registrationSchema>,
): Promise<{ created: boolean }> => {
  const { outline, text, abi } = registration
  const hash = keccak256(toBytes(text))
  if (hash !== outline.text)
    throw new PlatformError(
      'DEED_TEXT_HASH',
      `The text has the hash ${hash}, and the outline is for ${outline.text}. Make the outline anew from this text.`,
      { text: hash, outline: outline.text },
    )
  const { count, last } = await db
    .selectFrom('agreements')
    .select((eb) => [eb.fn.countAll().as('count'), eb.fn.max('id').as('last')])
    .executeTakeFirstOrThrow()
  const known = await db
    .selectFrom('agreements')
    .select('id')
    .where('text_hash', '=', hash)
    .executeTakeFirst()
  if (!known && Number(count) >= MAX_AGREEMENTS)
    throw new PlatformError(
      'DEED_TOO_MANY_AGREEMENTS',
      `There are ${MAX_AGREEMENTS} agreements already, which is the most this platform keeps.`,
      { count: Number(count) },
    )
  const row = { title: outline.title, outline: JSON.stringify(outline), text, abi: JSON.stringify(abi) }
  await db
    .insertInto('agreements')
    .values({ text_hash: hash, id: (last ?? 0) + 1, ...row })
    .onConflict((conflict) => conflict.column('text_hash').doUpdateSet(row))
    .execute()
  cache.get(db)?.delete(hash)
  return { created: !known }
}

const cache = new WeakMap<Database, Map<string, Agreement>>()

export const agreementOf = async (db: Database, text: Hex): Promise<Agreement | undefined> => {
  const cached = cache.get(db) ?? new Map<string, Agreement>()
  cache.set(db, cached)
  const hit = cached.get(text)
  if (hit) return hit
  const row = await db.selectFrom('agreements').selectAll().where('text_hash', '=', text).executeTakeFirst()
  if (!row) return undefined
  const agreement = { outline: JSON.parse(row.outline), text: row.text, abi: JSON.parse(row.abi) }
  if (cached.size >= CACHED) cached.clear()
  cached.set(text, agreement)
  return agreement
}

export const listAgreements = async (db: Database): Promise<AgreementSummary[]> => {
  const [agreements, deeds] = await Promise.all([
    db.selectFrom('agreements').select(['text_hash', 'title', 'outline']).orderBy('id').execute(),
    db.selectFrom('deeds').select(['address', 'text']).orderBy('since_block').orderBy('address').execute(),
  ])
  return agreements.map((row) => ({
    text: row.text_hash as Hex,
    title: row.title,
    clauses: (JSON.parse(row.outline) as Outline).clauses.length,
    deeds: deeds.filter((deed) => deed.text === row.text_hash).map((deed) => deed.address as Hex),
  }))
}
