/**
 * LevelDB's journal, looked at before LevelDB reads it: it passes over a damaged part in the middle and goes on with
 * what comes later, as if the batches between had never been. Damage before a write that was synced is bit rot, and
 * refused. After the last sync it is what a power cut leaves, since pages reach a disk in any order: there the
 * journal is cut, so that what is left is what was written up to some moment.
 *
 * Format: blocks of 32 KB of records; a record is CRC-32C (masked) of type and data, length, type, data
 * (https://github.com/google/leveldb/blob/main/doc/log_format.md).
 */
import { readdirSync, readFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import type { Operation } from './database.ts'
import { damaged } from './error.ts'
import { bytesKey, KIND } from './keys.ts'

/** Written with every batch that is synced. Its name is found in the journal by its bytes, which no other key has. */
export const SYNCED: Operation = {
  type: 'put',
  key: bytesKey(
    KIND.synced,
    new TextEncoder().encode('every batch before this is on the disk: 8f1d27c4b6a3'),
  ),
  value: new Uint8Array(0),
}

/**
 * Cuts what a power cut has torn. A journal that just ends early is left to LevelDB, so that nothing is ever cut off
 * one that another process is writing.
 *
 * @throws DiskError where what was synced is damaged.
 */
export const mendJournals = (path: string, folder: string): void => {
  for (const name of readdirSync(path).filter((file) => file.endsWith('.log'))) {
    const bytes = readFileSync(join(path, name))
    const fault = faultOf(bytes)
    if (fault === undefined) continue
    if (bytes.indexOf(SYNCED.key, fault) >= 0)
      throw damaged(folder, `its journal ${name} is not what was written from byte ${fault} on`)
    truncateSync(join(path, name), fault)
  }
}

/**
 * Where the first record begins that is not what was written; `undefined`: none, but the journal may end within one.
 */
const faultOf = (bytes: Uint8Array): number | undefined => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let at = 0
  /** Where the record began that goes on in the next block. */
  let open: number | undefined
  while (at + HEADER_BYTES <= bytes.length) {
    const room = BLOCK_BYTES - (at % BLOCK_BYTES)
    if (room < HEADER_BYTES) {
      at += room
      continue
    }
    const type = bytes[at + 6]!
    const end = at + HEADER_BYTES + view.getUint16(at + 4, true)
    const begins = type === FULL || type === FIRST
    if (type < FULL || type > LAST || end - at > room || begins !== (open === undefined)) return open ?? at
    if (end > bytes.length) return undefined
    if (view.getUint32(at, true) !== mask(crc32c(bytes.subarray(at + 6, end)))) return open ?? at
    if (type === FIRST) open = at
    if (type === LAST) open = undefined
    at = end
  }
  return undefined
}

const BLOCK_BYTES = 32_768
const HEADER_BYTES = 7
const FULL = 1
const FIRST = 2
const LAST = 4

/** LevelDB masks what it stores, since a checksum of what holds checksums is a poor one. */
const mask = (crc: number): number => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0

/** Castagnoli's polynomial. Measured: a journal is at most 4 MB, which takes 12 ms. */
const crc32c = (bytes: Uint8Array): number => {
  let crc = 0xffffffff
  for (let i = 0; i < bytes.length; i++) crc = CRC_TABLE[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  return crc
})
