/** Why a frame failed, at which line, and through which functions it came there. */
import { knownAbis } from '../decode/known-abis.ts'
import { type Reason, reasonOf } from '../decode/reason.ts'
import { codeFrame, lineOf } from '../source/code-frame.ts'
import { type FailurePoint, failurePoint, lastPlaced } from '../source/failure-point.ts'
import { type FunctionRange, outlineOf } from '../source/outline.ts'
import type { Place } from '../source/program.ts'
import type { Saying } from '../source/saying.ts'
import { activeAt, type Walk } from '../source/walk.ts'
import type { Hex } from '../trace/raw-trace.ts'
import { entryName, entryOf, placeOfEntry } from './entry.ts'
import type { Failure, StackLine } from './explanation.ts'
import { booksAround, type Frame, membersOf } from './frames.ts'
import { silentReason } from './silence.ts'
import { lastCall, walkThrough } from './walks.ts'

/** Functions that are told of one frame; a recursion may be a thousand deep. */
const MAX_ACTIVE = 24
/** Failures that each made the next one. */
const MAX_CAUSES = 4

/** @param frame one that failed */
export const explainFailure = (frame: Frame, causes = MAX_CAUSES): Failure => {
  const { reason, point, isHandedOn, isCause } = judge(frame)
  const callee = frame.children.at(-1)
  const walk = walkThrough(frame)
  if (isHandedOn) {
    const inner = explainFailure(callee!, causes)
    return { ...inner, stack: [...inner.stack, ...stackOf(frame, walk, point)] }
  }
  const entry = entryOf(frame)
  const place = point?.place ?? (entry && placeOfEntry(entry))
  const { to } = frame.call
  return {
    reason,
    ...(to && { address: to }),
    ...(frame.contract && { contract: frame.contract.name }),
    ...(place && { code: codeFrame(place) }),
    stack: stackOf(frame, walk, point),
    ...(isCause && causes > 0 && { cause: explainFailure(callee!, causes - 1) }),
  }
}

interface Judgement {
  readonly reason: Reason
  /** Where it failed; for a failure that was handed on, where the call was made that failed. */
  readonly point: FailurePoint | undefined
  /** It failed only because its last call did. */
  readonly isHandedOn: boolean
  /** It failed in words of its own, because its last call did. */
  readonly isCause: boolean
}

/** What a frame that failed failed of. */
export const judge = (frame: Frame): Judgement => {
  const known = JUDGEMENTS.get(frame)
  if (known) return known
  const judgement = judgeAnew(frame)
  JUDGEMENTS.set(frame, judgement)
  return judgement
}

const JUDGEMENTS = new WeakMap<Frame, Judgement>()

const judgeAnew = (frame: Frame): Judgement => {
  const reason = reasonOf(frame.call, [...booksAround(frame), knownAbis()], membersOf(frame.contract))
  const callee = frame.children.at(-1)
  const walk = walkThrough(frame)
  const calledAt = walk && callee ? lastCall(frame, walk) : undefined
  if (callee?.isFailed && isSaidAgain(frame, callee, walk, calledAt))
    return { reason, point: calledAt, isHandedOn: true, isCause: false }
  const own = walk && failurePoint(walk, sayingOf(reason), entryOf(frame))
  const silence = reason.kind === 'nothing' ? silentReason(frame, own) : undefined
  const point = silence !== undefined && own && !isStatement(own) ? undefined : own
  const isCause = callee?.isFailed === true && isLikelyCause(frame, walk, calledAt)
  return { reason: tell(reason, silence, frame, point), point, isHandedOn: false, isCause }
}

const tell = (
  reason: Reason,
  silence: string | undefined,
  frame: Frame,
  point: FailurePoint | undefined,
): Reason => {
  if (silence !== undefined) return { ...reason, text: `reverted: ${silence}` }
  if (reason.kind !== 'halt') return reason
  const walk = walkThrough(frame)
  const opcode = walk?.program.map.opcode[walk.steps.at(-1) ?? -1]
  if (/change state within a static call/.test(reason.text)) {
    const what = FORBIDDEN.get(opcode)
    return what ? { ...reason, text: `${what} within a static call, which must not change anything` } : reason
  }
  if (opcode !== INVALID || !point) return reason
  // Before Solidity 0.8 what is a panic now ran an instruction that there is not.
  const { file, start } = point.place
  const isAssertion = /^assert\b/.test(file.bytes.slice(start, start + 'assert('.length))
  const what = isAssertion
    ? 'an assertion'
    : 'a check that the compiler inserts, of an index or a divisor for instance,'
  return { ...reason, text: `failed: ${what} did not hold` }
}

const INVALID = 0xfe
const FORBIDDEN: ReadonlyMap<number | undefined, string> = new Map([
  [0x55, 'wrote to storage'],
  [0x5d, 'wrote to transient storage'],
  ...[0xa0, 0xa1, 0xa2, 0xa3, 0xa4].map((opcode) => [opcode, 'emitted an event'] as const),
  [0xf0, 'created a contract'],
  [0xf5, 'created a contract'],
  [0xf1, 'sent ether'],
  [0xff, 'destroyed itself'],
])

const sayingOf = (reason: Reason): Saying => {
  if (reason.kind === 'message') return { kind: 'message', text: reason.message! }
  if (reason.kind === 'custom') return { kind: 'custom', name: reason.name! }
  if (reason.kind === 'panic') return { kind: 'panic', code: reason.panic! }
  return reason.kind === 'halt' ? { kind: 'halt' } : { kind: 'nothing' }
}

const isStatement = ({ place }: FailurePoint): boolean =>
  place.within === undefined || place.start >= place.within.body

/** Whether a frame failed only because its last call did, and said the same. */
const isSaidAgain = (
  { call }: Frame,
  callee: Frame,
  walk: Walk | undefined,
  calledAt: FailurePoint | undefined,
): boolean => {
  const said = call.output ?? '0x'
  if (said !== (callee.call.output ?? '0x')) return false
  if (said !== '0x') return true
  // Both said nothing: it was handed on if no other statement came behind the call.
  if (!walk || !calledAt) return true
  const last = lastPlaced(walk, walk.steps.length)!
  return last.place.start === calledAt.place.start && last.place.file === calledAt.place.file
}

/** Its own words for a call that failed: `require(success, "transfer failed")`. */
const isLikelyCause = (
  { call }: Frame,
  walk: Walk | undefined,
  calledAt: FailurePoint | undefined,
): boolean =>
  /revert/i.test(call.error ?? '') && (!walk || !calledAt || walk.steps.length - calledAt.steps < NEAR_STEPS)

/** Instructions between a call that failed and what is made of it. */
const NEAR_STEPS = 400

const stackOf = (frame: Frame, walk: Walk | undefined, point: FailurePoint | undefined): StackLine[] => {
  const { to } = frame.call
  const address: { address?: Hex } = to ? { address: to } : {}
  const active = walk && point ? activeAt(walk, point.steps, point.place) : []
  const entry = entryOf(frame)
  const lines: StackLine[] = active.map(({ function: one, place }) => ({
    function: nameOf(one),
    ...address,
    ...lineIn(place ?? headerOf(one, walk)),
  }))
  const [first] = active
  // Compiled into what it calls, the outermost function may have left no trace.
  if (!first || (entry && !isSameFunction(first.function, entry.function)))
    lines.unshift({
      function: entry ? nameOf(entry.function) : (entryName(frame) ?? 'unknown code'),
      ...address,
      ...(entry && { at: lineOf(placeOfEntry(entry)) }),
    })
  lines.reverse()
  const { length } = lines
  if (length <= MAX_ACTIVE) return lines
  const half = MAX_ACTIVE / 2
  return [...lines.slice(0, half), { function: `… ${length - MAX_ACTIVE} more` }, ...lines.slice(-half)]
}

/** A function that was compiled into another is shown where it begins. */
const headerOf = (one: FunctionRange, walk: Walk | undefined): Place | undefined => {
  const file = walk?.program.files.find((known) => outlineOf(known).functions.includes(one))
  return file && placeOfEntry({ file, function: one })
}

const lineIn = (place: Place | undefined): Pick<StackLine, 'at'> => (place ? { at: lineOf(place) } : {})

const isSameFunction = (a: FunctionRange, b: FunctionRange): boolean =>
  a === b || (a.name === b.name && a.contract === b.contract && a.start === b.start)

const nameOf = ({ name, contract }: FunctionRange): string => (contract ? `${contract}.${name}` : name)
