import { describe, expect, test } from 'vitest'
import { everyEngine } from './engines.fixture.ts'
import type { Fork } from './forks.ts'
import { hexToBytes } from './hex.ts'
import { CONTRACT, callOf } from './interpreter/fixture.ts'

/** original, values written to slot 0 in turn, gas, refund: the tables in the EIPs. */
type Row = readonly [original: bigint, writes: readonly number[], gas: bigint, refund: bigint]

const EIP_1283: readonly Row[] = [
  [0n, [0, 0], 412n, 0n],
  [0n, [0, 1], 20212n, 0n],
  [0n, [1, 0], 20212n, 19800n],
  [0n, [1, 2], 20212n, 0n],
  [0n, [1, 1], 20212n, 0n],
  [1n, [0, 0], 5212n, 15000n],
  [1n, [0, 1], 5212n, 4800n],
  [1n, [0, 2], 5212n, 0n],
  [1n, [2, 0], 5212n, 15000n],
  [1n, [2, 3], 5212n, 0n],
  [1n, [2, 1], 5212n, 4800n],
  [1n, [2, 2], 5212n, 0n],
  [1n, [1, 0], 5212n, 15000n],
  [1n, [1, 2], 5212n, 0n],
  [1n, [1, 1], 412n, 0n],
  [0n, [1, 0, 1], 40218n, 19800n],
  [1n, [0, 1, 0], 10218n, 19800n],
]

const EIP_2200: readonly Row[] = [
  [0n, [0, 0], 1612n, 0n],
  [0n, [0, 1], 20812n, 0n],
  [0n, [1, 0], 20812n, 19200n],
  [0n, [1, 2], 20812n, 0n],
  [0n, [1, 1], 20812n, 0n],
  [1n, [0, 0], 5812n, 15000n],
  [1n, [0, 1], 5812n, 4200n],
  [1n, [0, 2], 5812n, 0n],
  [1n, [2, 0], 5812n, 15000n],
  [1n, [2, 3], 5812n, 0n],
  [1n, [2, 1], 5812n, 4200n],
  [1n, [2, 2], 5812n, 0n],
  [1n, [1, 0], 5812n, 15000n],
  [1n, [1, 2], 5812n, 0n],
  [1n, [1, 1], 1612n, 0n],
  [0n, [1, 0, 1], 40818n, 19200n],
  [1n, [0, 1, 0], 10818n, 19200n],
]

/** The slot is warm in these. */
const EIP_3529: readonly Row[] = [
  [0n, [0, 0], 212n, 0n],
  [0n, [0, 1], 20112n, 0n],
  [0n, [1, 0], 20112n, 19900n],
  [0n, [1, 2], 20112n, 0n],
  [0n, [1, 1], 20112n, 0n],
  [1n, [0, 0], 3012n, 4800n],
  [1n, [0, 1], 3012n, 2800n],
  [1n, [0, 2], 3012n, 0n],
  [1n, [2, 0], 3012n, 4800n],
  [1n, [2, 3], 3012n, 0n],
  [1n, [2, 1], 3012n, 2800n],
  [1n, [2, 2], 3012n, 0n],
  [1n, [1, 0], 3012n, 4800n],
  [1n, [1, 2], 3012n, 0n],
  [1n, [1, 1], 212n, 0n],
  [0n, [1, 0, 1], 40118n, 19900n],
  [1n, [0, 1, 0], 5918n, 7600n],
]

const GAS = 100_000n

function store(fork: Fork, original: bigint, writes: readonly number[], warm: boolean, gas = GAS) {
  const code = hexToBytes(`0x${writes.map((value) => `600${value}600055`).join('')}`)
  const storage: Record<string, bigint> = original === 0n ? {} : { 0: original }
  return everyEngine.run(
    callOf('', {
      fork,
      gas,
      holdings: { [CONTRACT]: { code, storage } },
      warm: { addresses: [], slots: warm ? [{ address: CONTRACT, keys: [0n] }] : [] },
    }),
  )
}

describe.each([
  ['EIP-1283', 'Constantinople', EIP_1283],
  ['EIP-2200', 'Istanbul', EIP_2200],
  ['EIP-3529', 'London', EIP_3529],
] as const)('the table of %s at %s', (_, fork, rows) => {
  test.each(rows)('%s then %s costs %s and refunds %s', (original, writes, gas, refund) => {
    const outcome = store(fork, original, writes, true)
    expect(outcome).toMatchObject({ status: 'success', gasLeft: GAS - gas, gasRefund: refund })
  })
})

test.each([
  ['Frontier', 25012n, 15000n], // 20000 for 0 -> 1, 5000 for 1 -> 0
  ['Petersburg', 25012n, 15000n], // EIP-1716 took EIP-1283 back.
  ['Berlin', 22212n, 19900n], // 20112 and the cold 2100
] as const)('%s: 0 -> 1 -> 0 costs %s and refunds %s', (fork, gas, refund) => {
  expect(store(fork, 0n, [1, 0], false)).toMatchObject({ gasLeft: GAS - gas, gasRefund: refund })
})

test('EIP-2200: not with the stipend alone, with one gas more it is', () => {
  // Two pushes of 3 first; 2300 is left then. A write of what is there already costs 800.
  expect(store('Istanbul', 1n, [1], false, 2306n)).toMatchObject({ status: 'halt', reason: 'out of gas' })
  expect(store('Istanbul', 1n, [1], false, 2307n)).toMatchObject({ status: 'success', gasLeft: 2301n - 800n })
  expect(store('Constantinople', 1n, [1], false, 2306n)).toMatchObject({ status: 'success' })
})
