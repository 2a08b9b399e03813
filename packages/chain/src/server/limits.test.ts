/** Whoever is slow, or sends more than is good, costs a bounded amount: of memory, and of time. */
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createDevNode, type DevNode, LOCAL } from '../dev/node.ts'
import { type IpcServer, startIpc } from './ipc.ts'
import { type RpcServer, startServer } from './server.ts'

const MIB = 1024 * 1024
/** What is held for a client (websocket.ts, ipc.ts), with one answer more and what the system keeps. */
const MOST_BYTES = (32 + 2 + 8) * MIB

/** Returns half a megabyte of zeros. */
const LARGE = `0x${'77'.repeat(20)}`
/** Logs half a megabyte of zeros: PUSH3 500000 PUSH0 LOG0. */
const LOUD = `0x${'78'.repeat(20)}`

let node: DevNode
let server: RpcServer
let ipc: IpcServer
let folder: string
let from: string
beforeAll(async () => {
  node = await createDevNode({ wallTime: () => 1_700_000_000n })
  server = await startServer({ node, principal: LOCAL, port: 0 })
  folder = mkdtempSync(join(tmpdir(), 'deed-limits-'))
  ipc = await startIpc(node, LOCAL, join(folder, 'chain.ipc'))
  ;[from] = (await node.request('eth_accounts')) as [string]
  await node.request('hardhat_setCode', [LARGE, '0x6207a1205ff3'])
  await node.request('hardhat_setCode', [LOUD, '0x6207a1205fa0'])
  await node.request('evm_mine')
})
afterAll(async () => {
  await Promise.all([server.close(), ipc.close()])
  await node.close()
  rmSync(folder, { recursive: true })
})

const ask = (id: number, method: string, ...params: unknown[]) =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params })
/** Its answer has a megabyte. */
const askLarge = (id: number) => ask(id, 'eth_call', { to: LARGE }, 'latest')
const shout = () => node.request('eth_sendTransaction', [{ from, to: LOUD, gas: '0x7a1200' }])
/**
 * Stops to read. Gives how much comes from then on until the connection ends, once it is asked for; a connection that
 * is reset may end before.
 */
const stopReading = (socket: Socket): (() => Promise<number>) => {
  socket.removeAllListeners('data')
  socket.pause()
  let bytes = 0
  socket.on('data', (piece) => {
    bytes += piece.length
  })
  socket.on('error', () => {})
  const ended = new Promise<void>((resolve) => socket.on('close', () => resolve()))
  return async () => {
    socket.resume()
    await ended
    return bytes
  }
}
const alive = async () => {
  const response = await fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: ask(1, 'eth_chainId'),
  })
  expect(await response.json()).toEqual({ jsonrpc: '2.0', id: 1, result: '0x7a69' })
}

/** A connection that says something and then reads nothing, over WebSocket and over IPC. */
const CONNECTIONS = {
  WebSocket: async (...texts: string[]) => {
    const webSocket = new WebSocket(server.url.replace('http', 'ws'))
    await new Promise((resolve) => webSocket.on('open', resolve))
    for (const text of texts) webSocket.send(text)
    await new Promise((resolve) => webSocket.once('message', resolve))
    webSocket.removeAllListeners()
    webSocket.on('error', () => {})
    const socket = (webSocket as unknown as { _socket: Socket })._socket
    return { bytesToEnd: stopReading(socket), say: (text: string) => webSocket.send(text) }
  },
  IPC: async (...texts: string[]) => {
    const socket = connect(ipc.path, () => socket.write(texts.join('')))
    await new Promise((resolve) => socket.once('data', resolve))
    return { bytesToEnd: stopReading(socket), say: (text: string) => void socket.write(text) }
  },
}

describe.each(Object.entries(CONNECTIONS))('a client over %s that does not read', (_, open) => {
  it('is cut off when too many answers wait for it', async () => {
    const { bytesToEnd, say } = await open(ask(0, 'eth_chainId'))
    for (let id = 1; id <= 42; id++) say(askLarge(id))
    // While it does not read, all are worked out: what others ask is answered between them, and at last at once.
    for (let quick = 0; quick < 5; ) {
      const startMs = performance.now()
      await new Promise((resolve) => setTimeout(resolve, 100))
      await alive()
      quick = performance.now() - startMs < 300 ? quick + 1 : 0
    }
    const bytes = await bytesToEnd()
    expect(bytes).toBeLessThan(MOST_BYTES)
    await alive()
  })

  it('is cut off when too much of what it has subscribed to waits for it', async () => {
    const { bytesToEnd } = await open(ask(0, 'eth_subscribe', 'logs', { address: LOUD }))
    for (let count = 0; count < 42; count++) await shout()
    const bytes = await bytesToEnd()
    expect(bytes).toBeLessThan(MOST_BYTES)
    await alive()
  })
})

describe('a client', () => {
  it('that sends thousands of requests at once over WebSocket has all of them answered', async () => {
    const socket = new WebSocket(server.url.replace('http', 'ws'))
    await new Promise((resolve) => socket.on('open', resolve))
    const ids = new Set<number>()
    const all = new Promise<void>((resolve) =>
      socket.on('message', (data) => {
        ids.add(JSON.parse(data.toString()).id)
        if (ids.size === 3_000) resolve()
      }),
    )
    for (let id = 0; id < 3_000; id++) socket.send(ask(id, 'eth_getBalance', LARGE, 'latest'))
    await all
    socket.terminate()
  })

  it('has a bound of subscriptions', async () => {
    const socket = new WebSocket(server.url.replace('http', 'ws'))
    await new Promise((resolve) => socket.on('open', resolve))
    const answers: { result?: string; error?: { code: number; data: object } }[] = []
    socket.on('message', (data) => answers.push(JSON.parse(data.toString())))
    for (let id = 0; id <= 256; id++) socket.send(ask(id, 'eth_subscribe', 'newHeads'))
    await expect.poll(() => answers.length).toBe(257)
    expect(answers.filter(({ result }) => result !== undefined)).toHaveLength(256)
    expect(answers.find(({ error }) => error)?.error).toMatchObject({
      code: -32005,
      data: { code: 'DEED_RPC_SUBSCRIPTIONS' },
    })
    socket.terminate()
  })

  it('is answered a batch only so far as it fits into memory', async () => {
    const response = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `[${Array.from({ length: 40 }, (_, id) => askLarge(id))}]`,
    })
    const answers = (await response.json()) as {
      id: number
      result?: string
      error?: { code: number; data: object }
    }[]
    expect(answers.map(({ id }) => id)).toEqual(Array.from({ length: 40 }, (_, id) => id))
    const answered = answers.filter(({ result }) => result !== undefined).length
    expect(answered).toBeGreaterThan(20)
    expect(answered).toBeLessThan(30)
    expect(answers.at(-1)!.error).toMatchObject({ code: -32005, data: { code: 'DEED_RPC_BATCH' } })
  })
})

describe('over HTTP', () => {
  const post = (body: string) =>
    `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`

  it('a request that does not come to its end is told so in time', async () => {
    const quick = await startServer({ node, principal: LOCAL, port: 0, requestTimeoutMs: 200 })
    const socket = connect(quick.port, quick.host, () =>
      socket.write(post(ask(1, 'eth_chainId')).slice(0, -5)),
    )
    const heard = await new Promise<string>((resolve) => {
      let text = ''
      socket.on('data', (piece) => {
        text += piece
      })
      socket.on('close', () => resolve(text))
    })
    expect(heard).toMatch(/^HTTP\/1\.1 408 .*DEED_HTTP_TIMEOUT/s)
    await quick.close()
  })

  it('an answer that nobody takes is not kept', async () => {
    const quick = await startServer({ node, principal: LOCAL, port: 0, sendTimeoutMs: 200 })
    const body = `[${Array.from({ length: 20 }, (_, id) => askLarge(id))}]`
    const socket = connect(quick.port, quick.host, () => socket.write(post(body)))
    await new Promise((resolve) => socket.once('data', resolve))
    const bytesToEnd = stopReading(socket)
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    const bytes = await bytesToEnd()
    expect(bytes).toBeLessThan(15 * MIB)
    // One that reads, however slowly it began, gets all of it; and the connection serves on.
    const reader = connect(quick.port, quick.host, () =>
      reader.write(post(body) + post(ask(1, 'eth_chainId'))),
    )
    let text = ''
    reader.on('data', (piece) => {
      text += piece
    })
    await expect.poll(() => text.slice(-60), { timeout: 10_000 }).toContain('"result":"0x7a69"}')
    expect(text.length).toBeGreaterThan(20_000_000)
    reader.destroy()
    await quick.close()
  })
})
