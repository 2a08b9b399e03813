/** The platform as a process of its own, as `deed dev` and an operator start it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import type { Deed, Health } from '../src/gateway/api.ts'
import { AMOUNT, DAY, first, GENESIS, startBench } from './bench.ts'

const scratch = mkdtempSync(join(tmpdir(), 'deed-process-'))
const children = new Set<ChildProcess>()
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  children.clear()
})
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const start = async (options: object, env: Record<string, string> = {}) => {
  const main = join(import.meta.dirname, '../src/main.ts')
  const child = spawn(process.execPath, [main, JSON.stringify(options)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, ...env },
  })
  children.add(child)
  const lines: { level: string; message: string; code?: string }[] = []
  let rest = ''
  child.stderr!.on('data', (chunk) => {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop()!
    lines.push(...parts.map((line) => JSON.parse(line)))
  })
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.on('exit', (code, signal) => resolve(signal ?? code)),
  )
  const message = await new Promise<{ kind: string; port: number; code?: string }>((resolve) =>
    child.on('message', (said) => resolve(said as never)),
  )
  const get = async <T>(path: string): Promise<T> =>
    (await fetch(`http://127.0.0.1:${message.port}${path}`)).json() as Promise<T>
  return { child, message, lines, ended, get }
}

test('waits for a chain that is away, follows it, and keeps what it knows', async () => {
  const dataFolder = join(scratch, 'data')
  const early = await start({ rpcUrl: `http://127.0.0.1:${await freePort()}`, dataFolder })
  expect(early.message.kind).toBe('ready')
  await expect.poll(() => early.lines.filter(({ level }) => level === 'warn').length).toBe(1)
  expect(await early.get<Health>('/api/health')).toMatchObject({ chain: 'away', keeper: 'away', deeds: 0 })
  // It says so once, however often it tries.
  await new Promise((done) => setTimeout(done, 1_000))
  expect(early.lines.filter(({ level }) => level !== 'info')).toHaveLength(1)

  const second = await start({ rpcUrl: 'http://127.0.0.1:1', dataFolder })
  expect(second.message).toMatchObject({ kind: 'failed', code: 'DEED_DATA_IN_USE' })
  expect(await second.ended).toBe(1)
  early.child.kill('SIGTERM')
  expect(await early.ended).toBe(0)

  const bench = await startBench()
  const there = await start({ rpcUrl: bench.url, dataFolder })
  const deed = await bench.deed({ start: GENESIS + 10 * DAY })
  await expect
    .poll(() => there.get<Deed[]>('/api/deeds'), { timeout: 10_000 })
    .toMatchObject([{ address: deed }])
  await bench.at(GENESIS + 10 * DAY)
  await expect.poll(() => bench.money(first.address), { timeout: 10_000 }).toBe(AMOUNT)
  there.child.kill('SIGKILL')
  await there.ended

  // Killed without a chance to give its lock back; the next one takes it over and knows the deed at once.
  const again = await start({ rpcUrl: bench.url, dataFolder, keeper: false })
  expect(await again.get('/api/health')).toMatchObject({ keeper: 'off', deeds: 1 })
  again.child.disconnect()
  expect(await again.ended).toBe(0)
  await bench.close()
})

test('the public development key is refused on another chain, and everything else goes on', async () => {
  const { createDevNode, LOCAL } = await import('@deed/chain')
  const { startServer } = await import('@deed/chain/server')
  const node = await createDevNode({ wallTime: () => BigInt(GENESIS), chainId: 1234n, privateKeys: [] })
  const server = await startServer({ node, principal: LOCAL, port: 0 })
  const platform = await start({ rpcUrl: server.url })
  await expect.poll(() => platform.lines.map(({ code }) => code)).toContain('DEED_KEEPER_DEV_KEY')
  await expect
    .poll(() => platform.get('/api/health'))
    .toMatchObject({ chain: 'here', chainId: 1234, keeper: 'off' })
  expect(await platform.get('/api/keeper')).toMatchObject({ warning: { code: 'DEED_KEEPER_DEV_KEY' } })
  await server.close()
  await node.close()
})

test('wrong options and wrong keys say what is wrong', async () => {
  const { message } = await start({ rpcUrl: 'ftp://x', more: 1 })
  expect(message).toMatchObject({ kind: 'failed', code: 'DEED_PLATFORM_OPTIONS' })
  const file = join(scratch, 'a-file')
  writeFileSync(file, '')
  expect((await start({ dataFolder: file })).message).toMatchObject({
    kind: 'failed',
    code: 'DEED_DATA_FOLDER',
    message: expect.stringContaining(file),
  })
  const busy = createServer()
  await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve))
  const { port } = busy.address() as { port: number }
  expect((await start({ port })).message).toMatchObject({ kind: 'failed', code: 'DEED_PORT_IN_USE' })
  busy.close()
})

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
