/**
 * What has been seen of an agreement: its control states, and in each of them every act by right and wrong callers, in
 * and out of bounds, and every timer.
 */
import type { State } from '../src/meaning/state.ts'
import type { Model, Route } from '../src/model/model.ts'
import { type Control, type Exploration, STATUS } from '../src/proofs/control.ts'

/** `unmet`: by whoever may, while the condition of the act does not hold. */
type Way = 'right' | 'wrong' | 'out' | 'unmet' | 'time'

export interface Goal {
  readonly key: string
  readonly state: number
  readonly clause: number
  /** None: the clause's timer. */
  readonly route?: number
  readonly way: Way
}

export interface Cover {
  readonly model: Model
  readonly exploration: Exploration
  readonly ids: ReadonlyMap<string, number>
  /** By state, what there is to see in it. */
  readonly goals: readonly (readonly Goal[])[]
  readonly seen: Set<string>
  readonly visited: Set<number>
}

export const newCover = (model: Model, exploration: Exploration): Cover => ({
  model,
  exploration,
  ids: new Map(exploration.states.map((state, id) => [keyOf(state), id])),
  goals: exploration.states.map((_, state) => goalsOf(model, exploration, state)),
  seen: new Set(),
  visited: new Set(),
})

/** The control state in which a deed is; undefined if it is none that the proofs know. */
export const controlOf = ({ model, ids }: Cover, state: State): number | undefined => {
  const status = state.clauses.map(({ due, left, openings }) =>
    due !== 0 ? STATUS.open : left !== 0 ? STATUS.paused : openings > 0 ? STATUS.done : STATUS.idle,
  )
  const full = model.holdings.map(
    ({ token }, i) => model.tokens[token]!.kind === 'unique' && state.holdings[i]! > 0n,
  )
  return ids.get(keyOf({ status, rows: state.rows, full, ended: state.ended }))
}

const keyOf = ({ status, rows, full, ended }: Control): string =>
  ended ? 'ended' : `${status.join('')}|${rows.join()}|${full.map(Number).join('')}`

const goalsOf = (model: Model, { states, edges, paths }: Exploration, state: number): Goal[] => {
  const goals = new Map<string, Goal>()
  const add = (clause: number, way: Way, route?: number) => {
    const key = `${state} ${clause}${route === undefined ? '' : `.${route}`} ${way}`
    goals.set(key, { key, state, clause, way, ...(route !== undefined && { route }) })
  }
  if (states[state]!.ended) return []
  for (const { from, path } of edges) {
    const { label } = paths[path]!
    if (from !== state || label.kind === 'signing') continue
    if (label.kind === 'time') {
      add(label.clause, 'time')
      continue
    }
    const route = routeOf(model, label.clause, label.route)
    add(label.clause, 'right', label.route)
    if (route.actors.length > 0) add(label.clause, 'wrong', label.route)
    if (route.guard) add(label.clause, 'unmet', label.route)
    if (canBeOut(model, route)) add(label.clause, 'out', label.route)
  }
  return [...goals.values()]
}

export const routeOf = (model: Model, clause: number, route: number): Route => {
  const { timer } = model.clauses[clause]!
  if (timer?.kind !== 'wait') throw new Error('a clause without acts')
  return timer.routes[route - 1]!
}

/** Whether an act takes something that has bounds. */
const canBeOut = (model: Model, { act }: Route): boolean =>
  act.kind === 'pay'
    ? act.upTo
    : act.kind === 'give' &&
      act.given.some(({ value }) => !['document', 'truth'].includes(model.values[value]!.type.kind))

export interface Share {
  readonly states: { readonly seen: number; readonly all: number }
  readonly goals: { readonly seen: number; readonly all: number }
  /** Control states that no life came to, in words. */
  readonly unreached: readonly string[]
  /** What was not seen in states that some life came to. */
  readonly unseen: readonly string[]
}

export const shareOf = (cover: Cover): Share => {
  const { model, exploration, goals, seen, visited } = cover
  const reached = goals.filter((_, state) => visited.has(state)).flat()
  return {
    states: { seen: visited.size, all: exploration.states.length },
    goals: { seen: seen.size, all: goals.flat().length },
    unreached: exploration.states.flatMap((state, id) =>
      visited.has(id) ? [] : [shownControl(model, state)],
    ),
    unseen: reached.filter(({ key }) => !seen.has(key)).map((goal) => shownGoal(cover, goal)),
  }
}

const shownControl = (model: Model, { status, rows, full, ended }: Control): string => {
  if (ended) return 'ended'
  const named = (wanted: number, word: string) => {
    const names = model.clauses.flatMap(({ name }, i) => (status[i] === wanted ? [name] : []))
    return names.length === 0 ? [] : [`${names.join(', ')} ${word}`]
  }
  return [
    ...named(STATUS.open, 'open'),
    ...named(STATUS.paused, 'paused'),
    ...named(STATUS.done, 'done'),
    ...rows.map((row, i) => `${model.tables[i]!.name} ${row}`),
    ...full.flatMap((is, i) => (is ? [`${model.holdings[i]!.name} full`] : [])),
  ].join('; ')
}

const WAYS: Readonly<Record<Way, string>> = {
  right: '',
  wrong: ' by somebody else',
  out: ' out of bounds',
  unmet: ' though its condition does not hold',
  time: ': its time',
}

const shownGoal = ({ model, exploration }: Cover, { state, clause, route, way }: Goal): string => {
  const { number, name } = model.clauses[clause]!
  const what = route === undefined ? '' : ` "${routeOf(model, clause, route).sentence}"`
  return `${number}. ${name}${what}${WAYS[way]}, while ${shownControl(model, exploration.states[state]!)}`
}
