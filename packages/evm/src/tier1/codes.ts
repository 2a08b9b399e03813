/** Codes that the world has, kept from run to run with their analyses: by hash, so that none is ever out of date. */
import type { Hash } from '../engine.ts'
import { EMPTY_CODE_HASH } from '../keccak.ts'
import { CODE } from './layout.ts'
import { type Machine, writeHex } from './machine.ts'

/** In bytes. A code takes eleven for each of its own, and a compiled one some two hundred. */
const CACHE_LIMIT = 2 ** 27
const BYTES_PER_CODE_BYTE = 11
const RECORD_BYTES = 512

export function codeRecordOf(machine: Machine, hash: Hash): number {
  if (hash === EMPTY_CODE_HASH) return machine.at.noCode
  const { codes } = machine
  let record = codes.records.get(hash)
  if (record === undefined) {
    record = machine.exports.codeRecord()
    codes.records.set(hash, record)
    writeHex(machine, record + CODE.hash0, hash)
    machine.integers[(record + CODE.id) >>> 2] = codes.hashes.push(hash) - 1
    codes.size += RECORD_BYTES
  }
  return record
}

export function loadCode(machine: Machine, record: number, code: Uint8Array): void {
  machine.exports.codeRoom(record, code.length)
  machine.bytes.set(code, machine.integers[(record + CODE.bytes) >>> 2]!)
  machine.exports.noteDelegation(record)
  machine.codes.size += BYTES_PER_CODE_BYTE * code.length
}

/** Between two runs: forgets everything when there is too much of it. */
export function boundCodes(machine: Machine): void {
  const { codes, exports } = machine
  if (codes.size <= CACHE_LIMIT) return
  // Compiled code goes with its functions.
  for (let place = machine.tableStart; place < machine.tableEnd; place++) exports.table.set(place, null)
  machine.tableEnd = machine.tableStart
  for (const record of codes.records.values()) exports.forgetCode(record)
  exports.forgetCodeRecords()
  codes.records.clear()
  codes.hashes.length = 1
  codes.size = 0
  codes.life++
}
