/**
 * JSON-RPC over HTTP/1.1 with as little of its own as can be: requests are written to a socket and answers cut off at
 * their length, so that what is measured is the server. The same for every program.
 */
import { connect, type Socket } from 'node:net'

export interface Connection {
  /** Sends a body and resolves with the text of the answer. One at a time. */
  post(body: string): Promise<string>
  close(): void
}

export const openConnection = async (port: number): Promise<Connection> => {
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  let waiting: PromiseWithResolvers<string> | undefined
  let held: Buffer = Buffer.alloc(0)
  const fail = (error: Error) => {
    waiting?.reject(error)
    waiting = undefined
  }
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('the server closed the connection')))
  socket.on('data', (data) => {
    held = held.length === 0 ? data : Buffer.concat([held, data])
    const answer = cutAnswer(held)
    if (answer === undefined) return
    held = answer.rest
    const done = waiting
    waiting = undefined
    done?.resolve(answer.body)
  })
  return {
    post(body) {
      if (socket.destroyed) return Promise.reject(new Error('the server has closed the connection'))
      waiting = Promise.withResolvers()
      const head = `POST / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`
      socket.write(head + body)
      return waiting.promise
    },
    close: () => socket.destroy(),
  }
}

/** Asks one method. @throws with the error's message. */
export const ask = async (
  connection: Connection,
  method: string,
  params: readonly unknown[] = [],
): Promise<unknown> => {
  const text = await connection.post(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))
  const { result, error } = JSON.parse(text) as { result?: unknown; error?: { message: string } }
  if (error) throw new Error(`${method}: ${error.message}`)
  return result
}

const cutAnswer = (held: Buffer): { body: string; rest: Buffer } | undefined => {
  const end = held.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = held.toString('latin1', 0, end)
  const length = /content-length: *(\d+)/i.exec(head)?.[1]
  if (length !== undefined) {
    const to = end + 4 + Number(length)
    return held.length < to
      ? undefined
      : { body: held.toString('utf8', end + 4, to), rest: held.subarray(to) }
  }
  return cutChunks(held, end + 4)
}

const cutChunks = (held: Buffer, from: number): { body: string; rest: Buffer } | undefined => {
  let body = ''
  for (let at = from; ; ) {
    const line = held.indexOf('\r\n', at)
    if (line < 0) return undefined
    const size = Number.parseInt(held.toString('latin1', at, line), 16)
    const to = line + 2 + size + 2
    if (held.length < to) return undefined
    if (size === 0) return { body, rest: held.subarray(to) }
    body += held.toString('utf8', line + 2, line + 2 + size)
    at = to
  }
}
