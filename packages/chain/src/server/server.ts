import type { AddressInfo, Socket } from 'node:net'
import type { Principal } from '../rpc/method.ts'
import type { Node } from '../rpc/node.ts'
import type { AccessRules } from './access.ts'
import type { ForwardTarget } from './forward.ts'
import { handleRequest } from './http.ts'
import { createServer } from './node-http.ts'
import { refuse } from './reply.ts'
import { createSockets } from './websocket.ts'

/** Connections at once; more wait in the system's queue. */
const MAX_CONNECTIONS = 4_096
/** A pooled client breaks if an idle connection is dropped within about ten seconds: keep it longer. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000
/** A request must have come in whole by then. */
const REQUEST_TIMEOUT_MS = 60_000

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
  forward: ForwardTarget | undefined
  readonly expectsForward: boolean
}

/** JSON-RPC over HTTP and WebSocket on one port. Throws {@link PortInUseError}. */
export const startServer = async (options: ServerOptions): Promise<RpcServer> => {
  const { host = '127.0.0.1', access } = options
  const serving: Serving = {
    node: options.node,
    principal: options.principal,
    // Whoever binds to an address means to be called by it.
    access: { hosts: [host, ...(access?.hosts ?? [])], origins: access?.origins ?? [] },
    forward: options.forward,
    expectsForward: options.expectsForward ?? options.forward !== undefined,
  }
  const sockets = createSockets(serving)
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS, noDelay: true },
    (request, response) => {
      handleRequest(serving, request, response).catch((error: Error) => {
        if (response.headersSent || request.destroyed) response.destroy()
        else refuse(response, 500, 'DEED_INTERNAL', `internal error: ${error.message}`)
      })
    },
  )
  server.maxConnections = MAX_CONNECTIONS
  server.on('upgrade', (request, socket, head) => {
    sockets.upgrade(request, socket as Socket, head).catch(() => socket.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new PortInUseError(host, options.port) : error),
    )
    server.listen(options.port, host, resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    host,
    port,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    setForward: (target) => {
      serving.forward = target
    },
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

export class PortInUseError extends Error {
  override readonly name = 'PortInUseError'
  readonly code = 'DEED_PORT_IN_USE'
  constructor(host: string, port: number) {
    super(
      `Port ${port} on ${host} is in use by another program. Stop that program, or choose another port (0 takes any that is free)`,
    )
  }
}
