/**
 * Keys on disk: one byte that says what it is, then the parts in fixed lengths, big-endian, so that they sort
 * by number. This table is the format: a byte is never used for anything else, and a change of what stands
 * behind one is a migration (migrations.ts).
 */
import type { Address, Hash } from '@deed/evm'
import { hexToBytes, wordToHash } from '../../hex.ts'
import type { Position, Table } from '../store.ts'

export const KIND: { readonly [K in Table | OtherKind]: number } = Object.fromEntries(
  Object.entries({
    block: 'b',
    receipts: 'r',
    node: 'n',
    /** How often a trie node was put, for those put more than once. */
    copies: 'c',
    nodesOf: 'o',
    code: 'k',
    transaction: 't',
    branch: 'g',
    position: 'p',
    meta: 'm',
    edit: 'd',
    snapshot: 's',
    pool: 'w',
    /** The newest version within a branch, with its height. */
    newestAccount: 'a',
    newestSlot: 'e',
    /** Versions that are not the newest any more, by height. */
    account: 'A',
    slot: 'E',
    /** Which accounts and slots a block wrote, so that it can be taken back. */
    written: 'u',
    /** What comes with every batch that is synced. */
    synced: 'q',
    /** Version of this format. */
    format: '!',
  }).map(([kind, letter]) => [kind, letter.charCodeAt(0)]),
) as { [K in Table | OtherKind]: number }

type OtherKind =
  | 'copies'
  | 'newestAccount'
  | 'newestSlot'
  | 'account'
  | 'slot'
  | 'written'
  | 'synced'
  | 'format'

export const bytesKey = (kind: number, bytes: Uint8Array): Uint8Array => {
  const key = new Uint8Array(1 + bytes.length)
  key[0] = kind
  key.set(bytes, 1)
  return key
}

export const hashKey = (kind: number, hash: Hash): Uint8Array => bytesKey(kind, hexToBytes(hash))

/** Numbers below 2^48, as heights, block numbers and branches are. */
export const numberKey = (kind: number, ...numbers: readonly number[]): Uint8Array => {
  const key = new Uint8Array(1 + NUMBER_BYTES * numbers.length)
  key[0] = kind
  for (const [index, number] of numbers.entries()) putNumber(key, 1 + NUMBER_BYTES * index, number)
  return key
}

export const accountKey = (kind: number, branch: number, address: Address): Uint8Array => {
  const key = new Uint8Array(1 + NUMBER_BYTES + 20)
  key[0] = kind
  putNumber(key, 1, branch)
  key.set(hexToBytes(address), 1 + NUMBER_BYTES)
  return key
}

export const slotKey = (
  kind: number,
  branch: number,
  address: Address,
  incarnation: number,
  slot: bigint,
): Uint8Array => {
  const key = new Uint8Array(1 + NUMBER_BYTES + 20 + NUMBER_BYTES + 32)
  key[0] = kind
  putNumber(key, 1, branch)
  key.set(hexToBytes(address), 1 + NUMBER_BYTES)
  putNumber(key, 21 + NUMBER_BYTES, incarnation)
  key.set(hexToBytes(wordToHash(slot)), 21 + 2 * NUMBER_BYTES)
  return key
}

/** The key of the version of a height, from that of the newest. */
export const versionKey = (newest: Uint8Array, height: number): Uint8Array => {
  const key = new Uint8Array(newest.length + NUMBER_BYTES)
  key.set(newest)
  key[0] = newest[0] === KIND.newestAccount ? KIND.account : KIND.slot
  putNumber(key, newest.length, height)
  return key
}

export const positionNumbers = (key: string): [number, number] =>
  key.split('/').map(Number) as [number, number]

export const writtenKey = ({ branch, height }: Position): Uint8Array =>
  numberKey(KIND.written, branch, height)

export const NUMBER_BYTES = 6

export const putNumber = (bytes: Uint8Array, at: number, number: number): void => {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  view.setUint16(at, Math.floor(number / 2 ** 32))
  view.setUint32(at + 2, number % 2 ** 32)
}

export const numberAt = (bytes: Uint8Array, at: number): number => {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return view.getUint16(at) * 2 ** 32 + view.getUint32(at + 2)
}
