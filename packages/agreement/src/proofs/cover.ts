/**
 * What is known of figures in each control state: sets of inequalities, carried along the steps until nothing changes.
 * Where two ways meet only what both imply is kept, and none is invented; where they meet again and again, only what
 * was known before, so that it comes to an end.
 */
import type { Effect, Expr, Model } from '../model/model.ts'
import { greater, lesser, type Ratio } from '../ratio.ts'
import { stateAxioms } from './axioms.ts'
import { fittingValues } from './bounds.ts'
import type { Exploration } from './control.ts'
import { atLeastZero, type Constraint, constant, keyOf, minus, toLinear } from './linear.ts'
import { topological } from './order.ts'
import { tidy } from './project.ts'
import { relevantGroups } from './relevant.ts'
import { OutOfBudget } from './simplex.ts'
import { implies, isStronger, isWhole, least, newSystem, type System } from './system.ts'
import { type Goal, keyOfFacts, type Transfer, transfer } from './transfer.ts'

export interface Cover {
  /** What could not be proved, each with the control state before the step. */
  readonly failed: readonly Failed[]
  /** Goals that were proved. */
  readonly proved: number
  /** Differences that may be negative where they are worked out. */
  readonly negative: ReadonlySet<Expr>
  /** By clause and act: cells that the act may lift too far. */
  readonly lifted: ReadonlyMap<string, ReadonlySet<number>>
  /** Changes that an act has to look at, since they may be out of bounds. */
  readonly refusable: ReadonlySet<Effect>
  /** First values that are certainly within their bounds. */
  readonly fitting: ReadonlySet<number>
  /** The most that a charge can be, where there is such a bound. */
  readonly mostCharged: ReadonlyMap<Effect, Ratio>
  readonly system: System
  /** The proof was broken off: it would have taken too long. */
  readonly tooHard: boolean
}

/** Pivots for one deed: some two seconds. */
const MOST_PIVOTS = 60_000
/** Meetings at one state after which only what was known there before is kept. */
const MEETINGS = 4

export const proveCover = (model: Model, exploration: Exploration, pivots = MOST_PIVOTS): Cover => {
  const system = newSystem(model, { pivots })
  const found: Found = {
    goals: new Set(),
    failed: new Map(),
    negative: new Map(),
    lifted: new Map(),
    charged: new Map(),
    refusable: new Map(),
  }
  const result = () => ({
    failed: firstOfEach([...found.failed.values()]),
    proved: found.goals.size,
    negative: new Set([...found.negative.values()].flatMap((list) => [...list])),
    lifted: found.lifted,
    mostCharged: mostOfEach(found.charged),
    refusable: new Set([...found.refusable.values()].flatMap((set) => [...set])),
    fitting,
    system,
  })
  let fitting: ReadonlySet<number> = new Set()
  try {
    found.negative.set(-1, stateAxioms(system))
    fitting = fittingValues(system)
    lookAlone(system, exploration, found)
    const open = new Set<object>(result().negative)
    for (const { about } of found.failed.values()) open.add(about)
    for (const group of relevantGroups(model, exploration, open)) {
      system.relevant = group
      lookAtStates(newProver(system, exploration), found)
    }
  } catch (error) {
    if (!(error instanceof OutOfBudget)) throw error
    return { ...result(), tooHard: true }
  }
  return { ...result(), tooHard: false }
}

/** By edge, what is still to be shown after all that was looked at: what one group of facts shows is shown. */
interface Found {
  readonly goals: Set<string>
  readonly failed: Map<string, Failed>
  readonly negative: Map<number, ReadonlySet<Expr>>
  readonly lifted: Map<string, ReadonlySet<number>>
  /** The most that a charge can be in a step; undefined where nothing bounds it. */
  readonly charged: Map<number, ReadonlyMap<Effect, Ratio | undefined>>
  readonly refusable: Map<number, ReadonlySet<Effect>>
}

export type Failed = Goal & { readonly from: number; readonly path: number }

/** What does not follow from the steps alone. */
const lookAlone = (system: System, { edges, paths }: Exploration, found: Found): void => {
  const steps = paths.map((path) => transfer(system, path, [], true))
  edges.forEach(({ from, path }, edge) => {
    const { failed, proved, negative, lifted, charged, refusable } = steps[path]!
    for (const key of proved) found.goals.add(key)
    for (const goal of failed) found.failed.set(`${edge} ${keyOfGoal(goal)}`, { ...goal, from, path })
    if (negative.length > 0) found.negative.set(edge, new Set(negative))
    if (charged.size > 0) found.charged.set(edge, charged)
    if (refusable.length > 0) found.refusable.set(edge, new Set(refusable))
    const { label } = paths[path]!
    if (label.kind !== 'act') return
    const act = `${label.clause}.${label.route}`
    found.lifted.set(act, new Set([...(found.lifted.get(act) ?? []), ...lifted]))
  })
}

const keyOfGoal = ({ code, place, linear }: Goal): string =>
  `${code} ${place.line}:${place.column} ${keyOf(linear)}`

/** What does not follow from what is known in the states before the steps either. */
const lookAtStates = (prover: Prover, found: Found): void => {
  const { edges, paths } = prover.exploration
  const before = fixpoint(prover)
  const still = new Map<string, Set<number>>()
  edges.forEach(({ from, path }, edge) => {
    const set = from < 0 ? intern(prover, []) : before[from]
    const done = set === undefined ? undefined : run(prover, path, set)
    for (const key of done?.proved ?? []) found.goals.add(key)
    const places = new Set(done?.failed.map((goal) => `${goal.code} ${goal.place.line}:${goal.place.column}`))
    for (const [key, goal] of found.failed) {
      if (!key.startsWith(`${edge} `)) continue
      if (!places.has(`${goal.code} ${goal.place.line}:${goal.place.column}`)) found.failed.delete(key)
      else {
        const now = done!.failed.find(({ code, place }) => code === goal.code && place === goal.place)!
        found.failed.set(key, { ...now, from, path })
      }
    }
    const negative = found.negative.get(edge)
    if (negative) found.negative.set(edge, new Set(done?.negative.filter((expr) => negative.has(expr))))
    const refusable = found.refusable.get(edge)
    if (refusable)
      found.refusable.set(edge, new Set(done?.refusable.filter((effect) => refusable.has(effect))))
    // A step that cannot happen charges nothing.
    const charged = [...(found.charged.get(edge) ?? [])].filter(([effect]) => done?.charged.has(effect))
    found.charged.set(
      edge,
      new Map(charged.map(([effect, most]) => [effect, tighter(most, done!.charged.get(effect))])),
    )
    const { label } = paths[path]!
    if (label.kind !== 'act') return
    const act = `${label.clause}.${label.route}`
    still.set(act, new Set([...(still.get(act) ?? []), ...(done?.lifted ?? [])]))
  })
  for (const [act, cells] of still) {
    const known = found.lifted.get(act)
    if (known) found.lifted.set(act, new Set([...known].filter((cell) => cells.has(cell))))
  }
}

const tighter = (a: Ratio | undefined, b: Ratio | undefined): Ratio | undefined =>
  a && b ? lesser(a, b) : (a ?? b)

const mostOfEach = (charged: Found['charged']): ReadonlyMap<Effect, Ratio> => {
  const most = new Map<Effect, Ratio | undefined>()
  for (const step of charged.values()) {
    for (const [effect, bound] of step) {
      const before = most.get(effect)
      most.set(
        effect,
        bound && (!most.has(effect) || before) ? (before ? greater(before, bound) : bound) : undefined,
      )
    }
  }
  return new Map([...most].flatMap(([effect, bound]) => (bound ? [[effect, bound]] : [])))
}

/** The first way to each thing that could not be shown. */
const firstOfEach = (failed: readonly Failed[]): Failed[] => {
  const first = new Map<string, Failed>()
  for (const goal of failed) {
    const key = `${goal.code} ${goal.place.line}:${goal.place.column}`
    if (!first.has(key)) first.set(key, goal)
  }
  return [...first.values()]
}

interface Prover {
  readonly system: System
  readonly exploration: Exploration
  /** Sets of inequalities by number; equal sets have one. */
  readonly sets: (readonly Constraint[])[]
  readonly ids: Map<string, number>
  readonly transfers: Map<string, Transfer & { readonly joined: number | undefined }>
  readonly joins: Map<string, number>
}

const newProver = (system: System, exploration: Exploration): Prover => ({
  system,
  exploration,
  sets: [],
  ids: new Map(),
  transfers: new Map(),
  joins: new Map(),
})

const intern = ({ sets, ids }: Prover, facts: readonly Constraint[]): number => {
  const key = keyOfFacts(facts)
  const known = ids.get(key)
  if (known !== undefined) return known
  ids.set(key, sets.length)
  sets.push(tidy(facts))
  return sets.length - 1
}

/** By state: the set of what is known in it; undefined for a state that cannot be reached. */
const fixpoint = (prover: Prover): (number | undefined)[] => {
  const { states, edges } = prover.exploration
  const outgoing = states.map(() => [] as (typeof edges)[number][])
  for (const edge of edges) if (edge.from >= 0) outgoing[edge.from]!.push(edge)
  const { place, circular } = topological(
    states.length,
    outgoing.map((list) => list.map(({ to }) => to)),
  )
  const byPlace = states.map((_, state) => state).sort((a, b) => place[a]! - place[b]!)
  const known = new Array<number | undefined>(states.length).fill(undefined)
  const meetings = new Array<number>(states.length).fill(0)
  /** Places of the states that are to be looked at. */
  const waiting = new Set<number>()
  const arrive = (to: number, set: number | undefined): void => {
    if (set === undefined || states[to]!.ended) return
    const before = known[to]
    const after =
      before === undefined ? set : join(prover, before, set, circular[to]! && meetings[to]! > MEETINGS)
    if (after === before) return
    meetings[to]!++
    known[to] = after
    waiting.add(place[to]!)
  }
  for (const { from, to, path } of edges)
    if (from < 0) arrive(to, run(prover, path, intern(prover, [])).joined)
  while (waiting.size > 0) {
    const first = Math.min(...waiting)
    waiting.delete(first)
    const state = byPlace[first]!
    for (const { to, path } of outgoing[state]!) arrive(to, run(prover, path, known[state]!).joined)
  }
  return known
}

const run = (prover: Prover, path: number, set: number) => {
  const key = `${path} ${set}`
  const done = prover.transfers.get(key)
  if (done) return done
  const { system, exploration, sets } = prover
  const found = transfer(system, exploration.paths[path]!, sets[set]!)
  const joined = found.after
    .map((facts) => intern(prover, facts))
    .reduce<number | undefined>((a, b) => (a === undefined ? b : join(prover, a, b, false)), undefined)
  const result = { ...found, joined }
  prover.transfers.set(key, result)
  return result
}

/**
 * What holds in both; of a variable that both bound the weaker bound.
 *
 * @param narrow keep of `a` only what `b` implies as it is, so that a set that is met again and again can only shrink.
 */
const join = (prover: Prover, a: number, b: number, narrow: boolean): number => {
  if (a === b) return a
  const key = `${a} ${b} ${narrow}`
  const known = prover.joins.get(key)
  if (known !== undefined) return known
  const { system, sets } = prover
  const [left, right] = [sets[a]!, sets[b]!]
  const kept = left.map((fact) => weakened(system, fact, right))
  const changed = kept.some((each, i) => each !== left[i])
  const more = narrow || !changed ? [] : right.map((fact) => weakened(system, fact, left))
  const found = narrow ? kept.filter((each, i) => each === left[i]) : [...kept, ...more]
  const result = changed ? intern(prover, tidy(found)) : a
  prover.joins.set(key, result)
  return result
}

/** A fact as far as others imply it: of one variable with their bound, if that is weaker. */
const weakened = (
  system: System,
  fact: Constraint,
  others: readonly Constraint[],
): Constraint | undefined => {
  if (others.some((other) => isStronger(other, fact))) return fact
  const sum = toLinear(fact)
  if (fact.vars.length > 1) return implies(system, others, sum) ? fact : undefined
  const found = least(system, others, sum)
  if (found.status === 'infeasible') return fact
  if (found.status !== 'optimal') return undefined
  const slack = atLeastZero(minus(sum, constant(found.value)), isWhole(system))
  return !slack || slack.bound >= fact.bound ? fact : slack
}
