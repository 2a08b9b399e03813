/** Lives of a deed on both sides, led to what has not been seen yet, until the two differ or enough was seen. */
import { DAY_SECONDS } from '../src/calendar.ts'
import { type Cover, controlOf, newCover } from './cover.ts'
import { drawStep } from './draw.ts'
import { type Random, randomOf } from './random.ts'
import { type House, openHouse, type Position, type Setting, settle } from './setting.ts'
import { stateDifference } from './state.ts'
import { type Step, type Taken, take } from './step.ts'
import type { Subject } from './subject.ts'
import { drawTerms, type Terms } from './terms.ts'

/** A life that can be lived again: terms, then steps. */
export interface Life {
  readonly terms: Terms
  readonly steps: readonly Step[]
}

export interface Difference {
  readonly life: Life
  /** In what the two sides differ after the last step, or about the terms if there is none. */
  readonly what: string
}

export interface Validation {
  readonly lives: number
  readonly steps: number
  readonly refused: number
  readonly cover: Cover
  readonly difference?: Difference
  /** The dearest act and timer, in gas of execution. */
  readonly gas: { act: number; timer: number }
}

/** Steps of one life at most. */
const MOST_STEPS = 30
/** Lives after which new terms are agreed on. */
const LIVES_OF_TERMS = 12
/** Positions that are kept of each control state. */
const KEPT = 4
/** One of so many steps is followed by a comparison of everything, and one of so many lives goes on in silence. */
const LOOKS = 8
const SILENCES = 6

interface Kept {
  readonly setting: Setting
  readonly position: Position
  readonly terms: Terms
  /** The steps that led here; those that were refused left nothing behind. */
  readonly path: Path | undefined
}

interface Path {
  readonly before: Path | undefined
  readonly step: Step
  readonly length: number
}

const stepsOf = (path: Path | undefined): Step[] => {
  const steps: Step[] = []
  for (let at = path; at; at = at.before) steps.push(at.step)
  return steps.reverse()
}

/** Steps beyond which a position is not kept: nobody wants to read of more. */
const MOST_KEPT_STEPS = 120

export const validate = (
  subject: Subject,
  lives: number,
  seed: number,
  onEach: (done: number) => void = () => {},
): Validation => {
  const random = randomOf(seed)
  const house = openHouse(subject)
  const cover = newCover(subject.model, subject.exploration)
  const kept = new Map<number, Kept[]>()
  const count = { lives: 0, steps: 0, refused: 0, gas: { act: 0, timer: 0 } }
  let root: Kept | undefined
  for (; count.lives < lives; count.lives++) {
    onEach(count.lives)
    if (count.lives % LIVES_OF_TERMS === 0 || !root) {
      const drawn = drawSetting(random, house)
      if ('what' in drawn) return { ...count, cover, difference: drawn }
      root = drawn
    }
    const from = random.chance(0.6) ? (keptWithGoals(random, cover, kept) ?? root) : root
    const difference = live(random, house, cover, kept, from, count)
    if (difference) return { ...count, cover, difference }
  }
  return { ...count, cover }
}

const drawSetting = (random: Random, house: House): Kept | Difference => {
  for (;;) {
    const terms = drawTerms(random, house.subject.model)
    const setting = settle(house, terms)
    if ('difference' in setting) return { life: { terms, steps: [] }, what: setting.difference }
    if ('start' in setting) return { setting, position: setting.start, terms, path: undefined }
  }
}

/** A position in a control state in which there is something to see. */
const keptWithGoals = (random: Random, cover: Cover, kept: ReadonlyMap<number, Kept[]>): Kept | undefined => {
  const states = [...kept.keys()].filter((state) =>
    cover.goals[state]!.some(({ key }) => !cover.seen.has(key)),
  )
  return states.length === 0 ? undefined : random.pick(kept.get(random.pick(states))!)
}

const live = (
  random: Random,
  house: House,
  cover: Cover,
  kept: Map<number, Kept[]>,
  from: Kept,
  count: { steps: number; refused: number; gas: { act: number; timer: number } },
): Difference | undefined => {
  const { setting, terms } = from
  const steps: Step[] = []
  let { position, path } = from
  const lived = (): Life => ({ terms, steps: [...stepsOf(from.path), ...steps] })
  let after = 0
  for (let i = 0; i < MOST_STEPS; i++) {
    const before = position.state.begun ? controlOf(cover, position.state) : undefined
    const step = drawStep(random, house, cover, position)
    steps.push(step)
    const differs = (what: string): Difference => ({ life: lived(), what })
    const wasDue = position.state.clauses.some(({ due }) => due !== 0 && due <= step.at)
    const taken = take(setting, position, step)
    count.steps++
    if (taken.result !== 'done') count.refused++
    if (taken.difference !== undefined) return differs(taken.difference)
    position = taken.position
    if (before !== undefined) note(cover, before, step, taken, wasDue)
    if (taken.result === 'done') {
      path = { before: path, step, length: (path?.length ?? 0) + 1 }
      // With what runs before it an act takes what that takes too.
      if (step.kind === 'act' && !wasDue) count.gas.act = Math.max(count.gas.act, Number(taken.gasUsed))
      if (step.kind === 'keep' && step.most === 1)
        count.gas.timer = Math.max(count.gas.timer, Number(taken.gasUsed))
    }
    if (position.state.begun) {
      const control = controlOf(cover, position.state)
      if (control === undefined) return differs('the deed is in a control state that the proofs do not know')
      cover.visited.add(control)
      if ((path?.length ?? 0) <= MOST_KEPT_STEPS)
        keep(random, kept, control, { setting, position, terms, path })
    }
    if (random.below(LOOKS) === 0 || position.state.ended) {
      const difference = stateDifference(setting, position)
      if (difference) return differs(difference)
    }
    if (position.state.ended && after++ > 2) break
  }
  if (random.below(SILENCES) !== 0) return undefined
  return unkept(setting, position, lived()) ?? silence(setting, position, lived())
}

const keep = (random: Random, kept: Map<number, Kept[]>, control: number, each: Kept): void => {
  const list = kept.get(control) ?? []
  kept.set(control, list)
  if (list.length < KEPT) list.push(each)
  else if (random.chance(0.2)) list[random.below(KEPT)] = each
}

/** Which goal of the state before it a step has met. */
const note = (
  { goals, seen }: Cover,
  before: number,
  step: Step,
  { result, events }: Taken,
  wasDue: boolean,
): void => {
  // Whatever is due runs first, also before an act.
  const elapsed = /^Elapsed\((\d+),/.exec(events[0] ?? '')?.[1]
  for (const { key, clause, route, way } of goals[before]!) {
    if (way === 'time' && elapsed === String(clause + 1)) seen.add(key)
    if (step.kind !== 'act' || wasDue || step.payer !== undefined) continue
    if (step.clause !== clause || step.route !== route) continue
    if (way === 'right' && result === 'done') seen.add(key)
    if (way === 'unmet' && result.startsWith('ConditionNotMet')) seen.add(key)
    if (way === 'wrong' && result.startsWith('NotYourAct')) seen.add(key)
    if (way === 'out' && result.startsWith('OutOfBounds')) seen.add(key)
  }
}

const YEARS_OF_SILENCE = 12
const YEAR_SECONDS = 366 * DAY_SECONDS

/** The same life without any keeper comes to the same state, if only somebody calls in the end. */
const unkept = (setting: Setting, kept: Position, life: Life): Difference | undefined => {
  let position = setting.start
  for (const step of life.steps) {
    if (step.kind === 'keep') continue
    const taken = take(setting, position, step)
    if (taken.difference !== undefined) return { life, what: `without a keeper: ${taken.difference}` }
    // More was due than one call may run: without a keeper this step cannot be taken.
    if (taken.result.startsWith('BehindSchedule')) return undefined
    position = taken.position
  }
  const [a, b] = [kept, { ...position, clock: kept.clock }].map((each) => shownState(caughtUp(setting, each)))
  return a === b ? undefined : { life, what: `with a keeper the state is ${a}, and without ${b}` }
}

/** Everything that is due has run. */
const caughtUp = (setting: Setting, from: Position): Position => {
  let position = from
  for (;;) {
    const taken = take(setting, position, { kind: 'keep', most: 100, at: from.clock })
    if (taken.result !== 'done') return position
    position = taken.position
  }
}

/** All of a state but the instant of its last step. */
const shownState = ({ state }: Position): string =>
  JSON.stringify({ ...state, now: 0 }, (_, value) => (typeof value === 'bigint' ? String(value) : value))

/** Nobody does anything any more, and somebody calls in the end: the deed is over, and holds nothing. */
const silence = (setting: Setting, from: Position, life: Life): Difference | undefined => {
  const steps = [...life.steps]
  const differs = (what: string): Difference => ({ life: { terms: life.terms, steps }, what })
  const at = from.clock + YEARS_OF_SILENCE * YEAR_SECONDS
  let position = from
  for (;;) {
    const step: Step = { kind: 'keep', most: 100, at }
    steps.push(step)
    const taken = take(setting, position, step)
    if (taken.difference !== undefined) return differs(taken.difference)
    position = taken.position
    if (taken.result !== 'done') break
  }
  const { state } = position
  if (state.begun && !state.ended) return differs('after years of silence the deed has not ended')
  if (state.holdings.some((amount) => amount !== 0n)) return differs('the ended deed still holds something')
  const difference = stateDifference(setting, position)
  return difference === undefined ? undefined : differs(difference)
}

/** Lives a life again. @returns in what the sides differ, and after how many steps. */
export const relive = (house: House, { terms, steps }: Life): { what: string; after: number } | undefined => {
  const setting = settle(house, terms)
  if ('difference' in setting) return { what: setting.difference, after: 0 }
  if (!('start' in setting)) return undefined
  let position = setting.start
  for (const [i, step] of steps.entries()) {
    if (step.at < position.clock) return undefined
    const taken = take(setting, position, step)
    if (taken.difference !== undefined) return { what: taken.difference, after: i + 1 }
    position = taken.position
    const difference = stateDifference(setting, position)
    if (difference !== undefined) return { what: difference, after: i + 1 }
  }
  return undefined
}

/** The same difference with as few steps as can be found by leaving some out. */
export const shrink = (house: House, { life, what }: Difference): Difference => {
  let best: Difference = { life, what }
  for (let size = Math.max(1, life.steps.length >> 1); size >= 1; size >>= 1) {
    for (let at = best.life.steps.length - size; at >= 0; at -= size) {
      const steps = best.life.steps.toSpliced(at, size)
      const found = relive(house, { ...life, steps })
      if (!found) continue
      best = { life: { ...life, steps: steps.slice(0, found.after) }, what: found.what }
      at = Math.min(at, best.life.steps.length)
    }
  }
  return best
}
