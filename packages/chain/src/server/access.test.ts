/** Who is let in over HTTP and WebSocket, and that the server outlives whatever they send. */
import { request } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createDevNode, type DevNode, LOCAL } from '../dev/node.ts'
import { MAX_BODY_BYTES } from './http.ts'
import { ListenError, type RpcServer, startServer } from './server.ts'

let node: DevNode
let server: RpcServer
beforeAll(async () => {
  node = await createDevNode({ wallTime: () => 1_700_000_000n })
  server = await startServer({ node, principal: LOCAL, port: 0 })
})
afterAll(async () => {
  await server.close()
  await node.close()
})

describe('HTTP', () => {
  const raw = (options: {
    method?: string
    path?: string
    headers?: Record<string, string>
    body?: string
  }) =>
    new Promise<{ status: number; text: string; headers: Record<string, unknown> }>((resolve, reject) => {
      const outgoing = request(
        {
          host: server.host,
          port: server.port,
          method: options.method ?? 'POST',
          path: options.path ?? '/',
          headers: { 'content-type': 'application/json', ...options.headers },
        },
        (response) => {
          let text = ''
          response.on('data', (chunk) => {
            text += chunk
          })
          response.on('end', () => resolve({ status: response.statusCode!, text, headers: response.headers }))
        },
      )
      outgoing.on('error', reject)
      outgoing.end(options.body ?? '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}')
    })

  it('refuses foreign origins and hosts', async () => {
    for (const origin of ['https://evil.example', 'null', 'http://localhost.evil.example', 'file://'])
      expect(await raw({ headers: { origin } }), origin).toMatchObject({
        status: 403,
        text: expect.stringContaining('DEED_HTTP_ORIGIN'),
      })
    for (const host of ['evil.example', 'evil.example:8545', '127.0.0.1.evil.example', '10.0.0.1'])
      expect(await raw({ headers: { host } }), host).toMatchObject({
        status: 403,
        text: expect.stringContaining('DEED_HTTP_HOST'),
      })
  })

  it('lets in the pages of this machine and browser extensions, with what their browser asks for', async () => {
    for (const origin of [
      'http://localhost:3000',
      'http://127.0.0.1:5173',
      'http://[::1]:80',
      'chrome-extension://abcdef',
      'https://app.localhost',
    ]) {
      const answer = await raw({ headers: { origin } })
      expect(answer.status, origin).toBe(200)
      expect(answer.headers['access-control-allow-origin']).toBe(origin)
      expect(await raw({ method: 'OPTIONS', headers: { origin }, body: '' })).toMatchObject({
        status: 204,
        headers: { 'access-control-allow-headers': 'content-type' },
      })
    }
    for (const host of ['localhost:8545', '127.0.0.1', '[::1]:8545', 'deed.localhost'])
      expect((await raw({ headers: { host } })).status, host).toBe(200)
  })

  it('takes JSON only, from POST, at /', async () => {
    expect(await raw({ headers: { 'content-type': 'text/plain' } })).toMatchObject({
      status: 415,
      text: expect.stringContaining('DEED_HTTP_CONTENT_TYPE'),
    })
    expect(await raw({ headers: { 'content-type': 'application/json; charset=utf-8' } })).toMatchObject({
      status: 200,
    })
    expect(await raw({ method: 'GET', body: '' })).toMatchObject({ status: 405 })
    expect(await raw({ method: 'GET', path: '/api/deeds', body: '' })).toMatchObject({
      status: 404,
      text: expect.stringContaining('DEED_HTTP_NOT_FOUND'),
    })
  })

  it('refuses a body that is too large, announced or not', async () => {
    const body = ' '.repeat(MAX_BODY_BYTES + 1)
    const answers = await Promise.allSettled([
      raw({ body }),
      raw({ body, headers: { 'transfer-encoding': 'chunked' } }),
    ])
    for (const answer of answers) {
      // A client that is still writing may find the connection closed before it reads the answer.
      if (answer.status === 'fulfilled')
        expect(answer.value).toMatchObject({ status: 413, text: expect.stringContaining('DEED_HTTP_BODY') })
      else expect(['ECONNRESET', 'EPIPE']).toContain(answer.reason.code)
    }
  })

  it('answers a client that has closed its side', async () => {
    const body = '{"jsonrpc":"2.0","id":1,"method":"hardhat_mine","params":["0x32"]}'
    const socket = connect({ port: server.port, host: server.host, allowHalfOpen: true })
    socket.end(
      `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    const heard = await new Promise<string>((resolve) => {
      let got = ''
      socket.on('data', (piece) => {
        got += piece
      })
      socket.on('end', () => resolve(got))
    })
    expect(heard).toMatch(/^HTTP\/1\.1 200 .*"result":null}$/s)
  })

  it('outlives a client that goes away in the middle of a request', async () => {
    const socket = connect(server.port, server.host)
    socket.write(
      'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"js',
    )
    await new Promise((resolve) => setTimeout(resolve, 20))
    socket.destroy()
  })

  it('says that a port is in use', async () => {
    const second = startServer({ node, principal: LOCAL, port: server.port })
    await expect(second).rejects.toThrow(ListenError)
    await expect(second).rejects.toMatchObject({ code: 'DEED_PORT_IN_USE' })
  })

  it('says that an address is not of this machine', async () => {
    for (const host of ['192.0.2.1', 'nowhere.invalid'])
      await expect(startServer({ node, principal: LOCAL, port: 0, host })).rejects.toMatchObject({
        code: 'DEED_HOST_UNKNOWN',
        message: expect.stringContaining(host),
      })
  })

  it.each([
    ['no HTTP', 'hello\r\n\r\n', 400, 'DEED_HTTP_REQUEST'],
    ['endless headers', `GET / HTTP/1.1\r\nx: ${'x'.repeat(40_000)}\r\n\r\n`, 431, 'DEED_HTTP_HEADERS'],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      400,
      'DEED_HTTP_REQUEST',
    ],
    ['no host', 'GET / HTTP/1.1\r\n\r\n', 403, 'DEED_HTTP_HOST'],
    [
      'an upgrade without a key',
      'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      400,
      'DEED_WS_HANDSHAKE',
    ],
  ])('answers %s in words', async (_, sent, status, code) => {
    const socket = connect(server.port, server.host, () => socket.write(sent))
    const heard = await new Promise<string>((resolve) => socket.on('data', (data) => resolve(String(data))))
    socket.destroy()
    expect(heard).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    const { error } = JSON.parse(heard.slice(heard.indexOf('\r\n\r\n')))
    expect(error).toEqual({ code, message: expect.stringMatching(/.{20}/) })
  })
})

describe('WebSocket', () => {
  const open = (headers: Record<string, string> = {}) =>
    new WebSocket(server.url.replace('http', 'ws'), { headers })
  const outcome = (socket: WebSocket) =>
    new Promise<string>((resolve) => {
      socket.on('open', () => resolve('open'))
      socket.on('unexpected-response', (_request, response) => resolve(String(response.statusCode)))
      socket.on('error', (error) => resolve(error.message))
    })

  it('refuses foreign origins and hosts', async () => {
    expect(await outcome(open({ origin: 'https://evil.example' }))).toBe('403')
    expect(await outcome(open({ host: 'evil.example' }))).toBe('403')
  })

  it('answers nonsense and ends subscriptions with the connection', async () => {
    const socket = open()
    expect(await outcome(socket)).toBe('open')
    const ask = (text: string | Buffer) =>
      new Promise<{ error?: { code: number }; result?: unknown }>((resolve) => {
        socket.once('message', (data) => resolve(JSON.parse(data.toString())))
        socket.send(text)
      })
    expect(await ask('nonsense')).toMatchObject({ error: { code: -32700 } })
    expect(await ask(Buffer.from([1, 2, 3]))).toMatchObject({ error: { code: -32700 } })
    expect(await ask(Buffer.from('{"jsonrpc":"2.0","id":1,"method":"net_version"}'))).toMatchObject({
      result: '31337',
    })
    expect(await ask('{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["weather"]}')).toMatchObject(
      { error: { code: -32602 } },
    )
    expect(await ask('{"jsonrpc":"2.0","id":1,"method":"eth_unsubscribe","params":["0x9"]}')).toMatchObject({
      error: { code: -32000 },
    })
    expect(
      await ask('{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}'),
    ).toMatchObject({ result: '0x1' })
    socket.close()
    await new Promise((resolve) => socket.on('close', resolve))
  })

  it('cuts off a client that is not there any more, and keeps a quiet one', async () => {
    const other = await startServer({ node, principal: LOCAL, port: 0, heartbeatMs: 40 })
    const socketTo = async (autoPong: boolean) => {
      const socket = new WebSocket(other.url.replace('http', 'ws'), { autoPong })
      await outcome(socket)
      return socket
    }
    const gone = await socketTo(false)
    const quiet = await socketTo(true)
    await new Promise((resolve) => gone.on('close', resolve))
    expect(quiet.readyState).toBe(WebSocket.OPEN)
    quiet.terminate()
    await other.close()
  })

  it('cuts off a client that sends too much at once', async () => {
    const socket = open()
    await outcome(socket)
    const closed = new Promise<number>((resolve) => socket.on('close', resolve))
    socket.send(' '.repeat(MAX_BODY_BYTES + 1))
    expect(await closed).toBe(1009)
  })
})
