/** What networks, providers and nodes do to a fork, done by a proxy before a real origin. */
import type { ServerResponse } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createDevNode, type DevNode } from '../dev/node.ts'
import { isObject } from '../rpc/decode.ts'
import { createMemoryStore } from '../store/memory.ts'
import { createClient, type Surroundings } from './client.ts'
import { parseEndpoint } from './endpoint.ts'
import { type Fork, type ForkSettings, openFork } from './fork.ts'
import {
  type Answer,
  type FaultyProxy,
  type Mischief,
  rpc,
  type Server,
  startDeed,
  startProxy,
} from './origin.fixture.ts'

const RICH = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
/** A path and query that no message may ever show. */
const SECRET = '/v2/s3cr3t-path?key=s3cr3t-query'

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

/** Time passes only while somebody sleeps. */
const virtual = () => {
  const slept: number[] = []
  const notices: string[] = []
  let now = 1_700_000_000_000
  const surroundings: Surroundings = {
    fetch,
    nowMs: () => now,
    random: () => 0,
    sleep: async (ms) => {
      slept.push(ms)
      now += ms
    },
    notice: (message) => notices.push(message),
  }
  return { surroundings, slept, notices }
}

const client = (options: { timeoutMs?: number; retries?: number } = {}) => {
  const { surroundings, ...seen } = virtual()
  const made = createClient({ endpoint: parseEndpoint(proxy.url + SECRET), surroundings, ...options })
  closing.push(async () => made.close())
  return {
    ...seen,
    ask: (method = 'eth_blockNumber', params: unknown[] = []) => made.request(method, params),
  }
}

const fork = async (settings: Partial<ForkSettings> = {}): Promise<{ fork: Fork; node: DevNode }> => {
  const { surroundings } = virtual()
  const url = proxy.url + SECRET
  const opened = await openFork({
    settings: { url, blockNumber: 5n, ...settings },
    alloc: new Map(),
    surroundings,
  })
  closing.push(() => opened.close())
  let now = 1_800_000_000n
  const store = opened.under(createMemoryStore())
  const node = await createDevNode({ genesis: opened.first, store, wallTime: () => now++ })
  return { fork: opened, node }
}

const answer = (
  reply: ServerResponse,
  status: number,
  text: string,
  headers: Record<string, string> = {},
) => {
  reply.writeHead(status, headers)
  reply.end(text)
  return 'taken' as const
}
const error = (code: number, message: string) =>
  JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } })

/** The first so many exchanges fare ill. */
const first =
  (times: number, mischief: Mischief): Mischief =>
  (request, reply) =>
    times-- > 0 ? mischief(request, reply) : undefined

const busy: Mischief = (_, reply) => answer(reply, 429, 'slow down', { 'retry-after': '7' })
const html: Mischief = (_, reply) => answer(reply, 200, '<!doctype html><title>Sign in</title>')
const half: Mischief = (_, reply) => {
  reply.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
  reply.write('{"jsonrpc":"2.0","id":1,"resu', () => reply.destroy())
  return 'taken'
}
const never: Mischief = () => 'taken'
const breaksOff: Mischief = (_, reply) => {
  reply.destroy()
  return 'taken'
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

describe('a fork whose origin', () => {
  const refuseState =
    (message: string, code = -32000): Mischief =>
    () =>
    (given) =>
      [given].flat().map((one: Answer) =>
        // Of a state: whatever is not a block or a number.
        typeof one.result === 'string' && one.result.length > 6
          ? { id: one.id, error: { code, message } }
          : one,
      )

  it.each([
    'missing trie node 6ad4 (path ) state 0x6ad4 is not available',
    'required historical state unavailable (reexec=128)',
    'state at block #5 is pruned',
    'No state available for block 5',
    'project ID does not have access to archive state',
    'distance to target block exceeds maximum proof window',
  ])('has pruned the state, and says "%s"', async (message) => {
    const { node } = await fork()
    proxy.mischief = refuseState(message)
    await expect(node.request('eth_getBalance', [RICH])).rejects.toMatchObject({
      code: 'DEED_FORK_PRUNED',
      message: expect.stringMatching(/archive node, or fork at a newer block/),
    })
    proxy.mischief = () => undefined
    expect(await node.request('eth_getBalance', [RICH])).not.toBe('0x0')
  })

  it('refuses something it needs, with the origin’s words', async () => {
    const { node } = await fork()
    proxy.mischief = refuseState('this plan has no eth_getBalance')
    await expect(node.request('eth_getBalance', [RICH])).rejects.toMatchObject({
      code: 'DEED_FORK_ORIGIN_REFUSED',
      message: expect.stringContaining('this plan has no eth_getBalance'),
    })
  })

  it('answers something of another form', async () => {
    const { node } = await fork()
    proxy.mischief = () => (given) =>
      [given].flat().map((one: Answer) => ({ ...one, result: { hello: 'world' } }))
    await expect(node.request('eth_getStorageAt', [RICH, '0x0'])).rejects.toMatchObject({
      code: 'DEED_FORK_ORIGIN_GARBAGE',
    })
  })

  it('has a server that is late', async () => {
    const { node } = await fork()
    proxy.mischief = first(
      2,
      () => (given) =>
        [given]
          .flat()
          .map(({ id }: Answer) => ({ id, error: { code: -32000, message: 'header not found' } })),
    )
    expect(await node.request('eth_getBalance', [RICH])).not.toBe('0x0')
  })

  it('knows no EIP-1898', async () => {
    proxy.mischief = ({ body }) =>
      JSON.stringify(body).includes('blockHash')
        ? (given) =>
            [given].flat().map(({ id }: Answer) => ({
              id,
              error: { code: -32602, message: 'invalid argument 1: hex string expected' },
            }))
        : undefined
    const { node } = await fork()
    proxy.requests()
    expect(await node.request('eth_getBalance', [RICH])).not.toBe('0x0')
    expect(proxy.requests().map(({ params }) => params.at(-1))).toContain('0x5')
  })

  it('has become another chain', async () => {
    const other = await startDeed({ genesisTime: 1_600_000_000 })
    await rpc(other.url, 'hardhat_mine', '0x5')
    const { node } = await fork()
    expect(await node.request('eth_getBalance', [RICH])).not.toBe('0x0')
    proxy.target = other.url
    // At once by the block's hash, of which the other chain knows nothing.
    await expect(node.request('eth_getBalance', [`0x${'12'.repeat(20)}`])).rejects.toMatchObject({
      code: 'DEED_FORK_ORIGIN_CHANGED',
      message: expect.stringContaining('has changed: block 5 of chain 31337'),
    })
    // What was read before is still there.
    expect(await node.request('eth_getBalance', [RICH])).not.toBe('0x0')
    await other.stop()
  })

  it('has become shorter', async () => {
    const { node } = await fork()
    const short = await startDeed({ genesisTime: 1_700_000_000 })
    proxy.target = short.url
    await expect(node.request('eth_getBalance', [RICH])).rejects.toMatchObject({
      code: 'DEED_FORK_ORIGIN_CHANGED',
    })
    await short.stop()
  })

  it('has no such block', async () => {
    await expect(fork({ blockNumber: 99n })).rejects.toMatchObject({ code: 'DEED_FORK_BLOCK' })
  })

  it('is no node', async () => {
    proxy.mischief = html
    await expect(fork({ retries: 1 })).rejects.toMatchObject({ code: 'DEED_FORK_ORIGIN_GARBAGE' })
    await expect(fork({ url: 'ftp://example.org/s3cr3t' })).rejects.toMatchObject({ code: 'DEED_FORK_URL' })
    await expect(fork({ url: 's3cr3t' })).rejects.toThrow(/^(?!.*s3cr3t)/)
    await expect(fork({ headers: ['s3cr3t'] })).rejects.toMatchObject({
      code: 'DEED_FORK_HEADER',
      message: expect.not.stringContaining('s3cr3t'),
    })
  })

  it('is away when something unknown is asked for; the chain goes on with the rest', async () => {
    const { node } = await fork({ retries: 1 })
    await node.request('hardhat_mine', ['0x1'])
    proxy.mischief = breaksOff
    await expect(node.request('eth_getBalance', [RICH])).rejects.toMatchObject({
      code: 'DEED_FORK_ORIGIN_AWAY',
    })
    await node.request('hardhat_mine', ['0x3'])
    expect(await node.request('eth_blockNumber')).toBe('0x9')
  })

  it('gets the headers and the credentials that were given for it', async () => {
    const seen: (string | undefined)[] = []
    const { createServer } = await import('node:http')
    const server = createServer((incoming, reply) => {
      seen.push(incoming.headers.authorization, incoming.headers['x-key'] as string)
      reply.end('{"jsonrpc":"2.0","id":1,"result":"0x1"}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const endpoint = parseEndpoint(`http://me:s3cr3t@127.0.0.1:${port}`, ['X-Key: abc:def '])
    const made = createClient({ endpoint, surroundings: virtual().surroundings })
    expect(await made.request('eth_chainId', [])).toBe('0x1')
    expect(seen).toEqual([`Basic ${Buffer.from('me:s3cr3t').toString('base64')}`, 'abc:def'])
    server.close()
  })
})
