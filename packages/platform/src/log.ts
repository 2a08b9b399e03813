/** One line of the platform's log: what happened, as a sentence, and the values. */
export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  values?: Record<string, unknown>,
) => void

/** A line of JSON on a stream: `{"time","level","message",…}`. */
export const jsonLog =
  (write: (line: string) => void, now: () => Date = () => new Date()): Log =>
  (level, message, values) =>
    write(`${JSON.stringify({ time: now().toISOString(), level, message, ...values }, bigintAsString)}\n`)

export const silent: Log = () => {}

const bigintAsString = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value)
