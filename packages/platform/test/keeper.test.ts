import { custom, type Hex, http, keccak256, toEventSelector } from 'viem'
import { generatePrivateKey } from 'viem/accounts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { KeeperAction } from '../src/gateway/api.ts'
import type { Log } from '../src/log.ts'
import { openPlatform, type Platform, type PlatformOptions } from '../src/platform.ts'
import { AMOUNT, type Bench, DAY, deployer, first, GENESIS, second, startBench } from './bench.ts'
import { KEEPER } from './chain.ts'

let bench: Bench
let open: Platform[]
beforeEach(async () => {
  bench = await startBench()
  open = []
})
afterEach(async () => {
  for (const platform of open) await platform.close()
  await bench.close()
})

const platformOn = async (options: Partial<PlatformOptions> = {}) => {
  const platform = await openPlatform({ transport: http(bench.url), ...options })
  open.push(platform)
  return platform
}
const nonceOf = (address: Hex) => bench.client.getTransactionCount({ address })
const ELAPSED = toEventSelector('Elapsed(uint8,uint40)')
const elapsedOf = async (deed: Hex) =>
  (
    (await bench.request('eth_getLogs', [
      { fromBlock: '0x0', address: deed, topics: [ELAPSED] },
    ])) as unknown[]
  ).length
const outcomes = async (platform: Platform) =>
  (await platform.keeper()).actions.toReversed().map(({ action, outcome }) => `${action} ${outcome}`)

describe('time', () => {
  test('lets a timer run in the second it is due, not before, and pays everybody out', async () => {
    const deed = await bench.deed({ start: GENESIS + 10 * DAY })
    const platform = await platformOn()
    await bench.at(GENESIS + 10 * DAY - 1)
    await platform.settle()
    expect(await nonceOf(KEEPER)).toBe(0)

    await bench.at(GENESIS + 10 * DAY)
    await platform.settle()
    expect(await elapsedOf(deed)).toBe(1)
    expect([await bench.money(first.address), await bench.money(second.address)]).toEqual([AMOUNT, AMOUNT])
    const { actions, state, next } = await platform.keeper()
    expect(actions.map(({ action }) => action)).toEqual(['withdraw', 'withdraw', 'perform'])
    expect(actions.every(({ outcome, tx }) => outcome === 'done' && tx)).toBe(true)
    expect(actions.at(-1)!.reason).toBe('clause 1 fell due 2027-01-11 00:00:00 UTC')
    expect(state).toBe('idle')
    expect(next).toEqual({ deed, clause: 1, due: GENESIS + 40 * DAY })
  })

  test('sends nothing when idle', async () => {
    await bench.deed({ start: GENESIS + 10 * DAY })
    const platform = await platformOn()
    await platform.settle()
    const before = await bench.client.getBlockNumber()
    for (let day = 1; day < 10; day++) {
      await bench.at(GENESIS + day * DAY)
      await platform.settle()
      await platform.settle()
    }
    expect(await bench.client.getBlockNumber()).toBe(before + 9n)
    expect((await platform.keeper()).actions).toEqual([])
  })

  test('catches up after a year asleep, 32 timers at a time', async () => {
    const deed = await bench.deed({ start: GENESIS + DAY, period: 10 * DAY, rounds: 40n })
    await bench.at(GENESIS + 500 * DAY)
    const platform = await platformOn()
    await platform.settle()
    expect(await elapsedOf(deed)).toBe(40)
    expect(await bench.money(first.address)).toBe(40n * AMOUNT)
    expect(await bench.money(second.address)).toBe(40n * AMOUNT)
    expect((await outcomes(platform)).filter((line) => line.startsWith('perform'))).toHaveLength(2)
    expect(await platform.deed(deed)).toMatchObject({ state: 'ended', open: [], balances: [] })
  })

  test('the same run twice gives the same blocks', async () => {
    const run = async () => {
      const own = await startBench()
      const platform = await openPlatform({ transport: http(own.url) })
      await own.deed({ start: GENESIS + 10 * DAY })
      await own.deed({ start: GENESIS + 10 * DAY })
      for (const day of [5, 10, 40, 41, 80]) {
        await own.at(GENESIS + day * DAY)
        await platform.settle()
      }
      const { hash } = await own.client.getBlock()
      await platform.close()
      await own.close()
      return hash
    }
    expect(await run()).toBe(await run())
  })
})

describe('recipients', () => {
  test('one that cannot be paid delays only itself, and is paid when it can be', async () => {
    const deed = await bench.deed({ start: GENESIS + 10 * DAY })
    await bench.write(bench.token, 'Picky', 'refuse', [second.address])
    const platform = await platformOn()
    await bench.at(GENESIS + 10 * DAY)
    await platform.settle()
    await platform.settle()
    expect(await bench.money(first.address)).toBe(AMOUNT)
    expect(await outcomes(platform)).toEqual(['perform done', 'withdraw refused', 'withdraw done'])
    const refused = (await platform.keeper()).actions.find(({ outcome }) => outcome === 'refused')!
    expect(refused.detail).toContain('account is blocked')
    expect(refused.tx).toBeUndefined()

    await bench.at(GENESIS + 40 * DAY)
    await platform.settle()
    expect(await bench.money(first.address)).toBe(2n * AMOUNT)
    expect((await platform.deed(deed))!.balances).toEqual([
      { party: second.address.toLowerCase(), token: bench.token, amount: String(2n * AMOUNT) },
    ])

    await bench.write(bench.token, 'Picky', 'refuse', [deployer.address])
    await bench.at(GENESIS + 42 * DAY)
    await platform.settle()
    expect(await bench.money(second.address)).toBe(2n * AMOUNT)
  })

  test('waits double up to a day', async () => {
    await bench.deed({ start: GENESIS + DAY, rounds: 1n })
    await bench.write(bench.token, 'Picky', 'refuse', [second.address])
    const platform = await platformOn()
    // Asked every minute for four hours. The first refusal comes one second after the minute, in the block after the
    // perform's; so the first wait of a minute ends within the second minute, and the others a little late too.
    for (let minute = 0; minute < 240; minute++) {
      await bench.at(GENESIS + DAY + minute * 60)
      await platform.settle()
    }
    const { actions } = await platform.keeper()
    const times = actions
      .filter(({ outcome }) => outcome === 'refused')
      .map(({ time }) => (time - GENESIS - DAY) / 60)
    expect(times.toReversed().map(Math.floor)).toEqual([0, 2, 4, 8, 16, 32, 64, 128])
  })
})

test('a contract that is always due is not paid for for ever', async () => {
  const treadmill = await bench.deploy('Treadmill')
  await bench.write(treadmill, 'Treadmill', 'start', [])
  const platform = await platformOn()
  await platform.settle()
  await platform.settle()
  expect(await outcomes(platform)).toEqual([
    'perform done',
    'perform done',
    'perform done',
    'perform refused',
  ])
  // One more after each wait, of which the first is a minute and the third four.
  for (let minute = 1; minute <= 60; minute++) {
    await bench.at(GENESIS + DAY + minute * 60)
    await platform.settle()
  }
  expect(await nonceOf(KEEPER)).toBeLessThan(3 + 7)
})

describe('several keepers', () => {
  test('two at once, each with its own account and database, cost gas and nothing else', async () => {
    const deed = await bench.deed({ start: GENESIS + 10 * DAY, period: DAY, rounds: 5n })
    const key = generatePrivateKey()
    const both = [await platformOn(), await platformOn({ keeper: { key } })]
    for (const platform of both) await platform.sync()
    const hash = await bench.client.sendTransaction({
      account: deployer,
      chain: null,
      to: (await addressOf(key)) as Hex,
      value: 10n ** 18n,
    } as never)
    await bench.client.waitForTransactionReceipt({ hash })
    for (let day = 10; day < 16; day++) {
      await bench.at(GENESIS + day * DAY)
      await Promise.all(both.map((platform) => platform.settle()))
    }
    expect(await elapsedOf(deed)).toBe(5)
    expect(await bench.money(first.address)).toBe(5n * AMOUNT)
    expect(await bench.money(second.address)).toBe(5n * AMOUNT)
  })

  test('two with the same account do not get into each other’s way for good', async () => {
    const deed = await bench.deed({ start: GENESIS + 10 * DAY, period: DAY, rounds: 5n })
    const both = [await platformOn(), await platformOn()]
    for (let day = 10; day < 16; day++) {
      await bench.at(GENESIS + day * DAY)
      await Promise.all(both.map((platform) => platform.settle()))
    }
    await bench.at(GENESIS + 30 * DAY)
    for (const platform of both) await platform.settle()
    expect(await elapsedOf(deed)).toBe(5)
    expect(await bench.money(first.address)).toBe(5n * AMOUNT)
    expect(await bench.money(second.address)).toBe(5n * AMOUNT)
  })
})

describe('blocks taken back', () => {
  test('evm_revert: what was indexed is forgotten, and done again on the new blocks', async () => {
    const deed = await bench.deed({ start: GENESIS + 10 * DAY })
    const platform = await platformOn()
    const events: string[] = []
    platform.on(({ name }) => events.push(name))
    await bench.at(GENESIS + 9 * DAY)
    await platform.settle()
    const snapshot = await bench.request('evm_snapshot')
    await bench.at(GENESIS + 10 * DAY)
    const younger = await bench.deed({ start: GENESIS + 200 * DAY })
    await platform.settle()
    expect(await platform.deed(younger)).toBeDefined()
    expect(await bench.money(first.address)).toBe(AMOUNT)

    expect(await bench.request('evm_revert', [snapshot])).toBe(true)
    await platform.settle()
    expect(events).toContain('reset')
    expect(await platform.deed(younger)).toBeUndefined()
    expect(await platform.deed(deed)).toMatchObject({ state: 'running', events: 4 })
    expect(await bench.money(first.address)).toBe(0n)

    await bench.at(GENESIS + 10 * DAY)
    await platform.settle()
    expect(await elapsedOf(deed)).toBe(1)
    expect(await bench.money(first.address)).toBe(AMOUNT)
  })

  test('another chain at the same URL: nothing meant for the old one is sent to it', async () => {
    const other = await startBench(GENESIS + 1)
    let node = bench.url
    const transport = custom({
      request: ({ method, params }) => http(node, { retryCount: 0 })({}).request({ method, params }),
    })
    await bench.deed({ start: GENESIS + 10 * DAY })
    await bench.at(GENESIS + 10 * DAY)
    await bench.request('evm_setAutomine', [false])
    const platform = await platformOn({ transport })
    const stop = platform.follow()
    await expect.poll(async () => outcomes(platform)).toEqual(['perform sent'])
    await stop()

    node = other.url
    await platform.settle()
    expect(await other.client.getTransactionCount({ address: KEEPER })).toBe(0)
    expect(await platform.deeds()).toEqual([])
    const deed = await other.deed({ start: GENESIS + 10 * DAY })
    await other.at(GENESIS + 10 * DAY)
    await platform.settle()
    expect(await platform.deed(deed)).toMatchObject({ state: 'running' })
    expect(await other.money(first.address)).toBe(AMOUNT)
    await other.close()
  })
})

describe('transactions that are not mined', () => {
  const stuck = async (clock: { seconds: number }) => {
    const deed = await bench.deed({ start: GENESIS + 10 * DAY, rounds: 1n })
    await bench.at(GENESIS + 10 * DAY)
    await bench.request('evm_setAutomine', [false])
    // A service, not `settle`, which would wait for the block.
    const actions: KeeperAction[] = []
    const platform = await platformOn({ now: () => clock.seconds })
    platform.on((event) => event.name === 'keeper' && actions.push(event.data))
    return { deed, platform, actions }
  }
  const waiting = async () => {
    const pool = (await bench.request('txpool_content')) as {
      pending: Record<string, Record<string, { hash: Hex }>>
    }
    const own = Object.entries(pool.pending).find(([address]) => address.toLowerCase() === KEEPER)
    return Object.values(own?.[1] ?? {}).map(({ hash }) => hash)
  }

  test('are replaced by one with the same nonce and a higher fee, which has the one effect', async () => {
    const clock = { seconds: 1_000 }
    const { deed, platform } = await stuck(clock)
    const stop = platform.follow()
    await expect.poll(waiting, { timeout: 10_000 }).toHaveLength(1)
    const [before] = await waiting()
    clock.seconds += 100
    await expect.poll(async () => (await waiting())[0] !== before, { timeout: 10_000 }).toBe(true)
    expect(await waiting()).toHaveLength(1)
    await bench.request('evm_setAutomine', [true])
    await expect.poll(() => bench.money(second.address), { timeout: 10_000 }).toBe(AMOUNT)
    await stop()
    await platform.settle()
    expect(await elapsedOf(deed)).toBe(1)
    expect(await nonceOf(KEEPER)).toBe(3)
    expect(await outcomes(platform)).toEqual(['perform done', 'withdraw done', 'withdraw done'])
  })
})

describe('the account', () => {
  test('without gas says so once, does not act, and goes on when it is paid', async () => {
    const key = keccak256('0x01')
    const lines: string[] = []
    const log: Log = (level, message) => level === 'error' && lines.push(message)
    await bench.deed({ start: GENESIS + 10 * DAY, rounds: 1n })
    const platform = await platformOn({ keeper: { key }, log })
    await bench.at(GENESIS + 10 * DAY)
    await platform.settle()
    await platform.settle()
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('cannot pay for gas')
    const status = await platform.keeper()
    expect(status).toMatchObject({
      state: 'no-gas',
      warning: { code: 'DEED_KEEPER_NO_GAS' },
      balanceWei: '0',
    })

    const to = await addressOf(key)
    const paid = await bench.client.sendTransaction({
      account: deployer,
      chain: null,
      to,
      value: 10n ** 18n,
    } as never)
    await bench.client.waitForTransactionReceipt({ hash: paid })
    await platform.settle()
    expect(await bench.money(first.address)).toBe(AMOUNT)
    expect((await platform.keeper()).warning).toBeUndefined()
  })

  test('the index takes no stranger for a deed', async () => {
    const impostor = await bench.deploy('Impostor')
    await bench.write(impostor, 'Impostor', 'pretend', [])
    const platform = await platformOn()
    await platform.settle()
    expect(await platform.deeds()).toEqual([])
  })
})

const addressOf = async (key: Hex) => {
  const { privateKeyToAccount } = await import('viem/accounts')
  return privateKeyToAccount(key).address
}
