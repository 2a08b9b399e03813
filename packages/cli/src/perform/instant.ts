/**
 * Instants of a scenario: `start + 2 months - 3 days 14:30`, counted from the day on which the deed starts.
 * Days are UTC days, as in the deed, and a month later is the same day or the month's last.
 */
const SECONDS_PER_DAY = 86_400
/** An instant without a time of day is noon: nobody acts on the stroke of a deadline unless it is said. */
const NOON_SECONDS = 43_200

/** Days since 1970. */
export type Day = number

/** @param start Day on which the deed starts. @returns seconds since 1970. */
export const instantOf = (text: string, start: Day, monthsLater = 0): number => {
  const [, steps, time] = /^start((?: [+-] \d+ \w+)*)(?: (\d\d:\d\d(?::\d\d)?))?$/.exec(text) ?? []
  if (steps === undefined) throw new RangeError(`not an instant: ${text}`)
  let months = 0
  let days = 0
  for (const [, sign, count, unit] of steps.matchAll(/ ([+-]) (\d+) (\w+)/g)) {
    const signed = Number(`${sign}${count}`)
    if (unit!.startsWith('month')) months += signed
    else days += signed
  }
  const day = addMonths(addMonths(start, months) + days, monthsLater)
  return day * SECONDS_PER_DAY + (time ? secondsOf(time) : NOON_SECONDS)
}

/** The day of an instant such as `start + 60 days`; undefined for what is none. */
export const dayAt = (text: string, start: Day): Day | undefined =>
  /^start(?: [+-] \d{1,5} \w+)*$/.test(text)
    ? Math.floor(instantOf(text, start) / SECONDS_PER_DAY)
    : undefined

const secondsOf = (time: string): number => {
  const [hours, minutes, seconds = 0] = time.split(':').map(Number)
  return hours! * 3600 + minutes! * 60 + seconds
}

/** `2027-02-01` as a day, or undefined if there is no such day. */
export const dayOf = (iso: string): Day | undefined => {
  const day = Date.parse(`${iso}T00:00:00Z`) / 1000 / SECONDS_PER_DAY
  return Number.isInteger(day) && isoOf(day) === iso ? day : undefined
}

export const isoOf = (day: Day): string => new Date(day * SECONDS_PER_DAY * 1000).toISOString().slice(0, 10)

/** The same day of a later month, or that month's last day. */
export const addMonths = (day: Day, months: number): Day => {
  if (months === 0) return day
  const from = new Date(day * SECONDS_PER_DAY * 1000)
  const [year, month] = [from.getUTCFullYear(), from.getUTCMonth() + months]
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  return Date.UTC(year, month, Math.min(from.getUTCDate(), lastDay)) / 1000 / SECONDS_PER_DAY
}

/** Seconds since 1970 as ISO time, for JSON. */
export const isoTime = (seconds: number): string => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`
