import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shownAmount, shownInstant, shownValue } from './shown.ts'

test('amounts are read back without loss', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 2n ** 128n }),
      fc.integer({ min: 0, max: 18 }),
      (amount, decimals) => {
        const [digits, unit] = shownAmount(amount, decimals, 'USDC').split(' ') as [string, string]
        const [whole, fraction = ''] = digits.replaceAll(',', '').split('.') as [string, string?]
        expect(unit).toBe('USDC')
        expect(BigInt(whole + fraction.padEnd(decimals, '0'))).toBe(amount)
      },
    ),
  )
})

test.each([
  [1_000_000_000n, 6, '1,000.00 USDC'],
  [1_234_567_890n, 6, '1,234.56789 USDC'],
  [0n, 6, '0.00 USDC'],
  [5n, 0, '5 USDC'],
  [999n, 1, '99.9 USDC'],
])('%d with %d decimals is %s', (amount, decimals, shown) => {
  expect(shownAmount(amount, decimals, 'USDC')).toBe(shown)
})

test.each([
  ['date', 20850, '2027-02-01'],
  ['date', 0, '–'],
  ['duration', 14, '14 days'],
  ['share', 50_000_000n, '5%'],
  ['truth', true, 'yes'],
  ['document', `0x${'00'.repeat(32)}`, '–'],
  ['number', -1234n, '-1,234'],
] as const)('a %s of %s is %s', (kind, value, shown) => {
  expect(shownValue(kind, value, undefined)).toBe(shown)
})

test('instants are to the second, in UTC', () => {
  expect(shownInstant(1_801_440_000)).toBe('2027-02-01 00:00:00 UTC')
})
