/** What a batch does to records. */
import type { Batch, Table } from '../store.ts'
import { CODECS, LISTED_KEYS } from './codec.ts'
import type { Operation } from './database.ts'
import { hashKey, KIND, NUMBER_BYTES, numberAt, putNumber } from './keys.ts'
import { putSealed } from './versions.ts'

/** A record on its way to the disk. `undefined`: removed. */
export interface Fresh {
  readonly name: string
  readonly table: Table
  readonly value: unknown
  /** Of its encoding. */
  readonly bytes: number
}

export const recordName = (table: Table, key: string): string => `${table} ${key}`

/** What is there already of a trie node. */
interface NodeSource {
  has(hash: string): boolean
  /** How often it was put, where that is more than once. */
  copies(key: Uint8Array, name: string): Uint8Array | undefined
}

/** Whether nobody asks for single records of a table. */
const isListed = (table: Table): boolean => table in LISTED_KEYS

/** Removals come before what is put, as in {@link Batch}. */
export const writeRecords = (
  { put, remove = [] }: Batch,
  source: NodeSource,
): { readonly operations: Operation[]; readonly fresh: readonly Fresh[] } => {
  const operations: Operation[] = []
  const fresh: Fresh[] = []
  const counts = new Map<string, NodeCount>()
  const countOf = (hash: string): NodeCount => {
    let count = counts.get(hash)
    if (!count) {
      const before = source.has(hash) ? copiesOf(source.copies(copiesKey(hash), copiesName(hash))) : 0
      count = { before, now: before, value: undefined }
      counts.set(hash, count)
    }
    return count
  }

  for (const { table, key } of remove) {
    if (table === 'node') {
      const count = countOf(key)
      count.now = Math.max(0, count.now - 1)
      continue
    }
    if (isListed(table)) {
      operations.push({ type: 'del', key: CODECS[table].key(key) })
      continue
    }
    const name = recordName(table, key)
    operations.push({ type: 'del', key: CODECS[table].key(key), name })
    fresh.push({ name, table, value: undefined, bytes: 0 })
  }
  for (const { table, key, value } of put) {
    if (table === 'node') {
      const count = countOf(key)
      count.now++
      count.value = value
      continue
    }
    const codec = CODECS[table]
    const bytes = codec.encode(value as never)
    if (isListed(table)) {
      operations.push(putSealed(codec.key(key), bytes))
      continue
    }
    const name = recordName(table, key)
    operations.push(putSealed(codec.key(key), bytes, name))
    fresh.push({ name, table, value, bytes: bytes.length })
  }
  for (const [hash, { before, now, value }] of counts) {
    const key = CODECS.node.key(hash)
    const [name, countName] = [recordName('node', hash), copiesName(hash)]
    if (now === 0 && before > 0) operations.push({ type: 'del', key, name })
    if (now > 0 && before === 0) operations.push(putSealed(key, value!, name))
    if (now > 1 && now !== before) operations.push(putSealed(copiesKey(hash), copiesBytes(now), countName))
    if (now <= 1 && before > 1) operations.push({ type: 'del', key: copiesKey(hash), name: countName })
    if (now === 0) fresh.push({ name, table: 'node', value: undefined, bytes: 0 })
    else if (value) fresh.push({ name, table: 'node', value, bytes: value.length })
  }
  return { operations, fresh }
}

interface NodeCount {
  readonly before: number
  now: number
  value: Uint8Array | undefined
}

const copiesName = (hash: string): string => `copies ${hash}`

const copiesKey = (hash: string): Uint8Array => hashKey(KIND.copies, hash as `0x${string}`)

const copiesOf = (bytes: Uint8Array | undefined): number => (bytes ? numberAt(bytes, 0) : 1)

const copiesBytes = (count: number): Uint8Array => {
  const bytes = new Uint8Array(NUMBER_BYTES)
  putNumber(bytes, 0, count)
  return bytes
}
