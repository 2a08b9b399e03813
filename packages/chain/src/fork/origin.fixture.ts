/** Origins of the tests: real processes, and a proxy that does to requests what networks and providers do. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { ChainProcessOptions } from '../server/process.ts'

export interface Server {
  readonly url: string
  stop(): Promise<void>
}

const MAIN = fileURLToPath(new URL('../server/main.js', import.meta.url))
const ANVIL = createRequire(import.meta.url).resolve('@foundry-rs/anvil/bin.mjs')

/** The chain process of Deed. */
export const startDeed = async (
  options: Partial<ChainProcessOptions> = {},
  env: Record<string, string> = {},
): Promise<Server> => {
  const child = spawn(process.execPath, [MAIN, JSON.stringify({ port: 0, ...options })], {
    // With a channel, so that it ends with whoever started it.
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: { ...process.env, ...env },
  })
  const line = await said(child, /^\{.*\}$/)
  const report = JSON.parse(line)
  if (report.kind !== 'ready') throw Object.assign(new Error(report.message), { code: report.code })
  return { url: report.url, stop: () => stopped(child) }
}

const startAnvil = async (...args: string[]): Promise<Server> => {
  // In a group of its own: what npm puts on the path is a script that starts the program.
  const child = spawn(process.execPath, [ANVIL, '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  const line = await said(child, /Listening on /)
  const [address] = /[\d.]+:\d+/.exec(line)!
  return { url: `http://${address}`, stop: () => stopped(child, true) }
}

/** By their names. */
export const ORIGINS: readonly (readonly [name: string, start: () => Promise<Server>])[] = [
  ['Deed', () => startDeed({ genesisTime: 1_700_000_000 })],
  ['anvil', () => startAnvil('--timestamp', '1700000000')],
]

/** What happens to the n-th exchange: an answer in place of the origin's, a change of it, or nothing (`undefined`). */
export type Mischief = (
  request: { readonly body: unknown; readonly count: number },
  reply: ServerResponse,
) => undefined | 'taken' | ((answer: unknown) => unknown) | Promise<undefined | 'taken'>

export interface FaultyProxy extends Server {
  mischief: Mischief
  /** Exchanges since the last look. */
  count(): number
  /** Requests in these exchanges. */
  requests(): readonly { readonly method: string; readonly params: readonly unknown[] }[]
  /** Where the requests go; where nobody listens, they go nowhere. */
  target: string
}

export const startProxy = async (target: string): Promise<FaultyProxy> => {
  let count = 0
  let all = 0
  let requests: { method: string; params: readonly unknown[] }[] = []
  const server = createServer(async (incoming, reply) => {
    const body = JSON.parse(await textOf(incoming))
    count++
    all++
    requests.push(...[body].flat())
    const change = await proxy.mischief({ body, count: all }, reply)
    if (change === 'taken') return
    const answer = await fetch(proxy.target, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }).then(
      (response) => response.json(),
      () => reply.destroy(),
    )
    if (reply.destroyed) return
    reply.setHeader('content-type', 'application/json')
    reply.end(JSON.stringify(change ? change(answer) : answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const proxy: FaultyProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target,
    mischief: () => undefined,
    count: () => {
      const before = count
      count = 0
      return before
    },
    requests: () => {
      const before = requests
      requests = []
      return before
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return proxy
}

// biome-ignore lint/suspicious/noExplicitAny: tests look at it field by field.
export type Answer = any

/** Asks a server; throws its error. */
export const rpc = async (url: string, method: string, ...params: unknown[]): Promise<Answer> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  const { result, error } = await response.json()
  if (error) throw Object.assign(new Error(error.message), error)
  return result
}

const textOf = async (incoming: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const chunk of incoming) text += chunk
  return text
}

/** The first line of its output that looks so. */
const said = (child: ChildProcess, pattern: RegExp): Promise<string> =>
  new Promise((resolve, reject) => {
    createInterface(child.stdout!).on('line', (line) => pattern.test(line) && resolve(line))
    child.once('exit', (status) => reject(new Error(`it ended with status ${status}`)))
  })

const stopped = (child: ChildProcess, isGroup = false): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    if (isGroup) process.kill(-child.pid!, 'SIGKILL')
    else child.kill('SIGKILL')
  })
