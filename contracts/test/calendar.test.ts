import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { type Contract, compileAll, days, deploy, openWorld, read, seconds, type World } from './world.ts'

let world: World
let calendar: Contract

beforeAll(async () => {
  const artifacts = await compileAll(fileURLToPath(new URL('..', import.meta.url)))
  world = await openWorld(seconds('2027-01-01'))
  calendar = await deploy(world, artifacts.get('CalendarHarness')!)
})

const addMonths = (from: readonly number[], months: readonly number[]) =>
  read<number[]>(world, calendar, 'addMonths', [from, months])

test('a month later is the same day, or the last day of the month', async () => {
  const cases: [from: string, months: number, to: string][] = [
    ['2027-01-31', 1, '2027-02-28'],
    ['2027-01-31', 2, '2027-03-31'],
    ['2027-01-31', 3, '2027-04-30'],
    ['2027-12-31', 2, '2028-02-29'],
    ['2028-02-29', 12, '2029-02-28'],
    ['2028-02-29', 48, '2032-02-29'],
    ['2027-11-30', 1, '2027-12-30'],
    ['2027-12-15', 1, '2028-01-15'],
    ['2000-02-29', 1200, '2100-02-28'],
    ['2027-06-15', 0, '2027-06-15'],
  ]
  const found = await addMonths(
    cases.map(([from]) => days(from)),
    cases.map(([, months]) => months),
  )
  expect(found).toEqual(cases.map(([, , to]) => days(to)))
})

test('agrees with the calendar of JavaScript for 500 years, forwards and back', async () => {
  const day = fc.integer({ min: 0, max: days('2470-12-31') })
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(day, fc.nat(600)), { minLength: 40, maxLength: 40 }),
      async (pairs) => {
        const from = pairs.map(([first]) => first)
        const dates = await read<bigint[]>(world, calendar, 'toDates', [from])
        expect(dates).toEqual(
          from.map((each) =>
            BigInt(new Date(each * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '')),
          ),
        )
        const months = pairs.map(([, second]) => second)
        expect(await addMonths(from, months)).toEqual(from.map((each, i) => later(each, months[i]!)))
      },
    ),
    { numRuns: 25 },
  )
})

/** The day of the month is cut to the length of the month that `Date.UTC` finds. */
const later = (day: number, months: number): number => {
  const date = new Date(day * 86_400_000)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + months]
  const length = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  return Date.UTC(year, month, Math.min(date.getUTCDate(), length)) / 86_400_000
}
