/** One level of the call stack, and the machine that holds them all. Calls push a frame; nothing recurses. */
import type { CodeAnalysis } from '../analysis/code.ts'
import type { BlockContext, HaltReason, TraceFrame, Tracer, TransactionContext } from '../engine.ts'
import type { PrecompileTable } from '../precompiles/table.ts'
import type { Rules } from '../rules.ts'
import type { InstructionTable } from './instruction.ts'
import type { Account, Journal, Mark } from './journal.ts'
import { createMemory, type Memory } from './memory.ts'
import { OUT_OF_GAS } from './unwind.ts'

export type FrameKind = Exclude<TraceFrame['kind'], 'SELFDESTRUCT'>

/** What a frame is made of when it is entered. */
export interface FrameStart {
  readonly kind: FrameKind
  /** Whose storage and balance it works on. */
  readonly account: Account
  readonly caller: Account
  readonly value: bigint
  readonly input: Uint8Array
  readonly code: Uint8Array
  readonly isStatic: boolean
  readonly gas: bigint
  /** Where in the caller's memory the output goes; at most `outputSize` bytes. */
  readonly outputOffset: number
  readonly outputSize: number
}

export interface Frame extends FrameStart {
  /** The outermost frame has 1. */
  readonly depth: number
  /** The state to return to when it fails. */
  readonly mark: Mark
  readonly memory: Memory
  /** The words are those below `sp`; what is above is left over. */
  readonly stack: bigint[]
  sp: number
  /** The next instruction: while one executes, the one after it. */
  pc: number
  /** Gas left, without {@link Frame.gasAbove}. */
  gasLeft: number
  /** Gas left beyond {@link GAS_IN_NUMBER}: zero but for messages with absurd amounts of it. */
  gasAbove: bigint
  /** False while a call of it runs, and when it has ended. */
  running: boolean
  /** Of the last call that it made. */
  returnData: Uint8Array
  /** Made at the first jump or wide PUSH. */
  analysis: CodeAnalysis | undefined
  /** Over the input; made at the first CALLDATALOAD. */
  inputView: DataView | undefined
}

export interface Machine {
  readonly rules: Rules
  readonly instructions: InstructionTable
  readonly precompiles: PrecompileTable
  readonly journal: Journal
  readonly block: BlockContext
  readonly transaction: TransactionContext
  readonly tracer: Tracer | undefined
  readonly check: (() => void) | undefined
  /** Instructions so far. */
  steps: number
  readonly frames: Frame[]
  /** Words of the stack at each depth, reused between frames, so that none pays for an array of its own. */
  readonly stacks: bigint[][]
  /** Worked out where a call's gas is charged, used where it is made. */
  childGas: bigint
  /** The other account that an instruction is about: looked up where access is charged, used where it executes. */
  subject: Account | undefined
  /** How the outermost frame ended. */
  result: FrameResult | undefined
}

interface FrameResult {
  readonly status: 'success' | 'revert' | 'halt'
  readonly reason: HaltReason | undefined
  readonly gasLeft: bigint
  readonly output: Uint8Array
}

export const NO_DATA = new Uint8Array()

export function pushFrame(
  machine: Machine,
  start: Omit<FrameStart, 'code'> & { readonly callee: Account },
  code: Uint8Array,
  mark: Mark,
): Frame {
  const { frames, stacks } = machine
  const parent = frames.at(-1)
  if (parent !== undefined) parent.running = false
  const depth = frames.length + 1
  stacks[depth] ??= []
  const frame: Frame = {
    kind: start.kind,
    account: start.account,
    caller: start.caller,
    value: start.value,
    input: start.input,
    code,
    isStatic: start.isStatic,
    gas: start.gas,
    outputOffset: start.outputOffset,
    outputSize: start.outputSize,
    depth,
    mark,
    memory: createMemory(),
    stack: stacks[depth],
    sp: 0,
    pc: 0,
    gasLeft: 0,
    gasAbove: 0n,
    running: true,
    returnData: NO_DATA,
    analysis: undefined,
    inputView: undefined,
  }
  setGas(frame, start.gas)
  frames.push(frame)
  machine.tracer?.enter?.({
    kind: frame.kind,
    depth,
    from: frame.kind === 'DELEGATECALL' ? frame.account.address : frame.caller.address,
    to: start.callee.address,
    value: frame.value,
    gas: frame.gas,
    input: frame.kind === 'CREATE' || frame.kind === 'CREATE2' ? frame.code : frame.input,
    code,
  })
  return frame
}

/**
 * Gas is a number while it is below this: exact here, and unlike a bigint not allocated anew at each step. A
 * message may bring more (the protocol's limit is 2^64); what it has above waits in `gasAbove` until it is needed.
 */
const GAS_IN_NUMBER = 2 ** 52

export const gasOf = (frame: Frame): bigint => BigInt(frame.gasLeft) + frame.gasAbove

export function setGas(frame: Frame, gas: bigint): void {
  frame.gasLeft = gas < GAS_IN_NUMBER ? Number(gas) : GAS_IN_NUMBER
  frame.gasAbove = gas - BigInt(frame.gasLeft)
}

/** @param gas below {@link GAS_IN_NUMBER}: what an instruction costs, without what it hands to a call. */
export function charge(frame: Frame, gas: number): void {
  if (gas > frame.gasLeft) {
    if (frame.gasAbove === 0n) throw OUT_OF_GAS
    setGas(frame, gasOf(frame))
    if (gas > frame.gasLeft) throw OUT_OF_GAS
  }
  frame.gasLeft -= gas
}

/** What a call leaves returns to its caller. */
export function giveBack(parent: Frame, child: Frame): void {
  parent.gasLeft += child.gasLeft
  parent.gasAbove += child.gasAbove
  if (parent.gasLeft > GAS_IN_NUMBER) setGas(parent, gasOf(parent))
}

export function push(frame: Frame, word: bigint): void {
  frame.stack[frame.sp++] = word
}
