import { fileURLToPath } from 'node:url'
import type { Artifact } from '@deed/solidity'
import { keccak256, toBytes } from 'viem'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  account,
  act,
  type Contract,
  compileAll,
  days,
  deploy,
  eventsOf,
  openWorld,
  read,
  revert,
  seconds,
  snapshot,
  type World,
} from './world.ts'

/** First round of the ticker; it counts once a day, 40 times. */
const FIRST = '2027-03-01'
const DAY = 86_400
const at = (daysLater: number) => seconds(FIRST) + daysLater * DAY
const anyone = account(9)
const party = account(1)

let world: World
let artifacts: Map<string, Artifact>
let ticker: Contract
let clean: `0x${string}`

beforeAll(async () => {
  artifacts = await compileAll(fileURLToPath(new URL('..', import.meta.url)))
  world = await openWorld(seconds('2027-01-01'))
  ticker = await deploy(world, artifacts.get('Ticker')!, [party.address, days(FIRST)])
  await sign(ticker)
  clean = await snapshot(world)
})

beforeEach(async () => {
  await revert(world, clean)
  clean = await snapshot(world)
})

const sign = async (deed: Contract) => {
  const before = 2n ** 40n
  const signature = await party.signTypedData({
    domain: { name: 'Ticker', version: '1', chainId: world.chainId, verifyingContract: deed.address },
    primaryType: 'Signature',
    types: {
      Signature: [
        { name: 'text', type: 'bytes32' },
        { name: 'terms', type: 'Terms' },
        { name: 'party', type: 'address' },
        { name: 'before', type: 'uint256' },
      ],
      Terms: [
        { name: 'party', type: 'address' },
        { name: 'first', type: 'uint32' },
      ],
    },
    message: {
      text: keccak256(toBytes('ticker')),
      terms: { party: party.address, first: days(FIRST) },
      party: party.address,
      before,
    },
  })
  const { result } = await act(world, deed, anyone, 'sign', [party.address, before, signature])
  expect(result).toBe('done')
}

const state = async () => ({
  count: Number(await read<bigint>(world, ticker, 'count')),
  seen: Number(await read<bigint>(world, ticker, 'seen')),
  ended: await read<boolean>(world, ticker, 'ended'),
})

describe('timers', () => {
  test('run at their first second and not a second before', async () => {
    expect((await act(world, ticker, anyone, 'perform', [1n], at(0) - 1)).result).toBe('NothingDue()')
    expect((await act(world, ticker, anyone, 'perform', [1n], at(0))).result).toBe('done')
    expect(await state()).toMatchObject({ count: 1 })
  })

  test('run as of the instant at which they fell due', async () => {
    const { receipt } = await act(world, ticker, anyone, 'perform', [100n], at(1) + 777)
    expect(eventsOf(ticker, receipt)).toEqual([
      `Elapsed(1, ${at(0)})`,
      `Opened(1, ${at(0)}, ${at(1)})`,
      `Elapsed(1, ${at(1)})`,
      `Opened(1, ${at(1)}, ${at(2)})`,
    ])
    expect(await read(world, ticker, 'last')).toBe(BigInt(at(1)))
  })

  test('at the same instant go by the number of the clause', async () => {
    // Clause 1 counts for the sixth time on the day on which clause 2 looks.
    await act(world, ticker, anyone, 'perform', [100n], at(5))
    expect(await state()).toMatchObject({ count: 6, seen: 6 })
  })

  test('perform runs no more than it was told to', async () => {
    await act(world, ticker, anyone, 'perform', [3n], at(20))
    expect(await state()).toMatchObject({ count: 3, seen: 0 })
    expect(await read(world, ticker, 'due')).toEqual([1, at(3)])
  })

  test('and none runs twice: with nothing due perform is refused', async () => {
    await act(world, ticker, anyone, 'perform', [100n], at(3))
    expect((await act(world, ticker, anyone, 'perform', [100n], at(3) + 1)).result).toBe('NothingDue()')
  })

  test('a deed that waits for nothing has ended, though its text has no End', async () => {
    const { receipt } = await act(world, ticker, anyone, 'perform', [1_000n], at(61))
    expect(await state()).toEqual({ count: 40, seen: 6, ended: true })
    expect(eventsOf(ticker, receipt).slice(-3)).toEqual([
      `Elapsed(3, ${at(61)})`,
      'Closed(3)',
      `Ended(${at(61)})`,
    ])
    expect(await read(world, ticker, 'due')).toEqual([0, 2 ** 40 - 1])
    expect((await act(world, ticker, anyone, 'ping')).result).toBe('ClauseNotOpen(3)')
    expect((await act(world, ticker, anyone, 'perform', [1n])).result).toBe('NothingDue()')
  })
})

describe('an act of one that comes late', () => {
  test('runs 32 timers first', async () => {
    // 31 rounds and the look of clause 2.
    const { result, receipt } = await act(world, ticker, anyone, 'ping', [], at(30))
    expect(result).toBe('done')
    expect(eventsOf(ticker, receipt).filter((event) => event.startsWith('Elapsed'))).toHaveLength(32)
    expect(eventsOf(ticker, receipt).at(-1)).toBe(`Acted(3, 1, ${anyone.address})`)
    expect(await state()).toMatchObject({ count: 31, seen: 6 })
    expect(receipt.gasUsed).toBeLessThan(2_000_000n)
  })

  test('is refused if a 33rd is due, until somebody performs', async () => {
    expect((await act(world, ticker, anyone, 'ping', [], at(31))).result).toBe('BehindSchedule()')
    expect(await state()).toMatchObject({ count: 0 })
    expect((await act(world, ticker, anyone, 'perform', [1n])).result).toBe('done')
    expect((await act(world, ticker, anyone, 'ping')).result).toBe('done')
    expect(await state()).toMatchObject({ count: 32, seen: 6 })
  })

  test('withdraw never has to wait', async () => {
    const { result } = await act(world, ticker, anyone, 'withdraw', [party.address, party.address], at(39))
    expect(result).toBe('done')
    expect(await state()).toMatchObject({ count: 31 })
  })

  test('is judged by the state after the timers', async () => {
    expect((await act(world, ticker, anyone, 'ping', [], at(1))).result).toBe('ConditionNotMet(3, 1)')
    expect(await state()).toMatchObject({ count: 0 })
    expect((await act(world, ticker, anyone, 'ping', [], at(2))).result).toBe('done')
  })
})

describe('views', () => {
  test('upkeep is needed when something is due, and does it', async () => {
    await act(world, ticker, anyone, 'perform', [1n], at(0))
    expect(await read(world, ticker, 'checkUpkeep', ['0x'])).toEqual([false, '0x'])
    await world.request({ method: 'evm_setNextBlockTimestamp', params: [`0x${at(2).toString(16)}`] })
    await world.request({ method: 'evm_mine', params: [] })
    expect(await read(world, ticker, 'checkUpkeep', ['0x'])).toEqual([true, '0x'])
    await act(world, ticker, anyone, 'performUpkeep', ['0x'])
    expect(await state()).toMatchObject({ count: 3 })
  })

  test('preview tells what will be pending, and changes nothing', async () => {
    const preview = async (time: number) => {
      const { result } = await world.client.simulateContract({
        address: ticker.address,
        abi: ticker.abi,
        functionName: 'preview',
        args: [time],
      } as never)
      return result
    }
    expect(await preview(at(1))).toEqual([
      { clause: 1, due: at(2), acts: [], must: false },
      { clause: 2, due: at(5), acts: [], must: false },
      { clause: 3, due: at(61), acts: [], must: false },
    ])
    expect(await preview(at(6))).toEqual([
      { clause: 1, due: at(7), acts: [], must: false },
      { clause: 3, due: at(61), acts: [1], must: false },
    ])
    await expect(preview(at(31))).rejects.toThrow('BehindSchedule')
    await expect(preview(seconds('2026-01-01'))).rejects.toThrow('OutOfBounds')
    const { result, receipt } = await act(world, ticker, anyone, 'preview', [at(6)])
    expect([result, receipt.logs]).toEqual(['done', []])
    expect(await state()).toMatchObject({ count: 0 })
  })

  test('pending gives no act of a clause whose time is over', async () => {
    await act(world, ticker, anyone, 'perform', [1_000n], at(60))
    expect(await read(world, ticker, 'pending')).toEqual([{ clause: 3, due: at(61), acts: [1], must: false }])
    await world.request({ method: 'evm_setNextBlockTimestamp', params: [`0x${at(61).toString(16)}`] })
    await world.request({ method: 'evm_mine', params: [] })
    expect(await read(world, ticker, 'pending')).toEqual([{ clause: 3, due: at(61), acts: [], must: false }])
  })

  test('ERC-5289: document 0 is the text, by its content', async () => {
    const hash = keccak256(toBytes('ticker'))
    expect(await read(world, ticker, 'legalDocument', [0])).toBe(`ipfs://f01551b20${hash.slice(2)}`)
    await expect(read(world, ticker, 'legalDocument', [1])).rejects.toThrow('OutOfBounds')
    expect(await read(world, ticker, 'documentSigned', [party.address, 0])).toBe(true)
    expect(await read(world, ticker, 'documentSigned', [party.address, 1])).toBe(false)
    expect(await read(world, ticker, 'documentSigned', [anyone.address, 0])).toBe(false)
    const time = await read<bigint>(world, ticker, 'signedAt', [party.address])
    expect(await read(world, ticker, 'documentSignedAt', [party.address, 0])).toBe(time)
    expect(await read(world, ticker, 'documentSignedAt', [party.address, 1])).toBe(0n)
  })
})
