/** What a deed waits for, and which acts are possible, as its contract would list them. */
import type { Condition, Expr, Model, Route } from '../model/model.ts'
import { expressions, operands } from '../model/walk.ts'
import { compare, ratio } from '../ratio.ts'
import { holds, money, quantity, type Scene } from './evaluate.ts'
import { feedsReadBy } from './feeds.ts'
import type { State } from './state.ts'

export interface Pending {
  /** Number of the clause. */
  readonly clause: number
  readonly due: number
  /** Numbers of the acts that are possible. */
  readonly acts: readonly number[]
  readonly must: boolean
}

export const pending = (model: Model, state: State, clock: number, prices: Scene['prices'] = []): Pending[] =>
  model.clauses.flatMap(({ number, timer }, index): Pending[] => {
    const { due } = state.clauses[index]!
    if (due === 0) return []
    const routes = timer?.kind === 'wait' ? timer.routes : []
    const at = { model, state: { ...state, now: clock }, prices }
    const acts =
      due <= clock ? [] : routes.filter((route) => isPossible(at, index, route)).map((route) => route.number)
    return [{ clause: number, due, acts, must: routes.some(({ must }) => must) }]
  })

const isPossible = (scene: Scene, clause: number, route: Route): boolean => {
  const { act } = route
  if (feedsReadBy(scene.model, clause, route.number).some((feed) => !scene.prices[feed])) return false
  if (act.kind === 'pay' && act.upTo && money(scene, act.amount) <= 0n) return false
  if (act.kind === 'give') {
    const given = act.given.map(({ value }) => value)
    for (const { value, most } of act.given) {
      if (!most || mentions([most], given)) continue
      const { low } = scene.model.values[value]!
      if (compare(low ? quantity(scene, low) : ratio(0n), quantity(scene, most)) > 0) return false
    }
  }
  const guard = knownGuard(route)
  return !guard || holds(scene, guard)
}

/** The part of a guard that can be known before anything is given; none if that decides nothing. */
export const knownGuard = ({ guard, act }: Route): Condition | undefined => {
  if (!guard) return undefined
  const given = act.kind === 'give' ? act.given.map(({ value }) => value) : []
  const known = guard.tests.filter((test) => !mentions(operands(test), given))
  if (known.length === guard.tests.length) return guard
  return guard.any || known.length === 0 ? undefined : { ...guard, tests: known }
}

const mentions = (exprs: readonly Expr[], values: readonly number[]): boolean =>
  exprs.some((expr) =>
    [...expressions(expr)].some((part) => part.op === 'value' && values.includes(part.value)),
  )
