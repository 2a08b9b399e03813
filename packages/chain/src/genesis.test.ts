import { HDNodeWallet, Mnemonic } from 'ethers'
import { describe, expect, test } from 'vitest'
import { configFrom, forkAt, rulesAt } from './forks.ts'
import { executeGenesis } from './genesis.ts'
import { DEV_ACCOUNTS } from './genesis-dev.ts'
import { parseGenesis } from './genesis-json.ts'
import { createMemoryStore } from './store/memory.ts'

/** What mainnet began with, but for its 8893 accounts. */
const FRONTIER = {
  config: { chainId: 1 },
  nonce: '0x42',
  timestamp: '0x0',
  extraData: '0x11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa',
  gasLimit: '0x1388',
  difficulty: '0x400000000',
  alloc: { '000d836201318ec6899a67540690382780743280': { balance: '0xad78ebc5ac6200000' } },
}

const MODERN = {
  config: {
    chainId: 7,
    homesteadBlock: 0,
    eip150Block: 2,
    eip158Block: 2,
    byzantiumBlock: 3,
    constantinopleBlock: 4,
    petersburgBlock: 4,
    istanbulBlock: 5,
    muirGlacierBlock: 5,
    berlinBlock: 6,
    londonBlock: 7,
    arrowGlacierBlock: 8,
    grayGlacierBlock: 9,
    terminalTotalDifficulty: '1000',
    shanghaiTime: 100,
    cancunTime: 200,
    pragueTime: 300,
    osakaTime: 400,
    bpo1Time: 500,
    blobSchedule: { bpo1: { target: 10, max: 15, baseFeeUpdateFraction: 8346193 } },
  },
  gasLimit: 30_000_000,
  alloc: {},
}

describe('genesis.json', () => {
  test('is read with its defaults', () => {
    const { block } = executeGenesis(createMemoryStore(), parseGenesis(FRONTIER))
    expect(block.header).toMatchObject({
      nonce: '0x0000000000000042',
      difficulty: 17_179_869_184n,
      gasLimit: 5_000n,
      baseFeePerGas: undefined,
      beneficiary: '0x0000000000000000000000000000000000000000',
    })
  })

  test('forks begin where it says', () => {
    const { config } = parseGenesis(MODERN)
    const before = (number: bigint) => forkAt(config, { number, timestamp: 0n, merged: false })
    expect([0n, 2n, 3n, 4n, 5n, 6n, 7n].map(before)).toEqual([
      'Homestead',
      'SpuriousDragon',
      'Byzantium',
      'Petersburg',
      'Istanbul',
      'Berlin',
      'London',
    ])
    const after = (timestamp: bigint) => rulesAt(config, { number: 20n, timestamp, merged: true })
    expect([99n, 100n, 200n, 300n, 400n].map((time) => after(time).fork)).toEqual([
      'Paris',
      'Shanghai',
      'Cancun',
      'Prague',
      'Osaka',
    ])
    expect([199n, 200n, 300n, 499n, 500n].map((time) => after(time).blobs.max)).toEqual([0n, 6n, 9n, 9n, 15n])
    const delays = [3n, 5n, 7n, 8n, 9n].map(
      (number) => rulesAt(config, { number, timestamp: 0n, merged: false }).bombDelay,
    )
    expect(delays).toEqual([3_000_000n, 9_000_000n, 9_700_000n, 10_700_000n, 11_400_000n])
  })

  test.each([
    [{ ...FRONTIER, gasLimit: undefined }, 'gasLimit must be a whole number'],
    [{ ...FRONTIER, gasLimit: -1 }, 'not -1'],
    [{ ...FRONTIER, alloc: { '0x12': { balance: '0x1' } } }, 'alloc.0x12 must be 20 bytes'],
    [{ ...FRONTIER, extraData: '0x123' }, 'extraData must be bytes in hexadecimal, not "0x123"'],
    [{ ...FRONTIER, config: [] }, 'config must be an object'],
    [{ ...FRONTIER, config: { chainId: 1, bpo3Time: 5 } }, 'config.blobSchedule.bpo3 must be an object'],
    ['text', 'genesis must be an object'],
  ])('says which field is wrong: %#', (json, message) => {
    expect(() => parseGenesis(json)).toThrow(message)
    expect(() => parseGenesis(json)).toThrow(expect.objectContaining({ code: 'DEED_GENESIS' }))
  })
})

describe('forks', () => {
  test('block rewards fall from five ether to three, two and none', () => {
    const reward = (fork: Parameters<typeof configFrom>[0]) =>
      rulesAt(configFrom(fork, 1n), { number: 1n, timestamp: 1n, merged: fork === 'Paris' }).blockRewardWei
    expect([reward('Homestead'), reward('Byzantium'), reward('Petersburg'), reward('Paris')]).toEqual([
      5n * 10n ** 18n,
      3n * 10n ** 18n,
      2n * 10n ** 18n,
      0n,
    ])
  })

  test('the ten blocks from the DAO fork on carry its extra data', () => {
    const config = { ...configFrom('Homestead', 1n), daoForkBlock: 5n }
    const marked = Array.from({ length: 20 }, (_, number) =>
      rulesAt(config, { number: BigInt(number), timestamp: 0n, merged: false }),
    )
    expect(marked.flatMap(({ isDaoExtraData }, number) => (isDaoExtraData ? [number] : []))).toEqual([
      5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
    ])
    expect(marked.findIndex(({ isDaoBlock }) => isDaoBlock)).toBe(5)
  })
})

test('the development accounts are those of the well-known mnemonic', () => {
  const mnemonic = Mnemonic.fromPhrase('test test test test test test test test test test test junk')
  const wallet = HDNodeWallet.fromMnemonic(mnemonic, "m/44'/60'/0'/0")
  const derived = DEV_ACCOUNTS.map((_, index) => wallet.deriveChild(index).address.toLowerCase())
  expect(derived).toEqual(DEV_ACCOUNTS)
})
