/** Who wins where two can happen at once: time limits that end on the same day, and acts that shut each other out. */
import type { Effect, Model, Route } from '../model/model.ts'
import { type Anchor, anchorWords, latest } from './anchors.ts'
import { type Exploration, STATUS } from './control.ts'

export interface Meeting {
  readonly kind: 'tie' | 'race'
  /** Number of the clause that goes first, or of the first of the two. */
  readonly clause: number
  readonly sentence: string
}

export const meetings = (model: Model, exploration: Exploration): Meeting[] => [
  ...ties(model, exploration),
  ...races(model, exploration),
]

/** By clause and act (0 for time): clauses that may be open before and are not afterwards. */
const shutBy = ({ states, edges, paths }: Exploration): Map<string, Set<number>> => {
  const shut = new Map<string, Set<number>>()
  for (const { from, to, path } of edges) {
    const { label } = paths[path]!
    if (label.kind === 'signing' || from < 0) continue
    const key = `${label.clause} ${label.kind === 'act' ? label.route : 0}`
    const clauses = shut.get(key) ?? new Set()
    states[from]!.status.forEach((status, clause) => {
      const after = states[to]!.status[clause]
      if (status === STATUS.open && after !== STATUS.open && after !== STATUS.paused) clauses.add(clause)
    })
    shut.set(key, clauses)
  }
  return shut
}

const ties = (model: Model, exploration: Exploration): Meeting[] => {
  const shut = shutBy(exploration)
  return pairs(model, exploration).flatMap(([a, b]): Meeting[] => {
    const [first, second] = [dueDay(model, a), dueDay(model, b)]
    if (first === undefined || first !== second) return []
    if (!shut.get(`${a} 0`)?.has(b) && !shut.get(`${b} 0`)?.has(a)) return []
    const [one, other] = [model.clauses[a]!, model.clauses[b]!]
    const sentence = `If ${one.name} and ${other.name} both end on ${first}, ${one.name} goes first: ${otherwise(model, a)}`
    return [{ kind: 'tie', clause: one.number, sentence }]
  })
}

const races = (model: Model, exploration: Exploration): Meeting[] => {
  const shut = shutBy(exploration)
  const together = pairs(model, exploration)
  const same = model.clauses.flatMap(({ timer }, clause): [number, number][] =>
    timer?.kind === 'wait' && timer.routes.length > 1 ? [[clause, clause]] : [],
  )
  const found = new Map<string, Meeting>()
  for (const [a, b] of [...same, ...together]) {
    for (const one of routesOf(model, a)) {
      for (const other of routesOf(model, b)) {
        if (a === b && other.number <= one.number) continue
        if (sameActors(one, other)) continue
        const excludes = shut.get(`${a} ${one.number}`)?.has(b) || shut.get(`${b} ${other.number}`)?.has(a)
        if (!excludes) continue
        const sentence = `${said(model, a, one)} and ${said(model, b, other)}: whoever is first, and the other comes too late.`
        found.set(sentence, { kind: 'race', clause: a + 1, sentence })
      }
    }
  }
  return [...found.values()]
}

const routesOf = (model: Model, clause: number): readonly Route[] => {
  const { timer } = model.clauses[clause]!
  return timer?.kind === 'wait' ? timer.routes : []
}

const sameActors = (a: Route, b: Route): boolean =>
  a.actors.length === 1 && b.actors.length === 1 && a.actors[0] === b.actors[0]

/** `Tenant may give-notice (6)` */
const said = (model: Model, clause: number, { actors, together, must, verb }: Route): string => {
  const names = actors.map((index) => model.parties[index]!.name)
  const who =
    names.length === 0
      ? 'Anyone'
      : names.length === 1
        ? names[0]!
        : `${names.slice(0, -1).join(', ')} ${together ? 'and' : 'or'} ${names.at(-1)}`
  return `${who} ${must ? 'must' : 'may'}${together ? ' together' : ''} ${verb} (${clause + 1})`
}

/** Clauses that may be open at once, the lower number first. */
const pairs = (model: Model, { states }: Exploration): [number, number][] => {
  const found = new Set<string>()
  for (const { status } of states) {
    const open = status.flatMap((each, clause) => (each === STATUS.open ? [clause] : []))
    open.forEach((a, i) => {
      for (const b of open.slice(i + 1)) found.add(`${a} ${b}`)
    })
  }
  return model.clauses.flatMap((_, a) =>
    model.clauses.flatMap((__, b): [number, number][] => (found.has(`${a} ${b}`) ? [[a, b]] : [])),
  )
}

/** The day on which a clause's timer runs, if it is an agreed one: as text, so that two can be compared. */
const dueDay = (model: Model, clause: number): string | undefined => {
  const { timer } = model.clauses[clause]!
  const day =
    timer?.kind === 'wait'
      ? timer.limit.kind === 'by'
        ? timer.limit.day
        : undefined
      : timer?.kind === 'delay'
        ? timer.day
        : undefined
  if (!day || !timer) return undefined
  // A value that changes is not the same day for two clauses that were opened one after the other.
  if (day.op === 'value' && model.values[day.value]!.fixed === 'variable')
    return model.values[day.value]!.name
  const { relative, anchors } = latest(model, day)
  if (relative !== undefined || anchors.length !== 1) return undefined
  const after = timer.kind === 'delay' ? -1 : 0
  return anchorWords(model, { ...(anchors[0] as Anchor), days: anchors[0]!.days + after })
}

const otherwise = (model: Model, clause: number): string => {
  const { timer } = model.clauses[clause]!
  const effects = timer?.kind === 'wait' ? timer.otherwise : timer?.kind === 'delay' ? timer.effects : []
  return effectWords(effects)
}

/** Sentences of effects in the order of the text, each once. */
export const effectWords = (effects: readonly Effect[]): string => {
  const words: string[] = []
  for (const effect of effects) {
    const text = effect.kind === 'if' ? `${effect.sentence} ${effectWords(effect.then)}` : effect.sentence
    if (words.at(-1) !== text) words.push(text)
  }
  return words.length === 0 ? 'Do nothing.' : words.join(' ')
}
