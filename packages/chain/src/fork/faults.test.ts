/** What nodes and their chains do to a fork, done by a proxy before a real origin. */
import { createServer } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createDevNode, type DevNode } from '../dev/node.ts'
import { createMemoryStore } from '../store/memory.ts'
import { createClient } from './client.ts'
import { parseEndpoint } from './endpoint.ts'
import { type Fork, type ForkSettings, openFork } from './fork.ts'
import { breaksOff, first, html, SECRET, virtual } from './mischief.fixture.ts'
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
