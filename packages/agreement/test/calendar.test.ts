/** The calendar of the model is that of the contracts, which share nothing but the Gregorian rules. */
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileAll, deploy, openWorld, read, seconds } from '../../../contracts/test/world.ts'
import { addMonths, dateOfDay, dayOfDate, isoDay, LAST_DAY, monthSpan } from '../src/calendar.ts'

test('months and dates are those of contracts/src/Calendar.sol', async () => {
  const artifacts = await compileAll(fileURLToPath(new URL('../../../contracts', import.meta.url)))
  const world = await openWorld(seconds('2027-01-01'))
  const calendar = await deploy(world, artifacts.get('CalendarHarness')!)
  const pairs = fc.array(fc.tuple(fc.nat(LAST_DAY - 400_000), fc.integer({ min: -300, max: 12_000 })), {
    minLength: 60,
    maxLength: 60,
  })
  await fc.assert(
    fc.asyncProperty(pairs, async (drawn) => {
      const [days, months] = [drawn.map(([day]) => day + 20_000), drawn.map(([, count]) => count)]
      expect(await read(world, calendar, 'toDates', [days])).toEqual(
        days.map((each) => {
          const { year, month, day } = dateOfDay(each)
          expect(dayOfDate(year, month, day)).toBe(each)
          return BigInt(year * 10_000 + month * 100 + day)
        }),
      )
      const expected = days.map((each, i) => addMonths(each, months[i]!))
      expect(await read(world, calendar, 'shiftMonths', [days, months])).toEqual(expected)
    }),
    { numRuns: 6 },
  )
})

test('a span of months is as short and as long as it can be', () => {
  expect(monthSpan(0)).toEqual([0, 0])
  expect(monthSpan(1)).toEqual([28, 31])
  expect(monthSpan(2)).toEqual([59, 62])
  expect(monthSpan(12)).toEqual([365, 366])
  expect(monthSpan(-1)).toEqual([-31, -28])
  fc.assert(
    fc.property(fc.nat(200_000), fc.integer({ min: -60, max: 600 }), (day, months) => {
      const from = day + 20_000
      const [least, most] = monthSpan(months)
      const span = addMonths(from, months) - from
      expect(span).toBeGreaterThanOrEqual(least)
      expect(span).toBeLessThanOrEqual(most)
    }),
    { numRuns: 2000 },
  )
})

test('days are written as the language writes them', () => {
  expect(isoDay(0)).toBe('1970-01-01')
  expect(isoDay(dayOfDate(2028, 2, 29))).toBe('2028-02-29')
  expect(isoDay(LAST_DAY)).toBe('9999-12-31')
})
