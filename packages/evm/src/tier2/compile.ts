/** Compiles codes of a machine, and puts what comes out where the machine finds it. */
import { type Compiled, compileContract, compileInSteps } from '../compile/contract.ts'
import type { EngineCall } from '../engine.ts'
import { CODE } from '../tier1/layout.ts'
import type { Machine } from '../tier1/machine.ts'

/** One code that is to be compiled. */
interface Job {
  /** Its record, and of which fork its analysis is. */
  readonly code: number
  readonly size: number
  readonly analysedFor: number
  readonly fork: EngineCall['fork']
  /** Which of the machine's lives: codes may be forgotten meanwhile. */
  readonly life: number
}

/** At once: whoever asked waits, for 5 to 80 ms. */
export function compileNow(machine: Machine, code: number): void {
  const job = jobOf(machine, code)
  const entries = machine.exports.entriesRoom(code)
  install(machine, job, entries, compileContract(...parametersOf(machine, job, entries)))
}

/**
 * Compiles bit by bit, so that nobody waits: between the slices of long runs, and while nothing runs. Translating is the
 * work, most of it V8 warming up to it; V8 itself compiles a function when it is first called, and optimises those
 * that are called often on threads of its own.
 */
export function createBackgroundCompiler() {
  const queues = new WeakMap<Machine, Queue>()
  const queueOf = (machine: Machine): Queue => {
    let queue = queues.get(machine)
    if (queue === undefined) {
      queue = { jobs: [], underWay: undefined, isAwaited: false, runs: 0 }
      queues.set(machine, queue)
    }
    return queue
  }
  return {
    tell(machine: Machine, code: number): void {
      const queue = queueOf(machine)
      queue.jobs.push(jobOf(machine, code))
      wait(machine, queue)
    },
    /** Between two slices of a run. */
    betweenSlices(machine: Machine): void {
      goOn(machine, queueOf(machine), BYTES_IN_RUN)
    },
    /** Before a run: where one comes after the other, nothing is ever idle. */
    beforeRun(machine: Machine): void {
      const queue = queueOf(machine)
      if (queue.isAwaited && ++queue.runs > PATIENT_RUNS) goOn(machine, queue, BYTES_AT_REST)
    },
  }
}

interface Queue {
  readonly jobs: Job[]
  underWay:
    | { readonly job: Job; readonly entries: number; readonly steps: Generator<number, Compiled> }
    | undefined
  /** A timer is set. */
  isAwaited: boolean
  /** Since a timer was last due. */
  runs: number
}

/** Bytes of the module that are made at a time: a millisecond's worth or less, and more where the caller waits anyway. */
const BYTES_AT_REST = 4_096
const BYTES_IN_RUN = 16_384
const PATIENT_RUNS = 8

function wait(machine: Machine, queue: Queue): void {
  if (queue.isAwaited) return
  queue.isAwaited = true
  queue.runs = 0
  const timer: unknown = setTimeout(() => {
    queue.isAwaited = false
    goOn(machine, queue, BYTES_AT_REST)
    if (queue.underWay !== undefined || queue.jobs.length > 0) wait(machine, queue)
  }, 0)
  // Node does not go on for it alone.
  if (typeof timer === 'object' && timer !== null && 'unref' in timer) (timer as { unref(): void }).unref()
}

function goOn(machine: Machine, queue: Queue, bytes: number): void {
  if (queue.underWay === undefined && !begin(machine, queue)) return
  const { job, entries, steps } = queue.underWay!
  if (isStale(machine, job)) {
    queue.underWay = undefined
    machine.exports.dropEntries(entries, job.size)
    return
  }
  for (let made = 0; made < bytes; ) {
    const { done, value } = steps.next()
    if (done === true) {
      queue.underWay = undefined
      install(machine, job, entries, value)
      return
    }
    made += value
  }
}

/** Takes the next job that is worth doing still. */
function begin(machine: Machine, queue: Queue): boolean {
  let job = queue.jobs.shift()
  while (job !== undefined && isStale(machine, job)) job = queue.jobs.shift()
  if (job === undefined) return false
  const entries = machine.exports.entriesRoom(job.code)
  queue.underWay = { job, entries, steps: compileInSteps(...parametersOf(machine, job, entries)) }
  return true
}

const jobOf = (machine: Machine, code: number): Job => ({
  code,
  size: machine.integers[(code + CODE.size) >>> 2]!,
  analysedFor: analysedFor(machine, code),
  fork: machine.call!.fork,
  life: machine.codes.life,
})

const analysedFor = ({ integers }: Machine, code: number): number => integers[(code + CODE.fork) >>> 2]!

const isStale = (machine: Machine, { code, life, analysedFor: fork }: Job): boolean =>
  life !== machine.codes.life || fork !== analysedFor(machine, code)

function parametersOf(
  machine: Machine,
  { code, size, fork }: Job,
  entries: number,
): Parameters<typeof compileInSteps> {
  const { at, bytes, integers, tableEnd } = machine
  const start = integers[(code + CODE.bytes) >>> 2]!
  return [bytes.slice(start, start + size), fork, at, entries, tableEnd]
}

function install(machine: Machine, { code, size }: Job, entries: number, compiled: Compiled): void {
  const { exports } = machine
  const missing = machine.tableEnd + compiled.tableSize - exports.table.length
  if (missing > 0) exports.table.grow(missing)
  try {
    const module = new WebAssembly.Module(compiled.module)
    new WebAssembly.Instance(module, { engine: exports as unknown as WebAssembly.ModuleImports })
  } catch (error) {
    // An engine without tail calls does not take it: the code stays with the loop.
    exports.dropEntries(entries, size)
    if (error instanceof WebAssembly.CompileError) return
    throw error
  }
  machine.tableEnd += compiled.tableSize
  machine.integers.set(compiled.entries, entries >>> 2)
  exports.setCompiled(code, entries)
  machine.codes.size += COMPILED_WEIGHT * compiled.module.length
}

/** Machine code is some four times as large as the module. */
const COMPILED_WEIGHT = 5
