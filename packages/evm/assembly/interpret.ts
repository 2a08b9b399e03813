/**
 * The loop. It runs the frame on top until that ends or calls another.
 *
 * Gas and stack are checked block by block (./code.ts). A block that cannot be paid for or lacks words on the stack
 * runs once more from its beginning with every instruction checked, so that it halts where and for what reason it should:
 * the same loop, compiled a second time.
 */
import { callOrCreate } from './calls'
import { isJumpdest } from './code'
import { addModulo, divide, divideSigned, modulo, moduloSigned, multiplyModulo } from './divide'
import { expand, fault, HALTED, placeOf } from './expansion'
import { returnSize } from './frame'
import {
  copyMemory, copyOtherCode, copyReturnData, copyToMemory, exponentiate, hashMemory, loadBalance, loadBlobHash,
  loadBlockHash, loadCodeHash, loadCodeSize, loadInput, loadSlot, loadTransient, log, selfdestruct, storeSlot,
  storeTransient,
} from './instructions'
import { Block, Frame, Status } from './layout'
import { multiply } from './multiply'
import { Op } from './opcodes'
import { contextWord, opcodeAt, Word } from './rules'
import { balanceOf } from './state'
import {
  add, and, byteAt, clamped, clear, copy, copyReversed, isBelow, isBelowSigned, isEqual, isSmall, isZero, leadingZeros, not,
  or, readBytes, setSmall, shiftLeft, shiftRight, shiftRightSigned, signExtend, subtract, swap,
  xor,
} from './word'

/** What the frame returns. */
export let output: usize = 0
export let outputSize: u32 = 0

/** Blocks that a slice has left; where compiled code counts down too. */
export const FUEL = memory.data(4)

// @ts-ignore: decorator
@inline
export function refuel(blocks: i32): void {
  store<i32>(FUEL, blocks)
}

const STACK_BYTES: usize = 1024 * 32
/** Stands for every offset that no memory has. */
const NOWHERE: u64 = u64.MAX_VALUE

export function interpret(frame: Frame): u32 {
  return run<u32>(frame)
}

/** Of a block that cannot be paid for or lacks words on the stack: where and why it halts. */
export function interpretChecked(frame: Frame): u32 {
  return run<u8>(frame)
}

// @ts-ignore: decorator
@inline
export function suspend(frame: Frame, pc: usize, sp: usize, gas: u64): void {
  frame.pc = pc
  frame.sp = sp
  frame.gas = gas
}

/** `T` is u8 where every instruction is checked. */
function run<T>(frame: Frame): u32 {
  const checked = sizeof<T>() == 1
  const code = frame.code
  const base = checked ? code.bytes : code.instructions
  const blocks = code.blocks
  const stack = frame.stack
  let pc = base + frame.pc
  let sp = frame.sp
  let gas = frame.gas
  let memory = frame.memory
  let reach = frame.reach
  let blocksLeft = load<i32>(FUEL)

  for (;;) {
    if (!checked) {
      if (--blocksLeft < 0) {
        refuel(0)
        suspend(frame, pc - base, sp, gas)
        return Status.PAUSED
      }
      const block = changetype<Block>(blocks + ((pc - base) << 3))
      const price: u64 = block.gas
      const height = <u32>(sp + 32 - stack) - <u32>block.needs
      if (gas < price || height > <u32>block.room) {
        refuel(blocksLeft)
        suspend(frame, pc - base, sp, gas)
        return Status.UNCHECKED
      }
      gas -= price
      pc += <usize>(load<u8>(pc) == Op.JUMPDEST)
    }
    for (;;) {
      const op: u32 = load<u8>(pc++)
      if (checked) {
        const opcode = opcodeAt(op)
        const height = sp + 32 - stack
        if (!opcode.isDefined || op == Op.INVALID) return Status.INVALID_OPCODE
        if (height < <usize>opcode.inputs << 5) return Status.STACK_UNDERFLOW
        if (height + ((<usize>opcode.outputs - <usize>opcode.inputs) << 5) > STACK_BYTES) return Status.STACK_OVERFLOW
        if (gas < <u64>opcode.gas) return Status.OUT_OF_GAS
        gas -= opcode.gas
      }
      switch (op) {
        case Op.STOP: { end(frame, gas, 0, 0); refuel(blocksLeft); return Status.SUCCESS }
        case Op.ADD: { add(sp, sp - 32); sp -= 32; continue }
        case Op.MUL: { multiply(sp, sp - 32); sp -= 32; continue }
        case Op.SUB: { subtract(sp, sp - 32); sp -= 32; continue }
        case Op.DIV: { divide(sp, sp - 32); sp -= 32; continue }
        case Op.SDIV: { divideSigned(sp, sp - 32); sp -= 32; continue }
        case Op.MOD: { modulo(sp, sp - 32); sp -= 32; continue }
        case Op.SMOD: { moduloSigned(sp, sp - 32); sp -= 32; continue }
        case Op.ADDMOD: { addModulo(sp, sp - 32, sp - 64); sp -= 64; continue }
        case Op.MULMOD: { multiplyModulo(sp, sp - 32, sp - 64); sp -= 64; continue }
        case Op.EXP: {
          gas = exponentiate(sp, gas)
          if (gas == HALTED) return fault
          sp -= 32
          continue
        }
        case Op.SIGNEXTEND: { signExtend(sp, sp - 32); sp -= 32; continue }
        case Op.LT: { const holds = isBelow(sp, sp - 32); sp -= 32; setSmall(sp, <u64>holds); continue }
        case Op.GT: { const holds = isBelow(sp - 32, sp); sp -= 32; setSmall(sp, <u64>holds); continue }
        case Op.SLT: { const holds = isBelowSigned(sp, sp - 32); sp -= 32; setSmall(sp, <u64>holds); continue }
        case Op.SGT: { const holds = isBelowSigned(sp - 32, sp); sp -= 32; setSmall(sp, <u64>holds); continue }
        case Op.EQ: { const holds = isEqual(sp, sp - 32); sp -= 32; setSmall(sp, <u64>holds); continue }
        case Op.ISZERO: { setSmall(sp, <u64>isZero(sp)); continue }
        case Op.AND: { and(sp, sp - 32); sp -= 32; continue }
        case Op.OR: { or(sp, sp - 32); sp -= 32; continue }
        case Op.XOR: { xor(sp, sp - 32); sp -= 32; continue }
        case Op.NOT: { not(sp); continue }
        case Op.BYTE: { byteAt(sp, sp - 32); sp -= 32; continue }
        case Op.SHL: { shiftLeft(sp, sp - 32); sp -= 32; continue }
        case Op.SHR: { shiftRight(sp, sp - 32); sp -= 32; continue }
        case Op.SAR: { shiftRightSigned(sp, sp - 32); sp -= 32; continue }
        case Op.CLZ: { setSmall(sp, leadingZeros(sp)); continue }
        case Op.KECCAK256: {
          gas = hashMemory(frame, sp, gas)
          if (gas == HALTED) return fault
          memory = frame.memory
          reach = frame.reach
          sp -= 32
          continue
        }
        case Op.ADDRESS: { sp += 32; copy(sp, changetype<usize>(frame.account)); continue }
        case Op.BALANCE: { gas = loadBalance(sp, gas); if (gas == HALTED) return fault; continue }
        case Op.ORIGIN: { sp += 32; copy(sp, contextWord(Word.ORIGIN)); continue }
        case Op.CALLER: { sp += 32; copy(sp, changetype<usize>(frame.caller)); continue }
        case Op.CALLVALUE: { sp += 32; copy(sp, changetype<usize>(frame) + offsetof<Frame>('value0')); continue }
        case Op.CALLDATALOAD: { loadInput(frame, sp); continue }
        case Op.CALLDATASIZE: { sp += 32; setSmall(sp, frame.inputSize); continue }
        case Op.CALLDATACOPY: {
          gas = copyToMemory(frame, sp, gas, frame.input, frame.inputSize)
          if (gas == HALTED) return fault
          memory = frame.memory
          reach = frame.reach
          sp -= 96
          continue
        }
        case Op.CODESIZE: { sp += 32; setSmall(sp, code.size); continue }
        case Op.CODECOPY: {
          gas = copyToMemory(frame, sp, gas, code.bytes, code.size)
          if (gas == HALTED) return fault
          memory = frame.memory
          reach = frame.reach
          sp -= 96
          continue
        }
        case Op.GASPRICE: { sp += 32; copy(sp, contextWord(Word.GASPRICE)); continue }
        case Op.EXTCODESIZE: { gas = loadCodeSize(sp, gas); if (gas == HALTED) return fault; continue }
        case Op.EXTCODECOPY: {
          gas = copyOtherCode(frame, sp, gas)
          if (gas == HALTED) return fault
          memory = frame.memory
          reach = frame.reach
          sp -= 128
          continue
        }
        case Op.RETURNDATASIZE: { sp += 32; setSmall(sp, returnSize); continue }
        case Op.RETURNDATACOPY: {
          gas = copyReturnData(frame, sp, gas)
          if (gas == HALTED) return fault
          memory = frame.memory
          reach = frame.reach
          sp -= 96
          break
        }
        case Op.EXTCODEHASH: { gas = loadCodeHash(sp, gas); if (gas == HALTED) return fault; continue }
        case Op.BLOCKHASH: { loadBlockHash(sp); continue }
        case Op.COINBASE: { sp += 32; copy(sp, contextWord(Word.COINBASE)); continue }
        case Op.TIMESTAMP: { sp += 32; copy(sp, contextWord(Word.TIMESTAMP)); continue }
        case Op.NUMBER: { sp += 32; copy(sp, contextWord(Word.NUMBER)); continue }
        case Op.PREVRANDAO: { sp += 32; copy(sp, contextWord(Word.PREVRANDAO)); continue }
        case Op.GASLIMIT: { sp += 32; copy(sp, contextWord(Word.GASLIMIT)); continue }
        case Op.CHAINID: { sp += 32; copy(sp, contextWord(Word.CHAINID)); continue }
        case Op.SELFBALANCE: { sp += 32; copy(sp, balanceOf(frame.account)); continue }
        case Op.BASEFEE: { sp += 32; copy(sp, contextWord(Word.BASEFEE)); continue }
        case Op.BLOBHASH: { loadBlobHash(sp); continue }
        case Op.BLOBBASEFEE: { sp += 32; copy(sp, contextWord(Word.BLOBBASEFEE)); continue }
        case Op.POP: { sp -= 32; continue }
        case Op.MLOAD: {
          const at = load<u64>(sp)
          if (!isSmall(sp) || at >= reach) {
            gas = expand(frame, isSmall(sp) ? at : NOWHERE, 32, gas)
            if (gas == HALTED) return fault
            memory = frame.memory
            reach = frame.reach
          }
          copyReversed(sp, memory + <usize>at)
          continue
        }
        case Op.MSTORE: {
          const at = load<u64>(sp)
          if (!isSmall(sp) || at >= reach) {
            gas = expand(frame, isSmall(sp) ? at : NOWHERE, 32, gas)
            if (gas == HALTED) return fault
            memory = frame.memory
            reach = frame.reach
          }
          copyReversed(memory + <usize>at, sp - 32)
          sp -= 64
          continue
        }
        case Op.MSTORE8: {
          const at = load<u64>(sp)
          if (!isSmall(sp) || at >= frame.memorySize) {
            gas = expand(frame, isSmall(sp) ? at : NOWHERE, 1, gas)
            if (gas == HALTED) return fault
            memory = frame.memory
            reach = frame.reach
          }
          store<u8>(memory + <usize>at, load<u8>(sp - 32))
          sp -= 64
          continue
        }
        case Op.SLOAD: { gas = loadSlot(frame, sp, gas); if (gas == HALTED) return fault; continue }
        case Op.SSTORE: {
          gas = storeSlot(frame, sp, gas)
          if (gas == HALTED) return fault
          sp -= 64
          break
        }
        case Op.JUMP: {
          if (!isJumpdest(code, sp)) return Status.INVALID_JUMP
          pc = base + load<usize>(sp)
          sp -= 32
          break
        }
        case Op.JUMPI: {
          if (isZero(sp - 32)) {
            sp -= 64
            break
          }
          if (!isJumpdest(code, sp)) return Status.INVALID_JUMP
          pc = base + load<usize>(sp)
          sp -= 64
          break
        }
        case Op.PC: { sp += 32; setSmall(sp, pc - base - 1); continue }
        case Op.MSIZE: { sp += 32; setSmall(sp, frame.memorySize); continue }
        case Op.GAS: { sp += 32; setSmall(sp, gas); break }
        case Op.JUMPDEST: {
          if (checked) continue
          // Fallen into: the next block is yet to be entered.
          pc--
          break
        }
        case Op.TLOAD: { loadTransient(frame, sp); continue }
        case Op.TSTORE: {
          if (frame.isStatic) return Status.WRITE_PROTECTION
          storeTransient(frame, sp)
          sp -= 64
          continue
        }
        case Op.MCOPY: {
          gas = copyMemory(frame, sp, gas)
          if (gas == HALTED) return fault
          memory = frame.memory
          reach = frame.reach
          sp -= 96
          continue
        }
        case Op.PUSH0: { sp += 32; clear(sp); continue }
        case Op.PUSH1: { sp += 32; setSmall(sp, load<u8>(pc)); pc++; continue }
        case Op.PUSH1 + 1: { sp += 32; setSmall(sp, bswap<u16>(load<u16>(pc))); pc += 2; continue }
        case Op.PUSH1 + 2: case Op.PUSH1 + 3: case Op.PUSH1 + 4: case Op.PUSH1 + 5: case Op.PUSH1 + 6:
        case Op.PUSH1 + 7: {
          const size = <usize>op - Op.PUSH1 + 1
          sp += 32
          setSmall(sp, bswap(load<u64>(pc)) >> <u64>(64 - (size << 3)))
          pc += size
          continue
        }
        case Op.PUSH1 + 8: case Op.PUSH1 + 9: case Op.PUSH1 + 10: case Op.PUSH1 + 11: case Op.PUSH1 + 12:
        case Op.PUSH1 + 13: case Op.PUSH1 + 14: case Op.PUSH1 + 15: case Op.PUSH1 + 16: case Op.PUSH1 + 17:
        case Op.PUSH1 + 18: case Op.PUSH1 + 19: case Op.PUSH1 + 20: case Op.PUSH1 + 21: case Op.PUSH1 + 22:
        case Op.PUSH1 + 23: case Op.PUSH1 + 24: case Op.PUSH1 + 25: case Op.PUSH1 + 26: case Op.PUSH1 + 27:
        case Op.PUSH1 + 28: case Op.PUSH1 + 29: case Op.PUSH1 + 30: case Op.PUSH1 + 31: {
          const size = <usize>op - Op.PUSH1 + 1
          sp += 32
          readBytes(sp, pc, size)
          pc += size
          continue
        }
        case Op.DUP1 + 0: case Op.DUP1 + 1: case Op.DUP1 + 2: case Op.DUP1 + 3: case Op.DUP1 + 4:
        case Op.DUP1 + 5: case Op.DUP1 + 6: case Op.DUP1 + 7: case Op.DUP1 + 8: case Op.DUP1 + 9:
        case Op.DUP1 + 10: case Op.DUP1 + 11: case Op.DUP1 + 12: case Op.DUP1 + 13: case Op.DUP1 + 14:
        case Op.DUP1 + 15: {
          const from = sp - ((<usize>op - Op.DUP1) << 5)
          sp += 32
          copy(sp, from)
          continue
        }
        case Op.SWAP1 + 0: case Op.SWAP1 + 1: case Op.SWAP1 + 2: case Op.SWAP1 + 3: case Op.SWAP1 + 4:
        case Op.SWAP1 + 5: case Op.SWAP1 + 6: case Op.SWAP1 + 7: case Op.SWAP1 + 8: case Op.SWAP1 + 9:
        case Op.SWAP1 + 10: case Op.SWAP1 + 11: case Op.SWAP1 + 12: case Op.SWAP1 + 13: case Op.SWAP1 + 14:
        case Op.SWAP1 + 15: {
          swap(sp, sp - ((<usize>op - Op.SWAP1 + 1) << 5))
          continue
        }
        case Op.LOG0 + 0: case Op.LOG0 + 1: case Op.LOG0 + 2: case Op.LOG0 + 3: case Op.LOG0 + 4: {
          gas = log(frame, sp, gas, op - Op.LOG0)
          if (gas == HALTED) return fault
          memory = frame.memory
          reach = frame.reach
          sp -= (<usize>op - Op.LOG0 + 2) << 5
          continue
        }
        case Op.CREATE:
        case Op.CREATE2:
        case Op.CALL:
        case Op.CALLCODE:
        case Op.DELEGATECALL:
        case Op.STATICCALL: {
          suspend(frame, pc - base, sp, gas)
          refuel(blocksLeft)
          const status = callOrCreate(frame, op)
          if (status != Status.GOES_ON) return status
          sp = frame.sp
          gas = frame.gas
          memory = frame.memory
          reach = frame.reach
          break
        }
        case Op.RETURN:
        case Op.REVERT: {
          gas = returnMemory(frame, sp, gas)
          if (gas == HALTED) return fault
          refuel(blocksLeft)
          return op == Op.RETURN ? Status.SUCCESS : Status.REVERT
        }
        case Op.SELFDESTRUCT: {
          gas = selfdestruct(frame, sp, gas)
          if (gas == HALTED) return fault
          end(frame, gas, 0, 0)
          refuel(blocksLeft)
          return Status.SUCCESS
        }
        default:
          return Status.INVALID_OPCODE
      }
      break
    }
  }
  return unreachable()
}

/** Offset and size of the output; the frame keeps the gas that is left. */
export function returnMemory(frame: Frame, sp: usize, gas: u64): u64 {
  const offset = clamped(sp, NOWHERE)
  const size = clamped(sp - 32, NOWHERE)
  gas = expand(frame, offset, size, gas)
  if (gas != HALTED) end(frame, gas, placeOf(frame, offset, size), <u32>size)
  return gas
}

// @ts-ignore: decorator
@inline
export function end(frame: Frame, gas: u64, from: usize, size: u32): void {
  frame.gas = gas
  output = from
  outputSize = size
}
