/**
 * A deed ends. Each cycle of clauses that begin each other is cut by a row that is taken (there are so many and no
 * more) or by an act out of a wait that has an agreed last day; so timers alone never go round, and after the last of
 * those days nothing goes round. From that follows the last day of the deed.
 */
import { type Finding, finding } from '../finding.ts'
import { interval } from '../model/interval.ts'
import type { Model, Timer } from '../model/model.ts'
import {
  type Anchor,
  anchorWords,
  counted,
  either,
  type Latest,
  latest,
  moved,
  neverLater,
} from './anchors.ts'
import type { Exploration, Path } from './control.ts'

export interface Life {
  readonly findings: readonly Finding[]
  /** The deed has ended at the latest on the last of these days; none if there are findings. */
  readonly anchors: readonly Anchor[]
  /** Or so many days after the last signature, if that is later. */
  readonly afterSigning: number
}

interface Link {
  readonly from: number
  readonly to: number
  readonly act: boolean
  readonly take: boolean
  /** Rows of all tables together that have been taken before and after. */
  readonly before: number
  readonly after: number
}

export const lifeOf = (model: Model, exploration: Exploration): Life => {
  const due = model.clauses.map(({ timer }) => timer && dueBy(model, timer))
  const unbounded = model.clauses.flatMap(({ timer }, i): Finding[] => {
    const value = due[i]?.unbounded
    if (value === undefined || !timer) return []
    const { name, sentence } = model.values[value]!
    return [
      finding('DEED_L502', timer.place, `${name} has no last day, so nothing says when this deed ends.`, {
        how: 'Give it bounds',
        text: `- ${sentence.replace(/ is (a date|one of|an? \w+)/, ' is $1 from 2027-01-01 to 2035-12-31')}`,
      }),
    ]
  })
  if (unbounded.length > 0) return { findings: unbounded, anchors: [], afterSigning: 0 }
  const links = linksOf(exploration)
  const isAnchored = (clause: number) => due[clause]?.relative === undefined
  const uncut = links.filter(
    ({ from, act, take }) => !take && !(act && isWait(model, from) && isAnchored(from)),
  )
  const cycle = findCycle(model.clauses.length, uncut)
  if (cycle) return { findings: [cycleFinding(model, cycle)], anchors: [], afterSigning: 0 }

  // The longest time from the opening of a clause to the end of all that follows, where no anchor holds it up.
  const longest = longestFrom(model, due, links, isAnchored)
  const anchors = model.clauses.flatMap((_, clause): Anchor[] => {
    const after = Math.max(
      0,
      ...links.filter(({ from }) => from === clause).map(({ to, after: rows }) => longest(to, rows)),
    )
    return (due[clause]?.anchors ?? []).map((anchor) => ({ ...anchor, days: anchor.days + after }))
  })
  const last = anchors.filter(
    (anchor, i) =>
      !anchors.some(
        (other, j) =>
          i !== j && neverLater(model, anchor, other) && (!neverLater(model, other, anchor) || j < i),
      ),
  )
  const first = Math.max(0, ...signingLinks(exploration).map(({ clause, rows }) => longest(clause, rows)))
  return { findings: [], anchors: last, afterSigning: first }
}

/** `finish + 61 days`, or the later of several days. */
export const lifeWords = (
  model: Model,
  { anchors, afterSigning }: Pick<Life, 'anchors' | 'afterSigning'>,
): string => {
  const days = anchors.map((anchor) => anchorWords(model, anchor))
  if (afterSigning > 0 || days.length === 0) days.push(`the last signature + ${counted(afterSigning, 'day')}`)
  return days.length === 1 ? days[0]! : `the latest of ${days.slice(0, -1).join(', ')} and ${days.at(-1)}`
}

/** The day on which a clause's timer runs, at the latest. */
const dueBy = (model: Model, timer: Timer): Latest => {
  if (timer.kind === 'delay') return latest(model, timer.day)
  if (timer.kind === 'repeat')
    return moved(latest(model, timer.from), timer.mostTimes * timer.count, timer.measure)
  if (timer.limit.kind === 'by') return moved(latest(model, timer.limit.day), 1, 'days')
  const most = Number(interval(model, timer.limit.span).high!.n)
  const days = { days: most, months: most * 31, seconds: Math.ceil(most / 86_400) }[timer.limit.measure]
  return either({ relative: days + 1, anchors: [] }, { relative: undefined, anchors: [] })
}

const isWait = (model: Model, clause: number): boolean => model.clauses[clause]!.timer?.kind === 'wait'

const linksOf = ({ states, edges, paths }: Exploration): Link[] => {
  const links = new Map<string, Link>()
  for (const { from, to, path } of edges) {
    const { label, items } = paths[path]!
    if (label.kind === 'signing') continue
    const before = total(states[from]!.rows)
    const after = states[to]!.ended ? before : total(states[to]!.rows)
    for (const next of beginsIn(items)) {
      const link: Link = {
        from: label.clause,
        to: next,
        act: label.kind === 'act',
        take: items.some((item) => item.kind === 'effect' && item.effect.kind === 'take'),
        before,
        after,
      }
      links.set(JSON.stringify(link), link)
    }
  }
  return [...links.values()]
}

const total = (rows: readonly number[]): number => rows.reduce((sum, each) => sum + each, 0)

/** Clauses that wait because of a step: begun, or resumed. */
const beginsIn = (items: Path['items']): number[] =>
  items.flatMap((item) => {
    if (item.kind === 'wait') return [item.clause]
    return item.kind === 'effect' && item.effect.kind === 'resume' ? [item.effect.clause] : []
  })

const signingLinks = ({ edges, paths, states }: Exploration) =>
  edges
    .filter(({ from }) => from < 0)
    .flatMap(({ path, to }) =>
      beginsIn(paths[path]!.items).map((clause) => ({ clause, rows: total(states[to]!.rows) })),
    )

const findCycle = (count: number, links: readonly Link[]): number[] | undefined => {
  const state = new Array<0 | 1 | 2>(count).fill(0)
  const path: number[] = []
  const visit = (clause: number): number[] | undefined => {
    state[clause] = 1
    path.push(clause)
    for (const { from, to } of links) {
      if (from !== clause) continue
      if (state[to] === 1) return path.slice(path.indexOf(to))
      const found = state[to] === 0 ? visit(to) : undefined
      if (found) return found
    }
    path.pop()
    state[clause] = 2
    return undefined
  }
  for (let clause = 0; clause < count; clause++) {
    const found = state[clause] === 0 ? visit(clause) : undefined
    if (found) return found
  }
  return undefined
}

const cycleFinding = (model: Model, cycle: readonly number[]): Finding => {
  const names = [...cycle, cycle[0]!].map((clause) => model.clauses[clause]!.name)
  // A wait in it that could be given a last day; else the first clause.
  const clause = cycle.find((each) => isWait(model, each)) ?? cycle[0]!
  const { name, timer, place } = model.clauses[clause]!
  const within = timer?.kind === 'wait' ? timer.sentence : undefined
  return finding(
    'DEED_L501',
    timer?.place ?? place,
    `Nothing stops ${names.join(' → ')}.`,
    {
      how: `Give ${name} a last day${within ? `: instead of "${within}:" write` : ''}`,
      text: '- By last-day:',
    },
    names,
  )
}

const longestFrom = (
  model: Model,
  due: readonly (Latest | undefined)[],
  links: readonly Link[],
  isAnchored: (clause: number) => boolean,
) => {
  const known = new Map<string, number>()
  const visit = (clause: number, rows: number): number => {
    const key = `${clause}/${rows}`
    const found = known.get(key)
    if (found !== undefined) return found
    const own = due[clause]?.relative ?? 0
    // While a clause waits, another may take rows; after its anchor nobody acts any more.
    const next = links.filter(
      ({ from, act, before }) =>
        from === clause && before >= rows && !(act && isWait(model, clause) && isAnchored(clause)),
    )
    const longest = own + Math.max(0, ...next.map(({ to, after }) => visit(to, after)))
    known.set(key, longest)
    return longest
  }
  return visit
}
