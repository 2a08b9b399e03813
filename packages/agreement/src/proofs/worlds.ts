/**
 * Expressions as linear forms. What is not linear becomes a variable of its own of which bounds are known; a lesser or
 * greater of two is either of them, so one world becomes two.
 */
import { monthSpan } from '../calendar.ts'
import { staticDay, staticSpan } from '../model/fold.ts'
import { interval } from '../model/interval.ts'
import type { Expr } from '../model/model.ts'
import { type Ratio, ratio } from '../ratio.ts'
import {
  atLeastZero,
  type Constraint,
  constant,
  isConstant,
  keyOf,
  type Linear,
  minus,
  plus,
  times,
  variable,
} from './linear.ts'
import {
  axiom,
  debtVariable,
  holdingVariable,
  implies,
  isRigid,
  isWhole,
  nextVariable,
  type System,
  shares,
  termVariable,
  todayVariable,
  valueVariable,
} from './system.ts'

/** One way in which a step can go. */
export interface World {
  readonly system: System
  /** What each variable that has changed is now, in terms of what all were when the step began. */
  readonly store: ReadonlyMap<number, Linear>
  readonly facts: readonly Constraint[]
  /** Terms of which the facts say what is known. */
  readonly terms: ReadonlySet<number>
  /** Rows that have been taken of each table. */
  readonly rows: readonly number[]
  readonly notes: Notes
}

/** What is found out about expressions on the way. */
export interface Notes {
  /** Differences that may be negative. */
  readonly negative: Set<Expr>
  /** Divisors that may be zero. */
  readonly zero: Map<Expr, World>
}

export interface In<T> {
  readonly world: World
  readonly is: T
}

export const know = (world: World, ...facts: readonly (Constraint | undefined)[]): World => {
  const more = facts.filter((fact) => fact !== undefined)
  return more.length === 0 ? world : { ...world, facts: [...world.facts, ...more] }
}

export const set = (world: World, name: number, linear: Linear): World => ({
  ...world,
  store: new Map(world.store).set(name, linear),
})

export const now = ({ store }: World, name: number): Linear => store.get(name) ?? variable(name)

export const nonNegative = ({ system }: World, linear: Linear, strict = false): Constraint | undefined =>
  atLeastZero(linear, isWhole(system), strict)

const bind = <A, B>(list: readonly In<A>[], next: (each: In<A>) => readonly In<B>[]): In<B>[] =>
  list.flatMap(next)

/** A quantity in smallest units, a day, or a duration. */
export const evaluate = (world: World, expr: Expr): In<Linear>[] => {
  const { model } = world.system
  const one = (is: Linear): In<Linear>[] => [{ world, is }]
  switch (expr.op) {
    case 'number':
      return one(constant(expr.value))
    case 'span':
      return one(constant(ratio(BigInt(expr.count))))
    case 'date':
      return one(constant(ratio(BigInt(expr.day))))
    case 'choice':
      return one(constant(ratio(BigInt(expr.choice))))
    case 'value': {
      const { exact, type } = model.values[expr.value]!
      if (exact) return one(constant(exact))
      const look = (index: number) => model.values[index]
      const count =
        type.kind === 'date'
          ? staticDay(look, expr)
          : type.kind === 'duration'
            ? staticSpan(look, expr)
            : undefined
      if (count !== undefined) return one(constant(ratio(BigInt(count))))
      const is = now(world, valueVariable(expr.value))
      return one(type.kind === 'share' ? shares(is) : is)
    }
    case 'holding':
      return one(now(world, holdingVariable(model, expr.holding)))
    case 'debt':
      return one(now(world, debtVariable(model, expr.debt)))
    case 'cell': {
      const row = world.rows[expr.table]!
      if (row === 0) return one(unknown(world, expr).is)
      return evaluate(world, model.tables[expr.table]!.columns[expr.column]!.cells[row - 1]!)
    }
    case 'today':
      return one(now(world, todayVariable(model)))
    case 'price': {
      const found = unknown(world, expr)
      return [{ world: know(found.world, nonNegative(world, found.is)), is: found.is }]
    }
    case 'next':
      return one(now(world, nextVariable(model, expr.clause)))
    case 'last':
      return [lastRound(world, expr.clause)]
    case 'sum':
      return sum(world, expr)
    case 'days':
      return bind(evaluate(world, expr.to), (to) =>
        evaluate(to.world, expr.from).map((from) => difference(from.world, expr, minus(to.is, from.is))),
      )
    case 'shift':
      return shift(world, expr)
    case 'least':
    case 'earliest':
    case 'greatest':
    case 'latest':
      return extreme(world, expr.left, expr.right, expr.op === 'least' || expr.op === 'earliest')
    case 'product':
    case 'quotient':
      return product(world, expr)
  }
}

/** A variable of which only the interval is known. */
const unknown = (world: World, expr: Expr): In<Linear> => {
  const { low, high } = interval(world.system.model, expr)
  const key = `${JSON.stringify(expr, (_, value) => (typeof value === 'bigint' ? String(value) : value))}`
  return fresh(world, key, { rigid: false, whole: false }, (is) => [
    low && nonNegative(world, minus(is, constant(low))),
    high && nonNegative(world, minus(constant(high), is)),
  ])
}

/** A variable for a term, with what is known of it: for good if it is rigid, else in this world. */
export const fresh = (
  world: World,
  key: string,
  kind: { rigid: boolean; whole: boolean },
  facts: (is: Linear) => readonly (Constraint | undefined)[],
): In<Linear> => {
  const { system, terms } = world
  const { name, isNew } = termVariable(system, key, kind)
  const is = variable(name)
  if (kind.rigid) {
    if (isNew) for (const fact of facts(is)) axiom(system, fact)
    return { world, is }
  }
  if (terms.has(name)) return { world, is }
  return { world: know({ ...world, terms: new Set(terms).add(name) }, ...facts(is)), is }
}

const sum = (world: World, expr: Extract<Expr, { op: 'sum' }>): In<Linear>[] => {
  let worlds: In<Linear>[] = [{ world, is: constant(ratio(0n)) }]
  for (const { minus: less, expr: part } of expr.terms) {
    worlds = bind(worlds, (before) =>
      evaluate(before.world, part).map((each) => ({
        world: each.world,
        is: less ? minus(before.is, each.is) : plus(before.is, each.is),
      })),
    )
  }
  if (!expr.terms.some((part) => part.minus)) return worlds
  return worlds.map((each) => difference(each.world, expr, each.is))
}

/** Notes whether a difference may be negative: the emitter counts without a sign where it never is. */
const difference = (world: World, expr: Expr, is: Linear): In<Linear> => {
  const { system, facts, notes } = world
  const { low } = interval(system.model, expr)
  if (!(low && low.n >= 0n) && !notes.negative.has(expr) && !implies(system, facts, is))
    notes.negative.add(expr)
  return { world, is }
}

const lastRound = (world: World, clause: number): In<Linear> => {
  const { model } = world.system
  const next = now(world, nextVariable(model, clause))
  const { timer } = model.clauses[clause]!
  const most =
    timer?.kind === 'repeat' ? (timer.measure === 'months' ? monthSpan(timer.count)[1] : timer.count) : 0
  return fresh(world, `last ${clause} ${keyOf(next)}`, { rigid: false, whole: true }, (is) => [
    nonNegative(world, minus(next, is)),
    nonNegative(world, plus(minus(is, next), constant(ratio(BigInt(most))))),
  ])
}

const shift = (world: World, expr: Extract<Expr, { op: 'shift' }>): In<Linear>[] =>
  bind(evaluate(world, expr.day), (day) =>
    evaluate(day.world, expr.span).map((span): In<Linear> => {
      const sign = expr.back ? -1n : 1n
      if (expr.measure === 'days') return { world: span.world, is: plus(day.is, times(span.is, ratio(sign))) }
      const { low, high } = interval(world.system.model, expr.span)
      const [a, b] = [low!, high!].map((each) => monthSpan(Number(sign * each.n)))
      const [fewest, most] = [Math.min(a![0], b![0]), Math.max(a![1], b![1])]
      return months(
        span.world,
        day.is,
        isConstant(span.is) ? String(sign * span.is.constant.n) : `${sign}*${keyOf(span.is)}`,
        fewest,
        most,
      )
    }),
  )

/** So many months after a day: between so many days. */
export const months = (
  world: World,
  day: Linear,
  count: string,
  fewest: number,
  most: number,
): In<Linear> => {
  if (count === '0') return { world, is: day }
  return fresh(
    world,
    `${keyOf(day)} + ${count} months`,
    { rigid: isRigid(world.system, day), whole: true },
    (is) => [
      nonNegative(world, minus(minus(is, day), constant(ratio(BigInt(fewest))))),
      nonNegative(world, minus(plus(day, constant(ratio(BigInt(most)))), is)),
    ],
  )
}

const extreme = (world: World, a: Expr, b: Expr, low: boolean): In<Linear>[] =>
  bind(evaluate(world, a), (left) =>
    bind(evaluate(left.world, b), (right) => pick(right.world, left.is, right.is, low)),
  )

/** The lesser or the greater of two: two worlds, of which the impossible one is left out. */
export const pick = (world: World, a: Linear, b: Linear, low: boolean): In<Linear>[] => {
  const { system, facts } = world
  const [over, under] = low ? [a, b] : [b, a]
  if (implies(system, facts, minus(under, over))) return [{ world, is: a }]
  if (implies(system, facts, minus(over, under))) return [{ world, is: b }]
  return [
    { world: know(world, nonNegative(world, minus(under, over))), is: a },
    { world: know(world, nonNegative(world, minus(over, under))), is: b },
  ]
}

/** A chain of products and quotients: what is multiplied, and what it is divided by. */
const factors = (expr: Expr): { over: Expr[]; under: Expr[] } => {
  if (expr.op !== 'product' && expr.op !== 'quotient') return { over: [expr], under: [] }
  const [left, right] = [factors(expr.left), factors(expr.right)]
  return expr.op === 'product'
    ? { over: [...left.over, ...right.over], under: [...left.under, ...right.under] }
    : { over: [...left.over, ...right.under], under: [...left.under, ...right.over] }
}

const product = (world: World, expr: Expr): In<Linear>[] => {
  const { over, under } = factors(expr)
  const all = [...over, ...under]
  let worlds: In<Linear[]>[] = [{ world, is: [] }]
  for (const part of all) {
    worlds = bind(worlds, (before) =>
      evaluate(before.world, part).map((each) => ({ world: each.world, is: [...before.is, each.is] })),
    )
  }
  return worlds.map(({ world: at, is }) =>
    multiplyAll(at, over, is.slice(0, over.length), under, is.slice(over.length)),
  )
}

const multiplyAll = (
  world: World,
  over: readonly Expr[],
  factorsOver: readonly Linear[],
  under: readonly Expr[],
  factorsUnder: readonly Linear[],
): In<Linear> => {
  const { system, facts, notes } = world
  const rest = factorsOver.map((is, i) => ({ is, expr: over[i]! }))
  let scale = ratio(1n)
  const divisors: Linear[] = []
  let partOfOne = false
  let always = true
  factorsUnder.forEach((by, i) => {
    const [expr, isPositive] = [under[i]!, positive(world, under[i]!, by)]
    if (!isPositive) notes.zero.set(expr, world)
    if (isConstant(by) && by.constant.n !== 0n) {
      scale = ratio(scale.n * by.constant.d, scale.d * by.constant.n)
      return
    }
    // A part of the divisor: their ratio lies between 0 and 1.
    const part = isPositive
      ? rest.findIndex(({ is }) => implies(system, facts, is) && implies(system, facts, minus(by, is)))
      : -1
    if (part >= 0) {
      const { is } = rest[part]!
      always &&=
        implies(system, [], is) && implies(system, [], minus(by, is)) && implies(system, [], by, true)
      rest.splice(part, 1)
      partOfOne = true
    } else divisors.push(by)
  })
  let is = constant(scale)
  let at = world
  for (const factor of rest) {
    const result = multiplyTwo(at, is, factor.is, factor.expr)
    ;[at, is] = [result.world, result.is]
  }
  for (const by of divisors) {
    const result = divideBy(at, is, by)
    ;[at, is] = [result.world, result.is]
  }
  if (!partOfOne) return { world: at, is }
  const whole = is
  const key = `part of ${keyOf(whole)} by ${[...factorsOver, ...factorsUnder].map(keyOf).join(' ')}`
  // What holds only under the conditions of this step must not become an axiom.
  const rigid = always && [...factorsOver, ...factorsUnder].every((each) => isRigid(system, each))
  return fresh(at, `${key}${rigid ? '' : ' here'}`, { rigid, whole: false }, (part) =>
    implies(system, rigid ? [] : at.facts, whole)
      ? [nonNegative(at, part), nonNegative(at, minus(whole, part))]
      : [],
  )
}

const positive = ({ system, facts }: World, expr: Expr, is: Linear): boolean => {
  const { low } = interval(system.model, expr)
  return (low !== undefined && low.n > 0n) || expr.op === 'price' || implies(system, facts, is, true)
}

const multiplyTwo = (world: World, a: Linear, b: Linear, expr: Expr): In<Linear> => {
  if (isConstant(a)) return { world, is: times(b, a.constant) }
  if (isConstant(b)) return { world, is: times(a, b.constant) }
  const { system, facts } = world
  const bounds = interval(system.model, expr)
  const rigid = isRigid(system, a) && isRigid(system, b)
  const [first, second] = [keyOf(a), keyOf(b)].sort()
  return fresh(world, `${first} * ${second}`, { rigid, whole: false }, (is) => {
    if (!implies(system, rigid ? [] : facts, a)) return []
    return [
      bounds.low && nonNegative(world, minus(is, times(a, bounds.low))),
      bounds.high && nonNegative(world, minus(times(a, bounds.high), is)),
      ...lowOf(world, b, bounds.low, is, a),
    ]
  })
}

/** If the second factor is not negative either, so is the product, whatever the bounds say. */
const lowOf = (
  world: World,
  b: Linear,
  low: Ratio | undefined,
  is: Linear,
  a: Linear,
): (Constraint | undefined)[] => {
  if (low && low.n >= 0n) return []
  const rigid = isRigid(world.system, a) && isRigid(world.system, b)
  return implies(world.system, rigid ? [] : world.facts, b) ? [nonNegative(world, is)] : []
}

const divideBy = (world: World, a: Linear, by: Linear): In<Linear> => {
  const { system, facts } = world
  const rigid = isRigid(system, a) && isRigid(system, by)
  return fresh(world, `${keyOf(a)} / ${keyOf(by)}`, { rigid, whole: false }, (is) => {
    const known = rigid ? [] : facts
    if (!implies(system, known, a) || !implies(system, known, by)) return []
    // By a whole number that is not zero a quotient is not more than what is divided.
    const whole = implies(system, known, minus(by, constant(ratio(1n))))
    return [nonNegative(world, is), whole ? nonNegative(world, minus(a, is)) : undefined]
  })
}
