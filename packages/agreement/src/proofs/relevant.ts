/**
 * The variables that the proofs need: those of which something has to be shown that does not follow from one step
 * alone, those that these are made of, and those that they are compared with. Facts about others are not carried along.
 */

import { begunAtOnce } from '../meaning/feeds.ts'
import type { Destination, Effect, Expr, Model, Route, Test } from '../model/model.ts'
import { effectLists, expressions, flatten, inEffect, operands } from '../model/walk.ts'
import type { Exploration } from './control.ts'
import {
  debtVariable,
  dueVariable,
  holdingVariable,
  nextVariable,
  todayVariable,
  valueVariable,
} from './system.ts'

/**
 * @param open effects, acts and expressions of which something is still to be shown.
 * @returns groups of variables that have nothing to do with each other, but for what is agreed and never changes.
 */
export const relevantGroups = (
  model: Model,
  { paths }: Exploration,
  open: ReadonlySet<object>,
): ReadonlySet<number>[] => {
  const uses = usesOf(model, liveEffects(paths, open), open)
  const groups: Set<number>[] = []
  for (const { clause, goal } of uses) {
    if (!goal) continue
    const group = closure(model, uses, goal, clause)
    // What changes in both makes one group of two.
    for (let i = groups.length - 1; i >= 0; i--) {
      if (![...groups[i]!].some((name) => group.has(name) && !isAgreed(model, name))) continue
      for (const name of groups[i]!) group.add(name)
      groups.splice(i, 1)
    }
    groups.push(group)
  }
  return groups
}

/** What happens right before the end matters only to what is still to be shown on the way there. */
const liveEffects = (paths: Exploration['paths'], open: ReadonlySet<object>): ReadonlySet<Effect> => {
  const live = new Set<Effect>()
  for (const { items } of paths) {
    const effects = items.flatMap((item) => (item.kind === 'effect' ? [item.effect] : []))
    const ends = items.at(-1)?.kind === 'end'
    const asks = (effect: Effect) =>
      open.has(effect) ||
      inEffect(effect).some((expr) => [...expressions(expr)].some((part) => open.has(part)))
    const count = ends ? effects.findLastIndex(asks) + 1 : effects.length
    for (const effect of effects.slice(0, count)) live.add(effect)
  }
  return live
}

const isAgreed = ({ values }: Model, name: number): boolean =>
  values[name]?.fixed === 'agreed' || values[name]?.fixed === 'constant'

const closure = (model: Model, uses: readonly Use[], seeds: readonly number[], at: number): Set<number> => {
  const relevant = new Set<number>()
  /** Clauses in which it matters what day it is. */
  const dated = new Set<number>()
  const add = (names: Iterable<number>, clause: number): boolean => {
    const before = relevant.size + dated.size
    for (const name of names) {
      if (name === todayVariable(model)) dated.add(clause)
      relevant.add(name)
    }
    return relevant.size + dated.size > before
  }
  const touches = ({ target, names }: Use): boolean => {
    if (target !== undefined) return relevant.has(target)
    const moving = names.filter((name) => !isAgreed(model, name) && name !== todayVariable(model))
    return (moving.length > 0 ? moving : names).some((name) => relevant.has(name))
  }
  add(seeds, at)
  for (let changed = true; changed; ) {
    changed = false
    for (const use of uses) if (touches(use) && add(use.names, use.clause)) changed = true
    for (const clause of ancestors(model, dated)) {
      if (dated.has(clause)) continue
      dated.add(clause)
      changed = true
    }
    for (const clause of dated) if (add(daysOf(model, clause), clause)) changed = true
  }
  return relevant
}

/** A place where variables meet: in an assignment to one of them, in a comparison, or in something to be shown. */
interface Use {
  readonly clause: number
  readonly target?: number
  readonly names: readonly number[]
  readonly goal?: readonly number[]
}

const usesOf = (model: Model, live: ReadonlySet<Effect>, open: ReadonlySet<object>): Use[] =>
  model.clauses.flatMap(({ timer }, clause): Use[] => {
    const effects = effectLists(model, clause).flatMap((list) => [...flatten(list)])
    const routes = timer?.kind === 'wait' ? timer.routes : []
    const next = { clause, target: nextVariable(model, clause), names: daysOf(model, clause) }
    return [
      ...effects
        .filter((effect) => effect.kind === 'if' || live.has(effect))
        .flatMap((effect) => inEffectUses(model, clause, effect, open)),
      ...routes.flatMap((route) => inRouteUses(model, clause, route, open)),
      ...(timer?.kind === 'repeat' ? [next] : []),
    ]
  })

const inRouteUses = (model: Model, clause: number, route: Route, open: ReadonlySet<object>): Use[] => {
  const { act, guard } = route
  const uses = testUses(model, clause, guard?.tests ?? [], open)
  if (act.kind === 'give') {
    for (const { value, most } of act.given)
      if (most) uses.push({ clause, names: [valueVariable(value), ...variablesIn(model, [most])] })
  }
  if (act.kind !== 'pay') return uses
  const names = variablesIn(model, [act.amount.expr])
  const target = destinationVariable(model, act.to)
  if (target !== undefined) uses.push({ clause, target, names })
  const goal = openVariables(model, [act.amount.expr], open)
  if (open.has(route)) goal.push(...names, ...(target === undefined ? [] : [target]))
  return [...uses, ...(goal.length > 0 ? [{ clause, names: [], goal }] : [])]
}

const destinationVariable = (model: Model, to: Destination): number | undefined => {
  if (to.kind === 'party') return undefined
  return to.kind === 'holding' ? holdingVariable(model, to.index) : debtVariable(model, to.index)
}

const inEffectUses = (model: Model, clause: number, effect: Effect, open: ReadonlySet<object>): Use[] => {
  if (effect.kind === 'if') return testUses(model, clause, effect.condition.tests, open)
  const exprs = inEffect(effect)
  const names = variablesIn(model, exprs)
  const uses: Use[] = []
  const cells: number[] = []
  if (effect.kind === 'release') {
    const from = holdingVariable(model, effect.holding)
    const to = destinationVariable(model, effect.to)
    cells.push(from)
    uses.push({ clause, target: from, names })
    if (to !== undefined) {
      cells.push(to)
      uses.push({ clause, target: to, names: [from, ...names] })
    }
  } else if (effect.kind === 'charge' || effect.kind === 'forgive')
    cells.push(debtVariable(model, effect.debt))
  else if (effect.kind === 'set') cells.push(valueVariable(effect.value))
  if (effect.kind !== 'release') for (const target of cells) uses.push({ clause, target, names })
  const goal = openVariables(model, exprs, open)
  // What is charged or set is asked about by itself, what is taken against what is there.
  if (open.has(effect))
    goal.push(...names, ...(effect.kind === 'release' || effect.kind === 'forgive' ? cells : []))
  return [...uses, ...(goal.length > 0 ? [{ clause, names: [], goal }] : [])]
}

const testUses = (model: Model, clause: number, tests: readonly Test[], open: ReadonlySet<object>): Use[] =>
  tests.map((test) => {
    const goal = openVariables(model, operands(test), open)
    return { clause, names: variablesIn(model, operands(test)), ...(goal.length > 0 && { goal }) }
  })

/** Variables of parts of which something is to be shown: that they are not negative, or not zero. */
const openVariables = (model: Model, exprs: readonly Expr[], open: ReadonlySet<object>): number[] =>
  exprs
    .flatMap((expr) => [...expressions(expr)])
    .flatMap((expr) => (open.has(expr) ? variablesIn(model, [expr]) : []))

const variablesIn = (model: Model, exprs: readonly Expr[]): number[] =>
  exprs
    .flatMap((expr) => [...expressions(expr)])
    .flatMap((expr): number[] => {
      switch (expr.op) {
        case 'value':
          return [valueVariable(expr.value)]
        case 'holding':
          return [holdingVariable(model, expr.holding)]
        case 'debt':
          return [debtVariable(model, expr.debt)]
        case 'today':
          return [todayVariable(model)]
        case 'next':
        case 'last':
          return [nextVariable(model, expr.clause), dueVariable(model, expr.clause)]
        case 'cell':
          return variablesIn(model, model.tables[expr.table]!.columns[expr.column]!.cells)
        default:
          return []
      }
    })

/** The day of a clause's timer, and what it is made of. */
const daysOf = (model: Model, clause: number): number[] => {
  const { timer } = model.clauses[clause]!
  if (!timer) return []
  const due = dueVariable(model, clause)
  if (timer.kind === 'repeat') return [due, nextVariable(model, clause), ...variablesIn(model, [timer.from])]
  if (timer.kind === 'delay') return [due, ...variablesIn(model, [timer.day])]
  return [due, ...variablesIn(model, [timer.limit.kind === 'by' ? timer.limit.day : timer.limit.span])]
}

/** Clauses that begin some others, directly or not. */
const ancestors = (model: Model, clauses: ReadonlySet<number>): Set<number> => {
  const found = new Set(clauses)
  for (let changed = true; changed; ) {
    changed = false
    model.clauses.forEach((_, clause) => {
      if (found.has(clause)) return
      const begun = effectLists(model, clause).flatMap((list) => [...begunAtOnce(model, list)])
      if (!begun.some((each) => found.has(each))) return
      found.add(clause)
      changed = true
    })
  }
  return found
}
