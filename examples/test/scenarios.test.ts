/**
 * The tables of each README, which were worked out by hand, against what `deed perform` says. Nothing here knows any
 * of the agreements: rows are compared as text.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'

interface Line {
  readonly time: string
  readonly tx: string
  readonly clause: number
  readonly what: string
  readonly from: string | null
  readonly to: string | null
  readonly by: string | null
  readonly amount: string | null
  readonly token?: string
}

interface Last {
  readonly balances: Record<string, Record<string, string>>
  readonly conserved: boolean
}

interface Story {
  readonly name: string
  readonly rows: readonly string[]
  /** What happens in a deed without money: date, clause, what, by. */
  readonly acts: readonly string[]
  /** Holder, at first, out, in, in the end. */
  readonly balances: readonly string[][]
  readonly unpaid: string | undefined
}

/** The legs of money that a README tells; `withdraw` is the keeper's affair. */
const TOLD = new Set(['pay', 'charge', 'settle', 'forgive', 'credit'])

const root = new URL('..', import.meta.url)
const agreements = readdirSync(root).filter((name) => existsSync(new URL(`${name}/outline.json`, root)))
const cells = (row: string) =>
  row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())
/** The rows of the table under a header that begins with these cells. */
const table = (section: string, ...first: string[]): string[][] => {
  const lines = section.split('\n')
  const header = lines.findIndex((line) => cells(line).slice(0, first.length).join() === first.join())
  const rows = lines.slice(header + 2)
  const end = rows.findIndex((line) => !line.startsWith('|'))
  return header < 0 ? [] : rows.slice(0, end).map(cells)
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

/** `1,200.00`, `1200 USDC` and `2.5 WETH`: the money, and so many parts of 10^18. */
const amountOf = (written: string, token = 'USDC'): { readonly token: string; readonly parts: bigint } => {
  const [figure, own = token] = written.split(' ')
  const [whole, fraction = ''] = figure!.replaceAll(',', '').split('.')
  return { token: own, parts: BigInt(whole! + fraction.padEnd(18, '0')) }
}

const row = (date: string, clause: string, what: string, from: string, to: string, amount: string) => {
  const { token, parts } = amountOf(amount)
  return `${date} | ${clause} | ${what} | ${from} -> ${to} | ${parts} ${token}`
}

const storiesOf = (name: string): Story[] =>
  readFileSync(new URL(`${name}/README.md`, root), 'utf8')
    .split(/^## (?=[a-z])/m)
    .slice(1)
    .map((section) => ({
      name: section.split('\n', 1)[0]!,
      rows: table(section, 'date', 'clause', 'what', 'from').flatMap(
        ([dates, clause, what, from, to, amount]) =>
          datesOf(dates!).map((date) => row(date, clause!.split('.')[0]!, what!, from!, to!, amount!)),
      ),
      acts: table(section, 'date', 'clause', 'what', 'by').map(
        ([date, clause, what, by]) => `${date} | ${clause!.split('.')[0]} | ${what} | ${by}`,
      ),
      balances: table(section, 'who'),
      unpaid: /(?:Arrears left unpaid|Left unpaid of loan): \*\*(.+)\*\*/.exec(section)?.[1],
    }))

const bin = fileURLToPath(new URL('../packages/cli/bin/deed.js', root))

const perform = (name: string): Map<string, { lines: Line[]; last: Last }> => {
  const args = [bin, 'perform', fileURLToPath(new URL(name, root)), '--scenario', 'all', '--json']
  const output = execFileSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  const performed = new Map<string, { lines: Line[]; last: Last }>()
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
  return performed
}

describe.each(agreements)('%s', (name) => {
  let performed: ReturnType<typeof perform>
  beforeAll(() => {
    performed = perform(name)
  }, 240_000)
  const stories = storiesOf(name)

  test('the README tells every scenario', () => {
    const files = readdirSync(new URL(`${name}/scenarios`, root)).map((file) => file.replace('.json', ''))
    expect(stories.map((story) => story.name).sort()).toEqual(files.sort())
    expect([...performed.keys()].sort()).toEqual(files)
  })

  describe.each(stories)('$name', (story) => {
    const found = () => performed.get(story.name)!

    test('every amount is the one worked out by hand', () => {
      const told = found()
        .lines.filter(({ what }) => TOLD.has(what))
        .map(({ time, clause, what, from, to, amount, token }) =>
          row(time.slice(0, 10), String(clause), what, from!, to!, `${amount} ${token}`),
        )
      expect(told.sort()).toEqual([...story.rows].sort())
      const acts = found().lines.map(
        ({ time, clause, what, by }) => `${time.slice(0, 10)} | ${clause} | ${what} | ${by}`,
      )
      expect(acts).toEqual(expect.arrayContaining([...story.acts]))
    })

    test('every balance is, and the deed keeps nothing', () => {
      const { balances: final, conserved } = found().last
      expect(conserved).toBe(true)
      for (const [holder, first, out, into, end] of story.balances) {
        const { token, parts } = amountOf(end!)
        // A stranger is only listed if it has something in the end.
        const owned = amountOf(final[holder!]?.[token] ?? '0').parts
        expect([holder, token, owned]).toEqual([holder, token, parts])
        // The row adds up by itself.
        if (out) expect(amountOf(first!).parts - amountOf(out).parts + amountOf(into!).parts).toBe(parts)
      }
      const listed = story.balances.map(([holder]) => holder)
      const others = Object.keys(final).filter((holder) => !listed.includes(holder) && holder !== 'deed')
      expect(others.filter((holder) => Object.keys(final[holder]!).length > 0)).toEqual([])
      for (const amount of Object.values(final.deed ?? {})) expect(amount).toBe('0')
    })

    test('the deed has ended', () => {
      expect(found().lines.some(({ what }) => what === 'ended')).toBe(true)
    })

    if (story.unpaid === undefined) return
    test('what stays unpaid is', () => {
      const sum = (what: string, side: 'from' | 'to') =>
        found()
          .lines.filter((line) => line.what === what && ['arrears', 'loan'].includes(line[side]!))
          .reduce((total, { amount }) => total + amountOf(amount!).parts, 0n)
      const left = sum('charge', 'to') - sum('pay', 'to') - sum('settle', 'to') - sum('forgive', 'from')
      expect(left).toBe(amountOf(story.unpaid!).parts)
    })
  })

  if (name === 'lease')
    test('a year in which nobody calls is one transaction of 26 timers', () => {
      const elapsed = performed.get('nobody-calls')!.lines.filter(({ what }) => what === 'elapsed')
      expect(elapsed).toHaveLength(26)
      expect(new Set(elapsed.map(({ tx }) => tx)).size).toBe(1)
    })

  test('every act and every deadline happens in some scenario, or the README says why it cannot', () => {
    const outline = JSON.parse(readFileSync(new URL(`${name}/outline.json`, root), 'utf8'))
    const parties = outline.parties.map((party: { name: string }) => party.name)
    const seen = new Set([...performed.values()].flatMap(({ lines }) => lines.map(keyOf)))
    const branches: string[] = outline.clauses.flatMap(
      (clause: { number: number; when?: string; acts: { verb: string; pays?: { into: string } }[] }) => [
        ...clause.acts.map(
          ({ verb, pays }) => `${clause.number} ${pays && parties.includes(pays.into) ? 'credit' : verb}`,
        ),
        ...(clause.when ? [`${clause.number} elapsed`] : []),
      ],
    )
    const readme = readFileSync(new URL(`${name}/README.md`, root), 'utf8')
    const explained = readme.split('## What no scenario reaches')[1] ?? ''
    const missing = branches.filter((branch) => !seen.has(branch))
    const clauses = new Set(
      [...explained.matchAll(/^- Clauses? ([\d, and]+),/gm)].flatMap(([, list]) => list!.match(/\d+/g)!),
    )
    expect(missing.filter((branch) => !clauses.has(branch.split(' ')[0]!))).toEqual([])
    expect(missing.length).toBeLessThanOrEqual(3)
  })
})

/** A payment shows itself as its legs. */
const keyOf = ({ clause, what }: Line): string => `${clause} ${what}`
