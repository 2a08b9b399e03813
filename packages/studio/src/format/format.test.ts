import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decimal, money } from './money.ts'
import { deadline, instant, relative, span } from './time.ts'
import { short, thirdPerson } from './words.ts'

const at = (text: string) => Date.parse(text) / 1000

test.each([
  [1_234_500_000n, 6, '1,234.50'],
  [5n, 6, '0.000005'],
  [0n, 18, '0.00'],
  [10n ** 18n, 18, '1.00'],
  [7n, 0, '7'],
  [1_234_567n, 0, '1,234,567'],
  [5n, 1, '0.5'],
  [-1_500_000n, 6, '-1.50'],
])('%d units of %d decimals are %s', (units, decimals, text) => {
  expect(decimal(units, decimals)).toBe(text)
})

test('no digit of an amount is lost', () => {
  fc.assert(
    fc.property(fc.bigInt(-(2n ** 128n), 2n ** 128n), fc.integer({ min: 0, max: 30 }), (units, decimals) => {
      const [whole = '', rest = ''] = decimal(units, decimals).replaceAll(',', '').split('.')
      expect(BigInt(whole + rest.padEnd(decimals, '0').slice(0, decimals))).toBe(units)
    }),
  )
})

test('money has its unit', () => {
  expect(money('1200000000', { symbol: 'USDC', decimals: 6 })).toBe('1,200.00 USDC')
})

test('a wait includes its last day, a recurrence happens when its day begins', () => {
  const due = at('2027-03-01')
  expect(deadline(due, 'By start - 1 day')).toBe('end of 28 February 2027')
  expect(deadline(due, 'Within 14 days')).toBe('end of 28 February 2027')
  expect(deadline(due, 'Every month from start, 12 times')).toBe('1 March 2027')
  expect(deadline(due, 'On leave-day')).toBe('1 March 2027')
  expect(deadline(at('2027-03-01T14:30:01Z'), 'Within 3 hours')).toBe('1 March 2027, 14:30')
})

test('instants and spans', () => {
  expect(instant(at('2027-02-01'))).toBe('1 February 2027')
  expect(instant(at('2027-02-01T09:05:00Z'))).toBe('1 February 2027, 09:05')
  expect(span(59)).toBe('59 seconds')
  expect(span(86_400)).toBe('1 day')
  expect(span(59 * 86_400)).toBe('59 days')
  expect(span(60 * 86_400)).toBe('2 months')
  expect(span(366 * 86_400)).toBe('1 year')
  expect(relative(100, 100)).toBe('now')
  expect(relative(86_400 * 3, 0)).toBe('in 3 days')
  expect(relative(0, 7_200)).toBe('2 hours ago')
})

test.each([
  ['pay', 'pays'],
  ['deny', 'denies'],
  ['give-notice', 'gives notice'],
  ['dispute', 'disputes'],
  ['pass', 'passes'],
  ['go', 'goes'],
])('the verb %s: the Tenant %s', (verb, text) => {
  expect(thirdPerson(verb)).toBe(text)
})

test('hashes are shortened, short ones are not', () => {
  expect(short(`0x${'ab'.repeat(20)}`)).toBe('0xabab…abab')
  expect(short('0x12345678')).toBe('0x12345678')
})
