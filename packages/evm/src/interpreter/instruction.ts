/** What an opcode does: how much more than its static gas it costs, and its effect. */
import type { Fork } from '../forks.ts'
import { opcodesAt } from '../opcodes.ts'
import type { Frame, Machine } from './frame.ts'
import { ARITHMETIC } from './instructions/arithmetic.ts'
import { CALLS } from './instructions/calls.ts'
import { CONTEXT } from './instructions/context.ts'
import { FLOW } from './instructions/flow.ts'
import { MEMORY } from './instructions/memory.ts'
import { STATE } from './instructions/state.ts'

export interface Instruction {
  /**
   * Charges what depends on operands and state, grows memory, and warms what is accessed. Bounds of the stack
   * were checked before.
   */
  readonly charge?: Step
  /** Everything is checked and paid for. */
  readonly execute: Step
}

export type Step = (frame: Frame, machine: Machine) => void

/** The same index in each array is the same opcode: what the loop needs for each step, without a lookup more. */
export interface InstructionTable {
  readonly gas: readonly number[]
  readonly inputs: readonly number[]
  /** The highest stack pointer at which the result still fits. */
  readonly highest: readonly number[]
  readonly charge: readonly (Step | undefined)[]
  readonly execute: readonly (Step | undefined)[]
}

const STACK_LIMIT = 1024

const INSTRUCTIONS: Readonly<Record<string, Instruction>> = {
  ...ARITHMETIC,
  ...CONTEXT,
  ...MEMORY,
  ...FLOW,
  ...STATE,
  ...CALLS,
}

export function instructionsAt(fork: Fork): InstructionTable {
  let table = TABLES.get(fork)
  if (table === undefined) {
    table = build(fork)
    TABLES.set(fork, table)
  }
  return table
}

const TABLES = new Map<Fork, InstructionTable>()

function build(fork: Fork): InstructionTable {
  const rows = opcodesAt(fork).map((opcode) => {
    if (opcode === undefined || opcode.name === 'INVALID') return INVALID
    const { charge, execute } = INSTRUCTIONS[opcode.name]!
    const { gas, inputs, outputs } = opcode
    return { gas, inputs, highest: STACK_LIMIT - (outputs - inputs), charge, execute }
  })
  return {
    gas: rows.map((row) => row.gas),
    inputs: rows.map((row) => row.inputs),
    highest: rows.map((row) => row.highest),
    charge: rows.map((row) => row.charge),
    execute: rows.map((row) => row.execute),
  }
}

const INVALID = { gas: 0, inputs: 0, highest: STACK_LIMIT, charge: undefined, execute: undefined }
