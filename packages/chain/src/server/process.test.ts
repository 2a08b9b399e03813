import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, it } from 'vitest'
import type { ChainProcessOptions, ChainProcessReport } from './process.ts'

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url))
const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

const start = (options: ChainProcessOptions) => {
  const child = spawn(process.execPath, [MAIN, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  children.push(child)
  let notices = ''
  child.stderr!.on('data', (chunk) => {
    notices += chunk
  })
  const told = new Promise<ChainProcessReport>((resolve) =>
    child.on('message', (message) => resolve(message as ChainProcessReport)),
  )
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve))
  let output = ''
  child.stdout!.on('data', (chunk) => {
    output += chunk
  })
  return { child, told, ended, output: () => output, notices: () => notices }
}

const rpc = async (url: string, method: string, ...params: unknown[]) => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  return (await response.json()).result
}

it('says when it listens, does as it was told, and ends when asked', async () => {
  const rich = `0x${'ab'.repeat(20)}` as const
  const { child, told, ended, output } = start({
    port: 0,
    genesisTime: 1_700_000_000,
    balances: { [rich]: '12345' },
  })
  const ready = await told
  if (ready.kind !== 'ready') throw new Error(ready.message)
  expect(JSON.parse(output())).toEqual(ready)
  expect(await rpc(ready.url, 'eth_getBalance', rich)).toBe('0x3039')
  expect((await rpc(ready.url, 'eth_getBlockByNumber', '0x0', false)).timestamp).toBe('0x6553f100')
  child.send({ kind: 'forward', target: { host: '127.0.0.1', port: 1 } })
  await expect.poll(async () => (await fetch(`${ready.url}/api`)).status).toBe(502)
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
})

it('ends when the one who started it is gone', async () => {
  const { child, told, ended } = start({ port: 0 })
  expect(await told).toMatchObject({ kind: 'ready' })
  child.disconnect()
  expect(await ended).toBe(0)
})

it('says why it cannot start', async () => {
  const first = await start({ port: 0 }).told
  if (first.kind !== 'ready') throw new Error(first.message)
  const second = start({ port: first.port })
  expect(await second.told).toMatchObject({
    kind: 'failed',
    code: 'DEED_PORT_IN_USE',
    message: expect.stringContaining(String(first.port)),
  })
  expect(await second.ended).toBe(1)
  expect(await start({ port: 0, chainId: '1' }).told).toMatchObject({
    kind: 'failed',
    code: 'DEED_DEV_MNEMONIC',
  })
})

it('tells how far mining is, and stops it when whoever asked goes away', async () => {
  const { child, told, ended, notices } = start({ port: 0 })
  const ready = await told
  if (ready.kind !== 'ready') throw new Error(ready.message)
  const height = async () => Number(await rpc(ready.url, 'eth_blockNumber'))
  const mine = (signal?: AbortSignal) =>
    fetch(ready.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'hardhat_mine', params: ['0x186a0'] }),
      ...(signal && { signal }),
    }).catch((error: Error) => error)

  const gone = new AbortController()
  const asked = mine(gone.signal)
  await expect.poll(notices, { timeout: 20_000 }).toMatch(/^Mined [\d,]+ of 100,000 blocks$/m)
  gone.abort()
  expect(await asked).toBeInstanceOf(Error)
  // Whatever comes after it waits for its turn: this is the block on top of those that were mined.
  await rpc(ready.url, 'evm_mine')
  const stopped = await height()
  expect(stopped).toBeGreaterThan(1)
  expect(stopped).toBeLessThan(100_000)

  const again = mine()
  await expect.poll(height).toBeGreaterThan(stopped)
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
  expect(await again).toBeInstanceOf(Error)
})
