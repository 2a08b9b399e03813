import { createHmac } from 'node:crypto'

/** Where shots go. */
export interface Target {
  readonly host: string
  readonly port: number
  /** The Engine API, on a port of its own. */
  readonly engine: { readonly host: string; readonly port: number; readonly secret: Buffer } | undefined
  readonly ipc: string | undefined
  /** Milliseconds within which everything must be answered. */
  readonly hangMs: number
}

/** A request of HTTP as bytes. */
export const post = (
  body: string | Buffer,
  {
    head = 'POST / HTTP/1.1',
    type = 'application/json',
    headers = [],
  }: { head?: string; type?: string; headers?: readonly string[] } = {},
): Buffer => {
  const bytes = Buffer.from(body as string)
  const lines = [
    head,
    'Host: localhost',
    `Content-Type: ${type}`,
    `Content-Length: ${bytes.length}`,
    ...headers,
  ]
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), bytes])
}

/** The header by which a consensus client proves who it is (HS256). */
export const bearer = (secret: Buffer): string => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ iat: Math.floor(Date.now() / 1000) })}`
  return `Authorization: Bearer ${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}
