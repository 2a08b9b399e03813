/** The version of the format on disk, and how one version becomes the next. */

import { asScalar } from '../../block/fields.ts'
import { decodeRlp, encodeRlp } from '../../rlp.ts'
import { allOf, type Database, type Operation } from './database.ts'
import { DiskError, damaged } from './error.ts'
import { bytesKey, KIND } from './keys.ts'
import { seal, unseal } from './seal.ts'

/** Where a database says of which version it is. */
export const FORMAT_KEY = bytesKey(KIND.format, new Uint8Array(0))

/**
 * Each turns a database of one version into the next: what it gives is written with the new version in one batch,
 * so that a migration that was killed begins again. The first makes an empty database version 1.
 */
const MIGRATIONS: readonly ((database: Database) => Promise<Operation[]>)[] = [async () => []]

/** Of the format that this program writes. */
export const FORMAT_VERSION = MIGRATIONS.length

/** Says of which version a database is. */
export const formatOperation = (version: number): Operation => ({
  type: 'put',
  key: FORMAT_KEY,
  value: seal(FORMAT_KEY, encodeRlp(BigInt(version))),
})

/** Brings a database to the version of this program. */
export const migrate = async (database: Database, folder: string, migrations = MIGRATIONS): Promise<void> => {
  const version = await readVersion(database, folder)
  if (version > migrations.length)
    throw new DiskError(
      'DEED_FOLDER_NEWER',
      `The chain in ${folder} has format ${version}, and this Deed reads formats up to ${migrations.length}. It was left as it is: use a newer Deed`,
    )
  for (let next = version + 1; next <= migrations.length; next++) {
    const operations = await migrations[next - 1]!(database)
    await database.batch([...operations, formatOperation(next)], { sync: true })
  }
}

/** Zero for an empty database. */
const readVersion = async (database: Database, folder: string): Promise<number> => {
  const sealed = database.getSync(FORMAT_KEY)
  if (sealed) {
    const value = unseal(FORMAT_KEY, sealed)
    if (!value) throw damaged(folder, 'the version of its format is unreadable')
    return Number(asScalar(decodeRlp(value), 64, 'format'))
  }
  for await (const _ of database.iterator({ ...EVERYTHING, limit: 1 }))
    throw damaged(folder, 'the version of its format is missing')
  return 0
}

const EVERYTHING = { gte: allOf(0).gte, lte: allOf(0xff).lte }
