/**
 * The platform's database: one interface (Kysely), two homes. In a folder it is PGlite with fsync on; without one it
 * is in memory and gone with the process. PostgreSQL by URL will be a third.
 */
import { join } from 'node:path'
import { Kysely } from 'kysely'
import { lockFolder, unusableFolder } from './lock.ts'
import { memoryDialect } from './memory.ts'
import { migrate } from './migrations.ts'
import type { Tables } from './tables.ts'

export type Database = Kysely<Tables>

export interface OpenDatabase {
  readonly db: Database
  close(): Promise<void>
}

/**
 * Opens, and brings up to date.
 * @param folder created if missing; in memory without it.
 * @throws `DEED_DATA_IN_USE` when another process has the folder open, `DEED_DATA_FOLDER` where nothing can be written.
 */
export const openDatabase = async (folder?: string): Promise<OpenDatabase> => {
  const { dialect, unlock } = folder ? await onDisk(folder) : { dialect: memoryDialect(), unlock: () => {} }
  const db = new Kysely<Tables>({ dialect })
  const close = async () => {
    await db.destroy()
    unlock()
  }
  try {
    await migrate(db)
  } catch (error) {
    await close()
    throw error
  }
  return { db, close }
}

/** PGlite's 15 MB of WebAssembly are loaded only here. */
const onDisk = async (folder: string) => {
  const unlock = lockFolder(folder)
  try {
    const { openPGlite, pgliteDialect } = await import('./pglite.ts')
    // Loaded here and not at the first query, so that a folder without room is known by its own words.
    const client = await openPGlite(join(folder, 'pg')).catch((error) => {
      throw unusableFolder(folder, error)
    })
    return { dialect: pgliteDialect(async () => client), unlock }
  } catch (error) {
    unlock()
    throw error
  }
}
