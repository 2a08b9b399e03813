/**
 * The picture of a deed: time from left to right, a row for each clause that was ever open, marks for what
 * happened, dashes for what is still to come, and above them what is held and what is owed. Pure layout: numbers
 * in, coordinates out.
 */
import type { Deed, DeedDocument, TimelineEntry } from '@deed/platform'
import { month, shortDay, year } from '../format/time.ts'
import { spaced } from '../format/words.ts'
import type { Tone } from './history.ts'

export interface Picture {
  readonly width: number
  readonly height: number
  readonly left: number
  readonly right: number
  /** Where the money's band ends and the clauses begin. */
  readonly bandTop: number
  readonly bandBottom: number
  readonly nowX: number
  readonly ticks: readonly {
    readonly time: number
    readonly x: number
    readonly label: string
    readonly strong: boolean
  }[]
  readonly rows: readonly Row[]
  readonly curves: readonly Curve[]
  readonly most: bigint
}

interface Row {
  readonly label: string
  readonly y: number
  readonly open: boolean
  /** Time that has passed while the clause was open. */
  readonly bars: readonly { readonly from: number; readonly to: number }[]
  /** From now to its deadline. */
  readonly ahead?: { readonly from: number; readonly to: number; readonly due: number }
  readonly marks: readonly Mark[]
}

export interface Mark {
  readonly x: number
  readonly tone: Tone
  readonly title: string
  readonly time: number
}

interface Curve {
  readonly name: string
  readonly tone: 'money' | 'owed'
  /** Stepped line, in SVG path syntax, closed along the band's bottom. */
  readonly path: string
}

const BAND = 64
const ROW = { wide: 24, narrow: 34 }
const LABELS = { wide: 104, narrow: 0 }
const NARROW = 560
const AXIS = 26
const TICK_ROOM = 38
const YEAR_ROOM = 58
/** The first label begins at its tick, and so reaches further to the right. */
const FIRST_ROOM = 88

export const picture = (
  deed: Deed,
  text: DeedDocument | undefined,
  now: number,
  width: number,
  titleOf: (entry: TimelineEntry) => { tone: Tone; title: string },
): Picture => {
  const size = width < NARROW ? 'narrow' : 'wide'
  const left = LABELS[size] + 6
  const right = width - 10
  const spans = openSpans(deed, text, now)
  const first = deed.timeline[0]?.time ?? deed.since.time
  const last = Math.max(now, ...deed.open.map(({ due }) => due), ...deed.timeline.map(({ time }) => time))
  const from = monthStart(first, 0)
  const to = deed.state === 'ended' ? Math.max(...deed.timeline.map(({ time }) => time)) : last
  const end = to + (to - from) * 0.015
  const x = (time: number) =>
    left + ((Math.min(Math.max(time, from), end) - from) / Math.max(1, end - from)) * (right - left)

  const bandTop = 22
  const bandBottom = bandTop + BAND
  const rows = [...spans].map(([clause, opened], index): Row => {
    const open = deed.open.find((o) => o.clause === clause)
    const name = deed.outline?.clauses.find((c) => c.number === clause)?.name
    return {
      label: name ? `${clause}. ${spaced(name)}` : `Clause ${clause}`,
      y: bandBottom + 14 + (index + 0.5) * ROW[size],
      open: open !== undefined,
      bars: opened.map((span) => ({ from: x(span.from), to: Math.max(x(span.to), x(span.from) + 2) })),
      ...(open && open.due > now && { ahead: { from: x(now), to: x(open.due), due: open.due } }),
      marks: deed.timeline
        .filter((entry) => entry.clause === clause && MARKED.has(titleOf(entry).tone))
        .map((entry) => ({ x: x(entry.time), time: entry.time, ...titleOf(entry) })),
    }
  })

  const { curves, most } = moneyCurves(deed, now, x, bandTop, bandBottom)
  const height = bandBottom + 14 + rows.length * ROW[size] + AXIS
  return {
    width,
    height,
    left,
    right,
    bandTop,
    bandBottom,
    nowX: x(deed.state === 'ended' ? to : now),
    ticks: ticks(from, end, x),
    rows,
    curves,
    most,
  }
}

const MARKED: ReadonlySet<Tone> = new Set(['money', 'owed', 'breach', 'act'])

type Span = { from: number; to: number }

/**
 * When each clause was open. Its end is its own act or deadline; a clause that another one closed ends with the
 * last step of a clause whose text says `Close` and its name; failing that, at its deadline.
 */
const openSpans = (deed: Deed, text: DeedDocument | undefined, now: number): Map<number, Span[]> => {
  const spans = new Map<number, Span[]>()
  const ended = deed.timeline.findLast(({ what }) => what === 'ended')?.time ?? now
  const clauses = deed.outline?.clauses ?? []
  const stillOpen = new Set(deed.open.map(({ clause }) => clause))

  for (const { what, clause, time, due } of deed.timeline) {
    const known = spans.get(clause)
    const wait = clauses.find((c) => c.number === clause)
    const ends = what === 'elapsed' && !wait?.when?.startsWith('Every')
    const acted = wait?.acts.some((act) => act.verb === what && !act.sentence.includes('at any time'))
    const paid = what === 'pay' && wait?.acts.some((act) => act.pays && !act.sentence.includes('at any time'))
    if (what === 'opened') {
      const span = { from: time, to: stillOpen.has(clause) ? now : Math.min(due || time, ended) }
      const last = known?.at(-1)
      // A recurrence opens anew for each round: one bar, not twelve.
      if (last && last.to >= time) last.to = span.to
      else spans.set(clause, [...(known ?? []), span])
    } else if (known && (ends || acted || paid)) known.at(-1)!.to = time
    else if (known && what === 'elapsed') known.at(-1)!.to = Math.max(time, known.at(-1)!.to)
  }
  for (const [clause, all] of spans) {
    const span = all.at(-1)!
    if (stillOpen.has(clause)) span.to = now
    else {
      const closings = closedBy(text, clause, clauses.find((c) => c.number === clause)?.name)
        .filter((by) => !stillOpen.has(by))
        .map((by) => ownEnd(deed, by))
        .filter((time) => time !== undefined && time > span.from && time < span.to)
      span.to = Math.min(span.to, ...(closings as number[]))
    }
  }
  return new Map([...spans].sort(([a], [b]) => a - b))
}

/** What follows from a step, rather than being one. */
const EFFECTS: ReadonlySet<string> = new Set(['charge', 'forgive', 'credit', 'settle', 'stated', 'breached'])

/** When a clause ended by its own act or last deadline; undefined for one that went on until another closed it. */
const ownEnd = ({ timeline }: Deed, clause: number): number | undefined => {
  const own = timeline.filter((entry) => entry.clause === clause)
  const since = own.slice(own.findLastIndex(({ what }) => what === 'opened') + 1)
  return since.findLast(({ what }) => !EFFECTS.has(what))?.time
}

const closedBy = (text: DeedDocument | undefined, clause: number, name: string | undefined): number[] =>
  (text?.clauses ?? [])
    .filter(({ number, blocks }) =>
      blocks.some((block) => {
        if (number === clause || name === undefined || block.type !== 'bullet') return false
        const sentence = block.parts.map((part) => part.text).join('')
        return sentence.startsWith('Close ') && new RegExp(`[ ]${name}\\b`).test(sentence)
      }),
    )
    .map(({ number }) => number)

/** What is held and what is owed over time, on one scale. Only amounts of the deed's first token are drawn. */
const moneyCurves = (deed: Deed, now: number, x: (time: number) => number, top: number, bottom: number) => {
  const token = deed.tokens[0]?.name
  const cells = [
    { tone: 'money' as const, names: deed.holdings.filter((h) => h.token === token).map((h) => h.name) },
    { tone: 'owed' as const, names: deed.debts.filter((d) => d.token === token).map((d) => d.name) },
  ].filter(({ names }) => names.length > 0)
  const series = cells.map(({ tone, names }) => {
    let sum = 0n
    const points = [{ time: deed.since.time, sum }]
    for (const { what, from, to, amount, time } of deed.timeline) {
      if (amount === undefined) continue
      const units = BigInt(amount)
      const into = names.includes(to ?? '')
      const outOf = names.includes(from ?? '')
      const debt = tone === 'owed'
      if (into) sum += debt && what !== 'charge' ? -units : units
      else if (outOf && !debt) sum -= units
      else continue
      points.push({ time, sum })
    }
    return {
      tone,
      names,
      points: [...points, { time: deed.state === 'ended' ? points.at(-1)!.time : now, sum }],
    }
  })
  const most = series.flatMap(({ points }) => points).reduce((max, p) => (p.sum > max ? p.sum : max), 0n)
  const y = (sum: bigint) =>
    most === 0n ? bottom : bottom - (Number((sum * 10_000n) / most) / 10_000) * (bottom - top)
  const curves = series.map(({ tone, names, points }): Curve => {
    const steps = points.map(({ time, sum }) => `H${x(time).toFixed(1)}V${y(sum).toFixed(1)}`).join('')
    return {
      name: names.map(spaced).join(', '),
      tone,
      path: `M${x(points[0]!.time).toFixed(1)},${bottom}${steps}V${bottom}Z`,
    }
  })
  return { curves, most }
}

const monthStart = (time: number, add: number): number => {
  const date = new Date(time * 1000)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + add, 1) / 1000
}

/** Month names, as many as there is room for; a new year says its number. */
const ticks = (from: number, end: number, x: (time: number) => number) => {
  const starts: number[] = []
  for (let time = from; time <= end; time = monthStart(time, 1)) starts.push(time)
  const room = x(starts[1] ?? end) - x(starts[0] ?? from)
  const every = [1, 2, 3, 6].find((n) => n * room >= TICK_ROOM) ?? 12
  const labelled = starts
    .filter((time, index) => index === 0 || new Date(time * 1000).getUTCMonth() % every === 0)
    .map((time, index) => {
      const strong = index === 0 || new Date(time * 1000).getUTCMonth() === 0
      return { time, x: x(time), label: strong ? `${month(time)} ${year(time)}` : month(time), strong }
    })
  // A label with its year is wider; what would touch it is left out.
  return labelled.filter((tick) => {
    const near = (other: { x: number; strong: boolean }) =>
      other.strong && Math.abs(other.x - tick.x) < (other === labelled[0] ? FIRST_ROOM : YEAR_ROOM)
    return tick.strong ? tick === labelled[0] || tick.x - labelled[0]!.x > FIRST_ROOM : !labelled.some(near)
  })
}

/** What the picture shows, in a sentence for those who do not see it. */
export const caption = (deed: Deed, { rows }: Picture): string => {
  const open = rows.filter((row) => row.open).map(({ label }) => label)
  const since = `From ${shortDay(deed.since.time)} on, ${rows.length} clauses have been open.`
  return open.length > 0 ? `${since} Open now: ${open.join(', ')}.` : `${since} None is open now.`
}
