/** The paths of frames through their code, as far as a node has told them. */
import { type FailurePoint, lastPlaced } from '../source/failure-point.ts'
import type { Place, Program } from '../source/program.ts'
import { type Reach, reachFrom } from '../source/reach.ts'
import { type Walk, walkOf } from '../source/walk.ts'
import { entriesOf } from './entry.ts'
import { type Frame, programOf } from './frames.ts'

/** Undefined for a frame that did not fail, and for code that nobody knows. */
export const walkThrough = (frame: Frame): Walk | undefined => {
  const known = WALKS.get(frame)
  if (known) return known
  const program = programOf(frame)
  const { runs } = frame.path ?? {}
  if (!program || !runs) return undefined
  const walk = walkOf(program, runs, reachOf(frame, program))
  WALKS.set(frame, walk)
  return walk
}

const WALKS = new WeakMap<Frame, Walk>()

/** Functions that can have run in a frame. A constructor comes to all that its bases and variables call. */
const reachOf = (frame: Frame, program: Program): Reach => {
  const key = frame.isCreation ? '' : frame.call.input.slice(0, 10)
  const known = REACHES.get(program) ?? new Map<string, Reach>()
  REACHES.set(program, known)
  const reach =
    known.get(key) ??
    reachFrom(program, frame.isCreation ? [] : entriesOf(frame).map((entry) => entry.function))
  if (known.size < MAX_REACHES) known.set(key, reach)
  return reach
}

const REACHES = new WeakMap<Program, Map<string, Reach>>()
const MAX_REACHES = 1_000

/** Where the last call of a frame that failed was made. */
export const lastCall = ({ path }: Frame, walk: Walk): FailurePoint | undefined => {
  const pc = path?.calls.at(-1)
  const step = pc === undefined ? -1 : walk.steps.lastIndexOf(walk.program.map.instructionAt[pc] ?? -1)
  return step < 0 ? undefined : lastPlaced(walk, step + 1)
}

/** The place in its caller's source at which a frame was called. */
export const callPlace = (frame: Frame): Place | undefined => {
  const { parent } = frame
  const at = parent?.children.indexOf(frame) ?? -1
  const pc = parent?.path?.calls[at]
  const program = parent && programOf(parent)
  if (!program || pc === undefined) return undefined
  const walk = at === parent.children.length - 1 ? walkThrough(parent) : undefined
  if (walk) return lastCall(parent, walk)?.place
  const reach = reachOf(parent, program)
  // By way of Yul the instruction itself may have no place; one shortly before it has.
  const instruction = program.map.instructionAt[pc] ?? -1
  for (let before = instruction; before >= 0 && before > instruction - NEAR_INSTRUCTIONS; before--) {
    const place = program.place(before)
    if (place) return place.within && !reach(place.within) ? undefined : place
  }
  return undefined
}

const NEAR_INSTRUCTIONS = 16
