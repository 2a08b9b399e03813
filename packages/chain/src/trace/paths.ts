/**
 * deedTracer: the way that a message took through its code, for whoever tells people why it failed. Every
 * instruction with its stack (./struct-logs.ts) is a thousand times as much as that takes: here are the
 * stretches that a failed frame ran through, where each call was made, what was hashed and who wrote which slot.
 */
import type { TraceStep } from '@deed/evm'
import { bytesToHex } from '../hex.ts'
import type { Json } from '../rpc/format.ts'
import type { OpenTracing } from './tracing.ts'

/** In the answer, by the order in which they were entered; as callTracer tells them, precompiles too. */
interface FramePath {
  /** Where each call of the frame was made. */
  readonly calls: number[]
  /** Of a frame that failed: first and last instruction of each stretch without a jump, one after the other. */
  runs?: number[]
  /** Stretches that were left out of the middle. */
  left?: number
  /** The last EXTCODESIZE: where, and of whom. */
  probe?: readonly [pc: number, address: string]
  /** Slots that it wrote, each once. */
  writes?: string[]
}

interface Open {
  readonly path: FramePath
  readonly first: number[]
  /** A ring of those after the first ones. */
  readonly last: number[]
  count: number
  start: number
  end: number
  /** Where the next instruction is if this one does not jump. */
  next: number
  opcode: number
  readonly written: Set<bigint>
}

export const pathTracer: OpenTracing = ({ budget }) => {
  const frames: FramePath[] = []
  const images = new Set<string>()
  const open: Open[] = []
  let isCut = false

  const enter = (): void => {
    budget.check()
    budget.spend(FRAME_CHARACTERS)
    const path: FramePath = { calls: [] }
    const caller = open.at(-1)
    if (caller) caller.path.calls.push(caller.end)
    frames.push(path)
    open.push({
      path,
      first: [],
      last: [],
      count: 0,
      start: 0,
      end: -1,
      next: 0,
      opcode: 0,
      written: new Set(),
    })
  }
  const exit = (): void => {
    const frame = open.pop()!
    if (frame.end < 0 || ENDS_WELL.has(frame.opcode)) return
    closeRun(frame)
    const { path, first, last, count } = frame
    const kept = last.length / 2
    const oldest = (count - FIRST_RUNS) % LAST_RUNS
    path.runs =
      kept < LAST_RUNS
        ? [...first, ...last]
        : [...first, ...last.slice(2 * oldest), ...last.slice(0, 2 * oldest)]
    if (count > FIRST_RUNS + LAST_RUNS) path.left = count - FIRST_RUNS - LAST_RUNS
    budget.spend(RUN_CHARACTERS * path.runs.length)
  }
  const keepImage = ({ stack, memory }: TraceStep): void => {
    const length = stack.at(-2)!
    if (length < 32n || length > MAX_IMAGE_BYTES) return
    isCut ||= images.size >= MAX_IMAGES
    if (isCut) return
    // What memory does not reach yet is zero.
    const image = new Uint8Array(Number(length))
    const offset = Number(stack.at(-1)!)
    image.set(memory.subarray(offset, offset + image.length))
    const { size } = images
    images.add(bytesToHex(image))
    if (images.size > size) budget.spend(2 * image.length)
  }

  return {
    enter,
    exit,
    step: (step: TraceStep) => {
      budget.check()
      const frame = open.at(-1)!
      const { pc, opcode, stack, fault } = step
      if (pc !== frame.next || frame.end < 0) {
        if (frame.end >= 0) closeRun(frame)
        frame.start = pc
      }
      frame.end = pc
      frame.next = pc + 1 + (opcode >= PUSH1 && opcode <= PUSH32 ? opcode - PUSH1 + 1 : 0)
      frame.opcode = fault === undefined ? opcode : FAULT
      if (fault !== undefined) return
      if (opcode === KECCAK256) keepImage(step)
      else if (opcode === SSTORE) {
        const slot = stack.at(-1)!
        if (frame.written.has(slot)) return
        frame.written.add(slot)
        frame.path.writes ??= []
        frame.path.writes.push(`0x${slot.toString(16)}`)
        budget.spend(WRITE_CHARACTERS)
      } else if (opcode === EXTCODESIZE) frame.path.probe = [pc, `0x${stack.at(-1)!.toString(16)}`]
    },
    result: (): Json => ({ frames: frames as unknown as Json, images: [...images], ...(isCut && { isCut }) }),
  }
}

const closeRun = (frame: Open): void => {
  const { first, last, count, start, end } = frame
  if (count < FIRST_RUNS) first.push(start, end)
  else {
    const at = 2 * ((count - FIRST_RUNS) % LAST_RUNS)
    last[at] = start
    last[at + 1] = end
  }
  frame.count++
}

/** Stretches of one frame that are kept, from its beginning and from its end: a loop that ran out of gas has a million. */
const FIRST_RUNS = 10_000
const LAST_RUNS = 10_000
const MAX_IMAGES = 20_000
/** Longer ones are no keys of mappings. */
const MAX_IMAGE_BYTES = 1_024n

const FRAME_CHARACTERS = 30
const RUN_CHARACTERS = 6
const WRITE_CHARACTERS = 69

const PUSH1 = 0x60
const PUSH32 = 0x7f
const KECCAK256 = 0x20
const EXTCODESIZE = 0x3b
const SSTORE = 0x55
/** STOP, RETURN, SELFDESTRUCT. */
const ENDS_WELL: ReadonlySet<number> = new Set([0x00, 0xf3, 0xff])
/** No opcode: the instruction was not executed. */
const FAULT = -1
