/** Figures as a deed prints them, wherever it does: `1,200.00 USDC`, `1 February 2027`, `5%`. */
import { dateOfDay } from './calendar.ts'
import type { Model, Type } from './model/model.ts'

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
/** Money is shown with two decimals at least, if it has them. */
const MONEY_DECIMALS = 2

/** A number in smallest units, with its thousands grouped. */
const shownNumber = (value: bigint, decimals: number, atLeast = 0): string => {
  const digits = String(value < 0n ? -value : value).padStart(decimals + 1, '0')
  const [whole, fraction] = [
    digits.slice(0, digits.length - decimals),
    digits.slice(digits.length - decimals),
  ]
  const kept = fraction.replace(/0+$/, '').padEnd(Math.min(atLeast, decimals), '0')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return `${value < 0n ? '-' : ''}${grouped}${kept === '' ? '' : `.${kept}`}`
}

export const shownMoney = (
  value: bigint,
  token: { readonly name: string; readonly decimals: number },
): string => `${shownNumber(value, token.decimals, MONEY_DECIMALS)} ${token.name}`

export const shownDay = (day: number): string => {
  const date = dateOfDay(day)
  return `${date.day} ${MONTHS[date.month - 1]} ${date.year}`
}

/** @param parts of 10^9 */
const shownShare = (parts: bigint): string => `${shownNumber(parts, 7)}%`

const shownDuration = (count: bigint, measure: 'days' | 'months' | 'seconds'): string => {
  const counted = (number: bigint, word: string) =>
    `${shownNumber(number, 0)} ${word}${number === 1n ? '' : 's'}`
  if (measure !== 'seconds') return counted(count, measure.slice(0, -1))
  if (count % 3600n === 0n) return counted(count / 3600n, 'hour')
  return count % 60n === 0n ? counted(count / 60n, 'minute') : counted(count, 'second')
}

/** A value as it is kept: in smallest units, parts, days. Documents are shown by the start of their hash. */
export const shownValue = (model: Model, type: Type, value: bigint): string => {
  switch (type.kind) {
    case 'amount':
      return shownMoney(value, model.tokens[type.token]!)
    case 'number': {
      if (type.unit === undefined) return shownNumber(value, 0)
      const { decimals, name } = model.units[type.unit]!
      return `${shownNumber(value, decimals)} ${name}`
    }
    case 'share':
      return shownShare(value)
    case 'date':
      return shownDay(Number(value))
    case 'duration':
      return shownDuration(value, type.measure)
    case 'truth':
      return value === 0n ? 'no' : 'yes'
    case 'choice':
      return type.choices[Number(value)] ?? String(value)
    case 'document':
      return `document 0x${value.toString(16).padStart(64, '0').slice(0, 8)}…`
    case 'rate':
      return String(value)
  }
}
