/**
 * Versions of accounts and slots. The newest of a branch lies under a key of its own, which is all that reading
 * the head takes; when another takes its place it lies by its height, for old blocks, and so that a block can be
 * taken back. What is written once is one row.
 */
import type { Address } from '@deed/evm'
import { bytesToBigint, bytesToHex } from '../../hex.ts'
import type { Account } from '../../state/types.ts'
import type { Position, StateWrite, Written } from '../store.ts'
import {
  decodeAccount,
  decodeSlot,
  decodeWritten,
  encodeAccount,
  encodeSlot,
  encodeWritten,
} from './codec.ts'
import { type Database, type Operation, startingWith } from './database.ts'
import {
  accountKey,
  KIND,
  NUMBER_BYTES,
  numberAt,
  numberKey,
  putNumber,
  slotKey,
  versionKey,
  writtenKey,
} from './keys.ts'
import { seal } from './seal.ts'

export interface Version {
  readonly height: number
  readonly value: Account | null | bigint
  /** Of its encoding. */
  readonly bytes: number
}

/** What has versions: its name in caches and the key of its newest. */
export interface Cell {
  readonly name: string
  key(): Uint8Array
}

export const accountCell = (branch: number, address: Address): Cell => ({
  name: `${branch}/${address}`,
  key: () => accountKey(KIND.newestAccount, branch, address),
})

export const slotCell = (branch: number, address: Address, incarnation: number, slot: bigint): Cell => ({
  name: `${branch}/${address}/${incarnation}/${slot.toString(16)}`,
  key: () => slotKey(KIND.newestSlot, branch, address, incarnation, slot),
})

export const decodeNewest = (key: Uint8Array, bytes: Uint8Array): Version => ({
  height: numberAt(bytes, 0),
  value: decodeValue(key, bytes.subarray(NUMBER_BYTES)),
  bytes: bytes.length,
})

/** The newest version at or below a height, by a seek. `null`: there is none. */
export const seekVersion = async (
  database: Database,
  key: Uint8Array,
  height: number,
  check: Check,
): Promise<Version | null> => {
  const row = await seekRow(database, key, height, check)
  if (!row) return null
  const { height: at, bytes } = packedAt(row.packed, height)!
  return { height: at, value: decodeValue(key, bytes), bytes: bytes.length }
}

/** The row of older versions that has the one of a height, or the one before it. */
const seekRow = async (
  database: Database,
  key: Uint8Array,
  height: number,
  check: Check,
): Promise<{ readonly key: Uint8Array; readonly packed: readonly Packed[] } | undefined> => {
  const range = { gte: versionKey(key, 0), lte: versionKey(key, height), reverse: true, limit: 1 }
  for await (const [at, sealed] of database.iterator(range))
    return { key: at, packed: unpack(check(at, sealed), numberAt(at, key.length)) }
  return undefined
}

/** Addresses of a branch. */
export async function* addressesOf(database: Database, branch: number): AsyncGenerator<Address> {
  const prefix = numberKey(KIND.newestAccount, branch)
  for await (const [key] of database.iterator(startingWith(prefix)))
    yield bytesToHex(key.subarray(prefix.length))
}

/** Slots of one life of an account in a branch. */
export async function* slotKeysOf(
  database: Database,
  branch: number,
  address: Address,
  incarnation: number,
): AsyncGenerator<bigint> {
  const prefix = slotKey(KIND.newestSlot, branch, address, incarnation, 0n).subarray(0, -SLOT_BYTES)
  for await (const [key] of database.iterator(startingWith(prefix)))
    yield bytesToBigint(key.subarray(prefix.length))
}

/** What a write to versions does, and the newest ones after it, by name. */
export interface VersionChange {
  readonly operations: Operation[]
  readonly newest: Map<string, Version | null>
}

/**
 * Writes of ascending heights, one after the other if there are several.
 *
 * @param newestOf The newest version before: from now on an old one, which lies by its height, and with it those that
 *   are old at once because a later write has another.
 */
export const writeVersions = (
  writes: readonly StateWrite[],
  newestOf: (cell: Cell) => Version | null,
): VersionChange => {
  const cells = new Map<string, WrittenCell>()
  const append = (cell: Cell, height: number, value: Version['value'], bytes: Uint8Array): void => {
    const known = cells.get(cell.name)
    if (known === undefined) {
      const key = cell.key()
      const before = newestOf(cell)
      const isOld = before && before.height < height
      const old = isOld ? [{ height: before.height, bytes: encodeValue(before.value, key) }] : []
      cells.set(cell.name, { key, old, top: { height, bytes }, value })
      return
    }
    if (known.top.height < height) known.old.push(known.top)
    known.top = { height, bytes }
    known.value = value
  }
  for (const { position, accounts, slots } of writes) {
    const { branch, height } = position
    for (const [address, account] of accounts)
      append(accountCell(branch, address), height, account, encodeAccount(account))
    for (const { address, incarnation, slots: values } of slots)
      for (const [slot, value] of values)
        append(slotCell(branch, address, incarnation, slot), height, value, encodeSlot(value))
  }

  const operations: Operation[] = []
  const newest = new Map<string, Version | null>()
  for (const [name, { key, old, top, value }] of cells) {
    if (old.length > 0) operations.push(putSealed(versionKey(key, old[0]!.height), pack(old)))
    operations.push(putNewest(name, key, top.height, top.bytes))
    newest.set(name, { height: top.height, value, bytes: top.bytes.length })
  }
  if (writes.length > 0) {
    const written = writes.map((write) => ({ height: write.position.height, bytes: encodeWritten(write) }))
    operations.push(putSealed(writtenKey(writes[0]!.position), pack(written)))
  }
  return { operations, newest }
}

/** The row that has what the block at a position wrote, if there is such a block. */
export const seekWritten = async (
  database: Database,
  { branch, height }: Position,
  check: Check,
): Promise<WrittenRow | undefined> => {
  for await (const row of writtenRows(database, branch, height, check)) return row
  return undefined
}

interface WrittenCell {
  readonly key: Uint8Array
  /** By ascending height, all below the newest. */
  readonly old: Packed[]
  top: Packed
  value: Version['value']
}

/** Names of what the block at a position wrote, where the row has it. */
export const writtenIn = (row: WrittenRow, { branch, height }: Position): Written | undefined => {
  const found = row.branch === branch && row.packed.find((one) => one.height === height)
  return found ? decodeWritten(found.bytes) : undefined
}

/** What blocks of a branch wrote. */
export interface WrittenRow {
  readonly key: Uint8Array
  readonly branch: number
  readonly packed: readonly Packed[]
}

/** The rows that have what blocks from a height on wrote, and perhaps blocks before. */
async function* writtenRows(
  database: Database,
  branch: number,
  from: number,
  check: Check,
): AsyncGenerator<WrittenRow> {
  const row = ([key, sealed]: readonly [Uint8Array, Uint8Array]): WrittenRow => {
    return { key, branch, packed: unpack(check(key, sealed), numberAt(key, 1 + NUMBER_BYTES)) }
  }
  const at = writtenKey({ branch, height: from })
  const before = { gte: writtenKey({ branch, height: 0 }), lte: at, reverse: true, limit: 1 }
  for await (const found of database.iterator(before)) yield row(found)
  const rest = { gte: writtenKey({ branch, height: from + 1 }), lte: writtenKey({ branch, height: HIGHEST }) }
  for await (const found of database.iterator(rest)) yield row(found)
}

/** Takes back what the blocks of a branch above a height wrote. */
export const truncateVersions = async (
  database: Database,
  { branch, height }: Position,
  check: Check,
): Promise<VersionChange> => {
  const operations: Operation[] = []
  const cells = new Map<string, Cell>()
  /** Keeps of a row what is not above the height. */
  const cut = (key: Uint8Array, packed: readonly Packed[]): void => {
    const rest = packed.filter((one) => one.height <= height)
    if (rest.length === packed.length) return
    operations.push(rest.length > 0 ? putSealed(key, pack(rest)) : { type: 'del', key })
  }
  for await (const { key: at, packed } of writtenRows(database, branch, height + 1, check)) {
    cut(at, packed)
    for (const { height: above, bytes } of packed) {
      if (above <= height) continue
      const { accounts, slots } = decodeWritten(bytes)
      const written = [
        ...accounts.map((address) => accountCell(branch, address)),
        ...slots.flatMap(({ address, incarnation, keys }) =>
          keys.map((slot) => slotCell(branch, address, incarnation, slot)),
        ),
      ]
      for (const cell of written) {
        operations.push({ type: 'del', key: versionKey(cell.key(), above) })
        cells.set(cell.name, cell)
      }
    }
  }
  const newest = new Map<string, Version | null>()
  for (const cell of cells.values()) {
    const key = cell.key()
    const row = await seekRow(database, key, height, check)
    if (row) cut(row.key, row.packed)
    const before = row && packedAt(row.packed, height)
    if (before) {
      const value = decodeValue(key, before.bytes)
      newest.set(cell.name, { height: before.height, value, bytes: before.bytes.length })
      operations.push(putNewest(cell.name, key, before.height, before.bytes))
    } else {
      newest.set(cell.name, null)
      operations.push({ type: 'del', key, name: cell.name })
    }
  }
  return { operations, newest }
}

// --- Rows of several heights. What a batch writes of many blocks lies in one row, under the first height. -----

/** What a row has of one height. */
interface Packed {
  readonly height: number
  readonly bytes: Uint8Array
}

/** One is as it is. Several: a zero, which no value begins with; how many; where each begins and ends; the bytes. */
const pack = (all: readonly Packed[]): Uint8Array => {
  if (all.length === 1) return all[0]!.bytes
  let at = 1 + NUMBER_BYTES + all.length * 2 * NUMBER_BYTES
  const packed = new Uint8Array(all.reduce((sum, { bytes }) => sum + bytes.length, at))
  putNumber(packed, 1, all.length)
  for (const [index, { height, bytes }] of all.entries()) {
    packed.set(bytes, at)
    at += bytes.length
    putNumber(packed, 1 + NUMBER_BYTES + index * 2 * NUMBER_BYTES, height)
    putNumber(packed, 1 + NUMBER_BYTES + (index * 2 + 1) * NUMBER_BYTES, at)
  }
  return packed
}

/** By ascending height. @param height of the first. */
const unpack = (bytes: Uint8Array, height: number): readonly Packed[] => {
  if (bytes[0] !== 0) return [{ height, bytes }]
  const count = numberAt(bytes, 1)
  const all: Packed[] = []
  let at = 1 + NUMBER_BYTES + count * 2 * NUMBER_BYTES
  for (let index = 0; index < count; index++) {
    const end = numberAt(bytes, 1 + NUMBER_BYTES + (index * 2 + 1) * NUMBER_BYTES)
    const of = numberAt(bytes, 1 + NUMBER_BYTES + index * 2 * NUMBER_BYTES)
    all.push({ height: of, bytes: bytes.subarray(at, end) })
    at = end
  }
  return all
}

const packedAt = (all: readonly Packed[], height: number): Packed | undefined =>
  all.findLast((one) => one.height <= height)

/** The value without its seal; throws where it is damaged. */
type Check = (key: Uint8Array, sealed: Uint8Array) => Uint8Array

/** @param name see {@link Operation}. */
export const putSealed = (key: Uint8Array, value: Uint8Array, name?: string): Operation => {
  const sealed = seal(key, value)
  return name === undefined ? { type: 'put', key, value: sealed } : { type: 'put', key, value: sealed, name }
}

const putNewest = (name: string, key: Uint8Array, height: number, value: Uint8Array): Operation => {
  const bytes = new Uint8Array(NUMBER_BYTES + value.length)
  putNumber(bytes, 0, height)
  bytes.set(value, NUMBER_BYTES)
  return putSealed(key, bytes, name)
}

const isAccount = (key: Uint8Array): boolean => key[0] === KIND.newestAccount

const decodeValue = (key: Uint8Array, bytes: Uint8Array): Version['value'] =>
  isAccount(key) ? decodeAccount(bytes) : decodeSlot(bytes)

const encodeValue = (value: Version['value'], key: Uint8Array): Uint8Array =>
  isAccount(key) ? encodeAccount(value as Account | null) : encodeSlot(value as bigint)

const HIGHEST = 2 ** 48 - 1
const SLOT_BYTES = 32
