/**
 * Facts that only compare two variables, or one with a number, are a graph whose shortest paths answer what a linear
 * program would (Bellman and Ford). What is known of days is nearly always of this kind, and paths are found in a
 * hundredth of the time.
 */
import { ratio } from '../ratio.ts'
import type { Constraint } from './linear.ts'
import type { Solution } from './simplex.ts'

/** Stands for the number zero. */
const ZERO_NODE = -1
/** Bounds that are counted exactly by numbers. */
const MOST = 1n << 50n

interface Edge {
  readonly from: number
  readonly to: number
  readonly length: number
}

/** @returns undefined if some fact or the sum is of another kind; else the least value of the sum, without a point. */
export const leastDifference = (
  facts: readonly Constraint[],
  sum: Pick<Constraint, 'vars' | 'coefs'>,
):
  | Exclude<Solution, { status: 'optimal' }>
  | { status: 'optimal'; value: ReturnType<typeof ratio> }
  | undefined => {
  const goal = ends(sum)
  if (sum.vars.length > 0 && !goal) return undefined
  const edges: Edge[] = []
  const nodes = new Set<number>([ZERO_NODE])
  for (const fact of facts) {
    const pair = ends(fact)
    if (!pair || fact.bound > MOST || fact.bound < -MOST) return undefined
    // `plus - minus ≥ bound`: the second is at most the first less the bound.
    edges.push({ from: pair.plus, to: pair.minus, length: -Number(fact.bound) })
    nodes.add(pair.plus).add(pair.minus)
  }
  if (paths(nodes, edges, undefined) === undefined) return { status: 'infeasible' }
  if (!goal) return { status: 'optimal', value: ratio(0n) }
  const length = paths(nodes, edges, goal.plus)!.get(goal.minus)
  return length === undefined ? { status: 'unbounded' } : { status: 'optimal', value: ratio(BigInt(-length)) }
}

const ends = ({
  vars,
  coefs,
}: Pick<Constraint, 'vars' | 'coefs'>): { plus: number; minus: number } | undefined => {
  if (vars.length === 1 && coefs[0] === 1n) return { plus: vars[0]!, minus: ZERO_NODE }
  if (vars.length === 1 && coefs[0] === -1n) return { plus: ZERO_NODE, minus: vars[0]! }
  if (vars.length !== 2 || coefs[0]! + coefs[1]! !== 0n) return undefined
  if (coefs[0] === 1n) return { plus: vars[0]!, minus: vars[1]! }
  return coefs[0] === -1n ? { plus: vars[1]!, minus: vars[0]! } : undefined
}

/**
 * @param source where the paths begin; undefined: anywhere.
 * @returns undefined if a circle has a negative length, which means that the facts contradict each other.
 */
const paths = (
  nodes: ReadonlySet<number>,
  edges: readonly Edge[],
  source: number | undefined,
): ReadonlyMap<number, number> | undefined => {
  const lengths = new Map<number, number>(
    source === undefined ? [...nodes].map((node) => [node, 0]) : [[source, 0]],
  )
  for (let round = 0; round <= nodes.size; round++) {
    let changed = false
    for (const { from, to, length } of edges) {
      const before = lengths.get(from)
      if (before === undefined) continue
      const known = lengths.get(to)
      if (known !== undefined && known <= before + length) continue
      lengths.set(to, before + length)
      changed = true
    }
    if (!changed) return lengths
  }
  return undefined
}
