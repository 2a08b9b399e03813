/**
 * A store on disk. Records and newest versions are read synchronously, by way of caches that are bounded by
 * bytes; an older version takes a seek, which LevelDB has only asynchronously, so it is a miss. What is
 * written is with the system before the promise is settled, so it survives kill -9; it is synced to the disk
 * together with what else was written, at latest {@link SYNC_AFTER_MS} later, or at once (`durable`).
 */
import type { Miss } from '@deed/evm'
import { MISS } from '@deed/evm'
import type { Account } from '../../state/types.ts'
import type { Batch, Store, Table, Tables } from '../store.ts'
import { batchNumber, lastBatchNumber } from './batch-numbers.ts'
import { createCache } from './cache.ts'
import { CODECS } from './codec.ts'
import type { Database, Operation } from './database.ts'
import { type DiskError, damaged, readOnly, writeFailed } from './error.ts'
import { openFolder } from './folder.ts'
import { type Fresh, recordName, writeRecords } from './records.ts'
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
  /** What is being written: at hand already, and forgotten should the write fail. */
  let freshRecords = new Map<string, Fresh>()
  let freshVersions = new Map<string, Version | null>()
  let asked = new Map<string, { readonly key: Uint8Array; readonly height: number }>()
  /** Counts truncations, so that nothing that was sought before one is kept after it. */
  let truncations = 0
  let batches = await lastBatchNumber(database, folder)
  let failure: DiskError | undefined
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  const check = (key: Uint8Array, sealed: Uint8Array, name = 'a version'): Uint8Array => {
    const value = unseal(key, sealed)
    if (value) return value
    throw damaged(folder, `${name} is not what was written`)
  }

  const get = (key: Uint8Array, name: string): Uint8Array | undefined => {
    const sealed = database.getSync(key)
    return sealed && check(key, sealed, name)
  }

  const record = <T extends Table>(table: T, key: string): Tables[T] | undefined => {
    const name = recordName(table, key)
    const fresh = freshRecords.get(name)
    if (fresh) return fresh.value as Tables[T] | undefined
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
    const fresh = freshVersions.get(cell.name)
    if (fresh !== undefined) return fresh
    const known = newest.get(cell.name)
    if (known !== undefined) return known
    const key = cell.key()
    const bytes = get(key, cell.name)
    const version = bytes === undefined ? null : decodeNewest(key, bytes)
    newest.set(cell.name, version, OVERHEAD_BYTES + (version?.bytes ?? 0))
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

  /** Runs one write after the other; one that need not wait begins at once. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const run = async (): Promise<T> => {
      try {
        return await work()
      } finally {
        waiting--
      }
    }
    const turn = waiting++ === 0 ? run() : last.then(run)
    last = turn.catch(() => {})
    return turn
  }

  const commit = async (operations: Operation[], sync: boolean): Promise<void> => {
    if (failure) throw readOnly(folder, failure)
    try {
      await database.batch([...operations, batchNumber(batches + 1)], { sync })
    } catch (error) {
      // A journal that ends in half a batch must not be written on, or what follows could be passed over when it
      // is read again. Opening the chain anew begins a new journal.
      failure = writeFailed(folder, error)
      throw failure
    }
    batches++
    if (sync) {
      clearTimeout(timer)
      timer = undefined
    } else {
      timer ??= setTimeout(() => {
        timer = undefined
        // Should it fail, whoever writes next is told.
        inTurn(() => commit([], true)).catch(() => {})
      }, SYNC_AFTER_MS)
    }
  }

  const takeBack = async (batch: Batch): Promise<Operation[]> => {
    const operations: Operation[] = []
    for (const position of batch.truncate ?? []) {
      const change = await truncateVersions(database, position, check)
      operations.push(...change.operations)
      for (const [name, version] of change.newest) freshVersions.set(name, version)
    }
    return operations
  }

  const write = async (batch: Batch): Promise<void> => {
    const truncates = (batch.truncate ?? []).length > 0
    try {
      const operations = truncates ? await takeBack(batch) : []
      const changed = writeRecords(batch, {
        has: (hash) => record('node', hash) !== undefined,
        copies: (key) => get(key, 'the count of a trie node'),
      })
      freshRecords = changed.fresh
      operations.push(...changed.operations)
      if (batch.state) {
        const versions = writeVersions(batch.state)
        operations.push(...versions.operations)
        for (const [name, version] of versions.newest) freshVersions.set(name, version)
      }
      await commit(operations, durable)
      for (const [name, { table, value, bytes }] of freshRecords) {
        if (value === undefined) cacheOf(table).delete(name)
        else cacheOf(table).set(name, value, sizeOf(table, bytes))
      }
      for (const [name, version] of freshVersions)
        newest.set(name, version, OVERHEAD_BYTES + (version?.bytes ?? 0))
      if (truncates) {
        truncations++
        past.clear()
      }
    } finally {
      freshRecords = new Map()
      freshVersions = new Map()
    }
  }

  return {
    record,
    account: ({ branch, height }, address) =>
      valueAt(accountCell(branch, address), height) as Account | null | undefined | Miss,
    slot: ({ branch, height }, address, incarnation, key) =>
      valueAt(slotCell(branch, address, incarnation, key), height) as bigint | undefined | Miss,

    addresses: (branch) => addressesOf(database, branch),
    slotKeys: (branch, address, incarnation) => slotKeysOf(database, branch, address, incarnation),

    async load() {
      const wanted = asked
      asked = new Map()
      const before = truncations
      const sought = [...wanted].map(async ([name, { key, height }]) => {
        const version = await seekVersion(database, key, height, check)
        if (truncations === before) past.set(name, version, OVERHEAD_BYTES + (version?.bytes ?? 0))
      })
      await Promise.all(sought)
    },

    write: (batch) => inTurn(() => write(batch)),

    async close() {
      await last
      if (timer && !failure) await inTurn(() => commit([], true))
      clearTimeout(timer)
      await database.close()
    },
  }
}

/** What a power cut can cost. A sync takes 0.7 ms on the disk at hand and some 10 ms on a slow one. */
const SYNC_AFTER_MS = 100

/** Of decoded values that stay in memory. */
const CACHE_BYTES = { record: 48 << 20, node: 48 << 20, newest: 64 << 20, past: 32 << 20 }
/** What the objects of a value and its key occupy, about. */
const OVERHEAD_BYTES = 400

const sizeOf = (table: Table, bytes: number): number => bytes * CODECS[table].weight + OVERHEAD_BYTES
