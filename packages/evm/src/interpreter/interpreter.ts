/**
 * The reference engine: every opcode, precompile and fork, plain and complete, the oracle for the faster ones.
 *
 * One loop runs the topmost frame; calls push frames and ends pop them, so that depth 1024 costs no JavaScript
 * stack. Each instruction is two steps out of a table: charge, then execute.
 */
import { NO_EFFECTS } from '../effects.ts'
import type { Engine, EngineCall, HaltReason, Outcome } from '../engine.ts'
import { alsoMissing } from '../missing.ts'
import { precompilesAt } from '../precompiles/table.ts'
import { rulesAt } from '../rules.ts'
import { enterCall, enterCreate, finish } from './enter.ts'
import { charge, type Frame, gasOf, type Machine, NO_DATA } from './frame.ts'
import { instructionsAt } from './instruction.ts'
import { delegateOf } from './instructions/access.ts'
import { accountAt, changesOf, createJournal, slotAt, warmUp } from './journal.ts'
import { Halt, INVALID_OPCODE, MissSignal, STACK_OVERFLOW, STACK_UNDERFLOW } from './unwind.ts'

export const interpreter: Engine = { name: 'interpreter', run }

function run(call: EngineCall): Outcome {
  const stacks = POOL.pop() ?? []
  try {
    return runMessage(call, stacks)
  } catch (signal) {
    if (signal instanceof MissSignal) return { status: 'miss', missing: alsoMissing(signal.missing, call) }
    throw signal
  } finally {
    POOL.push(stacks)
  }
}

/**
 * Stacks of runs that have ended: one set, of 8 MB if it ever was 1024 deep, and one more for each run that a
 * tracer or world starts while another is under way.
 */
const POOL: bigint[][][] = []

function runMessage(call: EngineCall, stacks: bigint[][]): Outcome {
  const { fork, world, block, transaction, message, warm, tracer } = call
  const usual = precompilesAt(fork)
  const target = message.kind === 'call' ? message.to : message.created
  const machine: Machine = {
    rules: rulesAt(fork),
    instructions: instructionsAt(fork),
    precompiles: call.precompiles ?? usual,
    journal: createJournal(world, warm, [...usual.keys(), transaction.origin, target]),
    block,
    transaction,
    tracer,
    check: call.check,
    steps: 0,
    frames: [],
    stacks,
    childGas: 0n,
    subject: undefined,
    result: undefined,
  }
  begin(machine, message)
  while (machine.result === undefined) runFrame(machine, machine.frames.at(-1)!)

  const { journal, result } = machine
  const ended = {
    gasLeft: result.gasLeft,
    gasRefund: BigInt(Math.max(0, journal.refund)),
    output: result.output,
    ...(call.resultOnly === true
      ? NO_EFFECTS
      : { logs: journal.logs, changes: changesOf(journal), destroyed: [...journal.destroyed] }),
  }
  return result.status === 'halt'
    ? { status: 'halt', reason: result.reason!, ...ended }
    : { status: result.status, ...ended }
}

function begin(machine: Machine, message: EngineCall['message']): void {
  const { journal } = machine
  const { value, gas, data } = message
  const caller = accountAt(journal, message.caller)
  if (message.kind === 'create') {
    const account = accountAt(journal, message.created)
    enterCreate(machine, { kind: 'CREATE', account, creator: caller, value, code: data, gas })
    return
  }
  const callee = accountAt(journal, message.to)
  // EIP-7702: the delegate of the recipient is warm from the start.
  const delegate = delegateOf(machine, callee)
  if (delegate !== undefined) warmUp(journal, delegate)
  enterCall(machine, {
    kind: 'CALL',
    callee,
    account: callee,
    caller,
    value,
    input: data,
    isStatic: false,
    gas,
    outputOffset: 0,
    outputSize: 0,
    payer: caller,
  })
}

/** Runs a frame until it ends or calls another one. */
function runFrame(machine: Machine, frame: Frame): void {
  const step = machine.tracer?.step === undefined ? execute : executeTraced
  try {
    while (frame.running) {
      if (++machine.steps % STEPS_PER_CHECK === 0) machine.check?.()
      step(machine, frame)
    }
  } catch (signal) {
    if (!(signal instanceof Halt)) throw signal
    const { code, pc, sp: stackSize } = frame
    const fault =
      machine.tracer &&
      ({ opcode: pc < code.length ? code[pc]! : 0, stackSize, gasLeft: gasOf(frame) } as const)
    finish(machine, frame, 'halt', NO_DATA, signal.reason, fault)
  }
}

/** About a millisecond's worth. */
const STEPS_PER_CHECK = 8192

function execute(machine: Machine, frame: Frame): void {
  const { instructions } = machine
  const { code, pc, sp } = frame
  const opcode = pc < code.length ? code[pc]! : 0
  const instruction = instructions.execute[opcode]
  if (instruction === undefined) throw INVALID_OPCODE
  if (sp < instructions.inputs[opcode]!) throw STACK_UNDERFLOW
  if (sp > instructions.highest[opcode]!) throw STACK_OVERFLOW
  charge(frame, instructions.gas[opcode]!)
  instructions.charge[opcode]?.(frame, machine)
  frame.pc = pc + 1
  instruction(frame, machine)
}

/** As {@link execute}, and tells the tracer between charging and executing. */
function executeTraced(machine: Machine, frame: Frame): void {
  const { instructions, journal } = machine
  const { code, pc, sp } = frame
  const opcode = pc < code.length ? code[pc]! : 0
  const before = gasOf(frame)
  const memorySize = frame.memory.size
  const tell = (fault?: HaltReason) => {
    const charged = before - gasOf(frame)
    machine.tracer!.step!({
      pc,
      opcode,
      gasLeft: before,
      gasCost: fault === undefined || charged > 0n ? charged : BigInt(instructions.gas[opcode]!),
      gasRefund: BigInt(Math.max(0, journal.refund)),
      depth: frame.depth,
      ...(fault === undefined ? {} : { fault }),
      stack: frame.stack.slice(0, sp),
      memory: frame.memory.bytes.subarray(0, memorySize),
      returnData: frame.returnData,
      address: frame.account.address,
      slot: (key) => slotAt(journal, frame.account, key).value,
    })
  }
  const instruction = instructions.execute[opcode]
  try {
    if (instruction === undefined) throw INVALID_OPCODE
    if (sp < instructions.inputs[opcode]!) throw STACK_UNDERFLOW
    if (sp > instructions.highest[opcode]!) throw STACK_OVERFLOW
    charge(frame, instructions.gas[opcode]!)
    instructions.charge[opcode]?.(frame, machine)
  } catch (signal) {
    if (signal instanceof Halt) tell(signal.reason)
    throw signal
  }
  tell()
  frame.pc = pc + 1
  instruction(frame, machine)
}
