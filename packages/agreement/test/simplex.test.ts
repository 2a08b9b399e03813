import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  atLeastZero,
  type Constraint,
  constant,
  type Linear,
  plus,
  times,
  variable,
} from '../src/proofs/linear.ts'
import { minimum, OutOfBudget } from '../src/proofs/simplex.ts'
import { compare, ratio } from '../src/ratio.ts'

const budget = () => ({ pivots: 10_000 })
/** `a·x + c ≥ 0` over fractions. */
const row = (coefs: readonly number[], c: number): Constraint | undefined =>
  atLeastZero(
    coefs.reduce<Linear>(
      (sum, coef, i) => (coef === 0 ? sum : plus(sum, times(variable(i), ratio(BigInt(coef))))),
      constant(ratio(BigInt(c))),
    ),
    () => false,
  )
const rows = (list: readonly (readonly [readonly number[], number])[]) =>
  list.flatMap(([coefs, c]) => row(coefs, c) ?? [])

describe('minimum', () => {
  it('is found at a corner, exactly', () => {
    // x + 2y ≥ 4, 3x + y ≥ 3: least x + y where both meet, at (2/5, 9/5).
    const found = minimum(
      rows([
        [[1, 2], -4],
        [[3, 1], -3],
      ]),
      { vars: [0, 1], coefs: [1n, 1n] },
      budget(),
    )
    expect(found).toMatchObject({ status: 'optimal', value: { n: 11n, d: 5n } })
    expect(found.status === 'optimal' && [...found.point]).toEqual([
      [0, { n: 2n, d: 5n }],
      [1, { n: 9n, d: 5n }],
    ])
  })

  it('of a sum without a bound is none, of constraints that contradict each other neither', () => {
    expect(minimum(rows([[[1, -1], 0]]), { vars: [0], coefs: [1n] }, budget()).status).toBe('unbounded')
    expect(
      minimum(
        rows([
          [[1], -2],
          [[-1], 1],
        ]),
        { vars: [0], coefs: [1n] },
        budget(),
      ).status,
    ).toBe('infeasible')
  })

  it('comes to an end on a program that cycles by the usual rule (Chvátal, p. 31)', () => {
    const cycling = rows([
      [[-1, 11, 5, -18], 0],
      [[-1, 3, 1, -2], 0],
      [[-1, 0, 0, 0], 1],
      ...[0, 1, 2, 3].map((i) => [[0, 1, 2, 3].map((j) => Number(i === j)), 0] as const),
    ])
    const found = minimum(cycling, { vars: [0, 1, 2, 3], coefs: [-10n, 57n, 9n, 24n] }, budget())
    expect(found).toMatchObject({ status: 'optimal', value: { n: -1n, d: 1n } })
  })

  it('stops when its budget is used up', () => {
    const program = rows([
      [[1, 2], -4],
      [[3, 1], -3],
    ])
    expect(() => minimum(program, { vars: [0], coefs: [1n] }, { pivots: 1 })).toThrow(OutOfBudget)
  })

  it('is what looking at every corner finds', () => {
    const small = fc.integer({ min: -4, max: 4 })
    const program = fc.array(fc.tuple(fc.tuple(small, small, small), small), { minLength: 1, maxLength: 5 })
    const property = fc.property(program, fc.tuple(small, small, small), (list, goal) => {
      // A box keeps the least value finite.
      const box = [0, 1, 2].flatMap((i) => {
        const unit = [0, 1, 2].map((j) => Number(i === j))
        return [[unit, 5] as const, [unit.map((each) => -each), 5] as const]
      })
      const all = [...list, ...box]
      const found = minimum(rows(all), { vars: [0, 1, 2], coefs: goal.map(BigInt) }, budget())
      const never = all.some(([coefs, c]) => coefs.every((each) => each === 0) && c < 0)
      const best = never
        ? undefined
        : cornerMinimum(
            all.filter(([coefs]) => coefs.some((each) => each !== 0)),
            goal,
          )
      if (best === undefined) expect(found.status).toBe('infeasible')
      else
        expect(found.status === 'optimal' && Number(found.value.n) / Number(found.value.d)).toBeCloseTo(
          best,
          6,
        )
      if (found.status === 'optimal') {
        for (const [coefs, c] of all) {
          const sum = coefs.reduce(
            (s, each, i) => {
              const at = found.point.get(i) ?? ratio(0n)
              return ratio(s.n * at.d + BigInt(each) * at.n * s.d, s.d * at.d)
            },
            ratio(BigInt(c)),
          )
          expect(compare(sum, ratio(0n))).toBeGreaterThanOrEqual(0)
        }
      }
    })
    fc.assert(property, { numRuns: 400 })
  })
})

/** Cuts each three planes, keeps the points that meet every constraint, and takes the least. */
const cornerMinimum = (
  list: readonly (readonly [readonly number[], number])[],
  goal: readonly number[],
): number | undefined => {
  let best: number | undefined
  for (let i = 0; i < list.length; i++)
    for (let j = i + 1; j < list.length; j++)
      for (let k = j + 1; k < list.length; k++) {
        const point = cross(list[i]!, list[j]!, list[k]!)
        if (!point) continue
        if (list.some(([coefs, c]) => coefs.reduce((s, each, n) => s + each * point[n]!, c) < -1e-9)) continue
        const value = goal.reduce((s, each, n) => s + each * point[n]!, 0)
        if (best === undefined || value < best) best = value
      }
  return best
}

type Plane = readonly [readonly number[], number]

const cross = (...planes: [Plane, Plane, Plane]): number[] | undefined => {
  const m = planes.map(([coefs]) => coefs)
  const det = (a: readonly (readonly number[])[]) =>
    a[0]![0]! * (a[1]![1]! * a[2]![2]! - a[1]![2]! * a[2]![1]!) -
    a[0]![1]! * (a[1]![0]! * a[2]![2]! - a[1]![2]! * a[2]![0]!) +
    a[0]![2]! * (a[1]![0]! * a[2]![1]! - a[1]![1]! * a[2]![0]!)
  const d = det(m)
  if (d === 0) return undefined
  return [0, 1, 2].map(
    (column) => det(m.map((line, i) => line.map((each, j) => (j === column ? -planes[i]![1] : each)))) / d,
  )
}
