/**
 * What is worked out about a code before it first runs: its basic blocks. Gas and bounds of the stack are checked
 * once for a whole block, when it is entered. A block ends before a JUMPDEST and after whatever jumps, ends the
 * frame, calls, looks at the gas that is left (GAS, SSTORE), or may halt for another reason than gas (RETURNDATACOPY).
 */
import { keccak256 } from './keccak'
import { Block, Code } from './layout'
import { lend } from './memory'
import { opcodeAt, rules } from './rules'
import { Op } from './opcodes'
import { NO_CODE } from './state'
import { isSmall } from './word'

/** Zeros after the last byte: what PUSH reads there, and STOP. */
export const PADDING: usize = 48

const STACK_BYTES: i32 = 1024 * 32

export function initialiseCode(): void {
  const empty = memory.data(64, 16)
  keccak256(empty, 0, changetype<usize>(NO_CODE))
  NO_CODE.bytes = empty
}

/** Bytes that a code takes with all that is known about it. */
export function spaceFor(size: u64): u64 {
  return (size + PADDING) * 2 + ((size + PADDING) << 3)
}

/** Lays a code out in a block of its own; the caller writes the bytes. */
export function layOut(code: Code, block: usize, size: u32): void {
  code.size = size
  code.bytes = block
  code.instructions = (block + size + PADDING + 15) & ~15
  code.blocks = 0
  code.fork = 0
  code.delegates = false
  code.compiled = 0
  code.heat = 0
  memory.fill(block + size, 0, PADDING)
}

/** EIP-7702. */
export function noteDelegation(code: Code): void {
  const bytes = code.bytes
  code.delegates =
    code.size == 23 && load<u8>(bytes) == 0xef && load<u8>(bytes, 1) == 0x01 && load<u8>(bytes, 2) == 0x00
}

/** A new code of this run, copied from `bytes`. */
export function makeCode(bytes: usize, size: u32): Code {
  const code = changetype<Code>(lend(offsetof<Code>() + spaceFor(size)))
  memory.fill(changetype<usize>(code), 0, offsetof<Code>())
  layOut(code, changetype<usize>(code) + ((offsetof<Code>() + 15) & ~15), size)
  memory.copy(code.bytes, bytes, size)
  keccak256(bytes, size, changetype<usize>(code))
  noteDelegation(code)
  return code
}

export function analyse(code: Code): void {
  const size: usize = code.size
  const bytes = code.bytes
  const instructions = code.instructions
  const blocks = (instructions + size + PADDING + 7) & ~7
  code.blocks = blocks
  code.fork = rules.fork
  code.compiled = 0
  memory.copy(instructions, bytes, size + PADDING)
  memory.fill(blocks, 0, (size + 1) << 3)

  let start: usize = 0
  let gas: u32 = 0
  let height: i32 = 0
  let needs: i32 = 0
  let most: i32 = 0
  let pc: usize = 0
  while (pc <= size) {
    const op: u32 = load<u8>(bytes + pc)
    if (op == Op.JUMPDEST && pc != start) {
      close(blocks, start, gas, needs, most)
      start = pc
      gas = 0
      height = needs = most = 0
    }
    const opcode = opcodeAt(op)
    if (!opcode.isDefined) {
      store<u8>(instructions + pc, Op.INVALID)
      close(blocks, start, gas, needs, most)
    } else {
      gas += opcode.gas
      needs = max(needs, <i32>opcode.inputs - height)
      height += <i32>opcode.outputs - <i32>opcode.inputs
      most = max(most, height)
      if (!endsBlock(op)) {
        pc += op >= Op.PUSH1 && op <= Op.PUSH32 ? <usize>op - Op.PUSH1 + 2 : 1
        // A PUSH of which the code ends in the middle: STOP comes next.
        if (pc > size) close(blocks, start, gas, needs, most)
        continue
      }
      close(blocks, start, gas, needs, most)
    }
    start = ++pc
    gas = 0
    height = needs = most = 0
  }
}

/** `most` is the greatest height above that at the start. */
function close(blocks: usize, start: usize, gas: u32, needs: i32, most: i32): void {
  const block = changetype<Block>(blocks + (start << 3))
  const room = STACK_BYTES - ((needs + most) << 5)
  block.gas = gas
  // What no stack satisfies.
  block.needs = room < 0 ? 0xffff : <u16>(needs << 5)
  block.room = room < 0 ? 0 : <u16>room
}

// @ts-ignore: decorator
@inline
function endsBlock(op: u32): bool {
  if (op < 0x54) return op == Op.STOP || op == Op.RETURNDATACOPY
  if (op < 0x60) return op == Op.SSTORE || op == Op.JUMP || op == Op.JUMPI || op == Op.GAS
  return op >= 0xf0
}

/** Whether the word at `destination` is the offset of a JUMPDEST. */
// @ts-ignore: decorator
@inline
export function isJumpdest(code: Code, destination: usize): bool {
  return isSmall(destination) && isJumpdestAt(code, load<u64>(destination))
}

// @ts-ignore: decorator
@inline
export function isJumpdestAt(code: Code, destination: u64): bool {
  if (destination >= <u64>code.size) return false
  const pc = <usize>destination
  // A byte that only looks like one is data, and begins no block.
  return load<u8>(code.bytes + pc) == Op.JUMPDEST && load<u32>(code.blocks + (pc << 3)) != 0
}
