import { custom, http } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPlatform } from '../src/platform.ts'
import { type Bench, DAY, GENESIS, startBench } from './bench.ts'

let bench: Bench
beforeAll(async () => {
  bench = await startBench()
})
afterAll(() => bench.close())

test('finds every deed through a node that answers ten blocks of logs at a time', async () => {
  const deeds: string[] = []
  for (let i = 0; i < 4; i++) {
    deeds.push(await bench.deed({ start: GENESIS + 10 * DAY }))
    for (let block = 0; block < 15; block++) await bench.request('evm_mine')
  }
  const node = http(bench.url, { retryCount: 0 })({})
  let asked = 0
  const transport = custom(
    {
      async request({ method, params }) {
        if (method === 'eth_getLogs') {
          asked++
          const [{ fromBlock, toBlock }] = params
          if (Number(toBlock) - Number(fromBlock) >= 10)
            throw { code: -32005, message: 'query returned too many results' }
        }
        return node.request({ method, params })
      },
    },
    { retryCount: 0 },
  )
  const platform = await openPlatform({ transport, keeper: 'off' })
  await platform.sync()
  expect((await platform.deeds()).map(({ address }) => address)).toEqual(deeds.toReversed())
  const { head } = platform.status()
  expect(head!.number).toBeGreaterThan(60)
  // Halved a few times, then one request for at least five blocks.
  expect(asked).toBeLessThan(5 + head!.number / 5)

  const before = asked
  await platform.sync()
  await platform.sync()
  expect(asked).toBe(before)
  await platform.close()
})

test('starts at the block that it is told', async () => {
  const from = Number(await bench.client.getBlockNumber()) + 1
  const young = await bench.deed({ start: GENESIS + 20 * DAY })
  const platform = await openPlatform({ transport: http(bench.url), keeper: 'off', fromBlock: from })
  await platform.sync()
  expect((await platform.deeds()).map(({ address }) => address)).toEqual([young])
  await platform.close()
})

test('a keeper for chosen deeds leaves the others alone', async () => {
  const [mine, other] = [
    await bench.deed({ start: GENESIS + 30 * DAY }),
    await bench.deed({ start: GENESIS + 30 * DAY }),
  ]
  const platform = await openPlatform({ transport: http(bench.url), keeper: { only: [mine] } })
  await bench.at(GENESIS + 30 * DAY)
  await platform.settle()
  const { actions, next } = await platform.keeper()
  expect(new Set(actions.map(({ deed }) => deed))).toEqual(new Set([mine]))
  expect(next?.deed).toBe(mine)
  expect(await platform.deed(other)).toMatchObject({ next: { due: GENESIS + 30 * DAY } })
  await platform.close()
})
