/** Exit codes of every command. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const

/** What a person sees when a command cannot do its work: a stable code, what was wrong, what to do. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly code: `DEED_${string}`
  readonly exit: number

  constructor(code: `DEED_${string}`, message: string, options: { exit?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.code = code
    this.exit = options.exit ?? EXIT.failed
  }
}

/** The command line itself is wrong. */
export const usageError = (code: `DEED_${string}`, message: string) =>
  new CommandError(code, message, { exit: EXIT.usage })

/**
 * One form for every error: `DEED_CODE: sentence. What to do.` Errors of other packages carry the same kind of
 * code; one without a code is a bug of ours, and says so.
 */
export const explain = (error: unknown, debug = false): { text: string; exit: number } => {
  const fault = error as { code?: unknown; message?: unknown; stack?: string; exit?: unknown }
  const coded = typeof fault?.code === 'string' && fault.code.startsWith('DEED_')
  const message = String(fault?.message ?? error)
  const code = coded ? String(fault.code) : 'DEED_INTERNAL'
  const sentence = message.startsWith(`${code}: `) ? message.slice(code.length + 2) : message
  const hint = coded ? '' : ' This is a bug in Deed; set DEED_DEBUG=1 to see where, and please report it.'
  const text = `${code}: ${coded ? sentence : firstLine(sentence)}${hint}`
  return {
    text: debug && fault?.stack ? `${text}\n${fault.stack}${causes(error)}` : text,
    exit: typeof fault?.exit === 'number' ? fault.exit : EXIT.failed,
  }
}

const firstLine = (text: string) => {
  const line = text.split('\n', 1)[0]!.trim()
  return /[.!?]$/.test(line) ? line : `${line}.`
}

const causes = (error: unknown): string => {
  const { cause } = error as { cause?: { stack?: string } }
  return cause?.stack ? `\nbecause: ${cause.stack}${causes(cause)}` : ''
}
