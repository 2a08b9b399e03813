/**
 * What a command sees of the world: its two streams, its environment and the wish to stop. Tests pass their own.
 */
import { EventEmitter } from 'node:events'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { styleText } from 'node:util'
import { CommandError } from './fault.ts'

type Look = Parameters<typeof styleText>[0]

export interface Terminal {
  /** Results. */
  readonly out: (text: string) => void
  /** Progress and errors. */
  readonly err: (text: string) => void
  /** Colours text where a person looks on; NO_COLOR and pipes get plain text. */
  readonly style: (look: Look, text: string) => string
  /** Asks a person; there is none in a pipe. What is hidden does not appear while it is typed. */
  readonly ask?: (question: string, how?: { readonly hidden?: boolean }) => Promise<string>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly folder: string
  /** Aborted by Ctrl-C or SIGTERM, or for the reason {@link UNREAD}: commands that stay in the foreground end cleanly. */
  readonly stop: AbortSignal
}

/** Why it stops when a reader such as `head` has seen enough and closed the pipe, which is no fault of anybody. */
export const UNREAD = Symbol('nobody reads what is written')

const SAME_SIGNAL_MS = 500

/** The process's own terminal. The second Ctrl-C ends at once, for whoever cannot wait. */
export const processTerminal = (): Terminal => {
  const controller = new AbortController()
  let stoppedMs = 0
  const stop = () => {
    // The launcher passes on what the terminal has sent here already: two at once are one.
    if (controller.signal.aborted && performance.now() - stoppedMs > SAME_SIGNAL_MS) process.exit(130)
    if (!controller.signal.aborted) stoppedMs = performance.now()
    controller.abort()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  // Not the end at once: processes and folders of ours are still to be put away.
  process.stdout.on('error', () => controller.abort(UNREAD))
  EventEmitter.setMaxListeners(0, controller.signal)
  const colours = Boolean(process.stdout.isTTY) && !process.env.NO_COLOR && process.env.TERM !== 'dumb'
  return {
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
    ...(process.stdin.isTTY && process.stderr.isTTY && { ask: askPerson(controller.signal) }),
    style: (look, text) => (colours ? styleText(look, text, { validateStream: false }) : text),
    env: process.env,
    folder: process.cwd(),
    stop: controller.signal,
  }
}

/** Questions go to the stream of progress, so that results can be piped. */
const askPerson =
  (signal: AbortSignal): NonNullable<Terminal['ask']> =>
  async (question, { hidden = false } = {}) => {
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
    const output = hidden ? nowhere : process.stderr
    if (hidden) process.stderr.write(question)
    const reader = createInterface({ input: process.stdin, output, terminal: true })
    // In raw mode Ctrl-C is a key, and no signal.
    reader.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
    try {
      return await reader.question(hidden ? '' : question, { signal })
    } catch (cause) {
      throw new CommandError('DEED_STOPPED', 'Stopped before the end.', { cause })
    } finally {
      reader.close()
      if (hidden) process.stderr.write('\n')
    }
  }
