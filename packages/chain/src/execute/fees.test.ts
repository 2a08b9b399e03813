import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Header } from '../block/types.ts'
import { BLOB_PARAMETERS, configFrom, rulesAt } from '../forks.ts'
import { executeGenesis } from '../genesis.ts'
import { devGenesis } from '../genesis-dev.ts'
import { createMemoryStore } from '../store/memory.ts'
import { GAS_PER_BLOB } from '../transaction/price.ts'
import { nextDifficulty } from './difficulty.ts'
import { blobBaseFee, fakeExponential, nextBaseFee, nextExcessBlobGas } from './fees.ts'

const { header } = executeGenesis(createMemoryStore(), devGenesis()).block
const place = { number: 1n, timestamp: 1n, merged: true }
const osaka = rulesAt(configFrom('Osaka', 1n), place)
const cancun = rulesAt(configFrom('Cancun', 1n), place)
const berlin = rulesAt(configFrom('Berlin', 1n), { ...place, merged: false })
const london = rulesAt(configFrom('London', 1n), { ...place, merged: false })
const after = (change: Partial<Header>): Header => ({ ...header, ...change })

describe('base fee (EIP-1559)', () => {
  const parent = (gasUsed: bigint) => after({ gasLimit: 20_000_000n, gasUsed, baseFeePerGas: 1_000_000_000n })
  test.each([
    ['a full block', 20_000_000n, 1_125_000_000n],
    ['a block at its target', 10_000_000n, 1_000_000_000n],
    ['an empty block', 0n, 875_000_000n],
    ['nine million gas', 9_000_000n, 987_500_000n],
  ])('after %s', (_what, gasUsed, expected) => {
    expect(nextBaseFee(parent(gasUsed), osaka)).toBe(expected)
  })

  test('begins at 1 gwei with London and is unknown before', () => {
    const before = after({ baseFeePerGas: undefined })
    expect(nextBaseFee(before, london)).toBe(1_000_000_000n)
    expect(nextBaseFee(before, berlin)).toBeUndefined()
  })

  test('rises by at least one wei when blocks are over target', () => {
    expect(nextBaseFee(after({ gasLimit: 10n ** 7n, gasUsed: 5_000_001n, baseFeePerGas: 7n }), osaka)).toBe(
      8n,
    )
  })
})

describe('blob gas', () => {
  test.each([
    // The table that EIP-4844's reference tests use.
    [1n, 0n, 1n, 1n],
    [38_493n, 0n, 1_000n, 38_493n],
    [0n, 1_234n, 2_345n, 0n],
    [1n, 2n, 1n, 6n],
    [1n, 4n, 2n, 6n],
    [1n, 3n, 1n, 16n],
    [1n, 6n, 2n, 18n],
    [1n, 4n, 1n, 49n],
    [1n, 8n, 2n, 50n],
    [10n, 8n, 2n, 542n],
    [11n, 8n, 2n, 596n],
    [1n, 5n, 1n, 136n],
    [1n, 5n, 2n, 11n],
    [2n, 5n, 2n, 23n],
    [1n, 50_000_000n, 2_225_652n, 5_709_098_764n],
  ])('fakeExponential(%s, %s, %s) is %s', (factor, numerator, denominator, expected) => {
    expect(fakeExponential(factor, numerator, denominator)).toBe(expected)
  })

  test('a block at its target leaves the excess as it is (EIP-4844)', () => {
    const parent = after({
      excessBlobGas: 5n * GAS_PER_BLOB,
      blobGasUsed: 3n * GAS_PER_BLOB,
      baseFeePerGas: 7n,
    })
    expect(nextExcessBlobGas(parent, cancun)).toBe(5n * GAS_PER_BLOB)
  })

  test('the price of a blob stays bound to that of gas (EIP-7918)', () => {
    const busy = { excessBlobGas: 10n * GAS_PER_BLOB, blobGasUsed: 6n * GAS_PER_BLOB }
    // One wei per blob gas is below 2**13 / 2**17 of the base fee from 17 wei on: the excess grows by a third.
    const bound = nextExcessBlobGas(after({ ...busy, baseFeePerGas: 17n }), osaka)
    expect(bound).toBe(10n * GAS_PER_BLOB + (6n * GAS_PER_BLOB * 3n) / 9n)
    const free = nextExcessBlobGas(after({ ...busy, baseFeePerGas: 16n }), osaka)
    expect(free).toBe(10n * GAS_PER_BLOB)
  })

  test('costs one wei without excess and never less', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 8n }), (excessBlobGas) => {
        const fee = blobBaseFee({ excessBlobGas }, osaka)
        return fee >= 1n && (excessBlobGas > 0n || fee === 1n)
      }),
    )
    expect(blobBaseFee({ excessBlobGas: undefined }, berlin)).toBe(0n)
  })

  test('BPO2 has a target of 14 blobs and 21 at most', () => {
    const dev = rulesAt(devGenesis().config, place)
    expect(dev.blobs).toMatchObject(BLOB_PARAMETERS.BPO2)
    expect([dev.blobs.target, dev.blobs.max]).toEqual([14n, 21n])
  })
})

describe('difficulty', () => {
  test("mainnet's first two blocks", () => {
    const frontier = rulesAt(configFrom('Frontier', 1n), { ...place, merged: false })
    const genesis = after({ number: 0n, timestamp: 0n, difficulty: 17_179_869_184n })
    const first = nextDifficulty(genesis, 1_438_269_988n, frontier)
    expect(first).toBe(17_171_480_576n)
    const second = after({ number: 1n, timestamp: 1_438_269_988n, difficulty: first })
    expect(nextDifficulty(second, 1_438_270_017n, frontier)).toBe(17_163_096_064n)
  })

  test('is zero after the merge', () => {
    expect(nextDifficulty(header, 12n, osaka)).toBe(0n)
  })

  test('the bomb doubles every 100,000 blocks and starts late by its delay', () => {
    const parent = after({ number: 9_999_999n, timestamp: 0n, difficulty: 131_072n })
    const bombs = [0n, 3_000_000n, 9_700_000n, 9_900_000n].map(
      (bombDelay) => nextDifficulty(parent, 1_000n, { ...london, bombDelay }) - 131_072n,
    )
    expect(bombs).toEqual([2n ** 98n, 2n ** 68n, 2n, 0n])
  })
})
