import { expect, test } from 'vitest'
import { watchHeads } from '../src/chain/heads.ts'
import { openPlatform } from '../src/platform.ts'
import { AMOUNT, first, GENESIS, second, startBench } from './bench.ts'

test('heads are subscribed to where the URL has a WebSocket, and missed quietly where it has gone', async () => {
  const bench = await startBench()
  let seen = 0
  const heads = watchHeads(bench.url, () => seen++)
  await expect.poll(() => heads.subscribed()).toBe(true)
  await bench.request('evm_mine')
  await bench.request('evm_mine')
  await expect.poll(() => seen).toBe(2)
  await bench.close()
  await expect.poll(() => heads.subscribed()).toBe(false)
  heads.close()
})

test('wakes when a timer falls due, though nobody makes blocks, and sends nothing before', async () => {
  const started = performance.now()
  const wall = () => GENESIS + Math.floor((performance.now() - started) / 1000)
  const bench = await startBench(GENESIS, wall)
  // Blocks are a second apart at least, so the five that set the stage run ahead of the clock by some seconds.
  const start = wall() + 9
  await bench.deed({ start, rounds: 1n })
  const platform = await openPlatform({ transport: bench.url })
  const stop = platform.follow()
  await expect.poll(() => platform.status().head).toBeDefined()
  const before = await bench.client.getBlockNumber()
  await expect.poll(wall, { timeout: 15_000, interval: 20 }).toBe(start - 1)
  expect(await bench.client.getBlockNumber()).toBe(before)

  const paid = async () => [await bench.money(first.address), await bench.money(second.address)]
  await expect.poll(paid, { timeout: 10_000, interval: 20 }).toEqual([AMOUNT, AMOUNT])
  // Well before the 15 s after which it would have looked anyway.
  expect(wall() - start).toBeLessThan(6)
  const { actions } = await platform.keeper()
  expect(actions.at(-1)!.time).toBeGreaterThanOrEqual(start)
  await stop()
  await platform.close()
  await bench.close()
})
