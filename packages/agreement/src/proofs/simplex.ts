/**
 * Linear programs over exact fractions: the simplex method on dictionaries (Chvátal, "Linear Programming", 1983, ch. 3)
 * with Bland's rule, which never cycles, and integer pivoting (Edmonds 1967): all entries share one denominator and
 * every division comes out even, so no fraction is ever reduced.
 */
import { type Ratio, ratio } from '../ratio.ts'
import type { Constraint } from './linear.ts'

export type Solution =
  | { readonly status: 'infeasible' | 'unbounded' }
  | { readonly status: 'optimal'; readonly value: Ratio; readonly point: ReadonlyMap<number, Ratio> }

/** Pivots that are still allowed, shared by all programs of one proof so that its time is bounded. */
export interface Budget {
  pivots: number
}

/** Thrown when the budget is used up. */
export class OutOfBudget extends Error {
  override readonly name = 'OutOfBudget'
}

/** The least value of a sum over all points that meet every constraint; variables may have any sign. */
export const minimum = (
  constraints: readonly Constraint[],
  objective: { readonly vars: readonly number[]; readonly coefs: readonly bigint[] },
  budget: Budget,
): Solution => {
  const program = setUp(constraints, objective)
  if (!makeFeasible(program, budget)) return { status: 'infeasible' }
  if (!optimise(program, budget)) return { status: 'unbounded' }
  const values = new Map<number, Ratio>()
  for (const { variable, sign, shift } of program.columns) {
    const row = program.basic.indexOf(variable)
    const own = row < 0 ? ratio(0n) : ratio(program.rows[row]![0]!, program.denominator)
    const [name, before] = [program.names.get(variable)!, values.get(program.names.get(variable)!)]
    const value = ratio(BigInt(sign) * own.n + shift * own.d, own.d)
    values.set(name, before ? ratio(before.n * value.d + value.n * before.d, before.d * value.d) : value)
  }
  const { denominator, objective: row, offset } = program
  return { status: 'optimal', value: ratio(row[0]! + offset * denominator, denominator), point: values }
}

/** `denominator * basic[i] = rows[i][0] + Σ rows[i][j + 1] * nonbasic[j]`, and the objective likewise. */
interface Program {
  rows: bigint[][]
  objective: bigint[]
  denominator: bigint
  readonly basic: number[]
  readonly nonbasic: number[]
  readonly columns: readonly Column[]
  /** Column's number -> variable of the constraints. */
  readonly names: ReadonlyMap<number, number>
  readonly offset: bigint
}

/** A variable of the program, which is never negative: `sign * it + shift` is, or is part of, one of the constraints. */
interface Column {
  readonly variable: number
  readonly sign: 1 | -1
  readonly shift: bigint
}

const setUp = (constraints: readonly Constraint[], objective: Parameters<typeof minimum>[1]): Program => {
  // A variable with a lower bound is counted from there; one without is the difference of two.
  const lows = new Map<number, bigint>()
  for (const { vars, coefs, bound } of constraints)
    if (vars.length === 1 && coefs[0] === 1n && bound > (lows.get(vars[0]!) ?? bound - 1n))
      lows.set(vars[0]!, bound)
  const columns: Column[] = []
  const names = new Map<number, number>()
  const of = new Map<number, Column[]>()
  const add = (name: number, sign: 1 | -1, shift: bigint) => {
    const column = { variable: columns.length, sign, shift }
    names.set(column.variable, name)
    columns.push(column)
    of.set(name, [...(of.get(name) ?? []), column])
  }
  for (const name of new Set([...constraints.flatMap(({ vars }) => vars), ...objective.vars])) {
    const low = lows.get(name)
    add(name, 1, low ?? 0n)
    if (low === undefined) add(name, -1, 0n)
  }
  const rowOf = (vars: readonly number[], coefs: readonly bigint[], constant: bigint): bigint[] => {
    const row = new Array<bigint>(columns.length + 1).fill(0n)
    row[0] = constant
    vars.forEach((name, i) => {
      for (const { variable, sign, shift } of of.get(name)!) {
        row[variable + 1] = row[variable + 1]! + BigInt(sign) * coefs[i]!
        row[0] = row[0]! + coefs[i]! * shift
      }
    })
    return row
  }
  const rows = constraints
    .filter(
      ({ vars, coefs, bound }) => !(vars.length === 1 && coefs[0] === 1n && lows.get(vars[0]!)! >= bound),
    )
    .map(({ vars, coefs, bound }) => rowOf(vars, coefs, -bound))
  return {
    rows,
    objective: rowOf(objective.vars, objective.coefs, 0n),
    denominator: 1n,
    basic: rows.map((_, i) => columns.length + 1 + i),
    nonbasic: columns.map((_, i) => i),
    columns,
    names,
    offset: 0n,
  }
}

/** Phase one: an auxiliary variable is added to every row and driven to zero. */
const makeFeasible = (program: Program, budget: Budget): boolean => {
  const worst = program.rows.reduce((at, row, i) => (row[0]! < (program.rows[at]?.[0] ?? 0n) ? i : at), -1)
  if (worst < 0) return true
  const auxiliary = program.columns.length
  program.nonbasic.push(auxiliary)
  for (const row of program.rows) row.push(1n)
  program.objective.push(0n)
  const goal = new Array<bigint>(program.nonbasic.length + 1).fill(0n)
  goal[goal.length - 1] = 1n
  const goals = { row: goal }
  pivot(program, worst, program.nonbasic.length - 1, budget, goals)
  optimise(program, budget, goals)
  if (goals.row[0]! !== 0n) return false
  const basicAt = program.basic.indexOf(auxiliary)
  if (basicAt >= 0) {
    // It is zero; any column that its row has can take its place.
    const column = program.rows[basicAt]!.findIndex((entry, j) => j > 0 && entry !== 0n)
    if (column > 0) pivot(program, basicAt, column - 1, budget, goals)
    else {
      program.rows.splice(basicAt, 1)
      program.basic.splice(basicAt, 1)
    }
  }
  const column = program.nonbasic.indexOf(auxiliary)
  if (column >= 0) {
    program.nonbasic.splice(column, 1)
    for (const row of [...program.rows, program.objective]) row.splice(column + 1, 1)
  }
  return true
}

interface Goals {
  row: bigint[]
}

/** @returns false if the objective has no least value. */
const optimise = (program: Program, budget: Budget, goals?: Goals): boolean => {
  for (;;) {
    const objective = goals?.row ?? program.objective
    let entering = -1
    program.nonbasic.forEach((variable, j) => {
      if (objective[j + 1]! < 0n && (entering < 0 || variable < program.nonbasic[entering]!)) entering = j
    })
    if (entering < 0) return true
    let leaving = -1
    program.rows.forEach((row, i) => {
      if (row[entering + 1]! >= 0n) return
      if (leaving < 0) {
        leaving = i
        return
      }
      const best = program.rows[leaving]!
      const difference = row[0]! * best[entering + 1]! - best[0]! * row[entering + 1]!
      // Both divisors are negative, so the comparison turns round.
      if (difference > 0n || (difference === 0n && program.basic[i]! < program.basic[leaving]!)) leaving = i
    })
    if (leaving < 0) return false
    pivot(program, leaving, entering, budget, goals)
  }
}

const pivot = (program: Program, leaving: number, entering: number, budget: Budget, goals?: Goals): void => {
  if (budget.pivots-- <= 0) throw new OutOfBudget()
  const { rows, denominator, basic, nonbasic } = program
  const source = rows[leaving]!
  const by = source[entering + 1]!
  const sign = by < 0n ? -1n : 1n
  const replace = (row: bigint[]): bigint[] => {
    const factor = row[entering + 1]!
    if (factor === 0n) return row.map((entry) => (entry === 0n ? 0n : (sign * entry * by) / denominator))
    return row.map((entry, j) =>
      j === entering + 1 ? sign * factor : (sign * (entry * by - factor * source[j]!)) / denominator,
    )
  }
  program.rows = rows.map((row, i) =>
    i === leaving
      ? row.map((entry, j) => (j === entering + 1 ? sign * denominator : -sign * entry))
      : replace(row),
  )
  program.objective = replace(program.objective)
  if (goals) goals.row = replace(goals.row)
  program.denominator = sign * by
  const [out, into] = [basic[leaving]!, nonbasic[entering]!]
  basic[leaving] = into
  nonbasic[entering] = out
}
