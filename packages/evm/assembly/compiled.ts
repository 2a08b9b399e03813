/**
 * What compiled code (tier 2) calls, and how it is entered: a function of the shared table for each place where a frame
 * may stand. It takes the place above the topmost word, less {@link STACK_MARGIN}, and the gas that is left; it leaves both
 * in the frame, and gives a status, as the loop does.
 */
import { isJumpdestAt } from './code'
import { expand, fault } from './expansion'
import { STACK_MARGIN } from './frame'
import { copyToMemory } from './instructions'
import { FUEL, interpret } from './interpret'
import { Code, Frame, Status } from './layout'
import { giveDirty, orderFor, takeDirty } from './memory'

export { callOrCreate } from './calls'
export { addModulo, divide, divideSigned, modulo, moduloSigned, multiplyModulo } from './divide'
export {
  copyMemory, copyOtherCode, copyReturnData, exponentiate, hashMemory, loadBalance, loadBlobHash, loadBlockHash,
  loadCodeHash, loadCodeSize, loadInput, loadSlot, loadTransient, log, selfdestruct, storeSlot, storeTransient,
} from './instructions'
export { end as endFrame, returnMemory } from './interpret'
export { multiply } from './multiply'
export { byteAt, leadingZeros, shiftLeft, shiftRight, shiftRightSigned, signExtend } from './word'

/** The frame that runs. */
const CURRENT = memory.data(4)
/** Where compiled code puts operands of what it calls: the topmost here, the others below it. */
const OPERANDS = memory.data(16 * 32, 16)

export const fuelAddress = FUEL
export const currentAddress = CURRENT
export const operandsAddress = OPERANDS + 15 * 32

/** Runs a frame from where it stands, by the fastest means there is. */
export function step(frame: Frame): u32 {
  const compiled = frame.code.compiled
  const entry = compiled == 0 ? 0 : load<u32>(compiled + (frame.pc << 2)) & 0x7fffffff
  if (entry == 0) return interpret(frame)
  store<usize>(CURRENT, changetype<usize>(frame))
  return call_indirect<u32>(entry, frame.sp + 32 - STACK_MARGIN, frame.gas)
}

/** Room for the places in the table of a code's functions, by offset. */
export function entriesRoom(code: Code): usize {
  return takeDirty(orderForEntries(code.size))
}

export function setCompiled(code: Code, entries: usize): void {
  code.compiled = entries
}

export function forgetCompiled(code: Code): void {
  if (code.compiled != 0) dropEntries(code.compiled, code.size)
  code.compiled = 0
}

/** Of a code of `size` bytes that will not be compiled after all. */
export function dropEntries(entries: usize, size: u32): void {
  giveDirty(entries, orderForEntries(size))
}

function orderForEntries(size: u32): u32 {
  return orderFor((<u64>size + 1) << 2)
}

export function getFault(): u32 {
  return fault
}

/** Of a jump to where no compiled code begins: the loop goes on there, if that may be. */
export function land(frame: Frame, destination: u64, sp: usize, gas: u64): u32 {
  if (!isJumpdestAt(frame.code, destination)) return Status.INVALID_JUMP
  frame.pc = <usize>destination
  frame.sp = sp + STACK_MARGIN - 32
  frame.gas = gas
  return Status.GOES_ON
}

export function expandMemory(frame: Frame, offset: u64, size: u64, gas: u64): u64 {
  return expand(frame, offset, size, gas)
}

export function copyInput(frame: Frame, sp: usize, gas: u64): u64 {
  return copyToMemory(frame, sp, gas, frame.input, frame.inputSize)
}

export function copyOwnCode(frame: Frame, sp: usize, gas: u64): u64 {
  return copyToMemory(frame, sp, gas, frame.code.bytes, frame.code.size)
}
