/** Figures as they are stored or moved. */
import type { Rounded, Type } from '../model/model.ts'
import { SHARE_PARTS } from '../model/range.ts'
import { ratio } from '../ratio.ts'
import { constant, denominatorOf, keyOf, type Linear, minus, plus, times } from './linear.ts'
import { implies, isRigid, isWhole } from './system.ts'
import { evaluate, fresh, type In, nonNegative, type World } from './worlds.ts'

/** What is stored or moved: rounded to a whole number of smallest units. */
export const round = (world: World, { expr, up }: Rounded, type?: Type): In<Linear>[] =>
  evaluate(world, expr).map((exact): In<Linear> => {
    const { system } = exact.world
    const parts = type?.kind === 'share' ? times(exact.is, ratio(SHARE_PARTS)) : exact.is
    const whole = [...parts.terms.keys()].every(isWhole(system))
    const common = denominatorOf(parts)
    if (whole && common === 1n) return { world: exact.world, is: parts }
    // Below a fraction with denominator d the next whole number is less than 1 away by at least 1/d.
    const gap = whole ? ratio(common - 1n, common) : ratio(1n)
    const [over, under] = up ? [gap, ratio(0n)] : [ratio(0n), gap]
    return fresh(
      exact.world,
      `${up ? 'ceil' : 'floor'} ${keyOf(parts)}`,
      { rigid: isRigid(system, parts), whole: true },
      (is) => [
        nonNegative(exact.world, minus(plus(parts, constant(over)), is)),
        nonNegative(exact.world, minus(plus(is, constant(under)), parts)),
        ...(implies(system, isRigid(system, parts) ? [] : exact.world.facts, parts)
          ? [nonNegative(exact.world, is)]
          : []),
      ],
    )
  })
