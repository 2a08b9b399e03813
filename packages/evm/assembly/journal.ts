/** Takes changes back: what a frame changed first since it was entered, it keeps as it was before. */
import { Account, AccountFlag, Log, Slot, SlotFlag, Undo } from './layout'
import { undoPile } from './memory'
import { copy } from './word'

export let lastUndo = changetype<Undo>(0)
/** The mark of the frame on top. */
export let mark: u32 = 0
let marks: u32 = 0
export let lastLog = changetype<Log>(0)
export let logCount: u32 = 0
/** May be negative inside of a transaction's frames, never at its end. */
export let refund: i64 = 0

export function resetJournal(): void {
  undoPile.reset()
  lastUndo = changetype<Undo>(0)
  mark = 0
  marks = 0
  lastLog = changetype<Log>(0)
  logCount = 0
  refund = 0
}

/** A mark that no frame had before. */
export function nextMark(): u32 {
  mark = ++marks
  return mark
}

export function setMark(value: u32): void {
  mark = value
}

export function addRefund(gas: i64): void {
  refund += gas
}

export function addLog(log: Log): void {
  log.previous = lastLog
  lastLog = log
  logCount++
}

const ACCOUNT_UNDO: usize = 16 + 64
const SLOT_UNDO: usize = 16 + 32

/** To be called before an account changes. */
export function saveAccount(account: Account): void {
  if (account.saved == mark) return
  account.saved = mark
  const undo = push(ACCOUNT_UNDO, changetype<usize>(account) | 1)
  const from = changetype<usize>(account) + offsetof<Account>('balance0')
  const to = changetype<usize>(undo) + 16
  copy(to, from)
  copy(to + 32, from + 32)
}

/** To be called before a slot changes. */
export function saveSlot(slot: Slot): void {
  if (slot.saved == mark) return
  slot.saved = mark
  const undo = push(SLOT_UNDO, changetype<usize>(slot))
  undo.flags = slot.flags
  copy(changetype<usize>(undo) + 16, changetype<usize>(slot) + offsetof<Slot>('value0'))
}

// @ts-ignore: decorator
@inline
function push(size: usize, subject: usize): Undo {
  const undo = changetype<Undo>(undoPile.take(size))
  undo.previous = lastUndo
  undo.subject = subject
  lastUndo = undo
  return undo
}

export function revertTo(point: Undo, log: Log, logs: u32, gas: i64): void {
  if (lastUndo != point) {
    let undo = lastUndo
    let oldest = undo
    while (undo != point) {
      takeBack(undo)
      oldest = undo
      undo = undo.previous
    }
    undoPile.rewind(changetype<usize>(oldest))
    lastUndo = point
  }
  lastLog = log
  logCount = logs
  refund = gas
}

function takeBack(undo: Undo): void {
  const from = changetype<usize>(undo) + 16
  const subject = undo.subject
  if ((subject & 1) == 0) {
    const slot = changetype<Slot>(subject)
    copy(subject + offsetof<Slot>('value0'), from)
    slot.flags = (slot.flags & ~SlotFlag.WARM) | (undo.flags & SlotFlag.WARM)
    return
  }
  const account = changetype<Account>(subject & ~1)
  const to = changetype<usize>(account) + offsetof<Account>('balance0')
  const lasting = account.flags & AccountFlag.LASTING
  const touched = account.touched
  copy(to, from)
  copy(to + 32, from + 32)
  account.flags = (account.flags & ~AccountFlag.LASTING) | lasting
  if (lasting & AccountFlag.STAYS_TOUCHED) account.touched = touched
}
