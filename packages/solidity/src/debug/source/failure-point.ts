/**
 * The statement at which a frame failed. The last instruction would tell, if compilers did not let statements
 * share code: an optimizer makes one `revert` of many, and marks it with the place of one of them. So this looks first at where
 * code of the compiler's own was entered, then at the last branch, which is nobody else's, and at last for what is
 * written that says the same as the frame did.
 */
import { type FunctionRange, outlineOf, type WrittenFunction } from './outline.ts'
import type { Place } from './program.ts'
import { functionsNamedIn } from './reach.ts'
import { type Saying, signOf } from './saying.ts'
import type { SourceFile } from './source-file.ts'
import { codeOf, type Statement, statementAround } from './statement.ts'
import { helperEntries, type Walk } from './walk.ts'

export interface FailurePoint {
  readonly place: Place
  /** How many steps of the walk lead there. */
  readonly steps: number
}

/**
 * @param entry what the frame was called for
 * @returns undefined where nothing tells
 */
export const failurePoint = (
  walk: Walk,
  saying: Saying,
  entry: WrittenFunction | undefined,
): FailurePoint | undefined => {
  const { length } = walk.steps
  const last = lastPlaced(walk, length)
  if (saying.kind === 'halt') return last
  const sign = signOf(saying)
  const helper = enteredHelper(walk)
  if (helper && says(helper, sign)) return helper
  if (saying.kind !== 'panic') {
    const raised = last && raisedPoint(walk, saying, sign, last)
    if (raised) return raised
  }
  const near = helper ?? last
  if (near && says(near, sign)) return near
  return written(walk, saying, sign, near, entry) ?? near
}

/** The last step before the first `count` that belongs to a statement. */
export const lastPlaced = (walk: Walk, count: number): FailurePoint | undefined => {
  for (let step = count - 1; step >= 0; step--) {
    const place = walk.place(step)
    if (place) return { place, steps: step + 1 }
  }
  return undefined
}

const says = ({ place }: FailurePoint, sign: RegExp): boolean => {
  const { start, end } = statementAround(place.file, place.start)
  return sign.test(textIn(place.file, start, end))
}

/** What a sign is looked for in: strings count too, for a message is one. */
const textIn = (file: SourceFile, start: number, end: number): string =>
  codeOf(file, 'strings').slice(start, end)

const enteredHelper = (walk: Walk): FailurePoint | undefined => {
  // The dispatcher is no statement.
  for (const step of helperEntries(walk)) {
    const point = lastPlaced(walk, step + 1)
    if (point && point.steps > step + 1 - NEAR_STEPS) return isLeft(walk, point) ? undefined : point
  }
  return undefined
}

/** It was left without a mark if other statements followed; a few instructions are constants that are shared. */
const isLeft = (walk: Walk, point: FailurePoint): boolean => {
  const { file, start } = point.place
  const statement = statementAround(file, start)
  let elsewhere = 0
  for (let at = point.steps; at < walk.steps.length; at++) {
    const place = walk.place(at)
    if (place && !(place.file === file && contains(statement, place))) elsewhere++
  }
  return elsewhere > SHARED_STEPS
}

const NEAR_STEPS = 16
const SHARED_STEPS = 8

/** Where `revert` or `require` raised the error. */
const raisedPoint = (
  walk: Walk,
  saying: Saying,
  sign: RegExp,
  last: FailurePoint,
): FailurePoint | undefined => {
  const branch = lastBranch(walk)
  const isRaised = (place: Place) =>
    RAISES.test(textIn(place.file, place.start, place.start + place.length)) || isErrorOf(place)
  const isErrorOf = ({ file, start, length }: Place) =>
    saying.kind === 'custom' &&
    new RegExp(`^(?:[\\w$]+\\.)*${escaped(saying.name)}\\s*[({]`).test(textIn(file, start, start + length))
  const isSign = (place: Place) =>
    isRaised(place) && sign.test(textIn(place.file, place.start, place.start + place.length))
  const after: FailurePoint[] = []
  for (let step = branch?.steps ?? 0; step < walk.steps.length; step++) {
    const place = walk.place(step)
    if (place && isSign(place)) after.push({ place, steps: step + 1 })
  }
  if (!branch) return after[0]
  const { file } = branch.place
  const statement = statementAround(file, branch.place.start)
  const isWithin = ({ place }: FailurePoint) => place.file === file && contains(statement, place)
  const outside = after.find((point) => !isWithin(point))
  const inside = after.find(isWithin) ?? findIn(branch, statement, isSign)
  if (inside && (branch.runsBody || (!outside && (saying.kind !== 'nothing' || isWithin(last)))))
    return inside
  return outside
}

const RAISES = /^(?:require|revert)\b/

const escaped = (name: string): string => name.replaceAll('$', '\\$&')

interface Branch extends FailurePoint {
  /** What stands under the condition was run, or the condition did not hold that was required. */
  readonly runsBody: boolean
}

const lastBranch = (walk: Walk): Branch | undefined => {
  const { program, steps } = walk
  for (let step = steps.length - 2; step >= 0; step--) {
    const instruction = steps[step]!
    if (program.map.opcode[instruction] !== JUMPI) continue
    const place = walk.place(step)
    if (!place) continue
    const isTaken = steps[step + 1] !== instruction + 1
    return { place, steps: step + 1, runsBody: isTaken === program.isInverted }
  }
  return undefined
}

const JUMPI = 0x57

/** What raises it within a statement whose branch alone is known. */
const findIn = (
  { place, steps }: Branch,
  { start, end }: Statement,
  isSign: (place: Place) => boolean,
): FailurePoint | undefined => {
  for (const { index } of codeOf(place.file)
    .slice(start, end)
    .matchAll(/\b(?:require|revert)\b/g)) {
    const found = { ...place, ...spanAt(place.file, start + index) }
    if (isSign(found)) return { place: found, steps }
  }
  return undefined
}

/** A statement from a byte on, without its semicolon. */
const spanAt = (file: SourceFile, start: number): Pick<Place, 'start' | 'length'> => ({
  start,
  length: Math.max(1, statementAround(file, start).end - start - 1),
})

const contains = ({ start, end }: Statement, place: Place): boolean =>
  place.start >= start && place.start + place.length <= end

/**
 * What is written that would say it: compiled by way of Yul, a statement may have no place of its own. It is looked for
 * behind the last place in its function, then in the functions that this one calls, then in what the frame was called for.
 */
const written = (
  walk: Walk,
  saying: Saying,
  sign: RegExp,
  near: FailurePoint | undefined,
  entry: WrittenFunction | undefined,
): FailurePoint | undefined => {
  const steps = near?.steps ?? walk.steps.length
  const searched = saying.kind === 'nothing' ? RAISES_ANYWHERE : (calledFunction(saying, near, entry) ?? sign)
  const scopes: { readonly file: SourceFile; readonly within: FunctionRange; readonly start: number }[] = []
  if (near?.place.within) {
    const { file, start, within } = near.place
    const statement = statementAround(file, start)
    scopes.push({ file, within, start: statement.end })
    for (const named of functionsNamedIn(walk.program, file, statement.start, statement.end))
      scopes.push({ file: named.file, within: named.function, start: named.function.body })
  }
  if (entry) scopes.push({ file: entry.file, within: entry.function, start: entry.function.body })
  for (const { file, within, start } of scopes) {
    const places = matches(file, start, within.end, searched).map((at) => ({
      file,
      within,
      ...spanAt(file, statementAround(file, at).start),
    }))
    const distinct = places.filter((place, at) => place.start !== places[at - 1]?.start)
    // Of a frame that said nothing, only one statement leaves no doubt.
    if (saying.kind === 'nothing' ? distinct.length === 1 : distinct.length > 0)
      return { place: distinct[0]!, steps }
  }
  return undefined
}

const RAISES_ANYWHERE = /\b(?:require|revert)\s*\(/

const matches = (file: SourceFile, start: number, end: number, sign: RegExp): number[] =>
  [...textIn(file, start, end).matchAll(new RegExp(sign, 'g'))].map(({ index }) => start + index)

/** Panics that only names can tell: an enum's, or a variable's that holds a function. */
const calledFunction = (
  saying: Saying,
  near: FailurePoint | undefined,
  entry: WrittenFunction | undefined,
): RegExp | undefined => {
  const file = near?.place.file ?? entry?.file
  if (saying.kind !== 'panic' || !file) return undefined
  const names =
    saying.code === 0x21
      ? [...outlineOf(file).enums.keys()].map((name) => name.split('.').at(-1)!)
      : saying.code === 0x51
        ? [...codeOf(file).matchAll(FUNCTION_VARIABLE)].map((match) => match[1]!)
        : []
  return names.length > 0 ? new RegExp(`\\b(?:${names.map(escaped).join('|')})\\s*\\(`) : undefined
}

/** `function (uint256) internal view returns (bool) check;` */
const FUNCTION_VARIABLE = /\bfunction\s*\([^)]*\)(?:[^;={(]|\([^)]*\))*?\b([\w$]+)\s*[;=,)]/g
