/**
 * A network that loses requests and answers: whatever is lost, each due step happens once, and every transaction of
 * the keeper's has an outcome in the end.
 */
import fc from 'fast-check'
import { custom, HttpRequestError, http } from 'viem'
import { expect, test } from 'vitest'
import { openPlatform } from '../src/platform.ts'
import { AMOUNT, DAY, first, GENESIS, second, startBench } from './bench.ts'
import { KEEPER } from './chain.ts'

const RUNS = 8
const MANY = 10_000

test('a job that could not be sent was not done: no number of failures before sending makes the keeper wait', async () => {
  const bench = await startBench()
  const node = http(bench.url, { retryCount: 0 })({})
  let lost = 0
  const transport = custom(
    {
      async request({ method, params }) {
        if (method === 'eth_getTransactionCount' && lost++ < 5) throw new HttpRequestError({ url: bench.url })
        return node.request({ method, params })
      },
    },
    { retryCount: 0 },
  )
  await bench.deed({ start: GENESIS + 10 * DAY, rounds: 1n })
  await bench.at(GENESIS + 10 * DAY)
  const platform = await openPlatform({ transport })
  for (let i = 0; i < 5; i++) await expect(platform.settle()).rejects.toThrow('HTTP request failed')
  await platform.settle()
  expect(await bench.money(first.address)).toBe(AMOUNT)
  await platform.close()
  await bench.close()
})

test('lost requests and lost answers change nothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.infiniteStream(
        fc.constantFrom('request', 'answer', 'nothing', 'nothing', 'nothing', 'nothing', 'nothing'),
      ),
      async (faults) => {
        const bench = await startBench()
        const node = http(bench.url, { retryCount: 0 })({})
        let healthy = false
        const transport = custom(
          {
            async request({ method, params }) {
              const fault = healthy ? 'nothing' : faults.next().value
              if (fault === 'request') throw new HttpRequestError({ url: bench.url })
              const result = await node.request({ method, params })
              if (fault === 'answer') throw new HttpRequestError({ url: bench.url })
              return result
            },
          },
          { retryCount: 0 },
        )
        await bench.deed({ start: GENESIS + 10 * DAY, rounds: 2n })
        const platform = await openPlatform({ transport })
        for (const day of [10, 40]) {
          await bench.at(GENESIS + day * DAY)
          let tries = 0
          // Most tries fail somewhere; each gets a little further. The last one has a network that works.
          for (;;) {
            try {
              await platform.settle()
              break
            } catch (error) {
              if (!(error as Error).message.includes('HTTP request failed')) throw error
              healthy = ++tries > 30
              expect(tries).toBeLessThan(MANY)
            }
          }
          healthy = false
        }
        healthy = true
        await platform.settle()
        expect([await bench.money(first.address), await bench.money(second.address)]).toEqual([
          2n * AMOUNT,
          2n * AMOUNT,
        ])
        const { actions } = await platform.keeper()
        const done = actions.filter(({ outcome }) => outcome === 'done')
        expect(done.map(({ action }) => action).toSorted()).toEqual([
          'perform',
          'perform',
          ...Array(4).fill('withdraw'),
        ])
        expect(actions.filter(({ outcome }) => outcome === 'sent')).toEqual([])
        expect(await bench.client.getTransactionCount({ address: KEEPER })).toBe(6)
        await platform.close()
        await bench.close()
      },
    ),
    { numRuns: RUNS },
  )
})
