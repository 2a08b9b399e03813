/** The stack, jumps, and how a frame ends. */
import { analysisOf } from '../../analysis/code.ts'
import { bytesToWord } from '../../words.ts'
import { finish } from '../enter.ts'
import { type Frame, push } from '../frame.ts'
import type { Instruction } from '../instruction.ts'
import { copyOut } from '../memory.ts'
import { INVALID_JUMP } from '../unwind.ts'
import { chargeMemory } from './memory.ts'

export const FLOW: Readonly<Record<string, Instruction>> = {
  POP: {
    execute: (frame) => {
      frame.sp--
    },
  },
  PUSH0: { execute: (frame) => push(frame, 0n) },
  ...numbered(1, 32, 'PUSH', pushes),
  ...numbered(1, 16, 'DUP', (n) => ({
    execute: (frame) => {
      const { stack, sp } = frame
      stack[sp] = stack[sp - n]!
      frame.sp = sp + 1
    },
  })),
  ...numbered(1, 16, 'SWAP', (n) => ({
    execute: ({ stack, sp }) => {
      const top = stack[sp - 1]!
      stack[sp - 1] = stack[sp - 1 - n]!
      stack[sp - 1 - n] = top
    },
  })),

  JUMPDEST: { execute: () => {} },
  JUMP: { execute: (frame) => jump(frame, frame.stack[--frame.sp]!) },
  JUMPI: {
    execute: (frame) => {
      frame.sp -= 2
      if (frame.stack[frame.sp] !== 0n) jump(frame, frame.stack[frame.sp + 1]!)
    },
  },

  STOP: { execute: (frame, machine) => finish(machine, frame, 'success') },
  RETURN: { charge: chargeMemory(0, 1), execute: (frame, machine) => end(frame, machine, 'success') },
  REVERT: { charge: chargeMemory(0, 1), execute: (frame, machine) => end(frame, machine, 'revert') },
}

function end(frame: Frame, machine: Parameters<typeof finish>[0], status: 'success' | 'revert'): void {
  const { stack, sp, memory } = frame
  finish(machine, frame, status, copyOut(memory, Number(stack[sp - 1]!), Number(stack[sp - 2]!)))
}

function jump(frame: Frame, destination: bigint): void {
  frame.analysis ??= analysisOf(frame.code)
  // A destination that Number() rounds is far beyond any code.
  const pc = Number(destination)
  if (frame.analysis.jumpdests[pc] !== 1) throw INVALID_JUMP
  frame.pc = pc
}

/** PUSHn: up to six bytes fit a number, which becomes a bigint at little cost; wider words are kept. */
function pushes(size: number): Instruction {
  if (size <= 6) {
    return {
      execute: (frame) => {
        const { code, pc } = frame
        frame.pc = pc + size
        let value = 0
        // Beyond its end, code is zeros.
        for (let i = pc; i < pc + size; i++) value = value * 256 + (i < code.length ? code[i]! : 0)
        push(frame, BigInt(value))
      },
    }
  }
  return {
    execute: (frame) => {
      const { code, pc } = frame
      frame.pc = pc + size
      frame.analysis ??= analysisOf(code)
      const { constants } = frame.analysis
      let word = constants[pc]
      if (word === undefined) {
        const bytes = new Uint8Array(size)
        bytes.set(code.subarray(pc, pc + size))
        word = bytesToWord(bytes)
        constants[pc] = word
      }
      push(frame, word)
    },
  }
}

function numbered(from: number, to: number, name: string, make: (n: number) => Instruction) {
  const rows: Record<string, Instruction> = {}
  for (let n = from; n <= to; n++) rows[`${name}${n}`] = make(n)
  return rows
}
