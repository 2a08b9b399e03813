/** Ways to speak HTTP badly, slowly or halfway. Each is one connection, and ends with all that had to be answered. */
import { setTimeout as wait } from 'node:timers/promises'
import { type Connection, type HttpAnswer, openConnection } from './connection.ts'
import { judge, type Problem, wrong } from './judge.ts'
import type { Random } from './random.ts'
import type { Expected, Shot } from './shots.ts'
import { post, type Target } from './target.ts'

/** What one way did: how many requests it made, and what was wrong. */
export interface Outcome {
  readonly requests: number
  readonly problem?: Problem | undefined
  readonly name: string
}

export type Way = (
  connection: Connection,
  make: () => Shot,
  random: Random,
  target: Target,
) => Promise<Outcome>

/** Shots one after the other over one connection that is kept alive. */
export const askOver = async (
  connection: Connection,
  shot: Shot,
  headers: readonly string[] = [],
): Promise<Problem | undefined> => {
  connection.write(post(shot.body, { headers }))
  return judgeHttp(shot, await connection.answer())
}

const judgeHttp = (shot: Shot, answer: HttpAnswer | undefined): Problem | undefined => {
  if (answer === undefined) return wrong('the connection ended before the answer')
  const { status, text } = answer
  if (status === 204) return judge(shot, undefined)
  if (status !== 200) return wrong(`status ${status}: ${text.slice(0, 200)}`)
  return judge(shot, text)
}

/** A refusal in words, with its code. */
const refused = (answer: HttpAnswer | undefined, ...statuses: readonly number[]): Problem | undefined => {
  if (answer === undefined || !statuses.includes(answer.status))
    return wrong(`status ${statuses.join(' or ')} was expected, ${answer?.status ?? 'the end'} came`)
  try {
    const given = JSON.parse(answer.text) as { error?: Refusal } & Refusal
    // Outside of the path of JSON-RPC an error has the form of REST.
    const error = given.error ?? given
    if (error.code === 'DEED_INTERNAL') return { kind: 'internal', says: answer.text }
    return error.code.startsWith('DEED_') && error.message.length > 5 ? undefined : wrong(answer.text)
  } catch {
    return wrong(`no error in JSON: ${answer.text.slice(0, 200)}`)
  }
}

interface Refusal {
  readonly code: string
  readonly message: string
}

const REQUEST = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}'

export const WAYS: Readonly<Record<string, Way>> = {
  'wrong content type': async (connection, make, random) => {
    const type = random.pick([
      'text/plain',
      'application/x-www-form-urlencoded',
      '',
      'application/jsonp',
      'multipart/form-data; boundary=x',
      'json',
    ])
    connection.write(post(make().body, { type }))
    return { requests: 1, problem: refused(await connection.answer(), 415), name: type }
  },
  'another method or path': async (connection, make, random) => {
    const head = random.pick([
      'PUT /',
      'DELETE /',
      'PATCH /',
      'POST /foo',
      'POST //',
      'POST /%00',
      'GET /../../etc/passwd',
      `POST /${'a'.repeat(5_000)}`,
      'GET /?x=1',
      'PROPFIND /',
    ])
    connection.write(post(make().body, { head: `${head} HTTP/1.1` }))
    return { requests: 1, problem: refused(await connection.answer(), 404, 405), name: head.slice(0, 40) }
  },
  'no HTTP': async (connection, _make, random) => {
    const bytes = random.pick<string | Buffer>([
      '\r\n\r\nhello\r\n\r\n',
      REQUEST,
      'POST / HTTP/9.9\r\n\r\n',
      'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n',
      'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n',
      'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      'POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      `POST / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`,
      `POST / HTTP/1.1\r\n${'A: b\r\n'.repeat(5_000)}\r\n`,
      Buffer.from(Array.from({ length: 300 }, () => random.below(256))),
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03]),
    ])
    connection.write(bytes)
    // Some of it may be the beginning of a request: then it ends here.
    connection.socket.end()
    const answer = await connection.answer()
    return {
      requests: 1,
      problem: answer && refused(answer, 400, 403, 413, 415, 431),
      name: String(bytes).slice(0, 40),
    }
  },
  'a foreign host or origin': async (connection, make, random) => {
    const header = random.pick([
      'Origin: https://evil.example',
      'Origin: null',
      'Origin: http://localhost.evil.example',
    ])
    connection.write(post(make().body, { headers: [header] }))
    return { requests: 1, problem: refused(await connection.answer(), 403), name: header }
  },
  'half closed': async (connection, make) => {
    const shot = make()
    connection.socket.end(post(shot.body))
    return { requests: 1, problem: judgeHttp(shot, await connection.answer()), name: shot.name }
  },
  'gone in the middle': async (connection, make, random) => {
    const bytes = post(make().body)
    connection.write(bytes.subarray(0, 1 + random.below(bytes.length)))
    await wait(random.below(5))
    if (random.once(2)) connection.socket.resetAndDestroy()
    else {
      connection.socket.end()
      await connection.ended()
    }
    return { requests: 1, name: 'gone' }
  },
  'gone before the answer': async (connection, make) => {
    const shot = make()
    connection.write(post(shot.body))
    connection.socket.resetAndDestroy()
    return { requests: 1, name: shot.name }
  },
  'slow to write': async (connection, make, random) => {
    const shot = make()
    const bytes = post(shot.body)
    const piece = Math.max(1, Math.ceil(bytes.length / (1 + random.below(12))))
    for (let at = 0; at < bytes.length; at += piece) {
      connection.write(bytes.subarray(at, at + piece))
      await wait(random.below(8))
    }
    return { requests: 1, problem: judgeHttp(shot, await connection.answer()), name: shot.name }
  },
  'slow to read': async (connection, _make, random) => {
    const { body, expected } = large(8)
    connection.write(post(body))
    connection.socket.pause()
    await wait(50 + random.below(200))
    connection.socket.resume()
    return {
      requests: expected.length,
      problem: judgeHttp({ body, expected, name: '' }, await connection.answer()),
      name: 'some megabytes',
    }
  },
  packed: async (connection) => {
    const { body, expected } = large(1)
    connection.write(post(body, { headers: ['Accept-Encoding: deflate, gzip;q=0.5'] }))
    const answer = await connection.answer()
    const isPacked = answer?.headers['content-encoding'] === 'gzip'
    const problem = isPacked
      ? judgeHttp({ body, expected, name: '' }, answer)
      : wrong('the answer was not packed')
    return { requests: 1, problem, name: 'gzip' }
  },
  pipelined: async (connection, make, random) => {
    const shots = Array.from({ length: 2 + random.below(20) }, make)
    connection.write(Buffer.concat(shots.map(({ body }) => post(body))))
    for (const shot of shots) {
      const problem = judgeHttp(shot, await connection.answer())
      if (problem !== undefined) return { requests: shots.length, problem, name: shot.name }
    }
    return { requests: shots.length, name: 'all' }
  },
  'in chunks': async (connection, make, random) => {
    const shot = make()
    const bytes = Buffer.from(shot.body as string)
    connection.write(
      'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
    )
    for (let at = 0; at < bytes.length; ) {
      const piece = bytes.subarray(at, at + 1 + random.below(Math.max(1, bytes.length / 3)))
      connection.write(
        Buffer.concat([
          Buffer.from(`${piece.length.toString(16)}${random.pick(['', ';a=b'])}\r\n`),
          piece,
          Buffer.from('\r\n'),
        ]),
      )
      at += piece.length
    }
    connection.write('0\r\nTrailer: x\r\n\r\n')
    return { requests: 1, problem: judgeHttp(shot, await connection.answer()), name: shot.name }
  },
  'asking whether to go on': async (connection, make) => {
    const shot = make()
    connection.write(post(shot.body, { headers: ['Expect: 100-continue'] }))
    const first = await connection.answer()
    const answer = first?.status === 100 ? await connection.answer() : first
    return { requests: 1, problem: judgeHttp(shot, answer), name: shot.name }
  },
  'too large': async (connection, _make, random) => {
    const size = 17 * 1024 * 1024
    const isAnnounced = random.once(2)
    connection.write(
      isAnnounced
        ? `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${size}\r\n\r\n`
        : 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
    )
    const piece = Buffer.alloc(1024 * 1024, ' ')
    for (let sent = 0; sent < size && !connection.socket.destroyed; sent += piece.length) {
      connection.write(
        isAnnounced ? piece : Buffer.concat([Buffer.from('100000\r\n'), piece, Buffer.from('\r\n')]),
      )
      await wait(0)
    }
    // Whoever is still writing may find the connection closed before it reads the answer.
    const answer = await connection.answer()
    return {
      requests: 1,
      problem: answer && refused(answer, 413),
      name: isAnnounced ? 'announced' : 'in chunks',
    }
  },
}

/** A batch of which each answer has a megabyte: more than the system holds for a connection. */
const large = (size: number): { body: string; expected: Expected[] } => {
  const to = `0x${'77'.repeat(20)}`
  // PUSH3 500000 PUSH0 RETURN
  const params = [{ to }, 'latest', { [to]: { code: '0x6207a1205ff3' } }]
  const ids = Array.from({ length: size }, (_, id) => id)
  return {
    body: JSON.stringify(ids.map((id) => ({ jsonrpc: '2.0', id, method: 'eth_call', params }))),
    expected: ids.map((id) => ({ id, codes: [] })),
  }
}

/** Opens a connection for one way and closes it whatever happens. */
export const goWay = async (way: Way, target: Target, make: () => Shot, random: Random): Promise<Outcome> => {
  const connection = await openConnection({ host: target.host, port: target.port }, target.hangMs)
  try {
    return await way(connection, make, random, target)
  } finally {
    connection.close()
  }
}
