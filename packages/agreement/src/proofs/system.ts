/**
 * The variables of the proofs by inequalities, and what is always known of them. Rigid ones never change: what was
 * agreed, constants, and terms made of both. The others are cells (holdings, debts, values that change), the day, and
 * for each waiting clause the day on which its timer runs.
 */
import { interval } from '../model/interval.ts'
import type { Model } from '../model/model.ts'
import { SHARE_PARTS } from '../model/range.ts'
import { type Ratio, ratio } from '../ratio.ts'
import { leastDifference } from './differences.ts'
import { atLeastZero, type Constraint, constant, type Linear, minus, times, variable } from './linear.ts'
import { type Budget, minimum } from './simplex.ts'

export interface System {
  readonly model: Model
  readonly budget: Budget
  readonly variables: Variable[]
  /** Of which facts are carried along; all rigid ones are. */
  relevant: ReadonlySet<number>
  /** Terms by their form, so that the same term is the same variable everywhere. */
  readonly terms: Map<string, number>
  /** What always holds, by each variable that occurs in it. */
  readonly axioms: Map<number, Constraint[]>
  /** Keys of those. */
  readonly always: Set<string>
  /** By key of a fact, whether it always holds. */
  readonly decided: Map<string, boolean>
}

interface Variable {
  readonly name: string
  readonly rigid: boolean
  readonly whole: boolean
  /** A term that was met in one step: nothing of it is known afterwards. */
  readonly temporary?: true
}

export const newSystem = (model: Model, budget: Budget): System => {
  const system: System = {
    model,
    budget,
    variables: [],
    relevant: new Set(),
    terms: new Map(),
    axioms: new Map(),
    always: new Set(),
    decided: new Map(),
  }
  const add = (name: string, rigid: boolean) => {
    system.variables.push({ name, rigid, whole: true })
  }
  for (const { name, fixed } of model.values) add(name, fixed === 'agreed' || fixed === 'constant')
  for (const { name } of [...model.holdings, ...model.debts]) add(name, false)
  for (const name of ['today', 'the day of signing']) add(name, name !== 'today')
  for (const { name } of model.clauses) add(`the day of ${name}`, false)
  for (const { name } of model.clauses) add(`next ${name}`, false)
  model.values.forEach((_, index) => {
    const { low, high } = interval(model, { op: 'value', value: index })
    const parts = model.values[index]!.type.kind === 'share' ? SHARE_PARTS : 1n
    between(
      system,
      valueVariable(index),
      low && ratio(low.n * parts, low.d),
      high && ratio(high.n * parts, high.d),
    )
  })
  model.holdings.forEach((_, index) => {
    between(system, holdingVariable(model, index), ratio(0n), undefined)
  })
  model.debts.forEach((_, index) => {
    between(system, debtVariable(model, index), ratio(0n), undefined)
  })
  const { low, high } = interval(model, { op: 'today' })
  for (const day of [todayVariable(model), signingVariable(model)]) between(system, day, low, high)
  // The day never goes back.
  axiom(system, atLeastZero(minus(variable(todayVariable(model)), variable(signingVariable(model))), always))
  return system
}

const always = () => true

export const valueVariable = (index: number): number => index
export const holdingVariable = ({ values }: Model, index: number): number => values.length + index
export const debtVariable = ({ values, holdings }: Model, index: number): number =>
  values.length + holdings.length + index
export const todayVariable = ({ values, holdings, debts }: Model): number =>
  values.length + holdings.length + debts.length
export const signingVariable = (model: Model): number => todayVariable(model) + 1
/** Day on which a clause's timer runs. */
export const dueVariable = (model: Model, clause: number): number => todayVariable(model) + 2 + clause
/** Day of the next round of a repetition. */
export const nextVariable = (model: Model, clause: number): number =>
  todayVariable(model) + 2 + model.clauses.length + clause

export const isWhole =
  ({ variables }: System) =>
  (name: number): boolean =>
    variables[name]!.whole

export const isRigid = ({ variables }: System, { terms }: Linear): boolean =>
  [...terms.keys()].every((name) => variables[name]!.rigid)

/** The variable of a term, which is the same wherever the term is. */
export const termVariable = (
  { variables, terms }: System,
  key: string,
  kind: Pick<Variable, 'rigid' | 'whole'>,
): { readonly name: number; readonly isNew: boolean } => {
  const found = terms.get(key)
  if (found !== undefined) return { name: found, isNew: false }
  const name = variables.length
  variables.push({ name: key, ...kind, ...(!kind.rigid && { temporary: true }) })
  terms.set(key, name)
  return { name, isNew: true }
}

export const axiom = (system: System, fact: Constraint | undefined): void => {
  if (!fact || system.always.has(fact.key)) return
  system.always.add(fact.key)
  for (const name of fact.vars) system.axioms.set(name, [...(system.axioms.get(name) ?? []), fact])
}

const between = (system: System, name: number, low: Ratio | undefined, high: Ratio | undefined): void => {
  if (low) axiom(system, atLeastZero(minus(variable(name), constant(low)), isWhole(system)))
  if (high) axiom(system, atLeastZero(minus(constant(high), variable(name)), isWhole(system)))
}

/**
 * The constraints that have to do with some variables, directly or through others, the axioms among them; but not those
 * about variables that nothing is said of.
 */
const cone = (system: System, facts: readonly Constraint[], names: Iterable<number>): Constraint[] => {
  const byName = new Map<number, Constraint[]>()
  for (const fact of facts)
    for (const name of fact.vars) byName.set(name, [...(byName.get(name) ?? []), fact])
  const found = new Set<Constraint>()
  const seen = new Set<number>()
  const open = [...names]
  const asked = new Set(open)
  const isSaid = (name: number) => byName.has(name) || asked.has(name) || system.variables[name]!.rigid
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (seen.has(name)) continue
    seen.add(name)
    const axioms = (system.axioms.get(name) ?? []).filter(({ vars }) => vars.every(isSaid))
    for (const fact of [...(byName.get(name) ?? []), ...axioms]) {
      if (found.has(fact)) continue
      found.add(fact)
      open.push(...fact.vars)
    }
  }
  return [...found]
}

/** The least value of a linear form where some facts hold. */
export const least = (system: System, facts: readonly Constraint[], linear: Linear): Least => {
  if (facts.some(({ vars }) => vars.length === 0)) return { status: 'infeasible' }
  const common = [...linear.terms.values()].reduce((d, each) => d * each.d, 1n)
  const vars = [...linear.terms.keys()]
  const coefs = vars.map((name) => (linear.terms.get(name)!.n * common) / linear.terms.get(name)!.d)
  const found = solve(system, cone(system, facts, vars), { vars, coefs })
  if (found.status !== 'optimal') return found
  const { value } = found
  const own = linear.constant
  return {
    status: 'optimal',
    value: ratio(value.n * own.d + own.n * value.d * common, value.d * common * own.d),
  }
}

export type Least =
  | { readonly status: 'infeasible' | 'unbounded' }
  | { readonly status: 'optimal'; readonly value: Ratio }

const solve = (
  system: System,
  facts: readonly Constraint[],
  sum: Pick<Constraint, 'vars' | 'coefs'>,
): Least => leastDifference(facts, sum) ?? minimum(facts, sum, system.budget)

/** A case in which a linear form is least, as far as figures go: what each variable is. */
export const caseOf = (
  system: System,
  facts: readonly Constraint[],
  linear: Linear,
): ReadonlyMap<number, Ratio> => {
  const vars = [...linear.terms.keys()]
  const common = [...linear.terms.values()].reduce((d, each) => d * each.d, 1n)
  const coefs = vars.map((name) => (linear.terms.get(name)!.n * common) / linear.terms.get(name)!.d)
  const found = minimum(cone(system, facts, vars), { vars, coefs }, system.budget)
  return found.status === 'optimal' ? found.point : new Map()
}

/** Whether facts imply that a linear form is at least zero, or more than zero if `strict`. */
export const implies = (
  system: System,
  facts: readonly Constraint[],
  linear: Linear,
  strict = false,
): boolean => {
  const wanted = atLeastZero(linear, isWhole(system), strict)
  if (!wanted) return true
  if (facts.some((fact) => fact.key === wanted.key || isStronger(fact, wanted))) return true
  const solution = least(system, facts, linear)
  if (solution.status === 'infeasible') return true
  if (solution.status !== 'optimal') return false
  // A bound over whole variables counts from the last whole number.
  if (!strict) return solution.value.n >= 0n || wholeAtLeast(system, wanted, solution.value, linear)
  return solution.value.n > 0n
}

const wholeAtLeast = (system: System, { vars }: Constraint, value: Ratio, linear: Linear): boolean => {
  if (!vars.every(isWhole(system))) return false
  const common = [...linear.terms.values(), linear.constant].reduce((d, each) => d * each.d, 1n)
  return value.n * common > -value.d
}

/** The same sum with a bound that is at least as high. */
export const isStronger = (fact: Constraint, { vars, coefs, bound }: Constraint): boolean =>
  fact.vars.length === vars.length &&
  fact.bound >= bound &&
  fact.vars.every((name, i) => name === vars[i] && fact.coefs[i] === coefs[i])

export const isPossible = (system: System, facts: readonly Constraint[]): boolean => {
  if (facts.some(({ vars }) => vars.length === 0)) return false
  const names = new Set(facts.flatMap(({ vars }) => vars))
  // Facts that have nothing to do with each other are possible each for itself.
  while (names.size > 0) {
    const [name] = names
    const group = cone(system, facts, [name!])
    if (solve(system, group, { vars: [], coefs: [] }).status === 'infeasible') return false
    names.delete(name!)
    for (const { vars } of group) for (const each of vars) names.delete(each)
  }
  return true
}

export const shares = (linear: Linear): Linear => times(linear, ratio(1n, SHARE_PARTS))
