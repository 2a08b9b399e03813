/**
 * Debts stay within what a contract can count. Acts lift none above 2^120; this bounds what timers alone can add to
 * that until the deed has ended: their number is bounded, and so is what each of them charges.
 */
import { type Finding, finding, write } from '../finding.ts'
import { interval } from '../model/interval.ts'
import type { Effect, Expr, Model } from '../model/model.ts'
import { MOST_MONEY } from '../model/range.ts'
import { effectLists, expressions, flatten } from '../model/walk.ts'
import type { Ratio } from '../ratio.ts'
import type { Exploration } from './control.ts'

/** Kept in an `uint128`, with room to spare. */
const MOST_DEBT = 2 ** 127
const MOST_TIMERS = 50_000

export const growthFindings = (
  model: Model,
  exploration: Exploration,
  mostCharged: ReadonlyMap<Effect, Ratio>,
): Finding[] => {
  const lists = model.clauses
    .flatMap((_, clause) => effectLists(model, clause).map(chargesIn))
    .filter((list) => list.length > 0)
  if (lists.length === 0) return []
  const timers = timersAtMost(model, exploration)
  let bounds = model.debts.map(() => Number(MOST_MONEY))
  // Each timer may be any of them, so every one is let run as often as there can be timers.
  for (let step = 0; step < timers; step++) {
    const after = lists
      .map((list) => charged(model, list, bounds, mostCharged))
      .reduce((a, b) => a.map((each, i) => Math.max(each, b[i]!)))
    if (after.every((each, i) => each === bounds[i])) break
    bounds = after
    const debt = bounds.findIndex((each) => !(each < MOST_DEBT))
    if (debt >= 0) return [tooLarge(model, debt, lists.flat())]
  }
  return []
}

const tooLarge = (model: Model, debt: number, effects: readonly Charge[]): Finding => {
  const { name, token } = model.debts[debt]!
  // What is charged in proportion to a debt is what makes it grow.
  const charges = effects.filter((each) => each.debt === debt)
  const effect =
    charges.find((each) => [...expressions(each.amount.expr)].some(({ op }) => op === 'debt')) ??
    charges[0] ??
    effects[0]!
  return finding(
    'DEED_L607',
    effect.place,
    `${name} may grow beyond what a contract can count if nobody acts.`,
    write(
      `- ${effect.sentence.replace(/^Charge (.*) to /, `Charge lesser of ($1) and 1,000 ${model.tokens[token]!.name} to `)}`,
    ),
  )
}

type Charge = Extract<Effect, { kind: 'charge' }>

const chargesIn = (effects: readonly Effect[]): Charge[] =>
  [...flatten(effects)].filter((effect) => effect.kind === 'charge')

const charged = (
  model: Model,
  list: readonly Charge[],
  before: readonly number[],
  mostCharged: ReadonlyMap<Effect, Ratio>,
): number[] => {
  const bounds = [...before]
  for (const effect of list) {
    const known = mostCharged.get(effect)
    const most = known ? Number(known.n) / Number(known.d) : upper(model, effect.amount.expr, bounds)
    // Binary fractions round, so a little is added.
    bounds[effect.debt] = bounds[effect.debt]! + most * (1 + 1e-9) + 1
  }
  return bounds
}

/** The most that an expression can be while debts are at most so large. */
const upper = (model: Model, expr: Expr, bounds: readonly number[]): number => {
  switch (expr.op) {
    case 'debt':
      return bounds[expr.debt]!
    case 'sum':
      return expr.terms.reduce(
        (sum, term) => sum + (term.minus ? -lower(model, term.expr) : upper(model, term.expr, bounds)),
        0,
      )
    case 'product':
      return upper(model, expr.left, bounds) * upper(model, expr.right, bounds)
    case 'quotient': {
      const least = lower(model, expr.right)
      return least > 0 ? upper(model, expr.left, bounds) / least : Number.POSITIVE_INFINITY
    }
    case 'least':
      return Math.min(upper(model, expr.left, bounds), upper(model, expr.right, bounds))
    case 'greatest':
      return Math.max(upper(model, expr.left, bounds), upper(model, expr.right, bounds))
    default: {
      const { high } = interval(model, expr)
      return high ? Number(high.n) / Number(high.d) : Number.POSITIVE_INFINITY
    }
  }
}

const lower = (model: Model, expr: Expr): number => {
  const { low } = interval(model, expr)
  return low ? Number(low.n) / Number(low.d) : Number.NEGATIVE_INFINITY
}

/** How many timers can run one after the other without an act between them. */
const timersAtMost = (model: Model, { states, edges, paths }: Exploration): number => {
  const begun = new Map<string, Set<string>>()
  const key = (clause: number, rows: number) => `${clause} ${rows}`
  const rowsOf = (state: number) => states[state]!.rows.reduce((sum, each) => sum + each, 0)
  for (const { from, to, path } of edges) {
    const { label, items } = paths[path]!
    if (label.kind !== 'time' || from < 0) continue
    const after = states[to]!.ended ? rowsOf(from) : rowsOf(to)
    const at = key(label.clause, rowsOf(from))
    const next = begun.get(at) ?? new Set()
    for (const item of items) {
      if (item.kind === 'wait') next.add(key(item.clause, after))
      if (item.kind === 'effect' && item.effect.kind === 'resume') next.add(key(item.effect.clause, after))
    }
    begun.set(at, next)
  }
  const known = new Map<string, number>()
  const count = (at: string, seen: ReadonlySet<string>): number => {
    const found = known.get(at)
    if (found !== undefined) return found
    // A circle of timers has been refused before.
    if (seen.has(at)) return MOST_TIMERS
    const { timer } = model.clauses[Number(at.split(' ')[0])]!
    const own = timer?.kind === 'repeat' ? timer.mostTimes + 1 : 1
    let sum = 0
    for (const next of begun.get(at) ?? []) sum += count(next, new Set(seen).add(at))
    const total = Math.min(MOST_TIMERS, own * (1 + sum))
    known.set(at, total)
    return total
  }
  return Math.min(
    MOST_TIMERS,
    model.clauses.reduce(
      (sum, _, clause) =>
        sum +
        Math.max(
          0,
          ...[...begun.keys()].filter((at) => at.startsWith(`${clause} `)).map((at) => count(at, new Set())),
        ),
      0,
    ),
  )
}
