/** Looks at every control state that a deed can come to, and at every step from it. */
import type { Clause, Condition, Effect, Expr, Model, Route, Test, Timer } from '../model/model.ts'
import { expressions, inCondition, inEffect } from '../model/walk.ts'
import type { Place } from '../syntax/place.ts'
import {
  type Control,
  type Edge,
  type Exploration,
  type Flaw,
  type Item,
  type Label,
  type Path,
  type Snapshot,
  STATUS,
} from './control.ts'

const MOST_STATES = 20_000
const MOST_EDGES = 200_000

export const explore = (model: Model): Exploration => {
  const explorer: Explorer = {
    model,
    states: [],
    edges: [],
    paths: [],
    parents: [],
    flaws: new Map(),
    stateIds: new Map(),
    pathIds: new Map(),
    ids: new Map(),
    again: new Set(),
    tooLarge: false,
  }
  const start: Control = {
    status: model.clauses.map(() => STATUS.idle),
    rows: model.tables.map(() => 0),
    full: model.holdings.map(() => false),
    ended: false,
  }
  const signing: Step = { explorer, from: -1, label: { kind: 'signing' } }
  takeSteps(signing, begin(signing, newBranch(start), model.first, model.clauses[model.first]!))
  for (let at = 0; at < explorer.states.length && !explorer.tooLarge; at++) {
    const state = explorer.states[at]!
    if (state.ended) continue
    model.clauses.forEach((_, clause) => {
      if (state.status[clause] === STATUS.open) stepsOf(explorer, at, clause)
    })
  }
  const { states, edges, paths, parents, again, tooLarge } = explorer
  return { states, edges, paths, parents, again, flaws: [...explorer.flaws.values()], tooLarge }
}

interface Explorer {
  readonly model: Model
  readonly states: Control[]
  readonly edges: Edge[]
  readonly paths: Path[]
  readonly parents: number[]
  readonly flaws: Map<string, Flaw>
  readonly stateIds: Map<string, number>
  readonly pathIds: Map<string, number>
  readonly ids: Map<object, number>
  readonly again: Set<number>
  tooLarge: boolean
}

/** A step that is being explored. */
interface Step {
  readonly explorer: Explorer
  readonly from: number
  readonly label: Label
}

/** One way through a step, as far as it has come. */
interface Branch {
  readonly control: Control
  readonly items: readonly Item[]
  readonly key: string
}

const newBranch = (control: Control, key = ''): Branch => ({ control: copyControl(control), items: [], key })

const copyControl = ({ status, rows, full, ended }: Control): Control => ({
  status: [...status],
  rows: [...rows],
  full: [...full],
  ended,
})

const stepsOf = (explorer: Explorer, from: number, clause: number): void => {
  const { model, states } = explorer
  const { timer } = model.clauses[clause]!
  const state = states[from]!
  const time = (round: boolean, effects: readonly Effect[]): void => {
    const step: Step = { explorer, from, label: { kind: 'time', clause, round } }
    const branch = newBranch(state)
    if (!round) branch.control.status[clause] = STATUS.done
    takeSteps(step, run(step, [branch], effects))
  }
  if (timer?.kind === 'repeat') {
    time(true, timer.each)
    time(false, timer.afterwards)
  } else if (timer?.kind === 'delay') time(false, timer.effects)
  else if (timer) {
    for (const route of timer.routes) {
      const step: Step = { explorer, from, label: { kind: 'act', clause, route: route.number } }
      takeSteps(step, run(step, enter(step, newBranch(state), clause, route), route.effects))
    }
    time(false, timer.otherwise)
  }
}

/** Guard, bounds and money of an act. */
const enter = (step: Step, branch: Branch, clause: number, route: Route): Branch[] => {
  const { model } = step.explorer
  const entered = route.guard
    ? test(step, branch, route.guard, route).flatMap((way) => (way.passed ? [way.branch] : []))
    : [branch]
  return entered.flatMap((each) => {
    const { control } = each
    if (route.act.kind === 'deliver') {
      const { token, holding } = route.act
      // What the deed has already nobody can deliver.
      if (model.holdings.some((other, i) => other.token === token && control.full[i])) return []
      control.full[holding] = true
    }
    checkReads(step, control, inAct(route), route)
    const next = item(
      each,
      { kind: 'enter', clause, route: route.number, rows: snapshot(control) },
      `e${clause}.${route.number}`,
    )
    if (!route.often) next.control.status[clause] = STATUS.done
    return [next]
  })
}

const inAct = ({ act }: Route): readonly Expr[] => {
  if (act.kind === 'pay') return [act.amount.expr]
  return act.kind === 'give' ? act.given.flatMap(({ most }) => (most ? [most] : [])) : []
}

const takeSteps = ({ explorer, from, label }: Step, branches: readonly Branch[]): void => {
  const { model, edges, parents, states } = explorer
  for (const branch of branches) {
    const { control } = branch
    if (!control.ended && !control.status.includes(STATUS.open)) {
      const about = control.status.indexOf(STATUS.paused)
      if (about >= 0) {
        const { place, name } = model.clauses[about]!
        flaw(explorer, { kind: 'paused for ever', label, from, about, place, sentence: name })
      }
      control.ended = true
    }
    const to = stateId(explorer, control)
    if (to === parents.length) parents.push(from < 0 ? -1 : edges.length)
    edges.push({
      from,
      to,
      path: pathId(explorer, label, control.ended ? item(branch, { kind: 'end' }, 'E') : branch),
    })
    if (states.length > MOST_STATES || edges.length > MOST_EDGES) explorer.tooLarge = true
  }
}

const stateId = ({ states, stateIds }: Explorer, control: Control): number => {
  const { status, rows, full, ended } = control
  const key = ended ? 'ended' : `${status.join('')}|${rows.join()}|${full.map(Number).join('')}`
  const known = stateIds.get(key)
  if (known !== undefined) return known
  stateIds.set(key, states.length)
  states.push(control)
  return states.length - 1
}

const pathId = ({ paths, pathIds }: Explorer, label: Label, { items, key }: Branch): number => {
  const full = `${label.kind === 'signing' ? 's' : label.kind === 'act' ? `a${label.clause}.${label.route}` : `t${label.clause}${label.round}`}|${key}`
  const known = pathIds.get(full)
  if (known !== undefined) return known
  pathIds.set(full, paths.length)
  paths.push({ label, items })
  return paths.length - 1
}

const flaw = ({ flaws }: Explorer, found: Flaw): void => {
  const key = `${found.kind} ${found.about} ${found.place.line}:${found.place.column}`
  if (!flaws.has(key)) flaws.set(key, found)
}

/** Rows that have not been taken, rounds of clauses that have not begun, and prices outside of acts cannot be read. */
const checkReads = (
  { explorer, from, label }: Step,
  { rows, status }: Control,
  exprs: readonly Expr[],
  { place, sentence }: { readonly place: Place; readonly sentence: string },
): void => {
  for (const expr of exprs.flatMap((each) => [...expressions(each)])) {
    const found = (kind: Flaw['kind'], about: number) =>
      flaw(explorer, { kind, label, from, about, place, sentence })
    if (expr.op === 'cell' && rows[expr.table] === 0) found('no row taken', expr.table)
    if (expr.op === 'price' && label.kind !== 'act') found('price', expr.feed)
    if (expr.op !== 'next' && expr.op !== 'last') continue
    if (status[expr.clause] === STATUS.idle || status[expr.clause] === STATUS.opening)
      found('next too early', expr.clause)
  }
}

const snapshot = ({ rows }: Control): Snapshot => [...rows]

const item = ({ control, items, key }: Branch, next: Item, id: string): Branch => ({
  control,
  items: [...items, next],
  // What an item reads of the control state makes two of them different.
  key: 'rows' in next ? `${key};${id}@${next.rows.join()}` : `${key};${id}`,
})

const idOf = ({ ids }: Explorer, thing: object): number => {
  const known = ids.get(thing)
  if (known !== undefined) return known
  ids.set(thing, ids.size)
  return ids.size - 1
}

// ---- effects -------------------------------------------------------------------------------------------------------

const run = (step: Step, branches: readonly Branch[], effects: readonly Effect[]): Branch[] => {
  let current = [...branches]
  for (const effect of effects)
    current = current.flatMap((branch) => (branch.control.ended ? [branch] : apply(step, branch, effect)))
  return current
}

const apply = (step: Step, branch: Branch, effect: Effect): Branch[] => {
  const { explorer, from, label } = step
  const { model } = explorer
  const { control } = branch
  const { place, sentence } = effect
  if (effect.kind === 'begin') return begin(step, branch, effect.clause, effect)
  if (effect.kind === 'if') {
    return test(step, branch, effect.condition, effect).flatMap((way) =>
      run(step, [way.branch], way.passed ? effect.then : effect.otherwise),
    )
  }
  checkReads(step, control, inEffect(effect), effect)
  const next = note(explorer, branch, effect)
  const wrong = (kind: Flaw['kind'], about: number): Branch[] => {
    flaw(explorer, { kind, label, from, about, place, sentence })
    return []
  }
  switch (effect.kind) {
    case 'close':
    case 'pause':
    case 'resume': {
      const { clause } = effect
      const before = control.status[clause]!
      if (before === STATUS.opening) return wrong('while opening', clause)
      if (effect.kind === 'close' && before !== STATUS.idle) control.status[clause] = STATUS.done
      if (effect.kind === 'pause' && before === STATUS.open) control.status[clause] = STATUS.paused
      if (effect.kind === 'resume' && before === STATUS.paused) control.status[clause] = STATUS.open
      return [next]
    }
    case 'take':
      if (control.rows[effect.table]! >= model.tables[effect.table]!.rows)
        return wrong('no row', effect.table)
      control.rows[effect.table]!++
      return [next]
    case 'end':
      control.ended = true
      return [next]
    case 'release':
      if (model.tokens[model.holdings[effect.holding]!.token]!.kind !== 'unique') return [next]
      if (effect.to.kind === 'holding' && control.full[effect.holding]) control.full[effect.to.index] = true
      control.full[effect.holding] = false
      return [next]
    default:
      return [next]
  }
}

/** @param effect what begins it; the clause itself if the signing does. */
const begin = (step: Step, branch: Branch, clause: number, effect: Effect | Clause): Branch[] => {
  const { explorer, from, label } = step
  const { opening, timer, place, name } = explorer.model.clauses[clause]!
  const { status } = branch.control
  if (status[clause] !== STATUS.idle && status[clause] !== STATUS.done) {
    const said = 'sentence' in effect ? effect : { place, sentence: name }
    flaw(explorer, {
      kind: 'begin twice',
      label,
      from,
      about: clause,
      place: said.place,
      sentence: said.sentence,
    })
    return []
  }
  const noted = 'sentence' in effect ? note(explorer, branch, effect) : branch
  if (status[clause] === STATUS.done) explorer.again.add(clause)
  status[clause] = STATUS.opening
  return run(step, [noted], opening).map((each) => {
    const { control } = each
    if (control.ended) return each
    if (!timer) {
      control.status[clause] = STATUS.done
      return each
    }
    checkReads(step, control, limits(timer), timer)
    const waiting = item(each, { kind: 'wait', clause, rows: snapshot(control) }, `w${clause}`)
    control.status[clause] = STATUS.open
    return waiting
  })
}

const limits = (timer: Timer): readonly Expr[] => {
  if (timer.kind === 'repeat') return [timer.from, timer.times]
  if (timer.kind === 'delay') return [timer.day]
  return [timer.limit.kind === 'by' ? timer.limit.day : timer.limit.span]
}

const note = (explorer: Explorer, branch: Branch, effect: Effect): Branch =>
  item(branch, { kind: 'effect', effect, rows: snapshot(branch.control) }, String(idOf(explorer, effect)))

/** Both ways that a condition may go, or the one that the control state decides. */
const test = (
  step: Step,
  branch: Branch,
  condition: Condition,
  said: { readonly place: Place; readonly sentence: string },
): { branch: Branch; passed: boolean }[] => {
  const { explorer } = step
  checkReads(step, branch.control, inCondition(condition), said)
  const known = condition.tests.map((each) => decide(explorer.model, branch.control, each))
  const decided = outcome(condition.any, known)
  const id = idOf(explorer, condition)
  const digits = known.map((each) => (each === undefined ? '?' : Number(each))).join('')
  const way = (passed: boolean, control: Control) => {
    const taken: Item = { kind: 'test', condition, place: said.place, passed, known, rows: snapshot(control) }
    return { branch: item({ ...branch, control }, taken, `c${id}${passed ? 'y' : 'n'}${digits}`), passed }
  }
  if (decided !== undefined) return [way(decided, branch.control)]
  return [way(true, copyControl(branch.control)), way(false, branch.control)]
}

/** Of tests joined by `or` one decides for, joined by `and` one against. */
const outcome = (any: boolean, known: readonly (boolean | undefined)[]): boolean | undefined => {
  if (known.includes(any)) return any
  return known.includes(undefined) ? undefined : !any
}

const decide = (model: Model, { status, rows, full }: Control, each: Test): boolean | undefined => {
  switch (each.op) {
    case 'open':
      return (status[each.clause] === STATUS.open || status[each.clause] === STATUS.paused) !== each.not
    case 'holds':
      return full[each.holding]!
    case 'remains':
      return rows[each.table]! < model.tables[each.table]!.rows
    default:
      return undefined
  }
}
