/** A chain process over a folder that is killed and started again. */
import { type ChildProcess, spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { ask, type Connection, openConnection } from '../../bench/chain/connection.ts'

const MAIN = join(dirname(fileURLToPath(import.meta.url)), '../../packages/chain/src/server/main.js')

export interface Chain {
  /** Milliseconds from the start of the process until it listened. */
  readonly openMs: number
  connect(): Promise<Connection>
  request(method: string, params?: readonly unknown[]): Promise<unknown>
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>
}

/** @throws with what the process said where it does not start. */
export const startChain = async (folder: string, more: object = {}): Promise<Chain> => {
  const startedMs = performance.now()
  const child = spawn(process.execPath, [MAIN, JSON.stringify({ port: 0, folder, ...more })], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { port } = await readyOf(child)
  const openMs = performance.now() - startedMs
  const own = await openConnection(port)
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    openMs,
    connect: () => openConnection(port),
    request: (method, params) => ask(own, method, params),
    kill: async (signal) => {
      child.kill(signal)
      await gone
      own.close()
    },
  }
}

const readyOf = (child: ChildProcess): Promise<{ port: number }> =>
  new Promise((resolve, reject) => {
    let said = ''
    child.stderr!.on('data', (data) => {
      said += data
    })
    createInterface(child.stdout!).on('line', (line) => {
      const message = JSON.parse(line)
      if (message.kind === 'ready') resolve(message)
      else reject(new Error(`${message.code}: ${message.message}`))
    })
    child.once('exit', (code, signal) => reject(new Error(`it ended (${signal ?? code}): ${said}`)))
  })
