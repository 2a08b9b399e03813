import { keccak256, toBytes } from 'viem'
import { expect, test } from 'vitest'
import { type Asked, argumentOf } from './value.ts'

const asked = (kind: Asked['kind'], more: Partial<Asked> = {}): Asked => ({
  name: 'some-value',
  kind,
  decimals: 6,
  unit: 'USDC',
  ...more,
})

test.each([
  [asked('amount'), '1,000.5', 1_000_500_000n],
  [asked('amount'), ' 20000 ', 20_000_000_000n],
  [asked('number', { decimals: 1 }), '-3.5', -35n],
  [asked('share'), '5%', 50_000_000n],
  [asked('share'), '0.25 %', 2_500_000n],
  [asked('date'), '2027-02-01', 20_850],
  [asked('duration'), '14', 14],
  [asked('truth'), 'no', false],
  [asked('choice', { choices: ['lost', 'damaged'] }), 'damaged', 1],
])('$0.kind takes "$1"', async (field, text, value) => {
  expect(await argumentOf(field, text)).toBe(value)
})

test.each([
  [
    asked('amount'),
    undefined,
    'Some value: write an amount in USDC, such as 1,000.50, with at most 6 decimals.',
  ],
  [asked('amount'), '1,00', /write an amount/],
  [asked('amount'), '-1', /write an amount/],
  [asked('amount'), '1.0000001', /write an amount/],
  [asked('number', { decimals: 0, unit: 'mm' }), '1.5', 'Some value: write a number of mm without decimals.'],
  [asked('date'), '2027-02-31x', 'Some value: choose a day.'],
  [asked('document'), 'a path', 'Some value: choose the file; only its hash leaves this page.'],
  [asked('choice', { choices: ['a'] }), 'b', 'Some value: choose one.'],
  [asked('address'), '0x12', /write an address/],
  [
    asked('amount', { most: { value: 5n, words: '0.000005 USDC' } }),
    '1',
    'Some value: at most 0.000005 USDC can be given now.',
  ],
])('$0.kind does not take "$1"', async (field, text, message) => {
  await expect(argumentOf(field, text)).rejects.toThrow(message)
})

test('a document is its hash and its name', async () => {
  const file = new File(['the words'], 'report.pdf')
  expect(await argumentOf(asked('document'), file)).toEqual({
    hash: keccak256(toBytes('the words')),
    uri: 'report.pdf',
  })
})
