/** When clauses fall due, as far as that is known: the days of waits and of rounds. */
import { monthSpan } from '../calendar.ts'
import type { Expr } from '../model/model.ts'
import { ratio } from '../ratio.ts'
import { constant, type Linear, minus, plus, variable } from './linear.ts'
import { dueVariable, nextVariable, type System, termVariable, todayVariable } from './system.ts'
import { evaluate, know, months, nonNegative, now, pick, set, type World } from './worlds.ts'

export const wait = ({ system }: { readonly system: System }, world: World, clause: number): World[] => {
  const { model } = world.system
  const { timer } = model.clauses[clause]!
  const due = dueVariable(model, clause)
  const today = now(world, todayVariable(model))
  const notBefore = (at: World, day: Linear) => pick(at, day, today, false)
  if (!timer) return [world]
  if (timer.kind === 'repeat')
    return evaluate(world, timer.from).flatMap((from) => openRound(from.world, clause, from.is))
  if (timer.kind === 'delay')
    return evaluate(world, timer.day).flatMap((day) =>
      notBefore(day.world, day.is).map(({ world: at, is }) => set(at, due, is)),
    )
  const after = (day: Linear) => plus(day, constant(ratio(1n)))
  if (timer.limit.kind === 'by')
    return evaluate(world, timer.limit.day).flatMap((day) =>
      notBefore(day.world, after(day.is)).map(({ world: at, is }) => set(at, due, is)),
    )
  const { span, measure } = timer.limit
  if (measure === 'seconds') {
    const is = variable(termVariable(system, `day of ${clause}`, { rigid: false, whole: true }).name)
    return [set(know(world, nonNegative(world, minus(is, today))), due, is)]
  }
  const end: Expr = { op: 'shift', day: { op: 'today' }, span, measure, back: false }
  return evaluate(world, end).map(({ world: at, is }) => set(at, due, after(is)))
}

/** While steps are looked at alone it is not known yet what is relevant. */
const isRelevant = ({ relevant }: System, name: number): boolean => relevant.size === 0 || relevant.has(name)

/** A round that is due on a day, or at once if the clause was opened later. */
const openRound = (world: World, clause: number, day: Linear): World[] => {
  const { model } = world.system
  return pick(world, day, now(world, todayVariable(model)), false).map(({ world: at, is }) =>
    set(set(at, dueVariable(model, clause), is), nextVariable(model, clause), day),
  )
}

/** Before the effects of a round the next one is set. */
export const nextRound = (world: World, clause: number): World[] => {
  const { model } = world.system
  const { timer } = model.clauses[clause]!
  if (timer?.kind !== 'repeat' || !isRelevant(world.system, dueVariable(model, clause))) return [world]
  const before = now(world, nextVariable(model, clause))
  const days = timer.measure === 'days'
  const [fewest, most] = days ? [timer.count, timer.count] : monthSpan(timer.count)
  const next = days
    ? { world, is: plus(before, constant(ratio(BigInt(timer.count)))) }
    : months(world, before, String(timer.count), fewest, most)
  return pick(next.world, next.is, now(world, todayVariable(model)), false).map(({ world: at, is }) =>
    set(set(at, dueVariable(model, clause), is), nextVariable(model, clause), next.is),
  )
}
