/** The tables of a README that say by hand what must come out of each scenario. */
import { addMonths, dayOf, isoOf } from '../src/perform/instant.ts'

export interface Tables {
  readonly scenario: string
  /** `date | clause | what | from | to | amount`, repeated rows laid out, in order of text. */
  readonly rows: string[]
  /** Holder to amount in the end. */
  readonly balances: Record<string, string>
}

/** Every section with a table of that form; the section's heading is the scenario's name. */
export const readTables = (readme: string): Tables[] =>
  readme.split(/^## /m).flatMap((section) => {
    const scenario = section.split('\n', 1)[0]!.trim()
    const tables = section.split(/\n\n+/).map(cellsOf)
    const money = tables.find((table) => table[0]?.join() === 'date,clause,what,from,to,amount')
    const balances = tables.find((table) => table[0]?.at(-1) === 'in the end')
    if (!money || !balances) return []
    return [
      {
        scenario,
        rows: money.slice(2).flatMap(layOut).sort(),
        balances: Object.fromEntries(balances.slice(2).map((row) => [row[0]!, plain(row.at(-1)!)])),
      },
    ]
  })

const cellsOf = (block: string): string[][] =>
  block
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .slice(1, line.lastIndexOf('|'))
        .split('|')
        .map((cell) => cell.trim()),
    )

/** `2027-02-01, 12 times` is that day and the same day of the eleven months after it. */
const layOut = ([date, ...cells]: string[]): string[] => {
  const [first, times = '1 times'] = date!.split(', ')
  const amount = plain(cells.pop()!)
  return Array.from({ length: Number.parseInt(times, 10) }, (_, k) =>
    [isoOf(addMonths(dayOf(first!)!, k)), ...cells, amount].join(' | '),
  )
}

/** `1,200.00` as JSON has it: `1200`. */
const plain = (amount: string): string =>
  String(amount)
    .replaceAll(',', '')
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '')
