/** The words, numbers and signs of a statement. */
import { daysInMonth } from '../calendar.ts'
import { type Finding, finding, write } from '../finding.ts'
import { place } from './place.ts'
import { keywordType, type Token, TYPE } from './token.ts'

interface Scanned {
  readonly tokens: readonly Token[]
  readonly findings: readonly Finding[]
}

const PIECE =
  /( +)|(\d{4}-\d\d-\d\d(?![\d-]))|(-?\d+(?:,\d+)*(?:\.\d+)?)|([A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*)|("[^"]*")|('s(?![A-Za-z0-9]))|(##|[-:.,()*/+%|{}])/y
const GROUPED = /^-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?$/
const WORD = 4

/** Signs that keyboards and word processors put in place of those of the language. */
const INSTEAD: Readonly<Record<string, string>> = {
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
  '–': '-',
  '—': '-',
  '−': '-',
  '×': '*',
  '·': '*',
  '÷': '/',
  ';': '.',
}

/** @param text a piece of one line. */
export const scan = (text: string, line: number, column: number): Scanned => {
  const tokens: Token[] = []
  const findings: Finding[] = []
  PIECE.lastIndex = 0
  while (PIECE.lastIndex < text.length) {
    const at = PIECE.lastIndex
    const match = PIECE.exec(text)
    if (!match) {
      const sign = String.fromCodePoint(text.codePointAt(at)!)
      const instead = INSTEAD[sign]
      findings.push(
        finding(
          'DEED_L106',
          place(line, column + at, sign.length),
          `The sign ${sign} means nothing in a statement.`,
          write(instead ?? text.replace(sign, '').trim()),
        ),
      )
      PIECE.lastIndex = at + sign.length
      continue
    }
    const group = match.findIndex((each, i) => i > 0 && each !== undefined)
    if (group === 1) continue
    const [piece] = match
    const type = TYPES[group] ?? keywordType(piece) ?? TYPE.id
    const wrong = type === TYPE.number ? badNumber(piece) : type === TYPE.date ? badDate(piece) : undefined
    if (wrong) findings.push(finding('DEED_L112', place(line, column + at, piece.length), ...wrong))
    tokens.push({ type, text: piece, line, column: column + at })
  }
  return { tokens, findings }
}

const TYPES: readonly (number | undefined)[] = [
  undefined,
  undefined,
  TYPE.date,
  TYPE.number,
  undefined, // a word: reserved, or a name
  TYPE.string,
  TYPE.possessive,
  undefined, // a sign
]
if (TYPES[WORD] !== undefined) throw new Error('words are looked up')

const badNumber = (text: string): [string, ReturnType<typeof write>] | undefined => {
  if (GROUPED.test(text)) return undefined
  return [`${text} is no number: thousands are separated by commas, three digits each.`, write(grouped(text))]
}

const badDate = (text: string): [string, ReturnType<typeof write>] | undefined => {
  const [year, month, day] = text.split('-').map(Number) as [number, number, number]
  if (year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month))
    return undefined
  const safeMonth = Math.min(Math.max(month, 1), 12)
  const last = daysInMonth(Math.max(year, 1970), safeMonth)
  const nearest = [Math.max(year, 1970), safeMonth, Math.min(Math.max(day, 1), last)]
  return [
    `There is no day ${text}: dates are written year-month-day, from 1970 on.`,
    write(nearest.map((part, i) => String(part).padStart(i === 0 ? 4 : 2, '0')).join('-')),
  ]
}

/** `20000.5` as `20,000.5`. */
export const grouped = (text: string): string => {
  const [, sign, whole, fraction] = /^(-?)([\d,]+)(\.\d+)?$/.exec(text)!
  const digits = whole!.replaceAll(',', '').replace(/^0+(?=\d)/, '')
  return `${sign}${digits.replace(/\B(?=(\d{3})+$)/g, ',')}${fraction ?? ''}`
}
