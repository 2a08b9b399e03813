import type { Deed, DeedDocument, TimelineEntry } from '@deed/platform'
import { expect, test } from 'vitest'
import { history, lineOf } from './history.ts'
import { caption, picture } from './picture.ts'

const at = (text: string) => Date.parse(text) / 1000

const clause = (number: number, name: string, when: string, acts: object[] = []) => ({
  number,
  name,
  when,
  prose: '',
  otherwise: [],
  acts,
})
/** A lease in small: rent falls due twice, the second is not paid, the landlord ends it. */
const outline = {
  clauses: [
    clause(3, 'Rent', 'Every month from start, 12 times'),
    clause(5, 'Payment', 'By finish + 60 days', [
      { verb: 'pay', pays: {}, sentence: 'Anyone may at any time pay' },
    ]),
    clause(8, 'Termination', 'By finish', [{ verb: 'terminate', sentence: 'Landlord may terminate' }]),
    clause(9, 'Handover', 'Within claim-window', [{ verb: 'claim', sentence: 'Landlord may claim' }]),
  ],
  fields: [],
}
let block = 0
const entry = (
  time: string,
  clause: number,
  what: string,
  more: Partial<TimelineEntry> = {},
): TimelineEntry => ({
  time: at(time),
  block: ++block,
  tx: `0x${time}`,
  clause,
  what,
  ...more,
})
const leg = (from: string, to: string, units: number) => ({
  from,
  to,
  amount: String(units * 1e6),
  token: 'USDC',
})
const deed = {
  address: '0x03',
  state: 'running',
  tokens: [{ name: 'USDC', address: '0x04', decimals: 6 }],
  holdings: [{ name: 'security', token: 'USDC', owner: 'Tenant' }],
  debts: [{ name: 'arrears', token: 'USDC', debtor: 'Tenant', creditor: 'Landlord' }],
  since: { block: 1, time: at('2027-01-20') },
  open: [
    { clause: 9, due: at('2027-04-01') },
    { clause: 5, due: at('2028-04-01') },
  ],
  earlier: 0,
  outline,
  timeline: [
    entry('2027-01-20', 0, 'signed', { by: 'Tenant' }),
    entry('2027-01-25', 2, 'pay', leg('Tenant', 'security', 2000)),
    entry('2027-01-25', 3, 'opened', { due: at('2027-02-01') }),
    entry('2027-01-25', 5, 'opened', { due: at('2028-04-01') }),
    entry('2027-01-25', 8, 'opened', { due: at('2028-02-02') }),
    entry('2027-02-01', 3, 'elapsed'),
    entry('2027-02-01', 3, 'opened', { due: at('2027-03-01') }),
    entry('2027-02-01', 3, 'charge', leg('Tenant', 'arrears', 1000)),
    entry('2027-02-03', 5, 'pay', leg('Tenant', 'arrears', 1000)),
    entry('2027-02-03', 5, 'credit', leg('arrears', 'Landlord', 1000)),
    entry('2027-03-01', 3, 'elapsed'),
    entry('2027-03-01', 3, 'opened', { due: at('2027-04-01') }),
    entry('2027-03-01', 3, 'charge', leg('Tenant', 'arrears', 1000)),
    entry('2027-03-17', 8, 'terminate', { by: 'Landlord' }),
    entry('2027-03-17', 9, 'opened', { due: at('2027-04-01') }),
  ],
} as unknown as Deed
const bullet = (text: string) => ({ type: 'bullet', level: 2, parts: [{ text }] })
const text = {
  clauses: [
    { number: 3, name: 'Rent', blocks: [bullet('Close Late-fee, Notice and Termination.')] },
    { number: 8, name: 'Termination', blocks: [bullet('Close Rent, Late-fee and Notice.')] },
  ],
} as unknown as DeedDocument

const WIDTH = 800
const draw = (now: string, width = WIDTH) =>
  picture(deed, text, at(now), width, (e) => ({ tone: lineOf(e, deed).tone, title: lineOf(e, deed).text }))

test('days come newest first; what followed from a step stands with it', () => {
  const days = history(deed)
  expect(days.map(({ time }) => new Date(time * 1000).toISOString().slice(0, 10))).toEqual([
    '2027-03-17',
    '2027-03-01',
    '2027-02-03',
    '2027-02-01',
    '2027-01-25',
    '2027-01-20',
  ])
  expect(days[2]!.steps.map((step) => step.lines)).toEqual([
    [
      { text: 'Tenant pays towards arrears', tone: 'money', amount: '1,000.00 USDC' },
      { text: 'From arrears to Landlord', tone: 'money', amount: '1,000.00 USDC' },
    ],
  ])
  expect(days[3]!.steps[0]).toMatchObject({
    clause: '3. Rent',
    lines: [
      { text: 'Rent comes due' },
      { text: '3. Rent: next on 1 March 2027', tone: 'quiet' },
      { text: 'Charged to arrears, owed by Tenant', tone: 'owed' },
    ],
  })
  expect(days[0]!.steps[0]!.lines.map((line) => line.text)).toEqual([
    'Landlord terminates',
    '9. Handover opens until end of 31 March 2027',
  ])
})

test('a clause is drawn until its own act, or until the step that closed it', () => {
  const { rows } = draw('2027-03-20')
  const row = (label: string) => rows.find((r) => r.label === label)!
  const terminated = row('8. Termination').marks[0]!.x
  expect(row('8. Termination').bars[0]!.to).toBeCloseTo(terminated)
  // Closed by Termination, not by its own deadline of 1 April; one bar for all of its rounds.
  expect(row('3. Rent').bars).toHaveLength(1)
  expect(row('3. Rent').bars[0]!.to).toBeCloseTo(terminated)
  expect(row('3. Rent').marks.map(({ tone }) => tone)).toEqual(['owed', 'owed'])
  expect(row('3. Rent').open).toBe(false)
  expect(row('9. Handover').ahead).toMatchObject({ due: at('2027-04-01') })
})

test('the picture grows: "now" moves to the right and stays inside', () => {
  const places = ['2027-03-17', '2027-06-01', '2027-12-01', '2028-03-31'].map((now) => draw(now).nowX)
  expect(places).toEqual(places.toSorted((a, b) => a - b))
  expect(new Set(places).size).toBe(4)
  for (const width of [280, 360, 1200])
    for (const { bars, marks, ahead } of draw('2027-06-01', width).rows)
      for (const x of [
        ...bars.flatMap((bar) => [bar.from, bar.to]),
        ...marks.map((m) => m.x),
        ahead?.to ?? 0,
      ])
        expect(x).toBeLessThanOrEqual(width)
})

test('labels of the axis do not touch', () => {
  for (const width of [280, 360, 700, 1200]) {
    const { ticks } = draw('2027-06-01', width)
    expect(ticks.length).toBeGreaterThan(1)
    for (const [index, tick] of ticks.entries())
      if (index > 0) expect(tick.x - ticks[index - 1]!.x, `${width}`).toBeGreaterThanOrEqual(30)
  }
})

test('money: what is held and what is owed, on one scale', () => {
  const { curves, most } = draw('2027-03-20')
  expect(most).toBe(2_000_000_000n)
  expect(curves.map(({ name, tone }) => [name, tone])).toEqual([
    ['security', 'money'],
    ['arrears', 'owed'],
  ])
  // The deposit reaches the top of the band, one rent half of it.
  expect(curves[0]!.path).toContain('V22.0')
  expect(curves[1]!.path).toContain('V54.0')
  expect(curves[1]!.path).not.toContain('V22.0')
})

test('those who do not see the picture are told what is open', () => {
  expect(caption(deed, draw('2027-03-20'))).toContain('Open now: 5. Payment, 9. Handover.')
})
