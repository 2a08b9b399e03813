/** What declarations say of the values that they declare. */
import { RANGE, SHARE_PARTS } from '../model/range.ts'
import { ratio } from '../ratio.ts'
import { constant, type Linear, minus, times } from './linear.ts'
import { round } from './rounding.ts'
import { implies, type System } from './system.ts'
import { evaluate, know, type Notes, nonNegative, type World } from './worlds.ts'

/** What the declaration of a value says of it. */
export const bounds = (
  world: World,
  index: number,
): readonly { readonly linear: (is: Linear) => Linear }[] => {
  const { type, low, high } = world.system.model.values[index]!
  const parts = ratio(type.kind === 'share' ? SHARE_PARTS : 1n)
  const range =
    type.kind === 'amount' || type.kind === 'number' || type.kind === 'share' || type.kind === 'date'
      ? RANGE[type.kind]
      : undefined
  const sides: { linear: (is: Linear) => Linear }[] = []
  const add = (bound: Linear, sign: 1n | -1n) =>
    sides.push({ linear: (is) => times(minus(is, times(bound, parts)), ratio(sign)) })
  // Bounds are made of what was agreed: there is one way to work them out.
  if (low) add(evaluate(world, low)[0]!.is, 1n)
  else if (range) sides.push({ linear: (is) => minus(is, constant(ratio(range[0]))) })
  if (high) add(evaluate(world, high)[0]!.is, -1n)
  else if (range) sides.push({ linear: (is) => minus(constant(ratio(range[1])), is) })
  return sides
}

/** First values of which the declarations alone say that they are within their bounds. */
export const fittingValues = (system: System): ReadonlySet<number> => {
  const { model } = system
  const rows = model.tables.map(() => 0)
  const notes: Notes = { negative: new Set(), zero: new Map() }
  const world: World = { system, store: new Map(), facts: [], terms: new Set(), rows, notes }
  return new Set(
    model.derived.filter((index) => {
      const { fixed, expr, type } = model.values[index]!
      if (fixed !== 'variable' || type.kind === 'document' || type.kind === 'truth' || type.kind === 'choice')
        return false
      const days = type.kind === 'date' || type.kind === 'duration'
      const found = days ? evaluate(world, expr!.expr) : round(world, expr!, type)
      return found.every(({ world: at, is }) =>
        bounds(at, index).every(({ linear }) => implies(system, at.facts, linear(is))),
      )
    }),
  )
}

export const withinBounds = (world: World, index: number, is: Linear): World[] => [
  know(world, ...bounds(world, index).map(({ linear }) => nonNegative(world, linear(is)))),
]
