import type { IncomingMessage, ServerResponse } from 'node:http'
import { answer } from '../rpc/dispatch.ts'
import { refusalOf } from './access.ts'
import { compressed } from './compress.ts'
import { forwardRequest } from './forward.ts'
import { jwtRefusal } from './jwt.ts'
import { isRpcPath, refuse, reply } from './reply.ts'
import type { Serving } from './server.ts'

/** Bytes of one request. A block of blobs in hexadecimal is 6 MB; geth allows 5 MB, anvil any. */
export const MAX_BODY_BYTES = 16 * 1024 * 1024

/** JSON-RPC at POST /; everything else is for the platform. */
export const handleRequest = async (
  serving: Serving,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const refusal = refusalOf(request, serving.access)
  if (refusal !== undefined) return refuse(response, 403, refusal.code, refusal.message)
  const intruder = tokenRefusal(request, serving)
  if (intruder !== undefined) return refuse(response, 401, 'DEED_HTTP_TOKEN', intruder)
  if (!isRpcPath(request.url) || (request.method !== 'POST' && request.method !== 'OPTIONS'))
    return handleOther(serving, request, response)

  allowOrigin(request, response)
  if (request.method === 'OPTIONS') {
    response.writeHead(204).end()
    return
  }
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json')
    return refuse(
      response,
      415,
      'DEED_HTTP_CONTENT_TYPE',
      `Content-Type ${JSON.stringify(type ?? '')} is not supported: send JSON-RPC as application/json`,
    )
  const body = await readBody(request)
  if (body === undefined) {
    response.setHeader('connection', 'close')
    return refuse(
      response,
      413,
      'DEED_HTTP_BODY',
      `The request is larger than ${MAX_BODY_BYTES} bytes: send less at a time`,
    )
  }
  const { node, principal } = serving
  const text = await answer({ node, principal, isGone: watch(request, response) }, body)
  response.setTimeout(serving.sendTimeoutMs, () => response.destroy())
  if (text === undefined) {
    response.writeHead(204).end()
    return
  }
  const packed = await compressed(text, request)
  if (packed === undefined) return reply(response, 200, text)
  response.setHeader('content-encoding', 'gzip')
  reply(response, 200, packed)
}

/**
 * Whether the client is gone. One that has closed its side may still want its answer: where it waits long, it is sent a
 * status of no account (102, RFC 2518) now and then, and if it is not there any more, the connection breaks of that.
 */
const watch = (request: IncomingMessage, response: ServerResponse): (() => boolean) => {
  let nextMs = performance.now() + PROBE_MS
  return () => {
    // HTTP/1.0 knows no such status (RFC 9110 §15.2).
    const mayProbe = request.httpVersionMinor > 0 && response.socket?.readableEnded
    if (mayProbe && performance.now() >= nextMs) {
      nextMs = performance.now() + PROBE_MS
      response.writeProcessing()
    }
    return response.destroyed
  }
}

const PROBE_MS = 500

/** Why the request's token does not let it in, where one is asked for. */
export const tokenRefusal = ({ headers }: IncomingMessage, { jwtSecret }: Serving): string | undefined =>
  jwtSecret && jwtRefusal(headers.authorization, jwtSecret, Math.floor(Date.now() / 1_000))

const handleOther = async (
  serving: Serving,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const what = `${request.method} ${request.url}`
  const target = await serving.forwarding.target()
  if (response.destroyed) return
  if (target !== undefined) forwardRequest(request, response, target)
  else if (serving.expectsForward) {
    const message = `The platform process, which serves ${what}, is being started; JSON-RPC on this port goes on`
    // A browser asks again by itself, and shows the page as soon as it is there.
    response.setHeader('retry-after', '1').setHeader('refresh', '1')
    refuse(response, 503, 'DEED_PLATFORM_AWAY', message)
  } else {
    const message = `${what} is not served here: send JSON-RPC by POST to /`
    refuse(response, isRpcPath(request.url) ? 405 : 404, 'DEED_HTTP_NOT_FOUND', message)
  }
}

/** Cross-origin answers (Fetch, "CORS protocol") for the origins that have come this far. */
const allowOrigin = (request: IncomingMessage, response: ServerResponse): void => {
  const { origin } = request.headers
  if (origin === undefined) return
  response.setHeader('access-control-allow-origin', origin)
  response.setHeader('vary', 'origin')
  if (request.method !== 'OPTIONS') return
  response.setHeader('access-control-allow-methods', 'POST')
  response.setHeader('access-control-allow-headers', 'content-type')
  response.setHeader('access-control-allow-private-network', 'true')
  response.setHeader('access-control-max-age', '7200')
}

/** The body as text; `undefined` if it is too large, in which case the rest of it is thrown away unread. */
const readBody = (request: IncomingMessage): Promise<string | undefined> =>
  new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) {
      request.resume()
      resolve(undefined)
      return
    }
    const chunks: Buffer[] = []
    let bytes = 0
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > MAX_BODY_BYTES) {
        chunks.length = 0
        resolve(undefined)
      } else chunks.push(chunk)
    })
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    request.on('error', reject)
  })
