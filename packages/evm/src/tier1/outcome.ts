/** Reads what a run has left in the records. */
import { type Effects, NO_EFFECTS } from '../effects.ts'
import type { AccountChange, Address, Changes, HaltReason, Log, Outcome } from '../engine.ts'
import { addressOf } from './host.ts'
import { ACCOUNT, ACCOUNT_FLAG, CODE, LOG, SLOT, STATUS } from './layout.ts'
import { type Machine, readHex, readWord } from './machine.ts'

export function outcomeOf(machine: Machine): Outcome {
  const { exports } = machine
  const status = exports.resultStatus.value as number
  const refund = exports.getRefund()
  const ended = {
    gasLeft: BigInt.asUintN(64, exports.resultGas.value as bigint),
    gasRefund: refund < 0n ? 0n : refund,
    output: bytesAt(machine, exports.getReturnData(), exports.getReturnSize()),
    ...(machine.call!.resultOnly === true ? NO_EFFECTS : effectsOf(machine)),
  }
  if (status === STATUS.SUCCESS) return { status: 'success', ...ended }
  if (status === STATUS.REVERT) return { status: 'revert', ...ended }
  return { status: 'halt', reason: REASONS[status]!, ...ended }
}

const effectsOf = (machine: Machine): Effects => ({
  logs: logsOf(machine),
  changes: changesOf(machine),
  destroyed: destroyedBy(machine),
})

const REASONS: Readonly<Record<number, HaltReason>> = {
  [STATUS.OUT_OF_GAS]: 'out of gas',
  [STATUS.STACK_UNDERFLOW]: 'stack underflow',
  [STATUS.STACK_OVERFLOW]: 'stack overflow',
  [STATUS.INVALID_JUMP]: 'invalid jump destination',
  [STATUS.INVALID_OPCODE]: 'invalid opcode',
  [STATUS.WRITE_PROTECTION]: 'write protection',
  [STATUS.RETURN_DATA_OUT_OF_BOUNDS]: 'return data out of bounds',
  [STATUS.COLLISION]: 'contract address collision',
  [STATUS.CODE_TOO_LARGE]: 'max code size exceeded',
  [STATUS.CODE_NOT_PAID]: 'contract creation code storage out of gas',
  [STATUS.INITCODE_TOO_LARGE]: 'max initcode size exceeded',
  [STATUS.CODE_BEGINS_WITH_EF]: 'invalid code: must not begin with 0xef',
  [STATUS.PRECOMPILE_FAILED]: 'precompile failed',
}

const bytesAt = ({ bytes }: Machine, at: number, size: number): Uint8Array =>
  size === 0 ? new Uint8Array() : bytes.slice(at, at + size)

function logsOf(machine: Machine): Log[] {
  const { exports, integers } = machine
  const logs: Log[] = new Array(exports.getLogCount())
  let record = exports.getLastLog()
  for (let i = logs.length - 1; i >= 0; i--) {
    const topics = Array.from({ length: integers[(record + LOG.topics) >>> 2]! }, (_, index) =>
      readHex(machine, record + TOPICS + 32 * index, 32),
    )
    logs[i] = {
      address: addressOf(machine, integers[(record + LOG.account) >>> 2]!),
      topics,
      data: bytesAt(machine, record + TOPICS + 32 * topics.length, integers[(record + LOG.size) >>> 2]!),
    }
    record = integers[(record + LOG.previous) >>> 2]!
  }
  return logs
}

/** Where a log's topics begin. */
const TOPICS = 16

function changesOf(machine: Machine): Changes {
  const list = machine.exports.collectChanges()
  const { integers } = machine
  const changes = new Map<Address, AccountChange>()
  let at = list >>> 2
  let count = integers[at++]!
  while (count-- > 0) {
    const record = integers[at++]!
    const storage = new Map<bigint, bigint>()
    for (let slots = integers[at++]!; slots > 0; slots--) {
      const slot = integers[at++]!
      storage.set(readWord(machine, slot + SLOT.key0), readWord(machine, slot + SLOT.value0))
    }
    changes.set(addressOf(machine, record), changeOf(machine, record, storage))
  }
  return changes
}

function changeOf(machine: Machine, record: number, storage: Map<bigint, bigint>): AccountChange {
  const { integers, limbs } = machine
  const flags = integers[(record + ACCOUNT.flags) >>> 2]!
  const code = integers[(record + ACCOUNT.code) >>> 2]!
  const isCoded = (flags & ACCOUNT_FLAG.CODED) !== 0
  const account =
    (flags & ACCOUNT_FLAG.EXISTS) === 0
      ? undefined
      : {
          nonce: limbs[(record + ACCOUNT.nonce) >>> 3]!,
          balance: readWord(machine, record + ACCOUNT.balance0),
          codeHash: isCoded
            ? readHex(machine, code + CODE.hash0, 32)
            : machine.codes.hashes[integers[(code + CODE.id) >>> 2]!]!,
        }
  const storageCleared = (flags & ACCOUNT_FLAG.CREATED) !== 0
  if (!isCoded) return { account, storage, storageCleared }
  const bytes = bytesAt(machine, integers[(code + CODE.bytes) >>> 2]!, integers[(code + CODE.size) >>> 2]!)
  return { account, code: bytes, storage, storageCleared }
}

function destroyedBy(machine: Machine): Address[] {
  const list = machine.exports.collectDestroyed() >>> 2
  const { integers } = machine
  return Array.from({ length: integers[list]! }, (_, index) =>
    addressOf(machine, integers[list + 1 + index]!),
  )
}
