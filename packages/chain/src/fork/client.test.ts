/** What networks and providers do to a client, done by a proxy before a real origin. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { isObject } from '../rpc/decode.ts'
import { createClient } from './client.ts'
import { parseEndpoint } from './endpoint.ts'
import {
  answer,
  breaksOff,
  busy,
  error,
  first,
  half,
  html,
  never,
  SECRET,
  virtual,
} from './mischief.fixture.ts'
import {
  type Answer,
  type FaultyProxy,
  type Mischief,
  rpc,
  type Server,
  startDeed,
  startProxy,
} from './origin.fixture.ts'

let origin: Server
let proxy: FaultyProxy
beforeAll(async () => {
  origin = await startDeed({ genesisTime: 1_700_000_000 })
  await rpc(origin.url, 'hardhat_mine', '0x5')
  proxy = await startProxy(origin.url)
})
afterAll(async () => {
  await proxy?.stop()
  await origin?.stop()
})

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  proxy.mischief = () => undefined
  proxy.target = origin.url
  proxy.count()
  for (const close of closing.splice(0)) await close()
})

const client = (options: { timeoutMs?: number; retries?: number } = {}) => {
  const { surroundings, ...seen } = virtual()
  const made = createClient({ endpoint: parseEndpoint(proxy.url + SECRET), surroundings, ...options })
  closing.push(async () => made.close())
  return {
    ...seen,
    ask: (method = 'eth_blockNumber', params: unknown[] = []) => made.request(method, params),
  }
}

const FAULTS: readonly (readonly [name: string, mischief: Mischief, code: string])[] = [
  ['says 429', busy, 'DEED_FORK_ORIGIN_BUSY'],
  [
    'says "rate limit" in JSON-RPC',
    (_, reply) => answer(reply, 200, error(-32005, 'request rate limited for key s3cr3t-query')),
    'DEED_FORK_ORIGIN_BUSY',
  ],
  ['is overloaded', (_, reply) => answer(reply, 503, '<h1>503</h1>'), 'DEED_FORK_ORIGIN_AWAY'],
  ['answers a web page', html, 'DEED_FORK_ORIGIN_GARBAGE'],
  ['answers half', half, 'DEED_FORK_ORIGIN_AWAY'],
  ['answers half of its JSON', (_, reply) => answer(reply, 200, '{"result":"0x'), 'DEED_FORK_ORIGIN_GARBAGE'],
  ['answers other JSON', (_, reply) => answer(reply, 200, '{"ok":true}'), 'DEED_FORK_ORIGIN_GARBAGE'],
  ['breaks off', breaksOff, 'DEED_FORK_ORIGIN_AWAY'],
  ['hangs', never, 'DEED_FORK_ORIGIN_AWAY'],
]

describe.each(FAULTS)('an origin that %s', (_, mischief, code) => {
  it('is asked again, and answers when it can', async () => {
    proxy.mischief = first(2, mischief)
    const { ask, slept, notices } = client({ timeoutMs: 200 })
    expect(await ask()).toBe('0x5')
    // Told once, however often it was asked.
    expect(notices).toHaveLength(1)
    expect(notices[0]).toContain(new URL(proxy.url).host)
    // Each time it is waited for longer.
    expect(slept.filter((ms) => ms > 0)).toHaveLength(2)
    expect(slept[1]).toBeGreaterThanOrEqual(slept[0]!)
  })

  it('that never can is given up, without its key being told', async () => {
    proxy.mischief = mischief
    const { ask, notices } = client({ timeoutMs: 100, retries: 2 })
    const failure: Answer = await ask().catch((caught) => caught)
    expect(failure).toMatchObject({ code, message: expect.stringContaining(new URL(proxy.url).host) })
    expect(failure.message + notices.join()).not.toMatch(/s3cr3t/)
    expect(proxy.count()).toBe(3)
    // The next one is asked anew.
    proxy.mischief = () => undefined
    expect(await ask()).toBe('0x5')
  })
})

describe('the pace', () => {
  it('is that of Retry-After', async () => {
    proxy.mischief = first(1, busy)
    const { ask, slept } = client()
    await ask()
    expect(slept).toEqual([7_000])
  })

  it('takes a date too, and gives up where that is too far off', async () => {
    const date = new Date(1_700_000_000_000 + 9_000).toUTCString()
    proxy.mischief = first(1, (_, reply) => answer(reply, 429, '', { 'retry-after': date }))
    const { ask, slept } = client()
    await ask()
    expect(slept).toEqual([9_000])
    proxy.mischief = (_, reply) => answer(reply, 429, '', { 'retry-after': '3600' })
    await expect(ask()).rejects.toMatchObject({
      code: 'DEED_FORK_ORIGIN_BUSY',
      message: expect.stringMatching(/wants 3600 s of rest/),
    })
  })

  it('lets those get through who would be refused together', async () => {
    // Three requests a moment, as a free plan has it: the rest of a batch is told to come again.
    proxy.mischief = () => (given) =>
      [given]
        .flat()
        .map((one: Answer, index) =>
          index < 3
            ? one
            : { jsonrpc: '2.0', id: one.id, error: { code: 429, message: 'Too Many Requests' } },
        )
    const { ask } = client()
    const asked = Array.from({ length: 40 }, (_, index) => ask('eth_getBlockByNumber', [`0x${index}`, false]))
    expect((await Promise.all(asked)).filter((block) => block !== null)).toHaveLength(6)
  })
})

const lone =
  (status: number, text: string): Mischief =>
  ({ body }, reply) =>
    Array.isArray(body) ? answer(reply, status, text) : undefined
const REFUSALS: readonly (readonly [name: string, mischief: Mischief])[] = [
  ['an error for all of it', lone(200, error(-32600, 'Invalid Request'))],
  ['HTTP 400', lone(400, 'no batches here')],
  ['HTTP 413', lone(413, '')],
  [
    'an error for each',
    ({ body }) =>
      Array.isArray(body)
        ? (given) =>
            (given as Answer[]).map(({ id }) => ({
              jsonrpc: '2.0',
              id,
              error: { code: 31, message: 'Batch of more than 1 requests are not allowed' },
            }))
        : undefined,
  ],
]

describe.each(REFUSALS)('an origin that answers batches with %s', (_, mischief) => {
  it('is asked one by one, without waiting', async () => {
    proxy.mischief = mischief
    const { ask, slept, notices } = client()
    const asked = Array.from({ length: 20 }, (_, index) => ask('eth_getBlockByNumber', [`0x${index}`, false]))
    const blocks = (await Promise.all(asked)) as ({ number: string } | null)[]
    expect(blocks.map((block) => block?.number)).toEqual(
      blocks.map((_, index) => (index < 6 ? `0x${index}` : undefined)),
    )
    expect([slept, notices]).toEqual([[], []])
    proxy.count()
    await Promise.all([ask(), ask()])
    expect(proxy.count()).toBe(2)
  })
})

it('an origin that takes ten at a time gets no more', async () => {
  let most = 0
  proxy.mischief = ({ body }, reply) => {
    if (!Array.isArray(body) || body.length <= 10) {
      most = Math.max(most, Array.isArray(body) ? body.length : 1)
      return undefined
    }
    return answer(reply, 400, error(-32000, 'too many in one go'))
  }
  const { ask } = client()
  await Promise.all(Array.from({ length: 100 }, () => ask()))
  expect(most).toBe(6)
  expect(proxy.count()).toBeLessThan(40)
})

it('answers in any order, some of them left out, reach whoever asked', async () => {
  let times = 0
  proxy.mischief = () => (given) => (Array.isArray(given) && times++ < 2 ? given.reverse().slice(1) : given)
  const { ask } = client()
  const blocks = await Promise.all(
    ['0x1', '0x2', '0x3', '0x4'].map((at) => ask('eth_getBlockByNumber', [at, false])),
  )
  expect(blocks.map((block) => (isObject(block) ? block.number : undefined))).toEqual([
    '0x1',
    '0x2',
    '0x3',
    '0x4',
  ])
})

it('an origin that is slow is waited for, and what was asked for together goes together', async () => {
  proxy.mischief = async () => {
    await new Promise((resolve) => setTimeout(resolve, 150))
    return undefined
  }
  const { ask } = client()
  await Promise.all(Array.from({ length: 50 }, () => ask()))
  expect(proxy.count()).toBe(1)
})

it('an origin that asks for a key is not asked twice', async () => {
  proxy.mischief = (_, reply) => answer(reply, 401, 'who are you?')
  const { ask } = client()
  await expect(ask()).rejects.toMatchObject({ code: 'DEED_FORK_ORIGIN_DENIED' })
  expect(proxy.count()).toBe(1)
})

it('an origin that is not there is said to be away', async () => {
  const { surroundings } = virtual()
  const nobody = createClient({ endpoint: parseEndpoint('http://127.0.0.1:9'), retries: 1, surroundings })
  await expect(nobody.request('eth_chainId', [])).rejects.toMatchObject({ code: 'DEED_FORK_ORIGIN_AWAY' })
})
