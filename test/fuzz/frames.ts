/** WebSocket frame by frame (RFC 6455), as no library would send them. */
import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Connection } from './connection.ts'
import { judge, type Problem, wrong } from './judge.ts'
import type { Random } from './random.ts'
import type { Shot } from './shots.ts'
import type { Way } from './wire.ts'

const TEXT = 1
const BINARY = 2
const CLOSE = 8
const PING = 9
const PONG = 10

interface FrameOptions {
  readonly isLast?: boolean
  readonly isMasked?: boolean
  /** The three bits that no extension has claimed here. */
  readonly reserved?: number
  /** What the header says, where that is not how long it is. */
  readonly length?: bigint
}

const frame = (
  opcode: number,
  payload: Buffer,
  { isLast = true, isMasked = true, reserved = 0, length = BigInt(payload.length) }: FrameOptions = {},
): Buffer => {
  const mask = randomBytes(4)
  const size =
    length < 126n
      ? Buffer.of(Number(length))
      : length < 65_536n
        ? Buffer.of(126, 0, 0)
        : Buffer.of(127, 0, 0, 0, 0, 0, 0, 0, 0)
  if (size[0] === 126) size.writeUInt16BE(Number(length), 1)
  if (size[0] === 127) size.writeBigUInt64BE(length, 1)
  if (isMasked) size[0]! |= 0x80
  const first = Buffer.of((isLast ? 0x80 : 0) | (reserved << 4) | opcode)
  const body = isMasked ? Buffer.from(payload.map((byte, at) => byte ^ mask[at % 4]!)) : payload
  return Buffer.concat([first, size, ...(isMasked ? [mask] : []), body])
}

interface Incoming {
  readonly opcode: number
  readonly payload: Buffer
}

const readFrame = (bytes: Buffer): { value: Incoming; length: number } | undefined => {
  if (bytes.length < 2) return undefined
  const short = bytes[1]! & 0x7f
  const head = short === 127 ? 10 : short === 126 ? 4 : 2
  if (bytes.length < head) return undefined
  const size =
    short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short
  if (bytes.length < head + size) return undefined
  return {
    value: { opcode: bytes[0]! & 0x0f, payload: bytes.subarray(head, head + size) },
    length: head + size,
  }
}

/** The next message, while pings and subscriptions' news are passed over. */
const nextText = async (connection: Connection): Promise<string | undefined> => {
  for (;;) {
    const incoming = await connection.read(readFrame)
    if (incoming === undefined || incoming.opcode === CLOSE) return undefined
    if (incoming.opcode !== TEXT) continue
    const text = incoming.payload.toString('utf8')
    if (!text.startsWith('{"jsonrpc":"2.0","method":"eth_subscription"')) return text
  }
}

const upgrade = async (connection: Connection): Promise<Problem | undefined> => {
  connection.write(
    `GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
  )
  const answer = await connection.answer()
  return answer?.status === 101 ? undefined : wrong(`no upgrade: ${answer?.status}`)
}

/** After a frame that breaks the rules the connection is closed, after whatever was under way. */
const mustClose = async (connection: Connection, bytes: Buffer): Promise<Problem | undefined> => {
  connection.write(bytes)
  for (;;) {
    const incoming = await connection.read(readFrame)
    if (incoming === undefined) return undefined
    if (incoming.opcode !== CLOSE) continue
    const code = incoming.payload.length >= 2 ? incoming.payload.readUInt16BE(0) : 1005
    return code >= 1000 && code < 5000 ? undefined : wrong(`closed with code ${code}`)
  }
}

const bodyOf = ({ body }: Shot): Buffer => Buffer.from(body as string)

const ask = async (
  connection: Connection,
  shot: Shot,
  ...frames: readonly Buffer[]
): Promise<Problem | undefined> => {
  for (const one of frames) connection.write(one)
  // To a notification nothing is said: what is asked behind it comes first then.
  const isSilent = Array.isArray(shot.expected) && shot.expected.length === 0
  if (!isSilent) return judge(shot, await nextText(connection))
  const probe = {
    body: '{"jsonrpc":"2.0","id":"probe","method":"net_version"}',
    expected: { id: 'probe' },
    name: '',
  }
  connection.write(frame(TEXT, Buffer.from(probe.body)))
  return judge(probe, await nextText(connection))
}

const opened =
  (
    go: (
      connection: Connection,
      make: () => Shot,
      random: Random,
    ) => Promise<{ requests: number; problem?: Problem | undefined; name: string }>,
  ): Way =>
  async (connection, make, random) => {
    const problem = await upgrade(connection)
    return problem === undefined ? go(connection, make, random) : { requests: 1, problem, name: 'upgrade' }
  }

export const FRAME_WAYS: Readonly<Record<string, Way>> = {
  'requests as frames of text or bytes': opened(async (connection, make, random) => {
    for (let count = 0; count < 10; count++) {
      const shot = make()
      const body = bodyOf(shot)
      // Text has to be UTF-8; as bytes anything may come, and is no JSON.
      const opcode = body.equals(Buffer.from(body.toString('utf8'))) && !random.once(4) ? TEXT : BINARY
      const problem = await ask(connection, shot, frame(opcode, body))
      if (problem !== undefined) return { requests: count + 1, problem, name: shot.name }
    }
    return { requests: 10, name: 'all' }
  }),
  'in fragments, with pings between': opened(async (connection, make, random) => {
    const shot = make()
    const body = bodyOf(shot)
    const pieces: Buffer[] = []
    const size = Math.max(1, Math.ceil(body.length / (1 + random.below(20))))
    for (let at = 0; at === 0 || at < body.length; at += size) {
      const isLast = at + size >= body.length
      pieces.push(frame(at === 0 ? BINARY : 0, body.subarray(at, at + size), { isLast }))
      if (random.once(3)) pieces.push(frame(PING, randomBytes(random.below(125))))
    }
    return { requests: 1, problem: await ask(connection, shot, ...pieces), name: shot.name }
  }),
  'many at once, read late': opened(async (connection, make, random) => {
    // Above 256 the server stops to read for a while.
    const shots = Array.from({ length: random.once(10) ? 300 : 20 }, make).filter(
      ({ expected }) => !(Array.isArray(expected) && expected.length === 0),
    )
    connection.socket.pause()
    for (const shot of shots) connection.write(frame(BINARY, bodyOf(shot)))
    await wait(random.below(100))
    connection.socket.resume()
    // They come in the order in which they were done, so only that all are there is looked at.
    for (let count = 0; count < shots.length; count++)
      if ((await nextText(connection)) === undefined)
        return {
          requests: shots.length,
          problem: wrong(`${count} of ${shots.length} were answered`),
          name: 'flood',
        }
    return { requests: shots.length, name: 'flood' }
  }),
  'a frame against the rules': opened(async (connection, make, random) => {
    const body = bodyOf(make())
    const bad = random.pick<() => Buffer>([
      () => frame(TEXT, body, { isMasked: false }),
      () => frame(TEXT, body, { reserved: 1 + random.below(7) }),
      () => frame(3 + random.below(5), body),
      () => frame(11 + random.below(5), body),
      () => frame(0, body),
      () => Buffer.concat([frame(TEXT, body, { isLast: false }), frame(TEXT, body)]),
      () => frame(PING, randomBytes(126)),
      () => frame(PING, Buffer.alloc(1), { isLast: false }),
      () => frame(TEXT, Buffer.of(0xff, 0xfe)),
      () => frame(TEXT, Buffer.alloc(0), { length: 2n ** 63n - 1n }),
      () => frame(TEXT, Buffer.alloc(0), { length: 2n ** 63n }),
      () => frame(BINARY, Buffer.alloc(0), { length: 17n * 1024n * 1024n }),
      () => frame(CLOSE, Buffer.of(0x03)),
      () => frame(CLOSE, Buffer.of(0x00, 0x01)),
      () => frame(CLOSE, Buffer.of(0x03, 0xe8, 0xff)),
      () => frame(CLOSE, Buffer.of(0x03, 0xe8)),
    ])()
    return {
      requests: 1,
      problem: await mustClose(connection, bad),
      name: bad.subarray(0, 12).toString('hex'),
    }
  }),
  'pings and pongs that nobody asked for': opened(async (connection, make, random) => {
    for (let count = 0; count < 50; count++)
      connection.write(frame(random.pick([PING, PONG]), randomBytes(random.below(126))))
    const shot = make()
    return { requests: 1, problem: await ask(connection, shot, frame(BINARY, bodyOf(shot))), name: shot.name }
  }),
  'gone in the middle of a frame': opened(async (connection, make, random) => {
    const bytes = frame(TEXT, bodyOf(make()))
    connection.write(bytes.subarray(0, 1 + random.below(bytes.length)))
    if (random.once(2)) connection.socket.resetAndDestroy()
    else {
      connection.socket.end()
      await connection.ended()
    }
    return { requests: 1, name: 'gone' }
  }),
  'subscribed, and gone': opened(async (connection) => {
    const requests = ['newHeads', 'logs', 'newPendingTransactions'].map((topic, id) =>
      JSON.stringify({ jsonrpc: '2.0', id, method: 'eth_subscribe', params: [topic] }),
    )
    for (const request of requests) connection.write(frame(TEXT, Buffer.from(request)))
    connection.write(frame(TEXT, Buffer.from('{"jsonrpc":"2.0","id":9,"method":"evm_mine"}')))
    for (let count = 0; count < 4; count++)
      if ((await nextText(connection)) === undefined)
        return { requests: 4, problem: wrong('closed'), name: 'subscriptions' }
    connection.socket.resetAndDestroy()
    return { requests: 4, name: 'subscriptions' }
  }),
}
