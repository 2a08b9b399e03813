/** Numbers, amounts, shares and durations as they are written. */
import { type Ratio, ratio } from '../ratio.ts'
import type { Literal } from '../syntax/ast.ts'
import { type Check, placeOfNode, report } from './context.ts'
import type { Typed } from './expressions.ts'

/**
 * @param decimals digits that may follow the point; undefined if any number of them may.
 * @param over what the number is divided by: 100 for a share.
 * @returns the value in smallest units, or the share as a fraction of one.
 */
export const literal = (
  check: Check,
  ast: Literal,
  decimals: number | undefined,
  over?: bigint,
): Ratio | undefined => {
  const [whole, fraction = ''] = ast.value.replaceAll(',', '').split('.') as [string, string?]
  if (decimals !== undefined && fraction.length > decimals) {
    const unit = over ? '%' : ` ${ast.unit!.name}`
    const cut = decimals === 0 ? whole : `${whole}.${fraction.slice(0, decimals)}`
    return report(
      check,
      'DEED_L220',
      placeOfNode(check, ast),
      `${ast.value}${unit} has more decimals than the ${decimals} that ${over ? 'a share' : ast.unit!.name} has.`,
      `${cut}${unit}`,
    )
  }
  const scale = 10n ** BigInt(fraction.length)
  const value = BigInt(`${whole}${fraction}`)
  if (over) return ratio(value, scale * over)
  return decimals === undefined
    ? ratio(value, scale)
    : { n: (value * 10n ** BigInt(decimals)) / scale, d: 1n }
}

const SPANS: Readonly<Record<string, readonly ['days' | 'months' | 'seconds', number]>> = {
  day: ['days', 1],
  week: ['days', 7],
  month: ['months', 1],
  year: ['months', 12],
  hour: ['seconds', 3600],
  minute: ['seconds', 60],
}

/** Longest durations: a thousand years, and for those of the clock a year. */
const MOST = { days: 365_250, months: 12_000, seconds: 31_536_000 } as const

export const spanLiteral = (check: Check, ast: Literal): Typed | undefined => {
  const where = placeOfNode(check, ast)
  const number = Number(ast.value.replaceAll(',', ''))
  const word = ast.time!.replace(/s$/, '')
  const [measure, size] = SPANS[word]!
  if (!Number.isSafeInteger(number) || number < 0) {
    return report(
      check,
      'DEED_L216',
      where,
      `${ast.value} ${ast.time} is no duration: it is a whole number, and not negative.`,
      `${Math.max(1, Math.round(Math.abs(number)))} ${ast.time}`,
    )
  }
  if ((number === 1) !== (ast.time === word)) {
    return report(
      check,
      'DEED_L116',
      where,
      'Singular and plural do not agree.',
      `${ast.value} ${number === 1 ? word : `${word}s`}`,
    )
  }
  const count = number * size
  if (count > MOST[measure]) {
    return report(
      check,
      'DEED_L216',
      where,
      `${ast.value} ${ast.time} is longer than a deed lasts.`,
      `1 ${word}`,
    )
  }
  return { expr: { op: 'span', count, measure }, sort: { sort: 'duration', measure } }
}
