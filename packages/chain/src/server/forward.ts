import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { request } from './node-http.ts'
import { refuse } from './reply.ts'

/** Where everything goes that is not JSON-RPC: the platform process. */
export interface ForwardTarget {
  readonly host: string
  readonly port: number
}

/** Requests that wait for the platform at once; more are told at once that it is away. */
const MAX_WAITING = 1_000

/** Knows where the platform is, and waits for it while it starts. */
export interface Forwarding {
  /** Where it is from now on; `undefined`: away. */
  set(target: ForwardTarget | undefined): void
  /** Where it is; if it is away, where it is as soon as it comes back, or `undefined` if that takes too long. */
  target(): Promise<ForwardTarget | undefined>
}

/** @param waitMs how long a request waits for a platform that is away; zero where none will come. */
export const createForwarding = (first: ForwardTarget | undefined, waitMs: number): Forwarding => {
  let current = first
  const waiting = new Set<(target: ForwardTarget | undefined) => void>()
  return {
    set(target) {
      current = target
      if (target !== undefined) for (const tell of waiting) tell(target)
    },
    target: async () => {
      if (current !== undefined || waitMs === 0 || waiting.size >= MAX_WAITING) return current
      return new Promise((resolve) => {
        const tell = (target: ForwardTarget | undefined) => {
          clearTimeout(timeout)
          waiting.delete(tell)
          resolve(target)
        }
        const timeout = setTimeout(() => tell(undefined), waitMs).unref()
        waiting.add(tell)
      })
    },
  }
}

/** The platform must begin to answer within this time. Streams that have begun may last. */
const FORWARD_TIMEOUT_MS = 60_000

/** Passes a request on and its answer back, neither of them read. */
export const forwardRequest = (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  target: ForwardTarget,
): void => {
  const { method, url, headers } = incoming
  const onward = request({
    host: target.host,
    port: target.port,
    method,
    path: url,
    headers: { ...headers, connection: 'keep-alive', 'x-forwarded-for': incoming.socket.remoteAddress ?? '' },
  })
  const waiting = setTimeout(() => onward.destroy(new Error('no answer in time')), FORWARD_TIMEOUT_MS)
  onward.on('response', (answer) => {
    clearTimeout(waiting)
    outgoing.writeHead(answer.statusCode ?? 502, withoutHopByHop(answer.headers))
    answer.pipe(outgoing)
    answer.on('error', () => outgoing.destroy())
  })
  onward.on('error', (error) => {
    clearTimeout(waiting)
    if (outgoing.headersSent) outgoing.destroy()
    else refuse(outgoing, 502, 'DEED_PLATFORM_AWAY', awayMessage(error))
  })
  outgoing.on('close', () => onward.destroy())
  incoming.pipe(onward)
}

/** Passes an upgrade to another protocol on, byte by byte. */
export const forwardUpgrade = (
  incoming: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  target: ForwardTarget,
): void => {
  const onward = connect(target.port, target.host, () => {
    const lines = [`${incoming.method} ${incoming.url} HTTP/1.1`]
    for (let index = 0; index < incoming.rawHeaders.length; index += 2)
      lines.push(`${incoming.rawHeaders[index]}: ${incoming.rawHeaders[index + 1]}`)
    onward.write(`${lines.join('\r\n')}\r\n\r\n`)
    onward.write(head)
    socket.pipe(onward).pipe(socket)
  })
  onward.on('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n'))
  socket.on('error', () => onward.destroy())
  socket.on('close', () => onward.destroy())
  onward.on('close', () => socket.destroy())
}

const awayMessage = (error: Error): string =>
  `The platform process does not answer (${error.message}). It is being restarted; JSON-RPC on this port goes on`

/** Headers that speak of one connection only (RFC 9110 §7.6.1); this one has its own. */
const withoutHopByHop = (headers: IncomingMessage['headers']): IncomingMessage['headers'] => {
  const { connection, 'keep-alive': keepAlive, 'transfer-encoding': transferEncoding, ...kept } = headers
  return kept
}
