/**
 * A folder that one chain owns. `deed.json` says what it is and which process has it; `db` is LevelDB's. LevelDB
 * holds a lock of the operating system, which ends with the process however that ends, so no lock is ever
 * stale. A folder without our file is not ours, and is not touched.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { ClassicLevel } from 'classic-level'
import type { Database } from './database.ts'
import { DiskError, damaged, reasonOf } from './error.ts'
import { mendJournals } from './journal.ts'
import { migrate } from './migrations.ts'

/** Of blocks as they are on disk, on top of what the store caches decoded. */
const CACHE_BYTES = 16 * 1024 * 1024

/**
 * Opens the database of a chain's folder, which is made where it is absent or empty.
 *
 * @throws DiskError where it is in use, of something else, of a later version, or damaged.
 */
export const openFolder = async (given: string): Promise<Database> => {
  const folder = resolve(given)
  if (OWNED.has(folder)) throw inUse(folder, process.pid)
  const isNew = claim(folder)
  const path = join(folder, DATABASE)
  if (existsSync(path)) mendJournals(path, folder)
  const database = new ClassicLevel<Uint8Array, Uint8Array>(path, {
    keyEncoding: 'view',
    valueEncoding: 'view',
    cacheSize: CACHE_BYTES,
    createIfMissing: isNew || isUnbegun(path),
  })
  try {
    await database.open()
  } catch (error) {
    throw notOpened(folder, error)
  }
  const owned = ownedDatabase(database, folder)
  OWNED.add(folder)
  try {
    writeMark(folder)
    await migrate(owned, folder)
  } catch (error) {
    await owned.close()
    throw error
  }
  return owned
}

/**
 * Deletes the chain in a folder; what else is there stays. `false`: there is none.
 *
 * @throws DiskError where a process has it, or where it is something else.
 */
export const deleteFolder = async (given: string): Promise<boolean> => {
  const folder = resolve(given)
  if (OWNED.has(folder)) throw inUse(folder, process.pid)
  if (!existsSync(folder) || claim(folder, false)) return false
  const path = join(folder, DATABASE)
  if (existsSync(path)) {
    try {
      await ClassicLevel.destroy(path)
    } catch (error) {
      throw notOpened(folder, error)
    }
  }
  rmSync(path, { recursive: true, force: true })
  rmSync(join(folder, MARK))
  if (readdirSync(folder).length === 0) rmSync(folder, { recursive: true })
  return true
}

const MARK = 'deed.json'
const DATABASE = 'db'
const KIND = 'deed chain'

/**
 * What this process has. LevelDB would refuse it a second time, but by opening and closing its lock's file, at
 * which POSIX gives up the process's lock on it.
 */
const OWNED = new Set<string>()

/** Reads that fail say that the chain is damaged; closing gives the folder back. */
const ownedDatabase = (level: ClassicLevel<Uint8Array, Uint8Array>, folder: string): Database => ({
  getSync(key) {
    try {
      return level.getSync(key)
    } catch (error) {
      throw unreadable(folder, error)
    }
  },
  batch: (operations, options) => level.batch(operations, options),
  async *iterator(range) {
    try {
      yield* level.iterator(range)
    } catch (error) {
      throw unreadable(folder, error)
    }
  },
  async close() {
    await level.close()
    OWNED.delete(folder)
  },
})

/** Whether the folder is new. It is marked before anything else comes into it. */
const claim = (folder: string, mark = true): boolean => {
  if (existsSync(folder)) {
    if (!statSync(folder).isDirectory()) throw foreign(folder, 'it is a file')
    if (existsSync(join(folder, MARK))) {
      if (readMark(folder)?.kind !== KIND) throw foreign(folder, `its ${MARK} says something else`)
      return false
    }
    const names = readdirSync(folder).filter((name) => !name.startsWith(`${MARK}.`))
    if (names.length > 0) throw foreign(folder, `it holds ${names.slice(0, 3).join(', ')} and no ${MARK}`)
  }
  if (mark) {
    mkdirSync(folder, { recursive: true })
    writeMark(folder)
  }
  return true
}

/**
 * Whether LevelDB was killed before it had begun. Where its data is and its list of files is gone, it
 * would begin anew over them: that is damage, and not for us to overwrite.
 */
const isUnbegun = (path: string): boolean => {
  if (!existsSync(path)) return true
  if (existsSync(join(path, 'CURRENT'))) return false
  return readdirSync(path).every(
    (name) => !/\.(ldb|sst|log)$/.test(name) || statSync(join(path, name)).size === 0,
  )
}

const readMark = (folder: string): { kind?: unknown; pid?: unknown } | undefined => {
  try {
    return JSON.parse(readFileSync(join(folder, MARK), 'utf8'))
  } catch {
    return undefined
  }
}

/** Whole or not at all, and on the disk. */
const writeMark = (folder: string): void => {
  const path = join(folder, MARK)
  const temporary = `${path}.${process.pid}`
  const file = openSync(temporary, 'w')
  writeSync(file, `${JSON.stringify({ kind: KIND, pid: process.pid })}\n`)
  fsyncSync(file)
  closeSync(file)
  renameSync(temporary, path)
}

const notOpened = (folder: string, error: unknown): DiskError => {
  const why = reasonOf(error)
  if (/\block\b/i.test(why)) return inUse(folder, readMark(folder)?.pid ?? 'unknown', error)
  return /corrupt|does not exist|missing|no such file|invalid/i.test(why)
    ? unreadable(folder, error)
    : new DiskError(
        'DEED_DISK_FAILED',
        `The chain in ${folder} cannot be opened: ${why}. Look at the disk and at who may write there`,
        error,
      )
}

const inUse = (folder: string, pid: unknown, error?: unknown): DiskError =>
  new DiskError(
    'DEED_FOLDER_IN_USE',
    `The chain in ${folder} is in use by process ${pid}. Stop that process, or choose another folder`,
    error,
  )

const unreadable = (folder: string, error: unknown): DiskError =>
  damaged(folder, `LevelDB says "${reasonOf(error)}"`, error)

const foreign = (folder: string, why: string): DiskError =>
  new DiskError(
    'DEED_FOLDER_FOREIGN',
    `${folder} is not a chain of Deed: ${why}. It was left as it is. Choose another folder, or an empty one`,
  )
