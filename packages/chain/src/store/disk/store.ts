/**
 * A store on disk. Records and newest versions are read synchronously, by way of caches that are bounded by
 * bytes; an older version takes a seek, which LevelDB has only asynchronously, so it is a miss. What is
 * written is with the system before the promise is settled, so it survives kill -9; it is synced to the disk
 * together with what else was written, at latest {@link SYNC_AFTER_MS} later, or at once (`durable`).
 */
import type { Miss } from '@deed/evm'
import { MISS } from '@deed/evm'
import type { Account } from '../../state/types.ts'
import type { Batch, ListedTable, Store, Table, Tables } from '../store.ts'
import { type Cache, createCache } from './cache.ts'
import { CODECS, decodeWritten, LISTED_KEYS } from './codec.ts'
import { allOf, type Database, type Operation } from './database.ts'
import { type DiskError, damaged, readOnly, writeFailed } from './error.ts'
import { openFolder } from './folder.ts'
import { SYNCED } from './journal.ts'
import { KIND, writtenKey } from './keys.ts'
import { recordName, writeRecords } from './records.ts'
import { unseal } from './seal.ts'
import {
  accountCell,
  addressesOf,
  type Cell,
  decodeNewest,
  seekVersion,
  slotCell,
  slotKeysOf,
  truncateVersions,
  type Version,
  writeVersions,
} from './versions.ts'
import { createWriteQueue } from './write-queue.ts'

export interface DiskStoreOptions {
  /** Sync each batch before its promise is settled. Default: within {@link SYNC_AFTER_MS}. */
  readonly durable?: boolean | undefined
}

/** Opens the chain in a folder, or begins one. @throws DiskError */
export const openDiskStore = async (folder: string, options: DiskStoreOptions = {}): Promise<Store> => {
  const database = await openFolder(folder)
  try {
    return await createDiskStore(database, folder, options)
  } catch (error) {
    await database.close()
    throw error
  }
}

/** @param folder what errors name. */
export const createDiskStore = async (
  database: Database,
  folder: string,
  { durable = false }: DiskStoreOptions = {},
): Promise<Store> => {
  const records = createCache<unknown>(CACHE_BYTES.record)
  const nodes = createCache<unknown>(CACHE_BYTES.node)
  const newest = createCache<Version | null>(CACHE_BYTES.newest)
  /** Versions that are not the newest of their branch, by name and height asked for. */
  const past = createCache<Version | null>(CACHE_BYTES.past)
  const cacheOf = (table: Table) => (table === 'node' ? nodes : records)
  let asked = new Map<string, { readonly key: Uint8Array; readonly height: number }>()
  /** Counts truncations, so that nothing that was sought before one is kept after it. */
  let truncations = 0
  let failure: DiskError | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  const commit = async (operations: Operation[], sync: boolean): Promise<void> => {
    try {
      await database.batch(sync ? [...operations, SYNCED] : operations, { sync })
    } catch (error) {
      // A journal that ends in half a batch must not be written on, or what follows could be passed over when it
      // is read again. Opening the chain anew begins a new journal.
      failure = writeFailed(folder, error)
      // What was about to be written was at hand already: from now on only what is on the disk is.
      for (const cache of [records, nodes, newest, past]) cache.clear()
      throw failure
    }
    if (sync) {
      clearTimeout(timer)
      timer = undefined
    } else
      timer ??= setTimeout(() => {
        timer = undefined
        // Should it fail, whoever writes next is told.
        if (!failure) queue.add([SYNCED]).catch(() => {})
      }, SYNC_AFTER_MS)
  }
  const queue = createWriteQueue((operations) =>
    commit(operations, durable || operations.some(({ key }) => key === SYNCED.key)),
  )

  const check = (key: Uint8Array, sealed: Uint8Array, name = 'a version'): Uint8Array => {
    const value = unseal(key, sealed)
    if (value) return value
    throw damaged(folder, `${name} is not what was written`)
  }

  const get = (key: Uint8Array, name: string): Uint8Array | undefined => {
    const queued = queue.get(key)
    const sealed = queued === undefined ? database.getSync(key) : (queued ?? undefined)
    return sealed && check(key, sealed, name)
  }

  const record = <T extends Table>(table: T, key: string): Tables[T] | undefined => {
    const name = recordName(table, key)
    const known = cacheOf(table).get(name)
    if (known !== undefined) return known as Tables[T]
    const codec = CODECS[table]
    const bytes = get(codec.key(key), name)
    if (bytes === undefined) return undefined
    const value = codec.decode(bytes, key)
    cacheOf(table).set(name, value, sizeOf(table, bytes.length))
    return value
  }

  const newestOf = (cell: Cell): Version | null => {
    const known = newest.get(cell.name)
    if (known !== undefined) return known
    const key = cell.key()
    const bytes = get(key, cell.name)
    const version = bytes === undefined ? null : decodeNewest(key, bytes)
    keepVersion(newest, cell.name, version)
    return version
  }

  /** The value as of a height. */
  const valueAt = (cell: Cell, height: number): Version['value'] | undefined | Miss => {
    const top = newestOf(cell)
    if (top === null) return undefined
    if (top.height <= height) return top.value
    const name = `${cell.name}@${height}`
    const older = past.get(name)
    if (older !== undefined) return older?.value
    asked.set(name, { key: cell.key(), height })
    return MISS
  }

  /** At hand at once, and written when the promise is settled. `before` comes first. */
  const apply = async (batch: Batch, before: readonly Operation[] = []): Promise<void> => {
    if (failure) throw readOnly(folder, failure)
    const { operations, fresh } = writeRecords(batch, {
      has: (hash) => record('node', hash) !== undefined,
      copies: (key) => get(key, 'the count of a trie node'),
    })
    for (const [name, { table, value, bytes }] of fresh) {
      if (value === undefined) cacheOf(table).delete(name)
      else cacheOf(table).set(name, value, sizeOf(table, bytes))
    }
    operations.unshift(...before)
    if (batch.state) {
      const versions = writeVersions(batch.state, newestOf)
      for (const operation of versions.operations) operations.push(operation)
      for (const [name, version] of versions.newest) keepVersion(newest, name, version)
    }
    await queue.add(operations)
  }

  /** Runs by itself: it looks for what is on the disk, and what comes later must see what it did. */
  const truncate = async (batch: Batch): Promise<void> => {
    await queue.drained()
    const operations: Operation[] = []
    for (const position of batch.truncate!) {
      const change = await truncateVersions(database, position, check)
      for (const operation of change.operations) operations.push(operation)
      for (const [name, version] of change.newest) keepVersion(newest, name, version)
    }
    truncations++
    past.clear()
    return apply(batch, operations)
  }
  let truncating: Promise<unknown> | undefined
  const afterTruncation = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = (truncating ?? Promise.resolve()).then(work)
    const ended: Promise<unknown> = turn
      .catch(() => {})
      .then(() => {
        if (truncating === ended) truncating = undefined
      })
    truncating = ended
    return turn
  }

  return {
    record,
    account: ({ branch, height }, address) =>
      valueAt(accountCell(branch, address), height) as Account | null | undefined | Miss,
    slot: ({ branch, height }, address, incarnation, key) =>
      valueAt(slotCell(branch, address, incarnation, key), height) as bigint | undefined | Miss,

    async *addresses(branch) {
      await queue.drained()
      yield* addressesOf(database, branch)
    },
    async *slotKeys(branch, address, incarnation) {
      await queue.drained()
      yield* slotKeysOf(database, branch, address, incarnation)
    },

    async load() {
      const wanted = asked
      asked = new Map()
      if (wanted.size === 0) return
      await queue.drained()
      const before = truncations
      const sought = [...wanted].map(async ([name, { key, height }]) => {
        const version = await seekVersion(database, key, height, check)
        if (truncations === before) keepVersion(past, name, version)
      })
      await Promise.all(sought)
    },

    async written(position) {
      const bytes = get(writtenKey(position), 'what a block wrote')
      return bytes ? decodeWritten(bytes) : NOTHING_WRITTEN
    },

    async list<T extends ListedTable>(table: T) {
      await queue.drained()
      const rows: [string, Tables[T]][] = []
      for await (const [at, sealed] of database.iterator(allOf(KIND[table]))) {
        const key = LISTED_KEYS[table](at)
        rows.push([key, CODECS[table].decode(check(at, sealed, recordName(table, key)), key)])
      }
      return rows
    },

    write(batch) {
      const truncates = (batch.truncate ?? []).length > 0
      if (truncates) return afterTruncation(() => truncate(batch))
      return truncating ? afterTruncation(() => apply(batch)) : apply(batch)
    },

    settled: () => queue.settled(),

    async close() {
      await truncating
      await queue.drained()
      if (timer && !failure) await queue.add([SYNCED]).catch(() => {})
      clearTimeout(timer)
      await database.close()
    },
  }
}

const keepVersion = (cache: Cache<Version | null>, name: string, version: Version | null): void =>
  cache.set(name, version, OVERHEAD_BYTES + (version?.bytes ?? 0))

const NOTHING_WRITTEN = { accounts: [], slots: [] }

/** What a power cut can cost. A sync takes 0.7 ms on the disk at hand and some 10 ms on a slow one. */
const SYNC_AFTER_MS = 100

/** Of decoded values that stay in memory. */
const CACHE_BYTES = { record: 48 << 20, node: 48 << 20, newest: 64 << 20, past: 32 << 20 }
/** What the objects of a value and its key occupy, about. */
const OVERHEAD_BYTES = 400

const sizeOf = (table: Table, bytes: number): number => bytes * CODECS[table].weight + OVERHEAD_BYTES
