/** The paths of frames through their code, as far as a node has told them. */
import { reachFrom } from '../source/reach.ts'
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
  // A constructor comes to all that its bases and variables call.
  const roots = frame.isCreation ? [] : entriesOf(frame).map((entry) => entry.function)
  const walk = walkOf(program, runs, reachFrom(program, roots))
  WALKS.set(frame, walk)
  return walk
}

const WALKS = new WeakMap<Frame, Walk>()
