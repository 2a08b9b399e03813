/**
 * Instructions that are too long for the loop. Each takes the topmost word's place and the gas that is left, and
 * gives the gas that is left then, or {@link HALTED}.
 */
import { payAccess } from './calls'
import { expand, HALTED, halt, MEMORY_LIMIT, pay, placeOf } from './expansion'
import { returnData, returnSize } from './frame'
import { hostBlockHash } from './host'
import { addLog, addRefund, saveSlot } from './journal'
import { keccak256, keccakOfPair } from './keccak'
import { AccountFlag, Frame, Log, Slot, SlotFlag, Status } from './layout'
import { lend } from './memory'
import { power } from './power'
import { context, rules } from './rules'
import {
  accountAt,
  balanceOf,
  changing,
  codeOf,
  findSlot,
  isEmpty,
  noteDestroyed,
  slotAt,
  touch,
  warmAccount,
  warmSlot,
} from './state'
import { add, clamped, clear, copy, copyReversed, isEqual, isSmall, isZero, leadingZeros, setSmall } from './word'

const COPY_WORD_GAS: u64 = 3
const KECCAK_WORD_GAS: u64 = 6
const LOG_BYTE_GAS: u64 = 8
/** Stands for every offset and size that no memory has. */
const TOO_MUCH: u64 = MEMORY_LIMIT + 1

// @ts-ignore: decorator
@inline
function wordsOf(size: u64): u64 {
  return (size + 31) >> 5
}

export function exponentiate(sp: usize, gas: u64): u64 {
  gas = pay(gas, rules.expByteGas * ((263 - leadingZeros(sp - 32)) >> 3))
  if (gas != HALTED) power(sp, sp - 32)
  return gas
}

/** Offset and size, replaced by the hash. */
export function hashMemory(frame: Frame, sp: usize, gas: u64): u64 {
  const offset = clamped(sp, TOO_MUCH)
  const size = clamped(sp - 32, TOO_MUCH)
  gas = pay(gas, KECCAK_WORD_GAS * wordsOf(size))
  if (gas == HALTED) return gas
  gas = expand(frame, offset, size, gas)
  if (gas == HALTED) return gas
  const from = frame.memory + <usize>offset
  if (size == 64) keccakOfPair(from, sp - 32)
  else keccak256(from, <usize>size, sp - 32)
  return gas
}

/** Offset in the input, replaced by the word there; zeros beyond its end. */
export function loadInput(frame: Frame, sp: usize): void {
  const size: u64 = frame.inputSize
  const offset = clamped(sp, size)
  const from = frame.input + <usize>offset
  if (offset + 32 <= size) return copyReversed(sp, from)
  clear(BYTES)
  memory.copy(BYTES, from, <usize>(size - offset))
  copyReversed(sp, BYTES)
}

const BYTES = memory.data(32, 16)

/** Place in memory, offset in the source, size: copies, with zeros where the source has ended. */
export function copyToMemory(frame: Frame, sp: usize, gas: u64, source: usize, sourceSize: u64): u64 {
  const to = clamped(sp, TOO_MUCH)
  const size = clamped(sp - 64, TOO_MUCH)
  gas = payCopy(frame, to, size, gas)
  if (gas == HALTED || size == 0) return gas
  const from = clamped(sp - 32, sourceSize)
  const copied = min(size, sourceSize - from)
  const target = frame.memory + <usize>to
  memory.copy(target, source + <usize>from, <usize>copied)
  if (copied < size) memory.fill(target + <usize>copied, 0, <usize>(size - copied))
  return gas
}

function payCopy(frame: Frame, to: u64, size: u64, gas: u64): u64 {
  gas = pay(gas, COPY_WORD_GAS * wordsOf(size))
  return gas == HALTED ? gas : expand(frame, to, size, gas)
}

/** EIP-211: unlike other copies it fails beyond the end. */
export function copyReturnData(frame: Frame, sp: usize, gas: u64): u64 {
  const from = clamped(sp - 32, TOO_MUCH)
  const size = clamped(sp - 64, TOO_MUCH)
  if (from + size > returnSize) return halt(Status.RETURN_DATA_OUT_OF_BOUNDS)
  return copyToMemory(frame, sp, gas, returnData, returnSize)
}

/** EIP-5656: memory grows to the end of both ranges. */
export function copyMemory(frame: Frame, sp: usize, gas: u64): u64 {
  const to = clamped(sp, TOO_MUCH)
  const from = clamped(sp - 32, TOO_MUCH)
  const size = clamped(sp - 64, TOO_MUCH)
  gas = payCopy(frame, to, size, gas)
  if (gas == HALTED) return gas
  gas = expand(frame, from, size, gas)
  if (gas == HALTED || size == 0) return gas
  memory.copy(frame.memory + <usize>to, frame.memory + <usize>from, <usize>size)
  return gas
}

/** Address, place in memory, offset in the code, size. */
export function copyOtherCode(frame: Frame, sp: usize, gas: u64): u64 {
  const account = accountAt(sp)
  gas = payAccess(account, gas)
  if (gas == HALTED) return gas
  const code = codeOf(account)
  return copyToMemory(frame, sp - 32, gas, code.bytes, code.size)
}

export function loadBalance(sp: usize, gas: u64): u64 {
  const account = accountAt(sp)
  gas = payAccess(account, gas)
  copy(sp, balanceOf(account))
  return gas
}

export function loadCodeSize(sp: usize, gas: u64): u64 {
  const account = accountAt(sp)
  gas = payAccess(account, gas)
  if (gas != HALTED) setSmall(sp, codeOf(account).size)
  return gas
}

/** EIP-1052: zero for an account that is not there or is empty. */
export function loadCodeHash(sp: usize, gas: u64): u64 {
  const account = accountAt(sp)
  gas = payAccess(account, gas)
  if ((account.flags & AccountFlag.EXISTS) == 0 || isEmpty(account)) clear(sp)
  else copy(sp, changetype<usize>(account.code))
  return gas
}

/** Of the 256 blocks before this one; zero for any other. */
export function loadBlockHash(sp: usize): void {
  const number = load<u64>(sp)
  if (!isSmall(sp) || number >= context.number || context.number - number > 256) return clear(sp)
  hostBlockHash(sp)
}

export function loadBlobHash(sp: usize): void {
  const index = clamped(sp, u32.MAX_VALUE)
  if (index >= context.blobHashCount) clear(sp)
  else copy(sp, context.blobHashes + <usize>(index << 5))
}

// @ts-ignore: decorator
@inline
function valueOf(slot: Slot): usize {
  return changetype<usize>(slot) + offsetof<Slot>('value0')
}

export function loadSlot(frame: Frame, sp: usize, gas: u64): u64 {
  const slot = slotAt(frame.account, sp)
  if (warmSlot(slot)) gas = pay(gas, rules.coldSlotSurcharge)
  copy(sp, valueOf(slot))
  return gas
}

/** Key and value. What it costs and refunds: EIP-1283, 2200, 2929, 3529. */
export function storeSlot(frame: Frame, sp: usize, gas: u64): u64 {
  if (frame.isStatic) return halt(Status.WRITE_PROTECTION)
  if (<i64>rules.sstoreStipend >= 0 && gas <= <u64>rules.sstoreStipend) return halt(Status.OUT_OF_GAS)
  const account = frame.account
  const slot = slotAt(account, sp)
  const value = valueOf(slot)
  const next = sp - 32
  const original = changetype<usize>(slot) + offsetof<Slot>('original0')
  let price: u64
  let refund: i64 = 0
  if (!rules.netMetered) {
    price = isZero(value) && !isZero(next) ? rules.sstoreSet : rules.sstoreReset
    if (!isZero(value) && isZero(next)) refund = rules.sstoreClearRefund
  } else if (isEqual(value, next)) price = rules.sstoreRead
  else if (isEqual(original, value)) {
    price = isZero(original) ? rules.sstoreSet : rules.sstoreReset
    if (!isZero(original) && isZero(next)) refund = rules.sstoreClearRefund
  } else {
    price = rules.sstoreRead
    if (!isZero(original)) {
      if (isZero(value)) refund -= rules.sstoreClearRefund
      if (isZero(next)) refund += rules.sstoreClearRefund
    }
    if (isEqual(original, next)) {
      refund += (isZero(original) ? rules.sstoreSet : rules.sstoreReset) - rules.sstoreRead
    }
  }
  // A cold slot costs all of a cold read here: 2100 (EIP-2929).
  if (warmSlot(slot)) price += rules.coldSstoreSurcharge
  gas = pay(gas, price)
  if (gas == HALTED) return gas
  addRefund(refund)
  changing(account)
  saveSlot(slot)
  copy(value, next)
  return gas
}

/** EIP-1153. */
export function loadTransient(frame: Frame, sp: usize): void {
  copy(sp, valueOf(findSlot(frame.account, sp, SlotFlag.TRANSIENT)))
}

export function storeTransient(frame: Frame, sp: usize): void {
  const slot = findSlot(frame.account, sp, SlotFlag.TRANSIENT)
  saveSlot(slot)
  copy(valueOf(slot), sp - 32)
}

/** Offset, size, topics. */
export function log(frame: Frame, sp: usize, gas: u64, topics: u32): u64 {
  if (frame.isStatic) return halt(Status.WRITE_PROTECTION)
  const offset = clamped(sp, TOO_MUCH)
  const size = clamped(sp - 32, TOO_MUCH)
  gas = pay(gas, LOG_BYTE_GAS * size)
  if (gas == HALTED) return gas
  gas = expand(frame, offset, size, gas)
  if (gas == HALTED) return gas
  const topicBytes = <usize>topics << 5
  const record = changetype<Log>(lend(<u64>offsetof<Log>() + topicBytes + size))
  record.account = frame.account
  record.topics = topics
  record.size = <u32>size
  let to = changetype<usize>(record) + offsetof<Log>()
  for (let topic = sp - 64, last = topic - topicBytes; topic > last; topic -= 32) {
    copy(to, topic)
    to += 32
  }
  memory.copy(to, placeOf(frame, offset, size), <usize>size)
  addLog(record)
  return gas
}

/**
 * Sends the whole balance; deletes the account at the end of the transaction if it is one that still may be
 * (EIP-6780). One that names itself and is deleted burns what it has.
 */
export function selfdestruct(frame: Frame, sp: usize, gas: u64): u64 {
  if (frame.isStatic) return halt(Status.WRITE_PROTECTION)
  const account = frame.account
  const beneficiary = accountAt(sp)
  if (warmAccount(beneficiary)) {
    gas = pay(gas, rules.coldBeneficiaryGas)
    if (gas == HALTED) return gas
  }
  const hasBalance = !isZero(balanceOf(account))
  const isNew = rules.clearsEmptyAccounts
    ? hasBalance && isEmpty(beneficiary)
    : (beneficiary.flags & AccountFlag.EXISTS) == 0
  if (isNew) {
    gas = pay(gas, rules.selfdestructNewAccountGas)
    if (gas == HALTED) return gas
  }
  const deletes = !rules.selfdestructOnlyCreated || (account.flags & AccountFlag.CREATED) != 0
  if (beneficiary != account) {
    if (hasBalance) {
      changing(beneficiary)
      add(balanceOf(account), balanceOf(beneficiary))
      changing(account)
      clear(balanceOf(account))
    } else if (rules.clearsEmptyAccounts) touch(beneficiary)
    else changing(beneficiary)
  } else if (deletes) {
    changing(account)
    clear(balanceOf(account))
  }
  if (deletes && noteDestroyed(account)) addRefund(rules.selfdestructRefund)
  return gas
}
