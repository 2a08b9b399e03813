/**
 * What forks have read of their origins, in a folder: `CHAIN/BLOCK` has a LevelDB for each block that was forked at,
 * `addresses` which chain answered where. All of it can be read again, so that whatever cannot be kept or read costs
 * time and nothing else; it is said once. Measured with 50,000 values on two busy cores: 35 ms to open, 8 µs to read one.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { ClassicLevel } from 'classic-level'
import type { OriginCache, OriginCaches } from '../../fork/cache.ts'
import { reasonOf } from './error.ts'
import { seal, unseal } from './seal.ts'

export interface OriginCachesOptions {
  /** Bytes of one block's cache; what comes after is not kept. Default: 1 GB. */
  readonly maxForkBytes?: number
  /** Bytes of all; those that were not used for the longest time go. Default: 4 GB. */
  readonly maxBytes?: number
  /** Is told what cannot be kept. */
  readonly notice?: (message: string) => void
}

const MAX_FORK_BYTES = 1 << 30
const MAX_BYTES = 2 ** 32

/** @param folder which is made when something is to be kept. */
export const openOriginCaches = (folder: string, options: OriginCachesOptions = {}): OriginCaches => {
  const root = resolve(folder)
  const { maxForkBytes = MAX_FORK_BYTES, maxBytes = MAX_BYTES, notice = () => {} } = options
  const place = (chainId: bigint, blockNumber: bigint): string =>
    join(root, String(chainId), String(blockNumber))
  const addressFile = (endpoint: string): string => join(root, ADDRESSES, endpoint.slice(2, 34))
  /** Of this process, by folder: LevelDB lets nobody in twice. */
  const inUse = new Map<string, { readonly opening: Promise<OriginCache>; users: number }>()
  const begin = async (path: string): Promise<OriginCache> => {
    try {
      const cache = await openCache(path, maxForkBytes, notice)
      await prune(root, path, maxBytes)
      return cache
    } catch (error) {
      notice(notKept(path, error))
      return NOT_KEPT
    }
  }
  return {
    place,
    chainAt(endpoint) {
      const text = readText(addressFile(endpoint))
      return text !== undefined && /^\d{1,20}$/.test(text) ? BigInt(text) : undefined
    },
    remember(endpoint, chainId) {
      try {
        mkdirSync(join(root, ADDRESSES), { recursive: true })
        replaceFile(addressFile(endpoint), String(chainId))
      } catch (error) {
        notice(notKept(root, error))
      }
    },
    has: (chainId, blockNumber) => existsSync(join(place(chainId, blockNumber), MARK)),
    async open(chainId, blockNumber) {
      const path = place(chainId, blockNumber)
      const use = inUse.get(path) ?? { opening: begin(path), users: 0 }
      inUse.set(path, use)
      use.users++
      const cache = await use.opening
      return {
        ...cache,
        async close() {
          if (--use.users > 0) return
          inUse.delete(path)
          await cache.close()
        },
      }
    },
  }
}

const ADDRESSES = 'addresses'
/** Marks a folder as ours: no other is ever deleted. */
const MARK = 'deed-fork.json'
/** Changes when what is kept, or how, is no longer what it was. */
const VERSION = '{"kind":"deed fork cache","version":1}'

const openCache = async (
  path: string,
  maxBytes: number,
  notice: (message: string) => void,
): Promise<OriginCache> => {
  const mark = readText(join(path, MARK))
  if (mark === undefined && existsSync(path) && readdirSync(path).length > 0)
    throw new Error(`it holds something else, without ${MARK}`)
  if (mark !== undefined && mark !== VERSION) await remove(path)
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, MARK), VERSION)
  let database = await openDatabase(path)
  let bytes = bytesOf(path)
  let waiting = new Map<string, string>()
  let beingWritten = new Map<string, string>()
  let isFull = false
  let flushing: Promise<void> = Promise.resolve()

  const flush = async (): Promise<void> => {
    beingWritten = waiting
    waiting = new Map()
    const operations = [...beingWritten].map(([key, value]) => {
      const name = encoder.encode(key)
      return { type: 'put', key: name, value: seal(name, encoder.encode(value)) } as const
    })
    try {
      await database.batch(operations)
    } catch (error) {
      isFull = true
      notice(notKept(path, error))
    }
    beingWritten = new Map()
  }
  /** Whatever comes in one turn of the event loop is written together. */
  const flushSoon = (): void => {
    flushing = flushing.then(() => new Promise((done) => setImmediate(done))).then(flush)
  }
  return {
    get(key) {
      const fresh = waiting.get(key) ?? beingWritten.get(key)
      if (fresh !== undefined) return fresh
      const name = encoder.encode(key)
      try {
        const sealed = database.getSync(name)
        const value = sealed && unseal(name, sealed)
        return value && decoder.decode(value)
      } catch {
        return undefined
      }
    },
    put(key, value) {
      if (isFull) return
      bytes += key.length + value.length
      if (bytes > maxBytes) {
        isFull = true
        notice(`The cache of the fork in ${path} is full; what is read from now on is not kept`)
        return
      }
      if (waiting.size === 0) flushSoon()
      waiting.set(key, value)
    },
    async clear() {
      waiting = new Map()
      await flushing
      await database.close()
      await ClassicLevel.destroy(join(path, DATABASE))
      database = await openDatabase(path)
      bytes = 0
      isFull = false
    },
    async close() {
      await flushing
      await database.close()
    },
  }
}

const DATABASE = 'db'
const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** One that cannot be read is begun anew. */
const openDatabase = async (path: string): Promise<ClassicLevel<Uint8Array, Uint8Array>> => {
  const open = async () => {
    const database = new ClassicLevel<Uint8Array, Uint8Array>(join(path, DATABASE), {
      keyEncoding: 'view',
      valueEncoding: 'view',
    })
    await database.open()
    return database
  }
  try {
    return await open()
  } catch (error) {
    if (/\block\b/i.test(reasonOf(error))) throw new Error('another process uses it')
    rmSync(join(path, DATABASE), { recursive: true, force: true })
    return open()
  }
}

/** When there is no place: everything is asked for, nothing kept. */
const NOT_KEPT: OriginCache = {
  get: () => undefined,
  put: () => {},
  clear: async () => {},
  close: async () => {},
}

const notKept = (path: string, error: unknown): string =>
  `What the fork reads is not kept in ${path}: ${reasonOf(error)}`

/** Deletes the caches that were not used for the longest time, down to the bound. */
const prune = async (root: string, current: string, maxBytes: number): Promise<void> => {
  utimesSync(join(current, MARK), new Date(), new Date())
  const caches = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /^\d+$/.test(entry.name))
    .flatMap(({ name }) => readdirSync(join(root, name)).map((block) => join(root, name, block)))
    .filter((path) => existsSync(join(path, MARK)))
    .map((path) => ({ path, bytes: bytesOf(path), usedMs: statSync(join(path, MARK)).mtimeMs }))
    .sort((a, b) => b.usedMs - a.usedMs)
  let bytes = 0
  for (const cache of caches) {
    bytes += cache.bytes
    // One that another process uses cannot be deleted, and is not.
    if (bytes > maxBytes && cache.path !== current) await remove(cache.path).catch(() => {})
  }
}

/** The mark goes last: what is half deleted is ours still. */
const remove = async (path: string): Promise<void> => {
  await ClassicLevel.destroy(join(path, DATABASE))
  rmSync(join(path, DATABASE), { recursive: true, force: true })
  rmSync(join(path, MARK), { force: true })
  if (readdirSync(path).length === 0) rmSync(path, { recursive: true })
}

const bytesOf = (path: string): number => {
  const database = join(path, DATABASE)
  if (!existsSync(database)) return 0
  return readdirSync(database).reduce((sum, name) => {
    // LevelDB deletes files while it works.
    const stat = statSync(join(database, name), { throwIfNoEntry: false })
    return sum + (stat?.size ?? 0)
  }, 0)
}

const readText = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** Whole or not at all. */
const replaceFile = (path: string, text: string): void => {
  const temporary = `${path}.${process.pid}`
  writeFileSync(temporary, text)
  renameSync(temporary, path)
}
