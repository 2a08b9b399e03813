/**
 * Versions of accounts and slots. The newest of a branch lies under a key of its own, which is all that reading
 * the head takes; when another takes its place it lies by its height, for old blocks, and so that a block can be
 * taken back. What is written once is one row.
 */
import type { Address } from '@deed/evm'
import { bytesToBigint, bytesToHex } from '../../hex.ts'
import type { Account } from '../../state/types.ts'
import type { Position, StateWrite } from '../store.ts'
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
  const range = { gte: versionKey(key, 0), lte: versionKey(key, height), reverse: true, limit: 1 }
  for await (const [at, sealed] of database.iterator(range)) {
    const bytes = check(at, sealed)
    return { height: numberAt(at, key.length), value: decodeValue(key, bytes), bytes: bytes.length }
  }
  return null
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

/** @param newestOf The newest version before: from now on an old one, which lies by its height. */
export const writeVersions = (write: StateWrite, newestOf: (cell: Cell) => Version | null): VersionChange => {
  const { branch, height } = write.position
  const operations: Operation[] = []
  const newest = new Map<string, Version | null>()
  const append = (cell: Cell, value: Version['value'], bytes: Uint8Array): void => {
    const key = cell.key()
    const before = newestOf(cell)
    if (before && before.height < height)
      operations.push(putSealed(versionKey(key, before.height), encodeValue(before.value, key)))
    operations.push(putNewest(key, height, bytes))
    newest.set(cell.name, { height, value, bytes: bytes.length })
  }
  for (const [address, account] of write.accounts)
    append(accountCell(branch, address), account, encodeAccount(account))
  for (const { address, incarnation, slots } of write.slots)
    for (const [slot, value] of slots)
      append(slotCell(branch, address, incarnation, slot), value, encodeSlot(value))
  operations.push(putSealed(writtenKey(write.position), encodeWritten(write)))
  return { operations, newest }
}

/** Takes back what the blocks of a branch above a height wrote. */
export const truncateVersions = async (
  database: Database,
  { branch, height }: Position,
  check: Check,
): Promise<VersionChange> => {
  const operations: Operation[] = []
  const cells = new Map<string, Cell>()
  const range = {
    gte: writtenKey({ branch, height: height + 1 }),
    lte: writtenKey({ branch, height: HIGHEST }),
  }
  for await (const [at, sealed] of database.iterator(range)) {
    const above = numberAt(at, 1 + NUMBER_BYTES)
    operations.push({ type: 'del', key: at })
    const { accounts, slots } = decodeWritten(check(at, sealed))
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
  const newest = new Map<string, Version | null>()
  for (const cell of cells.values()) {
    const key = cell.key()
    const before = await seekVersion(database, key, height, check)
    newest.set(cell.name, before)
    operations.push(
      before ? putNewest(key, before.height, encodeValue(before.value, key)) : { type: 'del', key },
    )
  }
  return { operations, newest }
}

/** The value without its seal; throws where it is damaged. */
type Check = (key: Uint8Array, sealed: Uint8Array) => Uint8Array

export const putSealed = (key: Uint8Array, value: Uint8Array): Operation => ({
  type: 'put',
  key,
  value: seal(key, value),
})

const putNewest = (key: Uint8Array, height: number, value: Uint8Array): Operation => {
  const bytes = new Uint8Array(NUMBER_BYTES + value.length)
  putNumber(bytes, 0, height)
  bytes.set(value, NUMBER_BYTES)
  return putSealed(key, bytes)
}

const isAccount = (key: Uint8Array): boolean => key[0] === KIND.newestAccount

const decodeValue = (key: Uint8Array, bytes: Uint8Array): Version['value'] =>
  isAccount(key) ? decodeAccount(bytes) : decodeSlot(bytes)

const encodeValue = (value: Version['value'], key: Uint8Array): Uint8Array =>
  isAccount(key) ? encodeAccount(value as Account | null) : encodeSlot(value as bigint)

const HIGHEST = 2 ** 48 - 1
const SLOT_BYTES = 32
