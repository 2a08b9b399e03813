import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { WebSocket, WebSocketServer } from 'ws'
import { answer } from '../rpc/dispatch.ts'
import { createSession } from '../rpc/subscription.ts'
import { refusalOf } from './access.ts'
import { forwardUpgrade } from './forward.ts'
import { MAX_BODY_BYTES, tokenRefusal } from './http.ts'
import { isRpcPath, turnAway } from './reply.ts'
import type { Serving } from './server.ts'

/** Bytes that wait to be sent to one client. One that reads slower than this is cut off. */
const MAX_BUFFERED_BYTES = 32 * 1024 * 1024
/** Requests of one client under way. While there are more, nothing is read from it. */
const MAX_IN_FLIGHT = 256
/** How often a client is asked whether it is there. One that has not answered by the next time is cut off. */
const HEARTBEAT_MS = 30_000

export interface Sockets {
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void>
  close(): void
}

/** WebSocket connections at /; other paths are the platform's. */
export const createSockets = (serving: Serving, heartbeatMs = HEARTBEAT_MS): Sockets => {
  let server: WebSocketServer | undefined
  let heartbeat: NodeJS.Timeout | undefined
  /** Asked, and silent since. */
  const silent = new WeakSet<WebSocket>()
  const beat = () => {
    for (const client of server?.clients ?? []) {
      // What a paused client has sent is not read, so it cannot be heard.
      if (client.isPaused) continue
      if (silent.has(client)) client.terminate()
      else {
        silent.add(client)
        client.ping()
      }
    }
  }
  const open = (Server: typeof WebSocketServer): WebSocketServer => {
    const opened = new Server({
      noServer: true,
      maxPayload: MAX_BODY_BYTES,
      perMessageDeflate: false,
      clientTracking: true,
    })
    opened.on('wsClientError', ({ message }, socket) =>
      turnAway(socket, '400 Bad Request', 'DEED_WS_HANDSHAKE', `No WebSocket can be opened: ${message}`),
    )
    heartbeat = setInterval(beat, heartbeatMs).unref()
    return opened
  }
  return {
    async upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy())
      const refusal = refusalOf(request, serving.access)
      if (refusal !== undefined) return turnAway(socket, '403 Forbidden', refusal.code, refusal.message)
      const intruder = tokenRefusal(request, serving)
      if (intruder !== undefined) return turnAway(socket, '401 Unauthorized', 'DEED_HTTP_TOKEN', intruder)
      if (!isRpcPath(request.url)) {
        const target = await serving.forwarding.target()
        if (target !== undefined) return forwardUpgrade(request, socket, head, target)
        return turnAway(socket, '404 Not Found', 'DEED_HTTP_NOT_FOUND', `${request.url} is not served here`)
      }
      // Only now, since a chain that nobody subscribes to starts without it: loading takes 15 ms.
      const { WebSocketServer } = await import('ws')
      server ??= open(WebSocketServer)
      server.handleUpgrade(request, socket, head, (webSocket) => {
        for (const sign of ['pong', 'message'] as const) webSocket.on(sign, () => silent.delete(webSocket))
        converse(serving, webSocket)
      })
    },
    close() {
      clearInterval(heartbeat)
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
  const isGone = (): boolean => webSocket.readyState !== webSocket.OPEN
  const context = { node: serving.node, principal: serving.principal, session, isGone }
  let inFlight = 0
  // A binary frame is read as the text that it holds, as geth does.
  webSocket.on('message', (data) => {
    if (++inFlight >= MAX_IN_FLIGHT) webSocket.pause()
    void answer(context, data.toString())
      .then((text) => text !== undefined && send(text))
      .finally(() => {
        if (--inFlight < MAX_IN_FLIGHT && webSocket.isPaused) webSocket.resume()
      })
  })
  webSocket.on('close', () => session.close())
  webSocket.on('error', () => webSocket.terminate())
}
