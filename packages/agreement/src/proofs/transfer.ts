/** What a step does to what is known, and what it asks to be proved on the way. */

import type { Code } from '../codes.ts'
import type { Destination, Effect, Expr, Model, Portion, Rounded, Route } from '../model/model.ts'
import { MOST_MONEY, SHARE_PARTS } from '../model/range.ts'
import { greater, negate, type Ratio, ratio } from '../ratio.ts'
import type { Place } from '../syntax/place.ts'
import { assume, zero } from './assume.ts'
import { bounds, withinBounds } from './bounds.ts'
import type { Item, Label, Path } from './control.ts'
import { type Constraint, constant, type Linear, minus, plus, times, variable } from './linear.ts'
import { project, tidy } from './project.ts'
import { round } from './rounding.ts'
import {
  debtVariable,
  dueVariable,
  holdingVariable,
  implies,
  isPossible,
  least,
  type System,
  signingVariable,
  termVariable,
  todayVariable,
  valueVariable,
} from './system.ts'
import { nextRound, wait } from './waits.ts'
import { evaluate, know, type Notes, nonNegative, now, pick, set, type World } from './worlds.ts'

/** Something that must hold, whatever happens. */
export interface Goal {
  readonly code: Code
  readonly place: Place
  readonly sentence: string
  /** What is asked of it: the effect, the route or a divisor. */
  readonly about: Effect | Route | Expr
  readonly linear: Linear
  readonly world: World
}

export interface Transfer {
  /** What is known after each way of the step; none if it cannot happen. */
  readonly after: readonly (readonly Constraint[])[]
  readonly failed: readonly Goal[]
  /** Goals that were proved, as `code line:column`. */
  readonly proved: readonly string[]
  /** Differences that may be negative. */
  readonly negative: readonly Expr[]
  /** The most that each charge can be; undefined where nothing bounds it. */
  readonly charged: ReadonlyMap<Effect, Ratio | undefined>
  /** Changes in an act that may be out of bounds, so that it is refused. */
  readonly refusable: readonly Effect[]
  /** Cells that an act may lift above the most that an act may. */
  readonly lifted: readonly number[]
}

interface Step {
  readonly model: Model
  readonly system: System
  readonly label: Label
  readonly failed: Goal[]
  readonly proved: Set<string>
  readonly charged: Map<Effect, Ratio | undefined>
  readonly refusable: Set<Effect>
}

/** @param alone whether to ask only what follows from the step alone, and not what is known after it. */
export const transfer = (
  system: System,
  path: Path,
  before: readonly Constraint[],
  alone = false,
): Transfer => {
  const { model } = system
  const step: Step = {
    model,
    system,
    label: path.label,
    failed: [],
    proved: new Set(),
    charged: new Map(),
    refusable: new Set(),
  }
  const rows = path.items.flatMap((item) => ('rows' in item ? [item.rows] : []))[0] ?? []
  const notes: Notes = { negative: new Set(), zero: new Map() }
  const start: World = { system, store: new Map(), facts: before, terms: new Set(), rows, notes }
  let worlds: World[] = enterStep(step, start)
  for (const item of path.items) {
    worlds = worlds.flatMap((world) =>
      follow(step, 'rows' in item ? { ...world, rows: item.rows } : world, item),
    )
  }
  const possible = alone ? worlds : worlds.filter((world) => isPossible(system, world.facts))
  const forgotten = closedIn(model, path)
  return {
    after: alone ? [] : possible.map((world) => project(system, world.facts, world.store, forgotten)),
    failed: step.failed,
    proved: [...step.proved],
    negative: [...notes.negative],
    charged: step.charged,
    refusable: [...step.refusable],
    lifted: path.label.kind === 'act' ? liftedIn(model, possible) : [],
  }
}

/** The day of the step, and what an act gives. */
const enterStep = (step: Step, world: World): World[] => {
  const { model, label } = step
  const today = todayVariable(model)
  if (label.kind === 'signing') {
    const day = set(atFirst(world), today, variable(signingVariable(model)))
    return model.requirements.reduce<World[]>(
      (all, { condition }) => all.flatMap((each) => assume(each, condition, true)),
      [day],
    )
  }
  const due = now(world, dueVariable(model, label.clause))
  if (label.kind === 'time') {
    const then = set(know(world, nonNegative(world, minus(due, variable(today)))), today, due)
    return label.round ? nextRound(then, label.clause) : [then]
  }
  const day = variable(termVariable(step.system, `day of the act`, { rigid: false, whole: true }).name)
  const { timer } = model.clauses[label.clause]!
  const route = timer?.kind === 'wait' ? timer.routes[label.route - 1]! : undefined
  // A wait of hours may fall due later on the day on which somebody acts.
  const margin =
    timer?.kind === 'wait' && timer.limit.kind === 'within' && timer.limit.measure === 'seconds' ? 0n : 1n
  const dated = set(
    know(
      world,
      nonNegative(world, minus(day, variable(today))),
      nonNegative(world, minus(minus(due, day), constant(ratio(margin)))),
    ),
    today,
    day,
  )
  return route?.act.kind === 'give' ? give(step, dated, route) : [dated]
}

/** Nothing is held or owed yet, and what changes has its first value. */
const atFirst = (world: World): World => {
  const { model } = world.system
  let first = world
  model.holdings.forEach((_, i) => {
    first = set(first, holdingVariable(model, i), zero)
  })
  model.debts.forEach((_, i) => {
    first = set(first, debtVariable(model, i), zero)
  })
  model.values.forEach(({ fixed, expr, type }, i) => {
    if (fixed !== 'variable' || type.kind === 'document' || type.kind === 'truth' || type.kind === 'choice')
      return
    const days = type.kind === 'date' || type.kind === 'duration'
    const [is, ...others] = days ? evaluate(first, expr!.expr) : round(first, expr!, type)
    if (is && others.length === 0) first = set(is.world, valueVariable(i), is.is)
  })
  return first
}

const give = (step: Step, world: World, { act }: Route): World[] => {
  let worlds = [world]
  if (act.kind !== 'give') return worlds
  for (const { value, most } of act.given) {
    worlds = worlds.flatMap((each) => {
      const { type, name } = step.model.values[value]!
      const is = variable(termVariable(step.system, `given ${name}`, { rigid: false, whole: true }).name)
      const bounded = withinBounds(set(each, valueVariable(value), is), value, is)
      if (!most) return bounded
      const parts = type.kind === 'share' ? SHARE_PARTS : 1n
      return bounded.flatMap((at) =>
        evaluate(at, most).map((bound) =>
          know(bound.world, nonNegative(bound.world, minus(times(bound.is, ratio(parts)), is))),
        ),
      )
    })
  }
  return worlds
}

const follow = (step: Step, world: World, item: Item): World[] => {
  switch (item.kind) {
    case 'test':
      return assume(world, item.condition, item.passed, item.known).map((each) =>
        divisors(step, each, item.place, item.condition.sentence),
      )
    case 'enter':
      return enterAct(step, world, item)
    case 'effect':
      return happen(step, world, item.effect)
    case 'wait':
      return wait(step, world, item.clause)
    case 'end':
      return [world]
  }
}

/** Whatever was divided by must not be zero. */
const divisors = (step: Step, world: World, place: Place, sentence: string): World => {
  for (const [expr, at] of world.notes.zero)
    step.failed.push({ code: 'DEED_L605', place, sentence, about: expr, linear: zero, world: at })
  world.notes.zero.clear()
  return world
}

const goal = (
  step: Step,
  world: World,
  code: Code,
  { place, sentence }: { readonly place: Place; readonly sentence: string },
  about: Goal['about'],
  linear: Linear,
): World => {
  if (implies(step.system, world.facts, linear)) step.proved.add(`${code} ${place.line}:${place.column}`)
  else step.failed.push({ code, place, sentence, about, linear, world })
  // What follows is not to be blamed for it too.
  return know(world, nonNegative(world, linear))
}

// ---- acts and effects ----------------------------------------------------------------------------------------------

const enterAct = (
  step: Step,
  world: World,
  { clause, route: number }: Extract<Item, { kind: 'enter' }>,
): World[] => {
  const { model } = step
  const { timer } = model.clauses[clause]!
  const route = timer?.kind === 'wait' ? timer.routes[number - 1]! : undefined
  if (!route) return [world]
  const { act } = route
  if (act.kind === 'give') return [divisors(step, world, route.place, route.sentence)]
  if (act.kind === 'deliver') return [world]
  return round(world, act.amount).flatMap((paid): World[] => {
    const at = divisors(step, paid.world, route.place, route.sentence)
    if (act.upTo) {
      const is = variable(termVariable(step.system, 'amount paid', { rigid: false, whole: true }).name)
      const some = know(
        at,
        nonNegative(at, minus(is, constant(ratio(1n)))),
        nonNegative(at, minus(paid.is, is)),
      )
      return deposit(step, some, is, act.to, route, route)
    }
    return deposit(step, goal(step, at, 'DEED_L602', route, route, paid.is), paid.is, act.to, route, route)
  })
}

type Said = { readonly place: Place; readonly sentence: string }

const deposit = (
  step: Step,
  world: World,
  is: Linear,
  to: Destination,
  said: Said,
  about: Goal['about'],
): World[] => {
  const { model } = step
  if (to.kind === 'party') return [world]
  if (to.kind === 'holding') {
    const cell = holdingVariable(model, to.index)
    return [set(world, cell, plus(now(world, cell), is))]
  }
  const cell = debtVariable(model, to.index)
  const owed = now(world, cell)
  return [set(goal(step, world, 'DEED_L603', said, about, minus(owed, is)), cell, minus(owed, is))]
}

const happen = (step: Step, world: World, effect: Effect): World[] => {
  const { model } = step
  switch (effect.kind) {
    case 'release': {
      if (model.tokens[model.holdings[effect.holding]!.token]!.kind === 'unique') return [world]
      const cell = holdingVariable(model, effect.holding)
      return takeFrom(step, world, cell, effect, effect).flatMap(({ world: at, is }) =>
        deposit(step, at, is, effect.to, effect, effect),
      )
    }
    case 'forgive':
      return takeFrom(step, world, debtVariable(model, effect.debt), effect, effect).map(
        ({ world: at }) => at,
      )
    case 'charge':
      return rounded(step, world, effect.amount, effect).map(({ world: at, is }) => {
        const cell = debtVariable(model, effect.debt)
        noteCharge(step, at, effect, is)
        return set(goal(step, at, 'DEED_L602', effect, effect, is), cell, plus(now(at, cell), is))
      })
    case 'set':
      return assign(step, world, effect)
    default:
      return [world]
  }
}

const noteCharge = ({ system, charged }: Step, world: World, effect: Effect, is: Linear): void => {
  const found = least(system, world.facts, times(is, ratio(-1n)))
  if (found.status === 'infeasible') return
  const most = found.status === 'optimal' ? negate(found.value) : undefined
  const before = charged.get(effect)
  charged.set(
    effect,
    most && (!charged.has(effect) || before) ? (before ? greater(before, most) : most) : undefined,
  )
}

const rounded = (step: Step, world: World, amount: Rounded, said: Said) =>
  round(world, amount).map(({ world: at, is }) => ({
    world: divisors(step, at, said.place, said.sentence),
    is,
  }))

/** Takes a portion out of a holding or a debt. */
const takeFrom = (step: Step, world: World, cell: number, { portion, amount }: Portion, effect: Effect) => {
  const there = now(world, cell)
  if (portion === 'all') return [{ world: set(world, cell, zero), is: there }]
  return rounded(step, world, amount, effect).flatMap(({ world: at, is }) => {
    const positive = goal(step, at, 'DEED_L602', effect, effect, is)
    if (portion === 'exactly') {
      const covered = goal(step, positive, 'DEED_L601', effect, effect, minus(there, is))
      return [{ world: set(covered, cell, minus(there, is)), is }]
    }
    return pick(positive, is, there, true).map((taken) => ({
      world: set(taken.world, cell, minus(there, taken.is)),
      is: taken.is,
    }))
  })
}

const assign = (step: Step, world: World, effect: Extract<Effect, { kind: 'set' }>): World[] => {
  const { type, name } = step.model.values[effect.value]!
  const cell = valueVariable(effect.value)
  if (type.kind === 'document' || type.kind === 'truth' || type.kind === 'choice') {
    const is = variable(termVariable(step.system, `chosen ${name}`, { rigid: false, whole: true }).name)
    return [set(world, cell, is)]
  }
  const found =
    type.kind === 'date' || type.kind === 'duration'
      ? evaluate(world, effect.to.expr)
      : round(world, effect.to, type)
  return found.map(({ world: rounded_, is }) => {
    let at = divisors(step, rounded_, effect.place, effect.sentence)
    for (const { linear } of bounds(at, effect.value)) {
      // An act is refused where its value would be out of bounds; a timer cannot be.
      if (step.label.kind === 'act') {
        if (!implies(step.system, at.facts, linear(is))) step.refusable.add(effect)
        at = know(at, nonNegative(at, linear(is)))
      } else at = goal(step, at, 'DEED_L604', effect, effect, linear(is))
    }
    return set(at, cell, is)
  })
}

// ---- the end of a step ---------------------------------------------------------------------------------------------

/** Days of timers that run no more. */
const closedIn = (model: Model, { label, items }: Path): ReadonlySet<number> => {
  const closed = new Set<number>()
  const often = (label_: Extract<Label, { kind: 'act' }>) => {
    const { timer } = model.clauses[label_.clause]!
    return timer?.kind === 'wait' && timer.routes[label_.route - 1]!.often
  }
  if (label.kind === 'time' && !label.round) closed.add(label.clause)
  if (label.kind === 'act' && !often(label)) closed.add(label.clause)
  for (const item of items) {
    if (item.kind === 'effect' && item.effect.kind === 'close') closed.add(item.effect.clause)
    if (item.kind === 'effect' && item.effect.kind === 'resume') closed.add(item.effect.clause)
    if (item.kind === 'wait') closed.delete(item.clause)
  }
  return new Set([...closed].map((clause) => dueVariable(model, clause)))
}

const liftedIn = (model: Model, worlds: readonly World[]): number[] => {
  const cells = [
    ...model.holdings.map((_, i) => holdingVariable(model, i)),
    ...model.debts.map((_, i) => debtVariable(model, i)),
  ]
  return cells.filter((cell) =>
    worlds.some((world) => {
      const is = world.store.get(cell)
      if (!is) return false
      const most = minus(constant(ratio(MOST_MONEY)), is)
      return (
        !implies(world.system, world.facts, minus(variable(cell), is)) &&
        !implies(world.system, world.facts, most)
      )
    }),
  )
}

export const keyOfFacts = (facts: readonly Constraint[]): string =>
  tidy(facts)
    .map(({ key }) => key)
    .join(';')
