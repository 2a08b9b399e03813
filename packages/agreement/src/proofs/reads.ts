/** Nothing is read before it has been stated, whichever way a deed goes: a dataflow over its control states. */
import { type Finding, finding } from '../finding.ts'
import type { Expr, Model, Route } from '../model/model.ts'
import { expressions, inEffect, operands } from '../model/walk.ts'
import type { Place } from '../syntax/place.ts'
import type { Exploration, Item, Path } from './control.ts'
import { labelsTo, storyOf } from './story.ts'

/** Values that have certainly been stated, as bits. */
type Stated = bigint

interface Step {
  /** Values that it states on its way, whatever comes before. */
  readonly states: Stated
  /** Values that it reads, each with what it has stated itself by then. */
  readonly reads: readonly {
    readonly value: number
    readonly known: Stated
    readonly at: Place
    readonly clause: string
  }[]
}

export const readFindings = (model: Model, exploration: Exploration): Finding[] => {
  if (!model.values.some(({ fixed }) => fixed === 'later')) return []
  const { states, edges, paths } = exploration
  const steps = paths.map((path) => stepOf(model, path))
  const before = fixpoint(states.length, edges, steps)
  const found = new Map<string, Finding>()
  for (const { from, path } of edges) {
    for (const { value, known, at, clause } of steps[path]!.reads) {
      const stated = (from < 0 ? 0n : before[from]!) | known
      const key = `${value} ${at.line}:${at.column}`
      if ((stated & (1n << BigInt(value))) !== 0n || found.has(key)) continue
      const { name } = model.values[value]!
      const story = storyOf(model, [...labelsTo(exploration, from), paths[path]!.label])
      found.set(
        key,
        finding(
          'DEED_L310',
          at,
          `${name} is read in ${clause} and may not have been stated.`,
          { how: 'Let an act that always comes before give it, or write', text: `- If ${name} is stated:` },
          story,
        ),
      )
    }
  }
  return [...found.values()]
}

/** What is stated whenever a state is reached: the least that any way to it has stated. */
const fixpoint = (count: number, edges: Exploration['edges'], steps: readonly Step[]): Stated[] => {
  const all = -1n
  const before: Stated[] = Array.from({ length: count }, () => all)
  for (let changed = true; changed; ) {
    changed = false
    for (const { from, to, path } of edges) {
      const after = (from < 0 ? 0n : before[from]!) | steps[path]!.states
      const met = before[to]! & after
      if (met === before[to]) continue
      before[to] = met
      changed = true
    }
  }
  return before
}

const stepOf = (model: Model, { label, items }: Path): Step => {
  const reads: { value: number; known: Stated; at: Place; clause: string }[] = []
  let known: Stated = 0n
  const clause = label.kind === 'signing' ? model.first : label.clause
  const route = routeOf(model, label)
  const said = `${clause + 1}. ${model.clauses[clause]!.name}`
  const read = (exprs: readonly Expr[], at: Place) => {
    for (const expr of exprs.flatMap((each) => [...expressions(each)]))
      if (expr.op === 'value' && model.values[expr.value]!.fixed === 'later')
        reads.push({ value: expr.value, known, at, clause: said })
  }
  const state = (value: number) => {
    known |= 1n << BigInt(value)
  }
  // A guard sees what is given with the act.
  if (route?.act.kind === 'give') {
    for (const { value, most } of route.act.given) {
      state(value)
      if (most) read([most], route.place)
    }
  }
  for (const item of items) {
    if (item.kind === 'test') {
      read(item.condition.tests.flatMap(operands), item.place)
      for (const value of nowKnown(item)) state(value)
    } else if (item.kind === 'effect') {
      read(inEffect(item.effect), item.effect.place)
      if (item.effect.kind === 'set') state(item.effect.value)
    } else if (item.kind === 'enter' && route?.act.kind === 'pay') read([route.act.amount.expr], route.place)
    else if (item.kind === 'wait') {
      const { timer } = model.clauses[item.clause]!
      if (timer?.kind === 'repeat') read([timer.from, timer.times], timer.place)
      else if (timer?.kind === 'delay') read([timer.day], timer.place)
      else if (timer) read([timer.limit.kind === 'by' ? timer.limit.day : timer.limit.span], timer.place)
    }
  }
  return { states: known, reads }
}

const routeOf = (model: Model, label: Path['label']): Route | undefined => {
  if (label.kind !== 'act') return undefined
  const { timer } = model.clauses[label.clause]!
  return timer?.kind === 'wait' ? timer.routes[label.route - 1] : undefined
}

/** What a test on the way makes certain: `is stated` where it held alone or with others. */
const nowKnown = ({ condition, passed }: Extract<Item, { kind: 'test' }>): number[] => {
  const certain = condition.tests.length === 1 || (passed ? !condition.any : condition.any)
  if (!certain) return []
  return condition.tests.flatMap((test) => (test.op === 'stated' && test.not !== passed ? [test.value] : []))
}
