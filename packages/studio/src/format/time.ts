/** Instants are seconds since 1970. The deeds' days are UTC days, so everything is shown in UTC. */

export const DAY_SECONDS = 86_400

const format = (options: Intl.DateTimeFormatOptions) => {
  const formatter = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', ...options })
  return (time: number) => formatter.format(time * 1000)
}

/** `1 February 2027` */
export const day = format({ day: 'numeric', month: 'long', year: 'numeric' })
/** `1 Feb 2027` */
export const shortDay = format({ day: 'numeric', month: 'short', year: 'numeric' })
/** `Feb` */
export const month = format({ month: 'short' })
/** `14:30` */
export const clock = format({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
/** `14:30:05` */
export const clockSeconds = format({
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})

export const dayOf = (time: number) => Math.floor(time / DAY_SECONDS)
export const year = (time: number) => new Date(time * 1000).getUTCFullYear()

/** `1 February 2027`, and the time where it is not midnight. */
export const instant = (time: number) =>
  time % DAY_SECONDS === 0 ? day(time) : `${day(time)}, ${clock(time)}`

/** Whether a clause's `when` is a moment at which something happens, rather than a time to act in. */
export const isRecurring = (when: string | undefined): boolean => /^(Every|On)\b/.test(when ?? '')

/**
 * A due instant in words. A wait (`By`, `Within`) includes its whole last day and elapses in the first second
 * after it; a recurrence and an `On` happen at the day's first second.
 */
export const deadline = (due: number, when: string | undefined): string => {
  if (due % DAY_SECONDS !== 0) return instant(due)
  return when?.startsWith('By') || when?.startsWith('Within') ? `end of ${day(due - DAY_SECONDS)}` : day(due)
}

const SPANS: readonly (readonly [unit: string, seconds: number])[] = [
  ['year', 365 * DAY_SECONDS],
  ['month', 30 * DAY_SECONDS],
  ['day', DAY_SECONDS],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
]

/** `12 days`: one unit, rounded down; months only from two on, for a month has no fixed length. */
export const span = (seconds: number): string => {
  const [unit, size] =
    SPANS.find(([unit, size]) => seconds >= size * (unit === 'month' ? 2 : 1)) ?? SPANS.at(-1)!
  const count = Math.floor(seconds / size)
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

/** `in 12 days`, `12 days ago`, `now`. */
export const relative = (time: number, now: number): string => {
  const seconds = Math.abs(time - now)
  if (seconds < 1) return 'now'
  return time > now ? `in ${span(seconds)}` : `${span(seconds)} ago`
}
