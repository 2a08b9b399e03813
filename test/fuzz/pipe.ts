/** JSON after JSON over the socket of the file system. */
import { setTimeout as wait } from 'node:timers/promises'
import { type Connection, openConnection } from './connection.ts'
import { judge } from './judge.ts'
import type { Random } from './random.ts'
import type { Shot } from './shots.ts'
import type { Target } from './target.ts'
import type { Outcome } from './wire.ts'

/** Some requests over one connection, in whole or in pieces; with something that cannot be read behind them, or the end. */
export const goPipe = async (target: Target, make: () => Shot, random: Random): Promise<Outcome> => {
  const connection = await openConnection({ path: target.ipc! }, target.hangMs)
  try {
    return await talk(connection, make, random)
  } finally {
    connection.close()
  }
}

const talk = async (connection: Connection, make: () => Shot, random: Random): Promise<Outcome> => {
  const shots = Array.from({ length: 1 + random.below(5) }, make).filter(isReadable)
  for (const shot of shots) {
    const bytes = Buffer.from(shot.body as string)
    const size = random.once(3) ? 1 + random.below(40) : Math.max(1, bytes.length)
    // A long text byte by byte would take longer than it teaches.
    for (let at = 0; at < bytes.length; at += Math.max(size, bytes.length / 50)) {
      connection.write(bytes.subarray(at, at + Math.max(size, bytes.length / 50)))
      if (random.once(10)) await wait(1)
    }
    const problem = judge(shot, await nextLine(connection))
    if (problem !== undefined) return { requests: shots.length, problem, name: shot.name }
  }
  const last = make()
  if (!isReadable(last) || random.once(2)) {
    connection.write(random.pick(['nonsense', ']', '1', '"', '\u0000']))
    const line = await nextLine(connection)
    const problem = judge({ body: '', expected: { id: null, codes: [-32700] }, name: '' }, line)
    if (problem !== undefined) return { requests: shots.length, problem, name: 'nonsense' }
    await connection.ended()
    return { requests: shots.length + 1, name: 'nonsense' }
  }
  connection.socket.end(last.body)
  const problem = judge(last, await nextLine(connection))
  if (problem === undefined) await connection.ended()
  return { requests: shots.length + 1, problem, name: `half closed: ${last.name}` }
}

/** What is no JSON leaves no place at which the next request would begin, and a notification has no answer to wait for. */
const isReadable = ({ body, expected }: Shot): boolean => {
  if (Array.isArray(expected) && expected.length === 0) return false
  const text = body.toString()
  if (!/^[ \t\r\n]*[{[]/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const nextLine = (connection: Connection): Promise<string | undefined> =>
  connection.read((bytes) => {
    let at = 0
    for (;;) {
      const end = bytes.indexOf(10, at)
      if (end < 0) return undefined
      const line = bytes.subarray(at, end).toString('utf8')
      at = end + 1
      if (!line.startsWith('{"jsonrpc":"2.0","method":"eth_subscription"')) return { value: line, length: at }
    }
  })
