import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { createDevNode, type DevNode, LOCAL } from '../dev/node.ts'
import { type RpcServer, startServer } from './server.ts'

let node: DevNode
let server: RpcServer
let platform: Server
let target: { host: string; port: number }

beforeAll(async () => {
  node = await createDevNode({ wallTime: () => 0n })
  server = await startServer({ node, principal: LOCAL, port: 0, expectsForward: true, platformWaitMs: 200 })
  // A platform that says what it was asked, streams, and echoes over WebSocket.
  platform = createServer((request, response) => {
    if (request.url === '/api/stream') {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('one\n')
      setTimeout(() => response.end('two\n'), 20)
      return
    }
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      response.writeHead(201, { 'content-type': 'application/json', 'x-from': 'platform' })
      response.end(
        JSON.stringify({ method: request.method, url: request.url, body, host: request.headers.host }),
      )
    })
  })
  const echo = new WebSocketServer({ server: platform })
  echo.on('connection', (socket, request) =>
    socket.on('message', (data) => socket.send(`${request.url} ${data}`)),
  )
  await new Promise<void>((resolve) => platform.listen(0, '127.0.0.1', resolve))
  target = { host: '127.0.0.1', port: (platform.address() as AddressInfo).port }
})
afterAll(async () => {
  await server.close()
  platform.closeAllConnections()
  platform.close()
  await node.close()
})

const chainId = async () => {
  const body = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}'
  const response = await fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  return (await response.json()).result
}

it('answers 503 until the platform is there, and JSON-RPC all the while', async () => {
  const early = await fetch(`${server.url}/api/deeds`)
  expect(early.status).toBe(503)
  expect(await early.json()).toMatchObject({ code: 'DEED_PLATFORM_AWAY' })
  expect(early.headers.get('refresh')).toBe('1')
  expect(await chainId()).toBe('0x7a69')
})

it('lets a page wait for a platform that is about to be there', async () => {
  const waiting = fetch(`${server.url}/`)
  setTimeout(() => server.setForward(target), 50)
  expect((await waiting).status).toBe(201)
  server.setForward(undefined)
  expect((await fetch(`${server.url}/`)).status).toBe(503)
})

it('passes pages, API and streams on', async () => {
  server.setForward(target)
  const page = await fetch(`${server.url}/`)
  expect(page.status).toBe(201)
  expect(page.headers.get('x-from')).toBe('platform')
  expect(await page.json()).toMatchObject({ method: 'GET', url: '/', host: `127.0.0.1:${server.port}` })
  const posted = await fetch(`${server.url}/api/deeds?x=1`, { method: 'POST', body: 'hello' })
  expect(await posted.json()).toMatchObject({ method: 'POST', url: '/api/deeds?x=1', body: 'hello' })
  expect(await (await fetch(`${server.url}/api/stream`)).text()).toBe('one\ntwo\n')
  expect(await chainId()).toBe('0x7a69')
})

it('passes WebSockets of other paths on', async () => {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/api/live`)
  const heard = new Promise((resolve) => socket.on('message', (data) => resolve(data.toString())))
  await new Promise((resolve) => socket.on('open', resolve))
  socket.send('hello')
  expect(await heard).toBe('/api/live hello')
  socket.close()
})

it('keeps foreign origins from the platform too', async () => {
  const foreign = await fetch(`${server.url}/api/deeds`, {
    method: 'POST',
    headers: { origin: 'https://evil.example' },
  })
  expect(foreign.status).toBe(403)
})

it('answers 502 while the platform is down', async () => {
  server.setForward({ host: '127.0.0.1', port: 1 })
  const response = await fetch(`${server.url}/api/deeds`)
  expect(response.status).toBe(502)
  expect(await response.json()).toMatchObject({ code: 'DEED_PLATFORM_AWAY' })
  expect(await chainId()).toBe('0x7a69')
})
