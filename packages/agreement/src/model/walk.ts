/** Ways through a model that several stages need. */
import type { Condition, Effect, Expr, Model, Route, Test } from './model.ts'

/** The expressions that an expression is made of, itself first. */
export function* expressions(expr: Expr): Generator<Expr> {
  yield expr
  for (const part of parts(expr)) yield* expressions(part)
}

const parts = (expr: Expr): readonly Expr[] => {
  switch (expr.op) {
    case 'sum':
      return expr.terms.map((term) => term.expr)
    case 'product':
    case 'quotient':
    case 'least':
    case 'greatest':
    case 'earliest':
    case 'latest':
      return [expr.left, expr.right]
    case 'days':
      return [expr.from, expr.to]
    case 'shift':
      return [expr.day, expr.span]
    default:
      return []
  }
}

export const operands = (test: Test): readonly Expr[] =>
  test.op === 'compare' || test.op === 'same' ? [test.left, test.right] : []

/** Expressions that stand in a condition. */
export const inCondition = (condition: Condition | undefined): readonly Expr[] =>
  condition?.tests.flatMap(operands) ?? []

/** Expressions that stand in one effect itself; for a condition those of its tests, not of what follows. */
export const inEffect = (effect: Effect): readonly Expr[] => {
  switch (effect.kind) {
    case 'release':
    case 'forgive':
      return effect.amount ? [effect.amount.expr] : []
    case 'charge':
      return [effect.amount.expr]
    case 'set':
      return [effect.to.expr]
    case 'if':
      return inCondition(effect.condition)
    default:
      return []
  }
}

/** Effects with those inside of conditions, in the order of the text. */
export function* flatten(effects: readonly Effect[]): Generator<Effect> {
  for (const effect of effects) {
    yield effect
    if (effect.kind !== 'if') continue
    yield* flatten(effect.then)
    yield* flatten(effect.otherwise)
  }
}

/** Expressions that an act reads before its effects: bounds, guard and amount. */
export const inRoute = ({ act, guard }: Route): readonly Expr[] => [
  ...(act.kind === 'pay' ? [act.amount.expr] : []),
  ...(act.kind === 'give' ? act.given.flatMap(({ most }) => (most ? [most] : [])) : []),
  ...inCondition(guard),
]

/** Lists of effects of a clause, each with what sets it off. */
export const effectLists = (model: Model, clause: number): readonly (readonly Effect[])[] => {
  const { opening, timer } = model.clauses[clause]!
  if (!timer) return [opening]
  if (timer.kind === 'wait') return [opening, ...timer.routes.map(({ effects }) => effects), timer.otherwise]
  if (timer.kind === 'repeat') return [opening, timer.each, timer.afterwards]
  return [opening, timer.effects]
}
