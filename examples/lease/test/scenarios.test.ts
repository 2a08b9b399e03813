/**
 * The tables of the README, which were worked out by hand, against what `deed perform` says. Nothing here knows
 * the lease: rows are compared as text.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'

interface Line {
  readonly time: string
  readonly tx: string
  readonly clause: number
  readonly what: string
  readonly from: string | null
  readonly to: string | null
  readonly amount: string | null
}

interface Last {
  readonly balances: Record<string, { USDC: string }>
  readonly conserved: boolean
}

interface Story {
  readonly name: string
  readonly rows: readonly string[]
  /** Holder, at first, out, in, in the end. */
  readonly balances: readonly string[][]
  readonly unpaid: string
}

/** The legs of money that the README tells; `withdraw` is the keeper's affair. */
const TOLD = new Set(['pay', 'charge', 'settle', 'credit'])

const folder = fileURLToPath(new URL('..', import.meta.url))
const cells = (row: string) =>
  row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())
/** The rows of the table under a header that begins with the cell `first`. */
const table = (section: string, first: string): string[][] => {
  const lines = section.split('\n')
  const header = lines.findIndex((line) => cells(line)[0] === first)
  const rows = lines.slice(header + 2)
  return header < 0
    ? []
    : rows
        .slice(
          0,
          rows.findIndex((line) => !line.startsWith('|')),
        )
        .map(cells)
}

/** `2027-01-31, 3 times`: that day and the same day of later months, or the month's last. */
const datesOf = (written: string): string[] => {
  const [date, times = 1] = written.replace(' times', '').split(', ')
  const [year, month, day] = date!.split('-').map(Number)
  return Array.from({ length: Number(times) }, (_, i) => {
    const length = new Date(Date.UTC(year!, month! + i, 0)).getUTCDate()
    return new Date(Date.UTC(year!, month! - 1 + i, Math.min(day!, length))).toISOString().slice(0, 10)
  })
}

/** `1,200.00` and `1200` as millionths. */
const micros = (written: string): bigint => {
  const [whole, fraction = ''] = written.replaceAll(',', '').split('.')
  return BigInt(whole! + fraction.padEnd(6, '0'))
}

const row = (date: string, clause: string, what: string, from: string, to: string, amount: string) =>
  `${date} | ${clause} | ${what} | ${from} -> ${to} | ${micros(amount)}`

const stories: Story[] = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  .split(/^## (?=[a-z])/m)
  .slice(1)
  .map((section) => ({
    name: section.split('\n', 1)[0]!,
    rows: table(section, 'date').flatMap(([dates, clause, what, from, to, amount]) =>
      datesOf(dates!).map((date) => row(date, clause!.split('.')[0]!, what!, from!, to!, amount!)),
    ),
    balances: table(section, 'who'),
    unpaid: /Arrears left unpaid: \*\*(.+)\*\*/.exec(section)![1]!,
  }))

const performed = new Map<string, { lines: Line[]; last: Last }>()

beforeAll(() => {
  const bin = fileURLToPath(new URL('../../../packages/cli/bin/deed.js', import.meta.url))
  const args = [bin, 'perform', folder, '--scenario', 'all', '--json']
  const output = execFileSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  let lines: (Line & { scenario: string })[] = []
  for (const line of output.trim().split('\n')) {
    const entry = JSON.parse(line)
    if (!('balances' in entry)) {
      lines.push(entry)
      continue
    }
    performed.set(lines[0]!.scenario, { lines, last: entry })
    lines = []
  }
}, 120_000)

test('the README tells every scenario', () => {
  const files = readdirSync(new URL('../scenarios', import.meta.url)).map((file) => file.replace('.json', ''))
  expect(stories.map(({ name }) => name).sort()).toEqual(files.sort())
  expect([...performed.keys()].sort()).toEqual(files)
})

describe.each(stories)('$name', ({ name, rows, balances, unpaid }) => {
  const found = () => performed.get(name)!

  test('every amount is the one worked out by hand', () => {
    const told = found()
      .lines.filter(({ what }) => TOLD.has(what))
      .map(({ time, clause, what, from, to, amount }) =>
        row(time.slice(0, 10), String(clause), what, from!, to!, amount!),
      )
    expect(told.sort()).toEqual([...rows].sort())
  })

  test('every balance is, and the deed keeps nothing', () => {
    const { balances: final, conserved } = found().last
    expect(conserved).toBe(true)
    for (const [holder, first, out, into, end] of balances) {
      // A stranger is only listed if it has something in the end.
      expect([holder, micros(final[holder!]?.USDC ?? '0')]).toEqual([holder, micros(end!)])
      // The row adds up by itself.
      if (out) expect(micros(first!) - micros(out) + micros(into!)).toBe(micros(end!))
    }
    const listed = balances.map(([holder]) => holder)
    expect(Object.keys(final).filter((holder) => !listed.includes(holder))).toEqual([])
    expect(micros(final.deed!.USDC)).toBe(0n)
  })

  test('what stays unpaid is', () => {
    const sum = (what: string) =>
      found()
        .lines.filter((line) => line.what === what && line.to === 'arrears')
        .reduce((total, { amount }) => total + micros(amount!), 0n)
    expect(sum('charge') - sum('pay') - sum('settle')).toBe(micros(unpaid))
  })
})

test('a year in which nobody calls is one transaction of 26 timers', () => {
  const elapsed = performed.get('nobody-calls')!.lines.filter(({ what }) => what === 'elapsed')
  expect(elapsed).toHaveLength(26)
  expect(new Set(elapsed.map(({ tx }) => tx)).size).toBe(1)
})

test('a deposit that is never paid is a breach, and moves nothing', () => {
  const { lines } = performed.get('deposit-never-paid')!
  expect(lines.map(({ what }) => what)).toEqual(expect.arrayContaining(['breached', 'ended']))
})
