/** What a proxy does to a fork's requests, and a world in which waiting takes no time. */
import type { ServerResponse } from 'node:http'
import type { Surroundings } from './client.ts'
import type { Mischief } from './origin.fixture.ts'

/** A path and query that no message may ever show. */
export const SECRET = '/v2/s3cr3t-path?key=s3cr3t-query'

/** Time passes only while somebody sleeps. */
export const virtual = () => {
  const slept: number[] = []
  const notices: string[] = []
  let now = 1_700_000_000_000
  const surroundings: Surroundings = {
    fetch,
    nowMs: () => now,
    random: () => 0,
    sleep: async (ms) => {
      slept.push(ms)
      now += ms
    },
    notice: (message) => notices.push(message),
  }
  return { surroundings, slept, notices }
}

export const answer = (
  reply: ServerResponse,
  status: number,
  text: string,
  headers: Record<string, string> = {},
) => {
  reply.writeHead(status, headers)
  reply.end(text)
  return 'taken' as const
}
export const error = (code: number, message: string) =>
  JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } })

/** The first so many exchanges fare ill. */
export const first =
  (times: number, mischief: Mischief): Mischief =>
  (request, reply) =>
    times-- > 0 ? mischief(request, reply) : undefined

export const busy: Mischief = (_, reply) => answer(reply, 429, 'slow down', { 'retry-after': '7' })
export const html: Mischief = (_, reply) => answer(reply, 200, '<!doctype html><title>Sign in</title>')
export const half: Mischief = (_, reply) => {
  reply.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
  reply.write('{"jsonrpc":"2.0","id":1,"resu', () => reply.destroy())
  return 'taken'
}
export const never: Mischief = () => 'taken'
export const breaksOff: Mischief = (_, reply) => {
  reply.destroy()
  return 'taken'
}
