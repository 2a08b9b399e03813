/** The built page: files from one folder, and `index.html` for every path that the page itself knows. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { notFound } from './errors.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
}
/** Files in here have a hash of their content in their name. */
const HASHED = 'assets'
const FOREVER = 'public, max-age=31536000, immutable'
const POLICY = [
  "default-src 'self'",
  // Widths of bars and the like are style attributes.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self' ws: wss:",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** @param folder of the built page; undefined where there is none. */
export const servePage =
  (folder: string | undefined) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const path = decode(request.url.split('?')[0]!)
    if (path === undefined) throw notFound(request.url)
    const file = folder && (await fileAt(folder, path))
    const extension = extname(path)
    // Only paths without an extension are pages; a missing script must not become a page.
    if (!file && extension !== '' && extension !== '.html') throw notFound(path)
    const shown = file || (folder && (await fileAt(folder, '/index.html')))
    reply.header('x-content-type-options', 'nosniff').header('referrer-policy', 'no-referrer')
    if (!shown)
      return reply.code(503).type(TYPES['.html']!).header('cache-control', 'no-store').send(NOT_BUILT)
    const hashed = file && path.split('/')[1] === HASHED
    reply.header('cache-control', hashed ? FOREVER : 'no-cache')
    reply.type(TYPES[extname(shown)] ?? 'application/octet-stream')
    if (extname(shown) === '.html') reply.header('content-security-policy', POLICY)
    return reply.send(request.method === 'HEAD' ? '' : createReadStream(shown))
  }

const decode = (path: string): string | undefined => {
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}

const fileAt = async (folder: string, path: string): Promise<string | undefined> => {
  const file = normalize(join(folder, path))
  if (!file.startsWith(folder + sep) || path.includes('\0')) return undefined
  const found = await stat(file).catch(() => undefined)
  return found?.isFile() ? file : undefined
}

const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Deed</title>
<h1>The page is not built yet</h1>
<p>Build it once with <code>npm run build -w @deed/studio</code>, then load this address again.</p>
<p>JSON-RPC and <a href="/api/health">the API</a> work without it.</p></html>
`
