/** Basic blocks as tier 1 has them (../../assembly/code.ts), found when they are asked for. */
import type { OpcodeTable } from '../opcodes.ts'

export interface Block {
  readonly offset: number
  /** Behind its last instruction. */
  readonly end: number
  readonly gas: number
  /** Words that it takes from the stack, and the most that it has on top of those at its start. */
  readonly needs: number
  readonly most: number
  /** Instructions. */
  readonly count: number
  /** What comes behind it is no instruction. */
  readonly isInvalid: boolean
}

export function blockAt(
  { code, opcodes }: { code: Uint8Array; opcodes: OpcodeTable },
  offset: number,
): Block {
  let gas = 0
  let height = 0
  let needs = 0
  let most = 0
  let count = 0
  let pc = offset
  for (;;) {
    const opcode = code[pc] ?? 0
    if (opcode === 0x5b && pc !== offset) break
    const row = opcodes[opcode]
    if (row === undefined || row.name === 'INVALID') {
      return { offset, end: pc, gas, needs, most, count, isInvalid: true }
    }
    gas += row.gas
    needs = Math.max(needs, row.inputs - height)
    height += row.outputs - row.inputs
    most = Math.max(most, height)
    count++
    pc += opcode >= 0x60 && opcode <= 0x7f ? opcode - 0x5e : 1
    if (ENDS.has(opcode) || opcode >= 0xf0) break
  }
  return { offset, end: pc, gas, needs, most, count, isInvalid: false }
}

/** STOP, RETURNDATACOPY, SSTORE, JUMP, JUMPI, GAS. */
const ENDS = new Set([0x00, 0x3e, 0x55, 0x56, 0x57, 0x5a])
