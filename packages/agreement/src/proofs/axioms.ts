/** What the declarations say of values, and the agreed first days of the days of rounds: it holds in every state. */
import { monthSpan } from '../calendar.ts'
import type { Expr, Value } from '../model/model.ts'
import { SHARE_PARTS } from '../model/range.ts'
import { ratio } from '../ratio.ts'
import type { Anchor } from './anchors.ts'
import { assume } from './assume.ts'
import { atLeastZero, constant, type Linear, minus, plus, times, variable } from './linear.ts'
import { round } from './rounding.ts'
import {
  axiom,
  implies,
  isRigid,
  isWhole,
  nextVariable,
  type System,
  signingVariable,
  todayVariable,
  valueVariable,
} from './system.ts'
import { evaluate, months, set, type World } from './worlds.ts'

/** @returns differences of what is agreed that may be negative. */
export const stateAxioms = (system: System): ReadonlySet<Expr> => {
  const { model } = system
  const world = plainWorld(system)
  for (const index of model.derived) {
    const { fixed, exact } = model.values[index]!
    if (fixed === 'constant' && !exact) define(world, index)
  }
  model.values.forEach((value, index) => {
    declare(world, value, index)
  })
  const signing = set(world, todayVariable(model), variable(signingVariable(model)))
  for (const { condition } of model.requirements) {
    const worlds = assume(signing, condition, true)
    if (worlds.length === 1) for (const fact of worlds[0]!.facts) axiom(system, fact)
  }
  model.clauses.forEach((_, clause) => {
    limitRounds(world, clause)
  })
  return world.notes.negative
}

/** A world of which only the axioms are known. */
const plainWorld = (system: System): World => ({
  system,
  store: new Map(),
  facts: [],
  terms: new Set(),
  rows: system.model.tables.map(() => 0),
  notes: { negative: new Set(), zero: new Map() },
})

/** Whether so many days after the last signature are never later than a day of what was agreed. */
export const signedBefore = (system: System, days: number, anchor: Anchor): boolean => {
  const base: Expr =
    'date' in anchor.base ? { op: 'date', day: anchor.base.date } : { op: 'value', value: anchor.base.value }
  const span: Expr = { op: 'span', count: anchor.months, measure: 'months' }
  const day: Expr =
    anchor.months === 0 ? base : { op: 'shift', day: base, span, measure: 'months', back: false }
  const [found] = evaluate(plainWorld(system), day)
  const after = plus(found!.is, constant(ratio(BigInt(anchor.days - days))))
  return implies(system, found!.world.facts, minus(after, variable(signingVariable(system.model))))
}

const always = (system: System, linear: Linear): void => axiom(system, atLeastZero(linear, isWhole(system)))

/** A constant is what it was defined as, rounded. */
const define = (world: World, index: number): void => {
  const { system } = world
  const { type, expr } = system.model.values[index]!
  if (type.kind === 'document' || type.kind === 'truth' || type.kind === 'choice') return
  const days = type.kind === 'date' || type.kind === 'duration'
  const found = days ? evaluate(world, expr!.expr) : round(world, expr!, type)
  // A lesser or greater of two is either: nothing that always holds.
  if (found.length !== 1) return
  const difference = minus(variable(valueVariable(index)), found[0]!.is)
  always(system, difference)
  always(system, times(difference, ratio(-1n)))
}

const declare = (world: World, { type, low, high }: Value, index: number): void => {
  const parts = ratio(type.kind === 'share' ? SHARE_PARTS : 1n)
  const is = variable(valueVariable(index))
  for (const [bound, sign] of [
    [low, 1n],
    [high, -1n],
  ] as const) {
    if (!bound) continue
    const found = evaluate(world, bound)
    if (found.length === 1) always(world.system, times(minus(is, times(found[0]!.is, parts)), ratio(sign)))
  }
}

const limitRounds = (world: World, clause: number): void => {
  const { system } = world
  const { timer } = system.model.clauses[clause]!
  if (timer?.kind !== 'repeat') return
  const [from, ...others] = evaluate(world, timer.from)
  if (!from || others.length > 0 || !isRigid(system, from.is)) return
  const next = variable(nextVariable(system.model, clause))
  const count = timer.count * timer.mostTimes
  const last =
    timer.measure === 'days'
      ? plus(from.is, constant(ratio(BigInt(count))))
      : months(world, from.is, String(count), ...monthSpan(count)).is
  always(system, minus(next, from.is))
  always(system, minus(last, next))
}
