/**
 * Keeps one program running as a child process: starts it, notices when it dies, starts it again after a wait
 * that doubles, and ends it when asked. The child says by IPC when it is ready, or why it cannot be.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { CommandError } from '../fault.ts'

export interface Program {
  /** In messages: "chain". */
  readonly name: string
  readonly file: string
  /** Given as JSON, the first argument. Asked anew at each start. */
  readonly options: () => unknown
  readonly env?: NodeJS.ProcessEnv | undefined
}

/** What a child says to its supervisor. */
type ChildMessage =
  | ({ readonly kind: 'ready' } & Record<string, unknown>)
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }

export interface ChildEvents {
  /** Each time it is ready, with what it said. */
  readonly onReady: (message: Record<string, unknown>) => void
  /** It died, and will be started again in `retryMs`. `quiet`: it has been said often enough. */
  readonly onDeath: (how: string, retryMs: number, quiet: boolean) => void
  /** A line of its output. */
  readonly onLine: (line: string) => void
  /** Anything else that it says by IPC. */
  readonly onNews?: (news: unknown) => void
}

export interface Child {
  readonly pid: number | undefined
  /** Resolves when it is ready for the first time; rejects if it cannot be started at all. */
  readonly ready: Promise<void>
  readonly send: (message: object) => void
  /** SIGTERM, then SIGKILL when that takes too long. It is not started again. */
  readonly stop: () => Promise<void>
}

const FIRST_RETRY_MS = 100
const MAX_RETRY_MS = 30_000
/** A child that lived this long was well: the waits begin anew. */
const STEADY_MS = 60_000
/** Deaths in a row that are told; afterwards only each tenth. */
const TOLD_DEATHS = 5
/** A cold start of the platform with its database takes 3 s here; a loaded machine may need much longer. */
const READY_TIMEOUT_MS = 60_000
const STOP_TIMEOUT_MS = 5_000

/** Starts the program. It is kept running unless its first start fails. */
export const superviseChild = (program: Program, events: ChildEvents): Child => {
  let current: ChildProcess | undefined
  let stopping = false
  let retry: NodeJS.Timeout | undefined
  let deaths = 0

  const start = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const startedMs = performance.now()
      let ready = false
      let fault: Error | undefined
      const child = spawn(process.execPath, [program.file, JSON.stringify(program.options())], {
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        env: { ...process.env, ...program.env },
        // Ctrl-C goes to the whole foreground group; the supervisor alone says when its children end.
        detached: process.platform !== 'win32',
      })
      current = child
      for (const stream of [child.stdout!, child.stderr!])
        createInterface(stream).on('line', (line) => isReport(line) || events.onLine(line))
      const tooLate = setTimeout(() => {
        fault = new CommandError(
          'DEED_START_TIMEOUT',
          `The ${program.name} was not ready after ${READY_TIMEOUT_MS / 1000} s. Look above for what it said.`,
        )
        child.kill('SIGKILL')
      }, READY_TIMEOUT_MS)
      child.on('message', (message: ChildMessage) => {
        if (message.kind === 'failed') fault = new CommandError(message.code as 'DEED_', message.message)
        if (message.kind !== 'ready') return void (message.kind !== 'failed' && events.onNews?.(message))
        ready = true
        clearTimeout(tooLate)
        events.onReady(message)
        resolve()
      })
      child.on('error', (error) => {
        fault = error
      })
      child.on('close', (code, signal) => {
        clearTimeout(tooLate)
        current = undefined
        if (stopping) {
          resolve()
          return
        }
        const how = fault?.message ?? (signal ? `ended by ${signal}` : `ended with status ${code}`)
        // One that never was ready will not be so the next time either, unless it was once before.
        if (!ready && deaths === 0) {
          reject(
            fault ?? new CommandError('DEED_START_FAILED', `The ${program.name} ${how}. Look above for why.`),
          )
          return
        }
        deaths = performance.now() - startedMs > STEADY_MS ? 1 : deaths + 1
        const waitMs = Math.min(FIRST_RETRY_MS * 2 ** (deaths - 1), MAX_RETRY_MS)
        events.onDeath(how, waitMs, deaths > TOLD_DEATHS && deaths % 10 !== 0)
        retry = setTimeout(() => start().catch(() => {}), waitMs)
      })
    })

  const stop = async () => {
    stopping = true
    clearTimeout(retry)
    const child = current
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
    child.kill('SIGTERM')
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
    await ended
    clearTimeout(force)
  }

  const ready = start()
  // Whoever waits for it is told; for others the event is enough.
  ready.catch(() => {})
  return {
    get pid() {
      return current?.pid
    },
    ready,
    send: (message) => void (current?.connected && current.send(message)),
    stop,
  }
}

/** The chain says on standard output too what it says by IPC, for those who start it by hand. */
const isReport = (line: string): boolean => line.startsWith('{"kind":')
