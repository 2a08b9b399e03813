/** A timeline as a person likes to read it, and as JSON lines. */
import type { Entry, Outline } from '@deed/agreement'
import { formatUnits, type Hex, hexToBigInt } from 'viem'
import type { Terminal } from '../terminal.ts'
import { type Balances, decimalsOf } from './balance.ts'
import { isoOf, isoTime } from './instant.ts'
import { formatMoney } from './money.ts'
import type { Play } from './play.ts'

/** One JSON object without line breaks: the keys are always all there, and null where there is nothing to say. */
export const entryJson = (entry: Entry & { error?: string }, outline: Outline, scenario: string): string => {
  const { time, block, tx, clause, what, from, to, amount, token, by, due, field, value, verb, error } = entry
  return JSON.stringify({
    time: isoTime(time),
    block,
    tx,
    clause,
    what,
    from: from ?? null,
    to: to ?? null,
    amount: amount === undefined ? null : formatUnits(amount, token ? decimalsOf(outline, token) : 0),
    by: by ?? null,
    ...(token && { token }),
    ...(due && { due: isoTime(due) }),
    ...(field && { field, value }),
    ...(verb && { verb }),
    ...(error && { error }),
    scenario,
  })
}

const WIDTH = { date: 10, clause: 15, what: 9, money: 34, amount: 17 } as const
const RULE = '─'.repeat(Object.values(WIDTH).reduce((sum, width) => sum + width + 2, 6))

/** Who plays, on which terms. */
export const opening = ({ agreement, scenario, cast, terms, deed }: Play, t: Terminal): string => {
  const people = agreement.outline.parties.map(
    ({ name }) => `${name} ${t.style('dim', short(cast.accounts.get(name)!.address))}`,
  )
  return [
    '',
    `${t.style('bold', `${agreement.outline.title}: ${scenario.name}`)}`,
    scenario.about,
    '',
    [...people, `deed ${t.style('dim', short(deed))}`].join('   '),
    Object.entries(terms)
      .map(([name, value]) => `${name} ${value}`)
      .join('   '),
    '',
    t.style('dim', columns('date', 'clause', 'what', 'from → to', 'amount', 'by')),
    t.style('dim', RULE),
  ].join('\n')
}

/** One line for each entry that says something new: openings and timers that move no money are left out. */
export const entryLines = (
  entries: readonly (Entry & { error?: string })[],
  { agreement: { outline } }: Play,
  t: Terminal,
): string[] =>
  entries
    .filter(({ what }) => !SILENT.has(what))
    .map((entry) => {
      const { time, clause, what, from, to, amount, token, by, field, verb, error } = entry
      const name = outline.clauses.find(({ number }) => number === clause)?.name
      const money = from === undefined && to === undefined ? '' : `${from ?? '?'} → ${to ?? '?'}`
      const shown =
        amount === undefined ? '' : `${formatMoney(amount, token ? decimalsOf(outline, token) : 0)} ${token}`
      const line = columns(
        isoTime(time).slice(0, 10),
        name ? `${clause}. ${name}` : '',
        what,
        money || (field ? `${field} = ${shownValue(field, entry.value!, outline)}` : (verb ?? error ?? '')),
        shown,
        by === undefined ? '' : by,
      )
      return t.style(LOOKS[what] ?? 'reset', line.trimEnd())
    })

/** A stated value as the text would write it. */
const shownValue = (name: string, value: Hex, outline: Outline): string => {
  const field = outline.fields.find((f) => f.name === name)
  const number = hexToBigInt(value)
  if (field?.kind === 'date') return isoOf(Number(number))
  if (field?.kind === 'amount' && field.token) return formatMoney(number, decimalsOf(outline, field.token))
  if (field?.kind === 'share') return `${formatUnits(number, 7)}%`
  if (field?.kind === 'choice') return field.choices?.[Number(number)] ?? String(number)
  if (field?.kind === 'number')
    return `${formatUnits(hexToBigInt(value, { signed: true }), field.decimals ?? 0)}${field.unit ? ` ${field.unit}` : ''}`
  // A document is its hash, then the place to look for it.
  return field?.kind === 'document' ? short(value.slice(0, 66)) : String(number)
}

const SILENT = new Set(['opened', 'elapsed'])

const LOOKS: Record<string, Parameters<Terminal['style']>[0]> = {
  signed: 'cyan',
  begun: 'cyan',
  charge: 'yellow',
  breached: 'red',
  refused: 'red',
  withdraw: 'green',
  stated: 'dim',
  ended: 'bold',
}

/** Who owns what at the end, and that it is everything. */
export const closing = (balances: Balances, { agreement: { outline } }: Play, t: Terminal): string => {
  const rows = Object.entries(balances).flatMap(([holder, amounts]) =>
    Object.entries(amounts).map(([token, amount]) => ({
      holder,
      shown: `${formatMoney(amount, decimalsOf(outline, token))} ${token}`,
    })),
  )
  const holderWidth = Math.max(...rows.map(({ holder }) => holder.length))
  const shownWidth = Math.max(...rows.map(({ shown }) => shown.length))
  return [
    t.style('dim', RULE),
    ...rows.map(({ holder, shown }) => `${holder.padEnd(holderWidth)}  ${shown.padStart(shownWidth)}`),
    t.style('green', 'Every unit of money is accounted for.'),
  ].join('\n')
}

const columns = (
  date: string,
  clause: string,
  what: string,
  money: string,
  amount: string,
  by: string,
): string =>
  [
    date.padEnd(WIDTH.date),
    clause.padEnd(WIDTH.clause),
    what.padEnd(WIDTH.what),
    money.padEnd(WIDTH.money),
    amount.padStart(WIDTH.amount),
    by,
  ].join('  ')

const short = (address: string): string => `${address.slice(0, 6)}…${address.slice(-4)}`
