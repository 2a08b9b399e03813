/** Memory, the copies into it, and hashing of it. */
import { keccak256 } from '../../keccak.ts'
import { bytesToWord, readWord, writeWord } from '../../words.ts'
import { charge, type Frame, type Machine } from '../frame.ts'
import type { Instruction, Step } from '../instruction.ts'
import { codeOf } from '../journal.ts'
import { copyIn, expansionGas, grow, rangeEnd } from '../memory.ts'
import { RETURN_DATA_OUT_OF_BOUNDS } from '../unwind.ts'
import { chargeAccountAccess } from './access.ts'

const COPY_WORD_GAS = 3
const KECCAK_WORD_GAS = 6

export const MEMORY: Readonly<Record<string, Instruction>> = {
  MLOAD: {
    charge: (frame) => growTo(frame, rangeEnd(frame.stack[frame.sp - 1]!, 32n)),
    execute: ({ stack, sp, memory }) => {
      stack[sp - 1] = readWord(memory.view, Number(stack[sp - 1]!))
    },
  },
  MSTORE: {
    charge: (frame) => growTo(frame, rangeEnd(frame.stack[frame.sp - 1]!, 32n)),
    execute: (frame) => {
      const { stack, memory } = frame
      frame.sp -= 2
      writeWord(memory.view, Number(stack[frame.sp + 1]!), stack[frame.sp]!)
    },
  },
  MSTORE8: {
    charge: (frame) => growTo(frame, rangeEnd(frame.stack[frame.sp - 1]!, 1n)),
    execute: (frame) => {
      const { stack, memory } = frame
      frame.sp -= 2
      memory.bytes[Number(stack[frame.sp + 1]!)] = Number(stack[frame.sp]! & 0xffn)
    },
  },
  // EIP-5656: memory grows to the end of both ranges.
  MCOPY: {
    charge: (frame) => {
      const { stack, sp } = frame
      const size = stack[sp - 3]!
      const end = Math.max(rangeEnd(stack[sp - 1]!, size), rangeEnd(stack[sp - 2]!, size))
      charge(frame, COPY_WORD_GAS * wordsOf(size))
      growTo(frame, end)
    },
    execute: (frame) => {
      const { stack, memory } = frame
      frame.sp -= 3
      const { sp } = frame
      const size = Number(stack[sp]!)
      if (size === 0) return
      const source = Number(stack[sp + 1]!)
      memory.bytes.copyWithin(Number(stack[sp + 2]!), source, source + size)
    },
  },

  KECCAK256: {
    charge: (frame) => {
      const { stack, sp } = frame
      const end = rangeEnd(stack[sp - 1]!, stack[sp - 2]!)
      charge(frame, KECCAK_WORD_GAS * wordsOf(stack[sp - 2]!))
      growTo(frame, end)
    },
    execute: (frame) => {
      const { stack, memory } = frame
      const sp = --frame.sp
      const size = Number(stack[sp - 1]!)
      const offset = size === 0 ? 0 : Number(stack[sp]!)
      stack[sp - 1] = bytesToWord(keccak256(memory.bytes.subarray(offset, offset + size)))
    },
  },

  CALLDATALOAD: {
    execute: (frame) => {
      const { stack, sp, input } = frame
      frame.inputView ??= new DataView(input.buffer, input.byteOffset, input.length)
      const offset = stack[sp - 1]!
      if (offset + 32n <= input.length) stack[sp - 1] = readWord(frame.inputView, Number(offset))
      else stack[sp - 1] = offset >= input.length ? 0n : lastWord(input, Number(offset))
    },
  },
  CALLDATACOPY: copies((frame) => frame.input),
  CODECOPY: copies((frame) => frame.code),
  RETURNDATACOPY: {
    // EIP-211: unlike other copies it fails beyond the end.
    charge: (frame) => {
      const { stack, sp, returnData } = frame
      if (stack[sp - 2]! + stack[sp - 3]! > BigInt(returnData.length)) throw RETURN_DATA_OUT_OF_BOUNDS
      chargeCopy(frame, 1)
    },
    execute: copies((frame) => frame.returnData).execute,
  },
  EXTCODECOPY: {
    charge: (frame, machine) => {
      chargeAccountAccess(frame, machine, frame.stack[frame.sp - 1]!)
      chargeCopy(frame, 2)
    },
    execute: (frame, machine) => {
      frame.sp--
      copyToMemory(frame, codeOf(machine.journal, machine.subject!))
    },
  },
}

/** Charges for a range of memory; the places of its offset and size are counted from the top of the stack. */
export function chargeMemory(offsetPlace: number, sizePlace: number): Step {
  return (frame) => {
    const { stack, sp } = frame
    growTo(frame, rangeEnd(stack[sp - 1 - offsetPlace]!, stack[sp - 1 - sizePlace]!))
  }
}

/** Pays for memory up to `end` bytes, then grows it. */
export function growTo(frame: Frame, end: number): void {
  const { memory } = frame
  if (end <= memory.size) return
  charge(frame, expansionGas(memory, end))
  grow(memory, end)
}

/** Words that hold so many bytes. The size was in a range that {@link rangeEnd} let through. */
export const wordsOf = (size: bigint): number => Math.ceil(Number(size) / 32)

/** A copy with the stack: place in memory, offset in the source, size. */
function copies(source: (frame: Frame, machine: Machine) => Uint8Array): Instruction {
  return {
    charge: (frame) => chargeCopy(frame, 1),
    execute: (frame, machine) => copyToMemory(frame, source(frame, machine)),
  }
}

function chargeCopy(frame: Frame, top: number): void {
  const { stack, sp } = frame
  const size = stack[sp - top - 2]!
  const end = rangeEnd(stack[sp - top]!, size)
  charge(frame, COPY_WORD_GAS * wordsOf(size))
  growTo(frame, end)
}

function copyToMemory(frame: Frame, source: Uint8Array): void {
  const { stack, memory } = frame
  frame.sp -= 3
  const { sp } = frame
  copyIn(memory, Number(stack[sp + 2]!), source, stack[sp + 1]!, Number(stack[sp]!))
}

/** A word of which the bytes end before it does: zeros follow. */
const lastWord = (bytes: Uint8Array, offset: number): bigint =>
  bytesToWord(bytes.subarray(offset)) << BigInt(8 * (offset + 32 - bytes.length))
