import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startProxy } from '../../chain/src/fork/origin.fixture.ts'
import { type House, openHouse } from '../src/supervise/house.ts'
import { runDeed } from './run-deed.ts'

const scratch = mkdtempSync(join(tmpdir(), 'deed-fork-'))
const base = { host: '127.0.0.1', allowedHosts: [], port: 0, chainId: 31337, keeper: false }
const rpc = async (url: string, method: string, ...params: unknown[]) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  return (await response.json()).result
}

describe('deed dev --fork-url', { timeout: 120_000 }, () => {
  let origin: House
  beforeAll(async () => {
    const events = { say: () => {}, log: () => {} }
    origin = await openHouse({ ...base, platform: false, dataFolder: join(scratch, 'origin') }, events)
    await rpc(origin.url, 'hardhat_mine', '0x7')
  })
  afterAll(async () => {
    await origin?.stop()
    rmSync(scratch, { recursive: true, force: true })
  })

  it('tells which chain it forks, in words and as JSON, and never the address', async () => {
    const url = `${origin.url}/?key=s3cr3t-key`
    for (const [argv, env] of [
      [['--fork-url', url, '--fork-block', '5', '--json'], {}],
      [['--fork-chain-id', '99'], { DEED_FORK_URL: url }],
    ] as const) {
      const stop = new AbortController()
      const all = ['dev', '--port', '0', '--no-platform', '--no-fork-cache', ...argv]
      const onOut = () => stop.abort()
      const { out, err, exit } = await runDeed(all, { env, stop: stop.signal, onOut })
      expect(exit, err.join('\n')).toBe(0)
      expect(out.join('\n')).not.toMatch(/s3cr3t/)
      if (argv[0] === '--fork-url')
        expect(JSON.parse(out[0]!)).toMatchObject({
          chainId: 31337,
          fork: { url: origin.url, chainId: 31337, blockNumber: 5 },
        })
      else
        expect(out.join('\n')).toMatch(
          /chain id 99\n +fork +of chain 31337 at block 7, read from http:\/\/127\.0\.0\.1:\d+\n/,
        )
    }
  })

  it.each([
    [['--fork-block', '5'], /^DEED_BAD_OPTION: --fork-block says something of a fork, and there is none/],
    [['--fork-headers', 'a:b'], /^DEED_BAD_OPTION: --fork-headers says/],
    [['--fork-url', 's3cr3t'], /^DEED_FORK_URL: .*must be an http or https URL/],
    [
      ['--fork-url', 'http://127.0.0.1:1/s3cr3t', '--fork-retries', '0'],
      /^DEED_FORK_ORIGIN_AWAY: .*127\.0\.0\.1:1 /,
    ],
    [['--fork-url', 'http://127.0.0.1:1/s3cr3t', '--fork-headers', 's3cr3t'], /^DEED_FORK_HEADER: /],
  ])('%j ends with an error', async (argv, error) => {
    const { exit, err } = await runDeed(['dev', '--port', '0', '--no-fork-cache', ...argv])
    expect(exit).not.toBe(0)
    const last = err.at(-1)!
    expect(last).toMatch(error)
    expect(err.join('\n')).not.toMatch(/s3cr3t/)
  })

  it('stays at its block when the chain has to start again, and its index begins there', async () => {
    const proxy = await startProxy(origin.url)
    const house = await openHouse(
      {
        ...base,
        platform: true,
        dataFolder: join(scratch, 'fork'),
        fork: { options: {}, env: { DEED_FORK_URL: proxy.url }, cacheFolder: join(scratch, 'forks') },
      },
      { say: () => {}, log: () => {} },
    )
    try {
      await house.platformReady
      expect(house.fork).toMatchObject({ blockNumber: 7, chainId: 31337 })
      await rpc(origin.url, 'hardhat_mine', '0x5')
      const { chain } = house.pids()
      process.kill(chain!, 'SIGKILL')
      await vi.waitUntil(() => house.pids().chain !== chain && house.pids().chain !== undefined, 20_000)
      await vi.waitUntil(() => rpc(house.url, 'eth_blockNumber').catch(() => undefined), 20_000)
      expect(await rpc(house.url, 'eth_blockNumber')).toBe('0x7')
      await rpc(house.url, 'hardhat_mine', '0x1')
      await vi.waitUntil(async () => {
        const response = await fetch(`${house.url}/api/health`).catch(() => undefined)
        return response?.ok
      }, 20_000)
      // It looked for deeds, and not through the origin's whole history.
      const asked = proxy.requests().map(({ method }) => method)
      expect(asked).toContain('eth_getBlockByNumber')
      expect(asked).not.toContain('eth_getLogs')
    } finally {
      await house.stop()
      await proxy.stop()
    }
  })
})
