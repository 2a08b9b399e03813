/** A frame's path, instruction by instruction, and the functions within it as they stood at a moment. */
import type { FunctionRange } from './outline.ts'
import type { Place, Program } from './program.ts'
import { canCall, type Reach } from './reach.ts'
import { JUMP_IN, JUMP_OUT } from './source-map.ts'

export interface Walk {
  readonly program: Program
  /** Numbers of instructions in the order in which they ran. */
  readonly steps: Int32Array
  /** The statement, or a part of it, that a step belongs to. */
  place(step: number): Place | undefined
  /** The function as whose beginning or end a step is marked. */
  frame(step: number): FunctionRange | undefined
}

/** Bounds memory: 4 MB. */
const MAX_STEPS = 1_000_000

/** @param runs first and last byte of each stretch of code without a jump */
export const walkOf = (program: Program, runs: readonly number[], reach: Reach): Walk => {
  const { instructionAt } = program.map
  const steps: number[] = []
  // What is too long loses its beginning: why it failed is at the end.
  let from = runs.length
  for (let bytes = 0; from > 0 && bytes < MAX_STEPS; from -= 2) bytes += runs[from - 1]! - runs[from - 2]! + 1
  for (let at = from; at < runs.length; at += 2)
    for (let pc = runs[at]!; pc <= runs[at + 1]!; pc++) {
      const instruction = instructionAt[pc] ?? -1
      if (instruction >= 0) steps.push(instruction)
    }
  return {
    program,
    steps: Int32Array.from(steps),
    place: (step) => {
      const place = program.place(steps[step] ?? -1)
      return place?.within && !reach(place.within) ? undefined : place
    },
    frame: (step) => {
      const frame = program.frameOf(steps[step] ?? -1)
      return frame && reach(frame) ? frame : undefined
    },
  }
}

/** A function that had not returned, and the place in it that was reached. */
export interface Active {
  readonly function: FunctionRange
  /** Undefined where no instruction tells: the function was compiled into another. */
  readonly place: Place | undefined
}

interface Entry {
  readonly function: FunctionRange
  readonly depth: number
  /** The instruction that was jumped to; -1 for one that was compiled into another. */
  readonly begins: number
  body: Place | undefined
  header: Place | undefined
}

/**
 * The functions that were active after the first `count` steps, the outermost first. Jumps into functions and
 * out of them are marked in source maps, but a compiler that optimizes puts one function into another, and returns from
 * two at once; so it is the ranges of the source that lead, and the marks that tell a recursion from staying.
 */
const activeAfter = (walk: Walk, count: number): Active[] => {
  const { program, steps } = walk
  const stack: Entry[] = []
  let depth = 0
  let cameIn = false
  const drop = (isGone: (entry: Entry) => boolean) => {
    while (stack.length > 0 && isGone(stack.at(-1)!)) stack.pop()
  }
  const push = (entered: FunctionRange, begins: number): Entry => {
    const entry: Entry = { function: entered, depth, begins, body: undefined, header: undefined }
    stack.push(entry)
    return entry
  }
  /** What cannot have called it has returned, though no mark said so. */
  const call = (owner: FunctionRange, begins: number): Entry => {
    const caller = callerOf(program, stack, owner)
    drop((entry) => entry !== caller)
    return push(owner, begins)
  }
  const settle = (owner: FunctionRange, begins: number): Entry => {
    drop((entry) => entry.depth > depth)
    const known = stack.findLast((entry) => entry.function === owner)
    if (!known) return call(owner, begins)
    drop((entry) => entry !== known)
    depth = known.depth
    return known
  }

  for (let step = 0; step < count; step++) {
    const instruction = steps[step]!
    const frame = walk.frame(step)
    const place = walk.place(step)
    const owner = frame ?? place?.within
    if (owner) {
      const top = stack.at(-1)
      const isLanding = frame !== undefined && step > 0 && program.map.jump[steps[step - 1]!] === JUMP_IN
      const begins = isLanding ? instruction : -1
      const isAgain =
        top?.function === owner && top.body !== undefined && (cameIn || top.begins === instruction)
      const isCall = cameIn && top?.function !== owner
      const entry =
        frame && isAgain
          ? push(owner, instruction)
          : frame && isCall
            ? call(owner, begins)
            : settle(owner, begins)
      cameIn = false
      if (place && place.start >= owner.body) entry.body = place
      else if (place) entry.header = place
    }
    const mark = program.map.jump[instruction]
    if (mark === JUMP_IN) {
      depth++
      cameIn = true
    } else if (mark === JUMP_OUT) {
      depth = Math.max(0, depth - 1)
      cameIn = false
    }
  }
  return stack.map((entry) => ({ function: entry.function, place: entry.body ?? entry.header }))
}

const callerOf = <T extends { readonly function: FunctionRange }>(
  program: Program,
  stack: readonly T[],
  callee: FunctionRange,
): T | undefined => stack.findLast((entry) => canCall(program, entry.function, callee))

/** The functions that were active when a place was reached, which is one that the last step need not show. */
export const activeAt = (walk: Walk, count: number, place: Place): readonly Active[] => {
  const active = activeAfter(walk, count)
  const { within } = place
  if (!within) return active
  const own = active.findLast((one) => one.function === within)
  const caller = own ? undefined : callerOf(walk.program, active, within)
  const below = own ? active.indexOf(own) : caller ? active.indexOf(caller) + 1 : 0
  return [...active.slice(0, below), { function: within, place }]
}

/**
 * The steps at which code was jumped to that the compiler brought along, and in which the frame ended: for an addition
 * that is checked, or for the message of a `require`. The outermost first.
 */
export const helperEntries = (walk: Walk): number[] => {
  const { program, steps } = walk
  const open: { readonly step: number; readonly isFunction: boolean }[] = []
  for (let step = 0; step < steps.length; step++) {
    const mark = program.map.jump[steps[step]!]
    if (mark === JUMP_IN) open.push({ step, isFunction: walk.frame(step + 1) !== undefined })
    else if (mark === JUMP_OUT) open.pop()
  }
  return open.slice(open.findLastIndex(({ isFunction }) => isFunction) + 1).map(({ step }) => step)
}
