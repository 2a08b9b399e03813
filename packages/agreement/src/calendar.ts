/**
 * Days and months of the Gregorian calendar. A day is the number of days since 1 January 1970; an instant is in seconds
 * since then. It counts by the calendar of JavaScript and shares nothing with `contracts/src/Calendar.sol`, with which a
 * test compares it.
 */

export const DAY_SECONDS = 86_400
/** 31 December 9999: no date of a deed lies beyond. */
export const LAST_DAY = 2_932_896

/** @param month from 1 to 12 */
export const dayOfDate = (year: number, month: number, day: number): number =>
  Date.UTC(year, month - 1, day) / 1000 / DAY_SECONDS

export const dateOfDay = (day: number): { year: number; month: number; day: number } => {
  const date = new Date(day * DAY_SECONDS * 1000)
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
}

/** Day 0 of a month is the last of the one before it. */
export const daysInMonth = (year: number, month: number): number =>
  new Date(Date.UTC(year, month, 0)).getUTCDate()

/** The same day of the month `months` later (or earlier, if negative), or that month's last day if it has no such day. */
export const addMonths = (from: number, months: number): number => {
  const { year, month, day } = dateOfDay(from)
  const total = year * 12 + month - 1 + months
  const [toYear, toMonth] = [Math.floor(total / 12), (((total % 12) + 12) % 12) + 1]
  return dayOfDate(toYear, toMonth, Math.min(day, daysInMonth(toYear, toMonth)))
}

/** How many days so many months can have, at the least and at the most, whichever day they are counted from. */
export const monthSpan = (months: number): readonly [least: number, most: number] => {
  const known = spans.get(months)
  if (known) return known
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  // The calendar repeats after 400 years, and within a month only its first and last days can be extremes.
  for (let month = 0; month < 4800; month++) {
    const [year, of] = [2000 + Math.floor(month / 12), (month % 12) + 1]
    for (const day of [1, 28, 29, 30, 31]) {
      if (day > daysInMonth(year, of)) continue
      const from = dayOfDate(year, of, day)
      const span = addMonths(from, months) - from
      if (span < least) least = span
      if (span > most) most = span
    }
  }
  const span = [least, most] as const
  spans.set(months, span)
  return span
}
const spans = new Map<number, readonly [number, number]>()

/** `2027-02-01` */
export const isoDay = (day: number): string => new Date(day * DAY_SECONDS * 1000).toISOString().slice(0, 10)
