/** What follows from a condition that held, or did not. */
import type { Condition, Test } from '../model/model.ts'
import { ratio } from '../ratio.ts'
import { constant, type Linear, minus } from './linear.ts'
import { evaluate, know, nonNegative, type World } from './worlds.ts'

/**
 * @param known tests that the control state has decided.
 * @returns the ways in which that can be; a world that is impossible may be among them.
 */
export const assume = (
  world: World,
  { any, tests }: Condition,
  passed: boolean,
  known: readonly (boolean | undefined)[] = [],
): World[] => {
  const open = tests.filter((_, i) => known[i] === undefined)
  // All of them hold, or none of them does.
  if (any !== passed)
    return open.reduce<World[]>(
      (worlds, test) => worlds.flatMap((each) => assumeTest(each, test, passed)),
      [world],
    )
  // Decided already by one that is known; the others say nothing.
  if (known.includes(any)) return [world]
  // One of them decides; those before it do not.
  return open.flatMap((test, i) =>
    open
      .slice(0, i)
      .reduce<World[]>(
        (worlds, before) => worlds.flatMap((each) => assumeTest(each, before, !passed)),
        [world],
      )
      .flatMap((each) => assumeTest(each, test, passed)),
  )
}

const OPPOSITE = {
  less: 'at least',
  'at least': 'less',
  more: 'at most',
  'at most': 'more',
  equal: 'unequal',
  unequal: 'equal',
} as const

const assumeTest = (world: World, test: Test, passed: boolean): World[] => {
  if (test.op !== 'compare') return [world]
  const relation = passed ? test.relation : OPPOSITE[test.relation]
  return evaluate(world, test.left).flatMap((left) =>
    evaluate(left.world, test.right).flatMap((right): World[] => {
      const at = right.world
      const [up, down] = [minus(left.is, right.is), minus(right.is, left.is)]
      switch (relation) {
        case 'less':
          return [know(at, nonNegative(at, down, true))]
        case 'at most':
          return [know(at, nonNegative(at, down))]
        case 'more':
          return [know(at, nonNegative(at, up, true))]
        case 'at least':
          return [know(at, nonNegative(at, up))]
        case 'equal':
          return [know(at, nonNegative(at, up), nonNegative(at, down))]
        default:
          return [know(at, nonNegative(at, up, true)), know(at, nonNegative(at, down, true))]
      }
    }),
  )
}

export const zero: Linear = constant(ratio(0n))
