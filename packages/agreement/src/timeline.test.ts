import { encodeAbiParameters, type Hex, stringToHex } from 'viem'
import { expect, test } from 'vitest'
import type { Outline } from './outline.ts'
import { type DeedEvent, toEntries } from './timeline.ts'

const landlord = `0x${'1'.repeat(40)}`
const tenant = `0x${'2'.repeat(40)}`
const usdc = `0x${'3'.repeat(40)}`
const names = (address: string) => ({ [landlord]: 'Landlord', [tenant]: 'Tenant', [usdc]: 'USDC' })[address]

const outline: Outline = {
  title: 'Lease',
  file: 'lease.deed',
  text: `0x${'0'.repeat(64)}`,
  contract: 'Lease.sol:Lease',
  parties: [
    { name: 'Landlord', getter: 'landlord', role: 'party' },
    { name: 'Tenant', getter: 'tenant', role: 'party' },
  ],
  tokens: [{ name: 'USDC', getter: 'usdc', decimals: 6 }],
  terms: [],
  holdings: [{ name: 'security', getter: 'security', token: 'USDC', owner: 'Tenant' }],
  debts: [{ name: 'arrears', getter: 'arrears', token: 'USDC', debtor: 'Tenant', creditor: 'Landlord' }],
  fields: [],
  clauses: [
    {
      number: 2,
      name: 'Deposit',
      prose: '',
      otherwise: ['End.'],
      acts: [
        {
          number: 1,
          function: 'depositPay',
          verb: 'pay',
          by: ['Tenant'],
          must: true,
          sentence: '',
          gives: [],
        },
      ],
    },
    {
      number: 5,
      name: 'Payment',
      prose: '',
      otherwise: [],
      acts: [
        {
          number: 1,
          function: 'paymentPay',
          verb: 'pay',
          by: ['Anyone'],
          must: false,
          sentence: '',
          gives: [{ name: 'amount', kind: 'amount' }],
          pays: { token: 'USDC', amount: 'amount', into: 'arrears' },
        },
      ],
    },
    {
      number: 9,
      name: 'Handover',
      prose: '',
      otherwise: [],
      acts: [
        {
          number: 1,
          function: 'handoverClaim',
          verb: 'claim',
          by: ['Landlord'],
          must: false,
          sentence: '',
          gives: [],
        },
      ],
    },
  ],
}

let index = 0
const event = (eventName: string, args: Record<string, unknown>, blockTime = 1_000n): DeedEvent => ({
  eventName,
  args,
  blockNumber: 7n,
  blockTime,
  transactionHash: `0x${'a'.repeat(64)}`,
  logIndex: index++,
})
const stated = (field: string, amount: bigint) =>
  event('Stated', {
    field: stringToHex(field, { size: 32 }),
    value: encodeAbiParameters([{ type: 'uint256' }], [amount]) as Hex,
  })
const legs = (events: DeedEvent[]) =>
  toEntries(outline, names, events)
    .filter((entry) => entry.amount !== undefined)
    .map((e) => `${e.clause} ${e.what} ${e.from} -> ${e.to} ${e.amount} ${e.token} by ${e.by}`)

test('a deposit is paid by the one who acts into the holding that grows', () => {
  expect(legs([event('Acted', { clause: 2, act: 1, by: tenant }), stated('security', 2_000n)])).toEqual([
    '2 pay Tenant -> security 2000 USDC by Tenant',
  ])
})

test('a payment reduces the debt and is credited to the creditor', () => {
  const events = [
    event('Elapsed', { clause: 3, time: 900 }),
    stated('arrears', 1_000n),
    event('Acted', { clause: 5, act: 1, by: tenant }),
    stated('arrears', 400n),
    event('Credited', { party: landlord, token: usdc, amount: 600n }),
  ]
  expect(legs(events)).toEqual([
    '3 charge Tenant -> arrears 1000 USDC by time',
    '5 pay Tenant -> arrears 600 USDC by Tenant',
    '5 credit arrears -> Landlord 600 USDC by Tenant',
  ])
})

test('held money that pays a debt is settled, and the rest goes back to its owner', () => {
  const events = [
    stated('security', 2_000n),
    stated('arrears', 500n),
    event('Elapsed', { clause: 9, time: 5_000 }),
    stated('security', 1_500n),
    stated('arrears', 0n),
    event('Credited', { party: landlord, token: usdc, amount: 500n }),
    stated('security', 0n),
    event('Credited', { party: tenant, token: usdc, amount: 1_500n }),
    event('Ended', { time: 5_000 }),
    event('Withdrawn', { party: tenant, token: usdc, amount: 1_500n }, 6_000n),
  ]
  expect(legs(events).slice(2)).toEqual([
    '9 settle security -> arrears 500 USDC by time',
    '9 credit arrears -> Landlord 500 USDC by time',
    '9 credit security -> Tenant 1500 USDC by time',
    '0 withdraw deed -> Tenant 1500 USDC by undefined',
  ])
})

test('a timer is told with the instant at which it was due, an act with the time of its block', () => {
  const entries = toEntries(outline, names, [
    event('Elapsed', { clause: 3, time: 900 }, 99_000n),
    event('Opened', { clause: 9, time: 900, due: 2_000 }, 99_000n),
    event('Acted', { clause: 9, act: 1, by: landlord }, 99_000n),
  ])
  expect(entries.map((e) => [e.what, e.time, e.clause])).toEqual([
    ['elapsed', 900, 3],
    ['opened', 900, 9],
    ['claim', 99_000, 9],
  ])
})

test('an act that the outline does not know and a stranger are shown as they are', () => {
  const stranger = `0x${'9'.repeat(40)}`
  const [entry] = toEntries(outline, names, [event('Acted', { clause: 8, act: 3, by: stranger })])
  expect(entry).toMatchObject({ what: 'act 3', by: stranger, clause: 8 })
})
