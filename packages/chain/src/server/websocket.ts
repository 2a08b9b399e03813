import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { WebSocket, WebSocketServer } from 'ws'
import { answer } from '../rpc/dispatch.ts'
import { createSession } from '../rpc/subscription.ts'
import { refusalOf } from './access.ts'
import { forwardUpgrade } from './forward.ts'
import { isRpcPath, MAX_BODY_BYTES } from './http.ts'
import type { Serving } from './server.ts'

/** Bytes that wait to be sent to one client. One that reads slower than this is cut off. */
const MAX_BUFFERED_BYTES = 32 * 1024 * 1024
/** Requests of one client under way. While there are more, nothing is read from it. */
const MAX_IN_FLIGHT = 256
/** Silence after which the system checks that a client is still there. */
const KEEP_ALIVE_MS = 60_000

export interface Sockets {
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void>
  close(): void
}

/** WebSocket connections at /; other paths are the platform's. */
export const createSockets = (serving: Serving): Sockets => {
  let server: WebSocketServer | undefined
  return {
    async upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy())
      const refusal = refusalOf(request, serving.access)
      if (refusal !== undefined) return turnAway(socket, '403 Forbidden', refusal.code, refusal.message)
      if (!isRpcPath(request.url)) {
        if (serving.forward !== undefined) return forwardUpgrade(request, socket, head, serving.forward)
        return turnAway(socket, '404 Not Found', 'DEED_HTTP_NOT_FOUND', `${request.url} is not served here`)
      }
      // Only now, since a chain that nobody subscribes to starts without it: loading takes 15 ms.
      const { WebSocketServer } = await import('ws')
      server ??= new WebSocketServer({
        noServer: true,
        maxPayload: MAX_BODY_BYTES,
        perMessageDeflate: false,
        clientTracking: true,
      })
      socket.setKeepAlive(true, KEEP_ALIVE_MS)
      server.handleUpgrade(request, socket, head, (webSocket) => converse(serving, webSocket))
    },
    close() {
      for (const client of server?.clients ?? []) client.close(1001, 'the chain is shutting down')
      server?.close()
    },
  }
}

const converse = (serving: Serving, webSocket: WebSocket): void => {
  const send = (text: string): void => {
    if (webSocket.readyState !== webSocket.OPEN) return
    if (webSocket.bufferedAmount > MAX_BUFFERED_BYTES) webSocket.terminate()
    else webSocket.send(text)
  }
  const session = createSession(send)
  let inFlight = 0
  webSocket.on('message', (data, isBinary) => {
    if (++inFlight >= MAX_IN_FLIGHT) webSocket.pause()
    const body = isBinary ? '' : data.toString()
    void answer({ node: serving.node, principal: serving.principal, session }, body)
      .then((text) => text !== undefined && send(text))
      .finally(() => {
        if (--inFlight < MAX_IN_FLIGHT && webSocket.isPaused) webSocket.resume()
      })
  })
  webSocket.on('close', () => session.close())
  webSocket.on('error', () => webSocket.terminate())
}

const turnAway = (socket: Socket, status: string, code: string, message: string): void => {
  const body = JSON.stringify({ error: { code, message } })
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}
