/**
 * What the JavaScript side calls. It begins a run, names accounts and slots that are warm, sends a message, drives it in
 * slices, and reads records and results where they lie.
 */
import { initialiseCode, layOut, noteDelegation, spaceFor } from './code'
import { makeInitcode } from './calls'
import { delegateOf, enterCall, HOT, warmCode, enterCreate, finish, resultGas, resultStatus } from './enter'
import { depth, frameAt, makeReturnData, resetFrames, returnData, returnSize } from './frame'
import { hostGiveUp } from './host'
import { forgetCompiled, step } from './compiled'
import { FUEL, interpretChecked, output, outputSize, refuel } from './interpret'
import { keccak256 } from './keccak'
import { lastLog, logCount, refund, resetJournal } from './journal'
import { Account, AccountFlag, Code, Kind, Log, SlotFlag, Status } from './layout'
import { codePile, giveDirty, lend, orderFor, takeBackLent, takeDirty } from './memory'
import { context, contextWord, opcodeAt, rules } from './rules'
import {
  balanceOf, collectChanges, collectDestroyed, findAccount, findSlot, loadAccount, NO_CODE, resetState, warmAccount,
} from './state'
import { copyReversed, isBelow } from './word'

export * from './compiled'
export { collectChanges, collectDestroyed, lend, makeReturnData, noteDelegation, resultGas, resultStatus }

/** A word for arguments. */
const ARGUMENT = memory.data(32, 16)

initialiseCode()

/** Forgets the last run. */
export function begin(): void {
  resetFrames()
  takeBackLent()
  resetState()
  resetJournal()
}

/** The record of the account whose address is the argument. */
export function account(): Account {
  return findAccount(load<u64>(ARGUMENT), load<u64>(ARGUMENT, 8), load<u64>(ARGUMENT, 16))
}

export function warm(account: Account): void {
  account.flags |= AccountFlag.WARM
}

/** The key is the argument. */
export function warmKey(account: Account): void {
  findSlot(account, ARGUMENT, 0).flags |= SlotFlag.WARM
}

/** The value is the argument. What the sender cannot pay is the driver's mistake. */
export function startCall(caller: Account, to: Account, gas: u64, input: usize, size: u32): void {
  loadAccount(caller)
  loadAccount(to)
  if (isBelow(balanceOf(caller), ARGUMENT)) hostGiveUp()
  // EIP-7702: the delegate of the recipient is warm from the start.
  const delegate = delegateOf(to)
  if (changetype<usize>(delegate) != 0) warmAccount(delegate)
  enterCall(Kind.CALL, to, to, caller, caller, ARGUMENT, gas, false, input, size, 0, 0)
}

/** The value is the argument, the input initialisation code. */
export function startCreate(caller: Account, created: Account, gas: u64, input: usize, size: u32): void {
  loadAccount(caller)
  loadAccount(created)
  if (isBelow(balanceOf(caller), ARGUMENT)) hostGiveUp()
  const order = orderFor(((offsetof<Code>() + 15) & ~15) + spaceFor(size))
  enterCreate(Kind.CREATE, created, caller, ARGUMENT, makeInitcode(takeDirty(order), input, size), order, gas)
}

/** Goes on for so many blocks. Whether the message has ended. */
export function drive(blocks: i32): bool {
  refuel(blocks)
  while (depth > 0) {
    const frame = frameAt(depth)
    const before = load<i32>(FUEL)
    let status = step(frame)
    warmCode(frame.code, max(before - load<i32>(FUEL), 0))
    if (status == Status.UNCHECKED) status = interpretChecked(frame)
    if (status == Status.PAUSED) return false
    if (status != Status.ENTERED && status != Status.GOES_ON) finish(frame, status, output, outputSize)
  }
  return true
}

/** A code that the world has, of which only the hash is known; the JavaScript side writes it. */
export function codeRecord(): Code {
  const code = changetype<Code>(codePile.take(offsetof<Code>()))
  memory.fill(changetype<usize>(code), 0, offsetof<Code>())
  return code
}

/** Makes room for the bytes of a code; they are written where `bytes` says. */
export function codeRoom(code: Code, size: u32): void {
  layOut(code, takeDirty(orderFor(spaceFor(size))), size)
}

export function forgetCode(code: Code): void {
  forgetCompiled(code)
  if (code.bytes != 0) giveDirty(code.bytes, orderFor(spaceFor(code.size)))
}

/** After every code was forgotten. */
export function forgetCodeRecords(): void {
  codePile.reset()
}

/** keccak256 of `size` bytes, as bytes. */
export function hash(from: usize, size: usize, to: usize): void {
  keccak256(from, size, ARGUMENT)
  copyReversed(to, ARGUMENT)
}

export function getReturnData(): usize { return returnData }
export function getReturnSize(): u32 { return returnSize }
export function getLastLog(): Log { return lastLog }
export function getLogCount(): u32 { return logCount }
export function getRefund(): i64 { return refund }

// Where things lie, for the generated table of the JavaScript side.
export const argument = ARGUMENT
export const hotAddress = HOT
export const noCode = changetype<usize>(NO_CODE)
export const rulesAddress = changetype<usize>(rules)
export const contextAddress = changetype<usize>(context)
export const words = contextWord(0)
export const opcodes = changetype<usize>(opcodeAt(0))
