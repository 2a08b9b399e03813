/**
 * The gateway: REST, the stream and the page, on a loopback port. The chain process passes `/api` and pages on to it
 * from its own port, so that a person sees one address.
 */
import { resolve } from 'node:path'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Hex } from 'viem'
import { z } from 'zod'
import { PlatformError } from '../error.ts'
import type { Log } from '../log.ts'
import type { Platform } from '../platform.ts'
import type { Health, Registration } from './api.ts'
import { answerError, notFound } from './errors.ts'
import { checkSource } from './guard.ts'
import { servePage } from './page.ts'
import { createStream } from './stream.ts'

export interface GatewayOptions {
  readonly platform: Platform
  readonly log: Log
  /** Folder of the built page. */
  readonly studioFolder?: string
  /** Default: a free one. */
  readonly port?: number
  /** Names besides loopback by which people reach this platform. */
  readonly hosts?: readonly string[]
  readonly version: string
}

export interface Gateway {
  readonly port: number
  close(): Promise<void>
}

const HOST = '127.0.0.1'
/** Text, outline and ABI of a large agreement are 200 kB. */
const BODY_LIMIT = 1_000_000
const REQUEST_TIMEOUT_MS = 30_000
/** Longer than clients and proxies keep idle connections. */
const KEEP_ALIVE_MS = 75_000
/** Answers about one head are the same for everybody. */
const CACHED = 200

const addressSchema = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, 'an address is 0x and 40 hexadecimal digits')
  .transform((address) => address.toLowerCase() as Hex)
const addressParams = z.object({ address: addressSchema })

/** @throws `DEED_PORT_IN_USE`. */
export const startGateway = async (options: GatewayOptions): Promise<Gateway> => {
  const { platform, log, hosts = [] } = options
  const started = performance.now()
  // Loaded here: `deed perform` needs the platform and no server.
  const { default: Fastify } = await import('fastify')
  const server = Fastify({
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: (error, request, reply) => answerError(log)(error, request, reply),
  })
  const stream = createStream(platform)
  const page = servePage(options.studioFolder && resolve(options.studioFolder))
  const perHead = headCache(platform)

  server.removeContentTypeParser('text/plain')
  server.setErrorHandler(answerError(log))
  server.addHook('onRequest', async (request, reply) => {
    checkSource(request.headers, hosts)
    if (request.url.startsWith('/api')) reply.header('cache-control', 'no-store')
  })

  const health = async (): Promise<Health> => {
    const { away, chainId, head, keeper } = platform.status()
    return {
      chain: away || !head ? 'away' : 'here',
      ...(chainId !== undefined && { chainId }),
      ...(head && { head, indexed: head.number }),
      keeper,
      deeds: await platform.count(),
      version: options.version,
      uptimeSeconds: Math.floor((performance.now() - started) / 1000),
    }
  }
  server.get('/api/health', health)
  server.get('/api/deeds', () => perHead('deeds', () => platform.deeds()))
  server.get('/api/deeds/:address', ({ params }) => {
    const { address } = addressParams.parse(params)
    return perHead(address, async () => found(await platform.deed(address), `deed ${address}`))
  })
  server.get('/api/deeds/:address/document', ({ params }) => {
    const { address } = addressParams.parse(params)
    return perHead(`${address} document`, async () =>
      found(await platform.document(address), `text of deed ${address}`),
    )
  })
  server.get('/api/agreements', () => platform.agreements())
  server.post('/api/agreements', async ({ body }, reply) => {
    const { created, agreement } = await platform.register(body as Registration)
    perHead.clear()
    return reply.code(created ? 201 : 200).send(agreement)
  })
  server.get('/api/keeper', () => platform.keeper())
  server.get('/api/stream', (_request, reply) => {
    stream.add(reply.raw)
    reply.hijack()
  })
  server.setNotFoundHandler((request: FastifyRequest, reply: FastifyReply) => {
    const isPage =
      (request.method === 'GET' || request.method === 'HEAD') && !/^\/(api|mcp)(\/|\?|$)/.test(request.url)
    if (!isPage) throw notFound(`${request.method} ${request.url}`)
    return page(request, reply)
  })

  await server.listen({ host: HOST, port: options.port ?? 0 }).catch((error) => {
    stream.close()
    throw error.code === 'EADDRINUSE' ? portInUse(options.port!) : error
  })
  const { port } = server.server.address() as { port: number }
  return {
    port,
    async close() {
      stream.close()
      await server.close()
    },
  }
}

const found = <T>(value: T | undefined, what: string): T => {
  if (value === undefined) throw notFound(what)
  return value
}

const portInUse = (port: number) =>
  new PlatformError(
    'DEED_PORT_IN_USE',
    `Port ${port} of ${HOST} is taken by another process. Stop that process or choose another port.`,
    { port },
  )

/** Remembers answers until the head moves: a page open in ten browsers costs one. */
const headCache = (platform: Pick<Platform, 'status' | 'on'>) => {
  const answers = new Map<string, Promise<unknown>>()
  platform.on(() => answers.clear())
  const perHead = <T>(key: string, make: () => Promise<T>): Promise<T> => {
    const known = answers.get(key) as Promise<T> | undefined
    if (known) return known
    const answer = make()
    if (answers.size >= CACHED) answers.clear()
    answers.set(key, answer)
    answer.catch(() => answers.delete(key))
    return answer
  }
  return Object.assign(perHead, { clear: () => answers.clear() })
}
