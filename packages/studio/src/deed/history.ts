/** A deed's timeline as a person reads it: days, and in a day the steps with what each moved. */
import type { Deed, TimelineEntry } from '@deed/platform'
import { money } from '../format/money.ts'
import { DAY_SECONDS, day, dayOf, deadline, isRecurring } from '../format/time.ts'
import { clauseTitle, short, spaced, thirdPerson } from '../format/words.ts'

/** What a line means, and so its mark and colour. */
export type Tone = 'money' | 'owed' | 'breach' | 'act' | 'time' | 'quiet'

export interface Line {
  readonly text: string
  readonly tone: Tone
  readonly amount?: string
}

export interface Step {
  readonly key: string
  readonly time: number
  readonly block: number
  readonly tx: string
  /** `3. Rent`; empty outside of clauses. */
  readonly clause: string
  readonly clauseNumber: number
  /** The first line says what happened, the others what followed from it. */
  readonly lines: readonly Line[]
}

export interface Day {
  readonly day: number
  readonly time: number
  readonly steps: readonly Step[]
}

/** Newest day first, newest step of a day first. */
export const history = (deed: Deed): Day[] => {
  const days: { day: number; time: number; steps: Step[] }[] = []
  for (const step of steps(deed)) {
    const day = dayOf(step.time)
    const last = days.at(-1)
    if (last?.day === day) last.steps.unshift(step)
    else days.push({ day, time: step.time, steps: [step] })
  }
  return days.reverse()
}

/** These begin a step; what comes after them in the same transaction and clause follows from them. */
const BEGINS = new Set(['signed', 'begun', 'elapsed', 'withdraw', 'ended'])

/** Oldest first. */
export const steps = (deed: Deed): Step[] => {
  const found: (Omit<Step, 'lines'> & { lines: Line[] })[] = []
  let index = 0
  for (const entry of deed.timeline) {
    const line = lineOf(entry, deed)
    const last = found.at(-1)
    const follows = last && !BEGINS.has(entry.what) && last.tx === entry.tx && last.time === entry.time
    if (follows) last.lines.push(line)
    else
      found.push({
        key: `${entry.tx}-${index}`,
        time: entry.time,
        block: entry.block,
        tx: entry.tx,
        clause: clauseTitle(deed.outline, entry.clause),
        clauseNumber: entry.clause,
        lines: [line],
      })
    index++
  }
  return found
}

const amountIn = (deed: Deed, { amount, token }: TimelineEntry): string | undefined => {
  const unit = deed.tokens.find(({ name, address }) => name === token || address === token)
  if (amount === undefined) return undefined
  return unit ? money(amount, { symbol: unit.name, decimals: unit.decimals }) : `${amount} units`
}

type Write = (entry: TimelineEntry, deed: Deed) => Line

const said = (tone: Tone, write: (entry: TimelineEntry, deed: Deed) => string): Write => {
  return (entry, deed) => {
    const amount = amountIn(deed, entry)
    return { tone, text: write(entry, deed), ...(amount && { amount }) }
  }
}

const name = (value: string | undefined): string => spaced(value ?? 'somebody')
const when = (deed: Deed, number: number) => deed.outline?.clauses.find((c) => c.number === number)?.when
/** The value that a field was given, by its kind: words of 32 bytes as the contract encoded them. */
const stated = ({ field, value = '0x' }: TimelineEntry, deed: Deed): string => {
  const known = deed.outline?.fields.find((f) => f.name === field)
  if (!known || value.length !== 66) return short(value, 6)
  const unit = deed.tokens.find((t) => t.name === known.token)
  if (known.kind === 'amount' && unit)
    return money(BigInt(value), { symbol: unit.name, decimals: unit.decimals })
  if (known.kind === 'date') return day(Number(BigInt(value)) * DAY_SECONDS)
  return known.kind === 'document' ? short(value, 6) : BigInt(value).toString()
}

const isHolding = (deed: Deed, cell: string | undefined) => deed.holdings.some((h) => h.name === cell)

const WRITE: Record<string, Write> = {
  signed: said('act', ({ by }) => `${name(by)} signs`),
  begun: said('act', () => 'Everybody has signed: the deed begins'),
  opened: said('quiet', ({ clause, due }, deed) => {
    const wait = when(deed, clause)
    const title = clauseTitle(deed.outline, clause)
    if (!due) return `${title} takes effect`
    return `${title}${isRecurring(wait) ? ': next on' : ' opens until'} ${deadline(due, wait)}`
  }),
  elapsed: said('time', ({ clause }, deed) => {
    const recurring = isRecurring(when(deed, clause))
    const clauseName = name(deed.outline?.clauses.find((c) => c.number === clause)?.name)
    return recurring ? `${clauseName} comes due` : `The time of ${clauseName} runs out`
  }),
  breached: said('breach', ({ by }) => `${name(by)} did not do what this clause obliges`),
  stated: said('quiet', (entry, deed) => `${name(entry.field)} is now ${stated(entry, deed)}`),
  ended: said('act', () => 'The deed ends'),
  pay: said(
    'money',
    ({ from, to }, deed) => `${name(from)} pays ${isHolding(deed, to) ? 'into' : 'towards'} ${name(to)}`,
  ),
  charge: said('owed', ({ from, to }) => `Charged to ${name(to)}, owed by ${name(from)}`),
  forgive: said('owed', ({ to }) => `Forgiven from ${name(to)}`),
  settle: said('money', ({ from, to }) => `Taken from ${name(from)} for ${name(to)}`),
  credit: said('money', ({ from, to }) =>
    from ? `From ${name(from)} to ${name(to)}` : `Credited to ${name(to)}`,
  ),
  withdraw: said('money', ({ to }) => `Sent to ${name(to)}’s wallet`),
}

export const lineOf = (entry: TimelineEntry, deed: Deed): Line =>
  (WRITE[entry.what] ?? said('act', ({ by, what }) => `${name(by)} ${thirdPerson(what)}`))(entry, deed)
