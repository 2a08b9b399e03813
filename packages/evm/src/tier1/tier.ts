/**
 * Engines of machines: a call is written into a machine's memory, driven, and its outcome read. What they do not do (step
 * tracing, memory beyond 512 MB) the reference engine does in their place; the world is only read, so a run can begin anew.
 */
import type { Engine, EngineCall, Outcome } from '../engine.ts'
import { interpreter } from '../interpreter/interpreter.ts'
import { alsoMissing } from '../missing.ts'
import { boundCodes } from './codes.ts'
import { writeContext } from './context.ts'
import { accountRecord, GIVEN_UP, Missed } from './host.ts'
import { createMachine, type Machine, type OnHot, writeWord } from './machine.ts'
import { outcomeOf } from './outcome.ts'

export interface TierOptions {
  readonly name: string
  /** What is done about a code of which so many blocks have been run; being entered counts as one. */
  readonly hot?: Hot
  /** Blocks of a slice, {@link SLICE} by itself. */
  readonly slice?: number
}

interface Hot {
  readonly after: number
  readonly tell: OnHot
  /** When it may go on with what it does not do at once. */
  beforeRun?(machine: Machine): void
  betweenSlices?(machine: Machine): void
}

export function createTier({ name, hot, slice = SLICE }: TierOptions): Engine {
  /** Machines that are not running: one, and one more for each run that a world starts while another is under way. */
  const idle: Machine[] = []
  return {
    name,
    run(call) {
      if (call.tracer !== undefined) return interpreter.run(call)
      const machine = idle.pop() ?? createMachine(hot)
      try {
        hot?.beforeRun?.(machine)
        return runOn(machine, call, slice, hot)
      } finally {
        machine.call = undefined
        if (machine.bytes.length <= MEMORY_KEPT) idle.push(machine)
      }
    },
  }
}

/** In bytes. Memory does not shrink: a machine that one run has made so large is left to the garbage collector. */
const MEMORY_KEPT = 2 ** 28

function runOn(machine: Machine, call: EngineCall, slice: number, hot: Hot | undefined): Outcome {
  machine.call = call
  try {
    start(machine, call)
    while (machine.exports.drive(slice) === 0) {
      call.check?.()
      hot?.betweenSlices?.(machine)
    }
    return outcomeOf(machine)
  } catch (signal) {
    if (signal instanceof Missed) return { status: 'miss', missing: alsoMissing(signal.missing, call) }
    if (signal === GIVEN_UP) return interpreter.run(call)
    throw signal
  }
}

/**
 * Blocks of instructions after which the loop is left and entered anew, about a millisecond's worth: V8 replaces a
 * function by its optimised code only then.
 */
const SLICE = 50_000

function start(machine: Machine, call: EngineCall): void {
  const { exports } = machine
  const { message, warm, transaction } = call
  boundCodes(machine)
  machine.addresses.length = 0
  exports.begin()
  writeContext(machine, call)

  const caller = accountRecord(machine, message.caller)
  const target = accountRecord(machine, message.kind === 'call' ? message.to : message.created)
  exports.warm(target)
  exports.warm(transaction.origin === message.caller ? caller : accountRecord(machine, transaction.origin))
  for (const address of warm.addresses) exports.warm(accountRecord(machine, address))
  for (const { address, keys } of warm.slots) {
    const record = accountRecord(machine, address)
    exports.warm(record)
    for (const key of keys) {
      writeWord(machine, machine.at.argument, key)
      exports.warmKey(record)
    }
  }

  const { data, gas } = message
  const input = exports.lend(BigInt(data.length))
  machine.bytes.set(data, input)
  writeWord(machine, machine.at.argument, message.value)
  if (message.kind === 'call') exports.startCall(caller, target, gas, input, data.length)
  else exports.startCreate(caller, target, gas, input, data.length)
}
