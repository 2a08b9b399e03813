import type { AddressInfo, Socket } from 'node:net'
import type { Principal } from '../rpc/method.ts'
import type { Node } from '../rpc/node.ts'
import type { AccessRules } from './access.ts'
import { createForwarding, type Forwarding, type ForwardTarget } from './forward.ts'
import { handleRequest } from './http.ts'
import { createServer } from './node-http.ts'
import { refuse, turnAway } from './reply.ts'
import { createSockets } from './websocket.ts'

/** Connections at once; more wait in the system's queue. */
const MAX_CONNECTIONS = 4_096
/** A pooled client breaks if an idle connection is dropped within about ten seconds: keep it longer. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000
/** A page that is opened while the platform starts comes late rather than not: a cold start took up to 7 s. */
const PLATFORM_WAIT_MS = 30_000
/** A request must have come in whole by then. */
const REQUEST_TIMEOUT_MS = 60_000
/** Whoever takes no byte of its answer for so long is cut off: the answer would stay in memory for ever. */
const SEND_TIMEOUT_MS = 60_000

export interface ServerOptions {
  readonly node: Node
  readonly principal: Principal
  /** Default: 127.0.0.1. */
  readonly host?: string | undefined
  /** Zero: any that is free. */
  readonly port: number
  readonly access?: Partial<AccessRules> | undefined
  readonly forward?: ForwardTarget | undefined
  /** A platform process will come: until then its paths answer 503 rather than 404. */
  readonly expectsForward?: boolean | undefined
  /** How long a request for the platform waits while that is away. Default: 30,000. */
  readonly platformWaitMs?: number | undefined
  /** Whoever asks must prove to have this secret of 32 bytes, as a consensus client does. */
  readonly jwtSecret?: Uint8Array | undefined
  /** Milliseconds in which a request must have come in whole. Default: 60,000. */
  readonly requestTimeoutMs?: number | undefined
  /** Milliseconds in which a client must take something of its answer. Default: 60,000. */
  readonly sendTimeoutMs?: number | undefined
  /** How often WebSocket clients are asked whether they are there. Default: 30,000. */
  readonly heartbeatMs?: number | undefined
}

export interface RpcServer {
  readonly host: string
  readonly port: number
  readonly url: string
  /** Where pages and other paths go from now on; `undefined`: the platform is away. */
  setForward(target: ForwardTarget | undefined): void
  /** Answers what is under way and closes. */
  close(): Promise<void>
}

/** What a request handler needs of the server. */
export interface Serving {
  readonly node: Node
  readonly principal: Principal
  readonly access: AccessRules
  readonly jwtSecret: Uint8Array | undefined
  readonly forwarding: Forwarding
  readonly expectsForward: boolean
  readonly sendTimeoutMs: number
}

/** JSON-RPC over HTTP and WebSocket on one port. Throws {@link ListenError}. */
export const startServer = async (options: ServerOptions): Promise<RpcServer> => {
  const { host = '127.0.0.1', access, platformWaitMs = PLATFORM_WAIT_MS } = options
  const expectsForward = options.expectsForward ?? options.forward !== undefined
  const serving: Serving = {
    node: options.node,
    principal: options.principal,
    // Whoever binds to an address means to be called by it.
    access: { hosts: [host, ...(access?.hosts ?? [])], origins: access?.origins ?? [] },
    jwtSecret: options.jwtSecret,
    forwarding: createForwarding(options.forward, expectsForward ? platformWaitMs : 0),
    expectsForward,
    sendTimeoutMs: options.sendTimeoutMs ?? SEND_TIMEOUT_MS,
  }
  const requestTimeout = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS
  const sockets = createSockets(serving, options.heartbeatMs)
  const server = createServer(
    {
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      requestTimeout,
      headersTimeout: requestTimeout,
      connectionsCheckingInterval: requestTimeout / 2,
      noDelay: true,
      // One without a host is refused by our own words, as one with a foreign host is.
      requireHostHeader: false,
    },
    (request, response) => {
      handleRequest(serving, request, response).catch((error: Error) => {
        if (response.headersSent || request.destroyed) response.destroy()
        else refuse(response, 500, 'DEED_INTERNAL', `internal error: ${error.message}`)
      })
    },
  )
  server.maxConnections = MAX_CONNECTIONS
  // Whoever has sent all of a request may say so by closing its side, and still gets the answer.
  Object.assign(server, { httpAllowHalfOpen: true })
  server.on('upgrade', (request, socket, head) => {
    sockets.upgrade(request, socket as Socket, head).catch(() => socket.destroy())
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return socket.destroy()
    const [status, code] = UNREADABLE[error.code ?? ''] ?? ['400 Bad Request', 'DEED_HTTP_REQUEST']
    turnAway(socket, status, code, `The request cannot be read as HTTP/1.1: ${error.message}`)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = CANNOT_LISTEN[error.code ?? '']
      reject(reason === undefined ? error : new ListenError(reason, host, options.port))
    })
    server.listen(options.port, host, resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    host,
    port,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    setForward: serving.forwarding.set,
    close: () =>
      new Promise((resolve) => {
        sockets.close()
        server.close(() => resolve())
        server.closeIdleConnections()
        setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS).unref()
      }),
  }
}

/** What is under way when the server closes has this long to end. */
const CLOSE_GRACE_MS = 500

/** What Node says of a request that it cannot read; anything else is 400. */
const UNREADABLE: Readonly<Record<string, readonly [status: string, code: `DEED_${string}`]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'DEED_HTTP_HEADERS'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'DEED_HTTP_TIMEOUT'],
}

type Reason = readonly [code: `DEED_${string}`, words: string]

const NO_SUCH_HOST: Reason = [
  'DEED_HOST_UNKNOWN',
  'cannot be listened on: this machine has no such address. Choose one of its own; 127.0.0.1 is always there.',
]

/** Why the system does not let us listen. */
const CANNOT_LISTEN: Readonly<Record<string, Reason>> = {
  EADDRINUSE: [
    'DEED_PORT_IN_USE',
    'is in use by another program. Stop that program, or choose another port (0 takes any that is free).',
  ],
  EACCES: ['DEED_PORT_FORBIDDEN', 'is kept for the administrator by the system. Choose one above 1023.'],
  EADDRNOTAVAIL: NO_SUCH_HOST,
  ENOTFOUND: NO_SUCH_HOST,
  EAI_AGAIN: NO_SUCH_HOST,
}

/** The server could not be opened. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
  readonly code: `DEED_${string}`
  constructor([code, words]: Reason, host: string, port: number) {
    super(`Port ${port} on ${host} ${words}`)
    this.code = code
  }
}
