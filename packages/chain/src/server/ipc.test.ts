/** JSON-RPC over a socket of the file system, and long answers packed. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { createPublicClient } from 'viem'
import { ipc } from 'viem/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDevNode, type DevNode, LOCAL } from '../dev/node.ts'
import { type IpcServer, startIpc } from './ipc.ts'
import { createSplitter } from './json-stream.ts'
import { startServer } from './server.ts'

let node: DevNode
let folder: string
let server: IpcServer
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'deed-ipc-'))
  node = await createDevNode({ wallTime: () => 1_700_000_000n })
  server = await startIpc(node, LOCAL, join(folder, 'chain.ipc'))
})
afterAll(async () => {
  await server.close()
  await node.close()
  rmSync(folder, { recursive: true })
})

/** What comes back for a text, until the server closes or `lines` have come. */
const say = (text: string, lines: number) =>
  new Promise<unknown[]>((resolve) => {
    const socket = connect(server.path, () => socket.write(text))
    let got = ''
    const end = () =>
      resolve(
        got
          .trim()
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line)),
      )
    socket.on('data', (piece) => {
      got += piece
      if (got.split('\n').length > lines) socket.destroy()
    })
    socket.on('close', end)
  })
const ask = (id: number, method: string, params: unknown[] = []) =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params })

describe('IPC', () => {
  it('speaks with viem, subscriptions too', async () => {
    const client = createPublicClient({ transport: ipc(server.path, { reconnect: false }) })
    expect(await client.getChainId()).toBe(31_337)
    const seen: bigint[] = []
    const stop = client.watchBlockNumber({ onBlockNumber: (number) => seen.push(number) })
    await expect
      .poll(async () => {
        await node.request('evm_mine')
        return seen.length
      })
      .toBeGreaterThan(0)
    stop()
    const { socket } = (await client.transport.getRpcClient()) as { socket: { destroy(): void } }
    socket.destroy()
  })

  it('answers requests that come without anything between them', async () => {
    expect(
      await say(`${ask(1, 'eth_chainId')}${ask(2, 'web3_sha3', ['0x'])}[${ask(3, 'net_version')}]`, 3),
    ).toEqual(
      expect.arrayContaining([
        { jsonrpc: '2.0', id: 1, result: '0x7a69' },
        [{ jsonrpc: '2.0', id: 3, result: '31337' }],
      ]),
    )
  })

  it('answers who has closed their side, and then closes its own', async () => {
    const asked = [ask(1, 'evm_mine'), ask(2, 'eth_chainId')].join('')
    const heard = await new Promise<string>((resolve) => {
      const socket = connect({ path: server.path, allowHalfOpen: true }, () => socket.end(asked))
      let got = ''
      socket.on('data', (piece) => {
        got += piece
      })
      socket.on('end', () => resolve(got))
    })
    expect(
      heard
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).id)
        .sort(),
    ).toEqual([1, 2])
  })

  it('says that it cannot read, and hangs up', async () => {
    for (const text of ['nonsense', '\ufeff{}'])
      expect(await say(text, 9), text).toMatchObject([{ error: { code: -32700 } }])
  })

  it('is for its own user alone, and takes the place of a socket that was left behind', async () => {
    expect(statSync(server.path).mode & 0o777).toBe(0o600)
    await expect(startIpc(node, LOCAL, server.path)).rejects.toMatchObject({
      code: 'DEED_IPC',
      message: expect.stringMatching(/Another process/),
    })
    const file = join(folder, 'file')
    writeFileSync(file, 'kept')
    await expect(startIpc(node, LOCAL, file)).rejects.toThrow(/no socket/)
    const left = join(folder, 'left.ipc')
    const other = createServer().listen(left)
    await new Promise((resolve) => other.once('listening', resolve))
    await expect(startIpc(node, LOCAL, left)).rejects.toThrow(/Another process/)
    await new Promise((resolve) => other.close(resolve))
    const second = await startIpc(node, LOCAL, left)
    await second.close()
  })
})

it('a stream is cut where one JSON value ends, however it comes in pieces', () => {
  const value = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()))
  fc.assert(
    fc.property(
      fc.array(value, { maxLength: 5 }),
      fc.constantFrom('', ' ', '\n'),
      fc.integer({ min: 1, max: 9 }),
      (values, between, size) => {
        const text = values.map((one) => JSON.stringify(one)).join(between)
        const cut: string[] = []
        const split = createSplitter((one) => cut.push(one), 1_000_000)
        for (let at = 0; at < text.length; at += size) expect(split(text.slice(at, at + size))).toBe(true)
        expect(cut).toEqual(values.map((one) => JSON.stringify(one)))
      },
    ),
  )
  expect(createSplitter(() => {}, 3)('[1,2,3')).toBe(false)
})

it('long answers are packed for those who take them so', async () => {
  const http = await startServer({ node, principal: LOCAL, port: 0 })
  const post = (data: string, accept?: string) =>
    new Promise<{ encoding: string | undefined; body: Buffer }>((resolve) => {
      const headers = { 'content-type': 'application/json', ...(accept && { 'accept-encoding': accept }) }
      request({ host: http.host, port: http.port, method: 'POST', headers }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          resolve({ encoding: response.headers['content-encoding'], body: Buffer.concat(chunks) }),
        )
      }).end(data)
    })
  const long = `[${Array.from({ length: 200 }, (_, id) => ask(id, 'eth_getBlockByNumber', ['latest', false])).join()}]`
  const plain = await post(long)
  expect(plain.encoding).toBeUndefined()
  const packed = await post(long, 'deflate, gzip;q=0.8')
  expect(packed.encoding).toBe('gzip')
  expect(gunzipSync(packed.body)).toEqual(plain.body)
  expect(packed.body.length).toBeLessThan(plain.body.length / 10)
  expect((await post(long, 'gzip;q=0')).encoding).toBeUndefined()
  expect((await post(ask(1, 'eth_chainId'), 'gzip')).encoding).toBeUndefined()
  await http.close()
})
