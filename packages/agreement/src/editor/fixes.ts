/**
 * Changes that mend a finding. A finding says what to write, and a person sees where; an editor has to know. So each
 * place where the words could go is tried, and only a change after which the finding is gone and nothing new is wrong
 * is offered.
 */
import type { Finding } from '../finding.ts'
import { type Read, readDeed } from '../read.ts'
import { lex } from '../syntax/lexer.ts'
import { type Place, place, spanning } from '../syntax/place.ts'
import { placeOf, type Token, TYPE } from '../syntax/token.ts'
import { applied, type Edit, lineStarts, type Position } from './text.ts'

export interface Remedy {
  /** `Write: Begin Refund.` */
  readonly title: string
  readonly edits: readonly Edit[]
}

/** @param read what was found in this text. */
export const remedies = (text: string, read: Read, found: Finding): Remedy[] => {
  const before = standing(read)
  const seen = new Set<string>()
  for (const edit of candidates(text, found)) {
    const after = applied(text, [edit])
    if (after === text || seen.has(after)) continue
    seen.add(after)
    const result = readDeed(after)
    const gone = !result.findings.some((each) => each.code === found.code && each.message === found.message)
    if (gone && better(standing(result), before)) return [{ title: titleOf(found, edit), edits: [edit] }]
  }
  return []
}

const MOST_TITLE = 80

const titleOf = ({ fix }: Finding, { text }: Edit): string => {
  const words = fix.text.replace(/\s+/g, ' ').trim()
  const said = text === '' ? 'Leave it out' : `${fix.how}: ${words}`
  return said.length > MOST_TITLE ? `${said.slice(0, MOST_TITLE - 1)}…` : said
}

/** How far a text has come: the stages of reading one after the other, then fewer findings. */
interface Standing {
  readonly stage: number
  readonly findings: number
}

const standing = ({ findings, deed, model }: Read): Standing => ({
  stage: findings.length === 0 ? 3 : model ? 2 : deed ? 1 : 0,
  findings: findings.length,
})

const better = (after: Standing, before: Standing): boolean =>
  after.stage > before.stage || (after.stage === before.stage && after.findings < before.findings)

/** Where the words of the fix could go, the likeliest first. */
const candidates = (text: string, { fix, ...found }: Finding): Edit[] => {
  const { tokens } = lex(text)
  const lines = text.split('\n')
  const line = lines[found.line - 1] ?? ''
  const statement = statementAt(tokens, found)
  const bullet = fix.text.replace(/^ *- /, '')
  const isBullet = /^ *- /.test(fix.text)
  const indent = statement ? statement.indent : 0
  const edits: (Edit | false | undefined)[] = [
    !isBullet && { place: found, text: fix.text },
    ...(statement ? replaced(lines, statement, found, indented(bullet, indent).trimStart()) : []),
    alike(line, fix.text) && { place: place(found.line, 1, line.length), text: fix.text },
    alike(line.trim(), fix.text) && {
      place: place(found.line, line.length - line.trimStart().length + 1, line.trim().length),
      text: fix.text,
    },
    fix.text === '' && {
      place: { ...place(found.line, 1), endLine: found.line + 1, endColumn: 1 },
      text: '',
    },
    isBullet && statement && insert(statement.place.line, indented(fix.text, indent)),
    isBullet && statement && insert(statement.lastLine + 1, indented(fix.text, indent)),
    isBullet && insert(found.line + 1, indented(fix.text, indent + 2)),
    isBullet && insert(lastDeclaration(tokens) + 1, indented(fix.text, 0)),
    /^\|/.test(fix.text) && insert((statement?.lastLine ?? found.line) + 1, `\n${fix.text}\n`),
    /^#/.test(fix.text) && insert(lineStarts(text).length + 1, `\n${fix.text}`),
    /^# /.test(fix.text) && insert(1, `${fix.text}\n`),
  ]
  return edits.filter((edit) => edit !== undefined && edit !== false)
}

/** Most places in one sentence that are tried. */
const MOST_RANGES = 60

/** The sentence, or that part of it around the finding, which the words stand for. */
const replaced = (
  lines: readonly string[],
  { words, withEnd }: Statement,
  found: Place,
  text: string,
): Edit[] => {
  const from = words.findLastIndex((word) => !isBefore(found, placeOf(word)))
  const to = words.findIndex(
    (word) => !isBefore(placeOf(word), { line: found.endLine, column: found.endColumn }),
  )
  const last = to < 0 ? words.length : Math.max(to, from + 1)
  const ranges: Place[] = []
  for (let start = Math.max(from, 0); start >= 0; start--)
    for (let end = last; end <= words.length; end++)
      if (ranges.length < MOST_RANGES) ranges.push(spanning(placeOf(words[start]!), placeOf(words[end - 1]!)))
  return [spanning(placeOf(words[0]!), placeOf(words.at(-1)!)), withEnd, ...ranges]
    .filter((range) => alike(wordsAt(lines, range), text))
    .map((range) => ({ place: range, text }))
}

const isBefore = (a: Position, b: Position): boolean =>
  a.line < b.line || (a.line === b.line && a.column < b.column)

const insert = (line: number, text: string): Edit => ({
  place: { line, column: 1, endLine: line, endColumn: 1 },
  text: `${text}\n`,
})

const indented = (text: string, spaces: number): string => {
  const own = /^ */.exec(text)![0].length
  return text
    .split('\n')
    .map((line) => (line === '' ? line : ' '.repeat(spaces) + line.slice(Math.min(own, line.search(/\S/)))))
    .join('\n')
}

interface Statement {
  readonly place: Place
  /** Up to the full stop or colon. */
  readonly words: readonly Token[]
  readonly withEnd: Place
  readonly indent: number
  /** Of what is nested in it. */
  readonly lastLine: number
}

const statementAt = (tokens: readonly Token[], { line, column }: Place): Statement | undefined => {
  const from = tokens.findLastIndex(
    (token) =>
      token.type === TYPE.bullet && (token.line < line || (token.line === line && token.column <= column)),
  )
  const bullet = tokens[from]
  if (!bullet) return undefined
  const next = tokens.findIndex(({ type, text }, i) => i > from && (STARTS.has(type) || text === '##'))
  const own = tokens.slice(from + 1, next < 0 ? undefined : next)
  const last = own.at(-1)
  if (!last || line > last.line) return undefined
  const end = own.findIndex(({ text }) => text === '.' || text === ':')
  const words = own.slice(0, end < 0 ? undefined : end)
  const after = tokens.findIndex(
    ({ type, column: at, text }, i) =>
      i > from &&
      ((type === TYPE.bullet && at <= bullet.column) ||
        type === TYPE.paragraph ||
        type === TYPE.row ||
        text === '##'),
  )
  if (words.length === 0) return undefined
  return {
    place: placeOf(bullet),
    words,
    withEnd: spanning(placeOf(own[0]!), placeOf(last)),
    indent: bullet.column - 1,
    lastLine: tokens.slice(from, after < 0 ? undefined : after).findLast(({ text }) => text !== '')!.line,
  }
}

const STARTS = new Set([TYPE.bullet, TYPE.indent, TYPE.dedent, TYPE.paragraph, TYPE.row, TYPE.title])

const lastDeclaration = (tokens: readonly Token[]): number => {
  const second = tokens.findIndex(
    ({ text, line }, i) => text === '##' && tokens.some((t, j) => j < i && t.text === '##' && t.line < line),
  )
  const first = tokens.slice(0, second < 0 ? undefined : second)
  return first.findLast(({ text }) => text !== '')?.line ?? 1
}

const wordsAt = (lines: readonly string[], where: Place | undefined): string => {
  if (!where) return ''
  return lines
    .slice(where.line - 1, where.endLine)
    .map((line, i, all) =>
      line.slice(i === 0 ? where.column - 1 : 0, i === all.length - 1 ? where.endColumn - 1 : undefined),
    )
    .join(' ')
}

const LEAST_ALIKE = 0.5

/** Whether the new text is the old with some words changed or added: an example must not replace a sentence. */
const alike = (old: string, text: string): boolean => {
  const [left, right] = [old, text].map((each) => new Set(each.match(/[A-Za-z0-9]+/g) ?? [])) as [
    Set<string>,
    Set<string>,
  ]
  const common = [...left].filter((word) => right.has(word)).length
  return common >= LEAST_ALIKE * Math.max(left.size, right.size) || (left.size > 1 && common === left.size)
}
