/** One connection whose bytes are in our hands: what is written, when, and how fast what comes is read. */
import { connect, type Socket } from 'node:net'
import { gunzipSync } from 'node:zlib'

export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

export interface Connection {
  readonly socket: Socket
  write(bytes: string | Buffer): void
  /** The next answer of HTTP; `undefined`: the connection ended before one was whole. @throws {@link Hang} */
  answer(): Promise<HttpAnswer | undefined>
  /** Waits until `found` makes something of what has come, or the connection ends. @throws {@link Hang} */
  read<T>(
    found: (bytes: Buffer, isEnded: boolean) => { readonly value: T; readonly length: number } | undefined,
  ): Promise<T | undefined>
  /** Waits until the other side has closed. @throws {@link Hang} */
  ended(): Promise<void>
  close(): void
}

/** @param place a port of this machine, or the path of a socket. */
export const openConnection = async (
  place: { port: number; host: string } | { path: string },
  hangMs: number,
): Promise<Connection> => {
  const socket = connect({ ...place, allowHalfOpen: true } as never)
  let held: Buffer[] = []
  let isEnded = false
  let wake = () => {}
  socket.on('data', (piece: Buffer) => {
    held.push(piece)
    wake()
  })
  const end = () => {
    isEnded = true
    wake()
  }
  for (const sign of ['end', 'close', 'error']) socket.on(sign, end)
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  const changed = (deadline: number) =>
    new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Hang()), Math.max(0, deadline - Date.now()))
      wake = () => {
        clearTimeout(timer)
        wake = () => {}
        resolve()
      }
    })
  const read: Connection['read'] = async (found) => {
    const deadline = Date.now() + hangMs
    for (;;) {
      const bytes = Buffer.concat(held)
      held = bytes.length > 0 ? [bytes] : []
      const one = found(bytes, isEnded)
      if (one !== undefined) {
        held = [bytes.subarray(one.length)]
        return one.value
      }
      if (isEnded) return undefined
      await changed(deadline)
    }
  }
  return {
    socket,
    write: (bytes) => {
      if (!socket.destroyed) socket.write(bytes)
    },
    answer: () => read(readAnswer),
    read,
    async ended() {
      const deadline = Date.now() + hangMs
      while (!isEnded) await changed(deadline)
    },
    close: () => socket.destroy(),
  }
}

/** Nothing came in the time in which something had to. */
export class Hang extends Error {
  override readonly name = 'Hang'
}

const readAnswer = (bytes: Buffer): { value: HttpAnswer; length: number } | undefined => {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [line = '', ...rest] = bytes.subarray(0, end).toString('latin1').split('\r\n')
  const status = Number(line.split(' ')[1])
  if (status === PROCESSING) {
    const next = readAnswer(bytes.subarray(end + 4))
    return next && { value: next.value, length: end + 4 + next.length }
  }
  const headers = Object.fromEntries(
    rest.map((one) => [one.slice(0, one.indexOf(':')).toLowerCase(), one.slice(one.indexOf(':') + 1).trim()]),
  )
  const length = status < 200 || status === 204 ? 0 : Number(headers['content-length'] ?? 0)
  if (bytes.length < end + 4 + length) return undefined
  const body = bytes.subarray(end + 4, end + 4 + length)
  const text = (headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('utf8')
  return { value: { status, headers, text }, length: end + 4 + length }
}

/** It stands before an answer that takes long, and every client passes over it (RFC 9110 §15.2). */
const PROCESSING = 102
