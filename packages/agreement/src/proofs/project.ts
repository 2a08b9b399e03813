/**
 * What is known after a step, said of what the variables are then: those from before it and the terms that were met on
 * the way are eliminated (Gauss where an equation allows it, else Fourier and Motzkin). Leaving facts out is safe.
 */
import { ratio } from '../ratio.ts'
import {
  atLeastZero,
  type Constraint,
  type Linear,
  minus,
  solvedFor,
  substitute,
  toLinear,
  variable,
} from './linear.ts'
import { implies, isWhole, type System } from './system.ts'

/** Pairs that are made to eliminate one variable; where there would be more, what is known of it is dropped. */
const MOST_PAIRS = 60
/** Facts that are kept of one state. */
const MOST_FACTS = 60

/**
 * @param store what each variable that has changed is now, in terms of those from before.
 * @param forgotten variables of which nothing is to be known any more.
 */
export const project = (
  system: System,
  facts: readonly Constraint[],
  store: ReadonlyMap<number, Linear>,
  forgotten: ReadonlySet<number>,
): Constraint[] => {
  const whole = isWhole(system)
  const isForgotten = (name: number) =>
    forgotten.has(name) || !(system.relevant.has(name) || system.variables[name]!.rigid)
  const changed = [...store.keys()].filter((name) => !isForgotten(name))
  // While both are there, what a variable is afterwards has a number of its own.
  const after = new Map(changed.map((name, i) => [name, system.variables.length + i]))
  const isWholeOrAfter = (name: number) => name >= system.variables.length || whole(name)
  const isOld = (name: number) => name < system.variables.length && (store.has(name) || isForgotten(name))

  let equations: Linear[] = changed.map((name) => minus(variable(after.get(name)!), store.get(name)!))
  // What is always known of a variable goes with it unless it is said here.
  const leaving = new Set(facts.flatMap(({ vars }) => vars).filter(isOld))
  for (const linear of store.values())
    for (const name of linear.terms.keys()) if (isOld(name)) leaving.add(name)
  const always = [...leaving].flatMap((name) => system.axioms.get(name) ?? [])
  let known: Linear[] = [...facts, ...always].map(toLinear)
  for (let i = 0; i < equations.length; i++) {
    const equation = equations[i]!
    const name = [...equation.terms.keys()].find(isOld)
    if (name === undefined) {
      known.push(equation, minus({ terms: new Map(), constant: ratio(0n) }, equation))
      continue
    }
    const solved = solvedFor(equation, name)
    const replace = (each: number) => (each === name ? solved : undefined)
    equations = equations.map((other, j) => (j > i ? substitute(other, replace) : other))
    known = known.map((other) => (other.terms.has(name) ? substitute(other, replace) : other))
  }
  let constraints = tidy(known.map((each) => atLeastZero(each, isWholeOrAfter)))
  for (;;) {
    const old = leastWork(constraints, isOld)
    if (old === undefined) break
    constraints = eliminate(constraints, old, isWholeOrAfter)
  }
  const back = new Map([...after].map(([name, number]) => [number, name]))
  const renamed = constraints.map((each) =>
    atLeastZero(
      substitute(toLinear(each), (name) => (back.has(name) ? variable(back.get(name)!) : undefined)),
      whole,
    ),
  )
  return withoutSaid(system, simplest(tidy(renamed)))
}

/** The variable whose elimination makes the fewest new facts. */
const leastWork = (
  constraints: readonly Constraint[],
  isOld: (name: number) => boolean,
): number | undefined => {
  const signs = new Map<number, [number, number]>()
  for (const { vars, coefs } of constraints) {
    vars.forEach((name, i) => {
      if (!isOld(name)) return
      const count = signs.get(name) ?? [0, 0]
      count[coefs[i]! > 0n ? 0 : 1]++
      signs.set(name, count)
    })
  }
  let best: [name: number, work: number] | undefined
  for (const [name, [up, down]] of signs) if (!best || up * down < best[1]) best = [name, up * down]
  return best?.[0]
}

const eliminate = (
  constraints: readonly Constraint[],
  name: number,
  whole: (name: number) => boolean,
): Constraint[] => {
  const factor = ({ vars, coefs }: Constraint) => coefs[vars.indexOf(name)] ?? 0n
  const lower = constraints.filter((each) => factor(each) > 0n)
  const upper = constraints.filter((each) => factor(each) < 0n)
  const rest = constraints.filter((each) => factor(each) === 0n)
  if (lower.length * upper.length > MOST_PAIRS) return rest
  const made = lower.flatMap((low) =>
    upper.map((high) => {
      const [a, b] = [factor(low), -factor(high)]
      const sum = substituteSum(toLinear(low), b, toLinear(high), a)
      return atLeastZero(sum, whole)
    }),
  )
  return tidy([...rest, ...made])
}

const substituteSum = (a: Linear, byA: bigint, b: Linear, byB: bigint): Linear => {
  const scaled = (linear: Linear, by: bigint): Linear => ({
    terms: new Map([...linear.terms].map(([name, { n, d }]) => [name, ratio(n * by, d)])),
    constant: ratio(linear.constant.n * by, linear.constant.d),
  })
  return minus(scaled(a, byA), scaled(b, -byB))
}

/** Of facts about the same sum the strongest. */
export const tidy = (constraints: readonly (Constraint | undefined)[]): Constraint[] => {
  const strongest = new Map<string, Constraint>()
  for (const each of constraints) {
    if (!each) continue
    const key = each.vars.map((name, i) => `${each.coefs[i]}*${name}`).join('+')
    const other = strongest.get(key)
    if (!other || other.bound < each.bound) strongest.set(key, each)
  }
  return [...strongest.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
}

/** Leaves out what always holds and what follows from the others; of several that say the same the plainest is kept. */
const withoutSaid = (system: System, facts: readonly Constraint[]): Constraint[] => {
  let kept = facts.filter((fact) => !holdsAlways(system, fact))
  const plainest = [...kept].sort((a, b) => b.vars.length - a.vars.length)
  for (const fact of plainest) {
    const others = kept.filter((each) => each !== fact)
    if (implies(system, others, toLinear(fact))) kept = others
  }
  return kept
}

const holdsAlways = (system: System, fact: Constraint): boolean => {
  const known = system.decided.get(fact.key)
  if (known !== undefined) return known
  const holds = implies(system, [], toLinear(fact))
  system.decided.set(fact.key, holds)
  return holds
}

/** Facts of few variables say most. */
const simplest = (constraints: readonly Constraint[]): Constraint[] =>
  constraints.length <= MOST_FACTS
    ? [...constraints]
    : [...constraints].sort((a, b) => a.vars.length - b.vars.length).slice(0, MOST_FACTS)
