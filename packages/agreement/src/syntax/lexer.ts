/**
 * From text to tokens. A line is a heading, a bullet, a row of a table, a continued bullet, or prose; bullets are
 * scanned into words, numbers and signs, with INDENT and DEDENT where nesting changes. What is wrong is reported, and
 * the rest is scanned all the same.
 */
import { type Finding, finding, write } from '../finding.ts'
import { place } from './place.ts'
import { checkProse, type Quotation } from './prose.ts'
import { scan } from './scan.ts'
import { type Token, TYPE } from './token.ts'

export interface Lexed {
  readonly tokens: readonly Token[]
  readonly findings: readonly Finding[]
}

export const lex = (text: string): Lexed => {
  const lexer: Lexer = {
    tokens: [],
    findings: [],
    depth: 0,
    mode: 'none',
    quotation: { open: false },
    titled: false,
  }
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  lines.forEach((line, i) => {
    hiddenCharacters(lexer, line, i + 1)
    lexLine(lexer, line.trimEnd(), i + 1)
  })
  dedent(lexer, 0, lines.length)
  return { tokens: lexer.tokens, findings: lexer.findings }
}

/** What the last line was, and the next one may go on with. */
type Mode = 'none' | 'prose' | 'quote' | 'statement' | 'table'

interface Lexer {
  readonly tokens: Token[]
  readonly findings: Finding[]
  /** How many levels of bullets are open below the first. */
  depth: number
  mode: Mode
  quotation: Quotation
  titled: boolean
}

const INDENT = 2

const lexLine = (lexer: Lexer, line: string, number: number): void => {
  if (line === '') {
    lexer.mode = 'none'
    return
  }
  const bullet = /^( *)-(?: +|$)/.exec(line)
  const isRule = /^ *-(?: *-)+ *$/.test(line)
  if (/^# /.test(line)) lexTitle(lexer, line, number)
  else if (/^##(?: |$)/.test(line)) {
    dedent(lexer, 0, number)
    lexer.mode = 'none'
    lexFragment(lexer, line, number, 1)
  } else if (bullet && !isRule) lexBullet(lexer, line, number, bullet)
  else if (line.startsWith('|')) lexRow(lexer, line, number)
  else if (lexer.mode === 'statement') lexContinuation(lexer, line, number)
  else lexProse(lexer, line, number)
}

const lexTitle = (lexer: Lexer, line: string, number: number): void => {
  dedent(lexer, 0, number)
  lexer.mode = 'none'
  if (lexer.titled || lexer.tokens.length > 0) {
    report(
      lexer,
      'DEED_L101',
      number,
      1,
      line.length,
      'A deed has one title, and it comes first.',
      `### ${line.slice(2)}`,
    )
    return
  }
  lexer.titled = true
  push(lexer, TYPE.title, line.slice(2).trim(), number, 3)
}

const lexBullet = (lexer: Lexer, line: string, number: number, bullet: RegExpExecArray): void => {
  const spaces = bullet[1]!.length
  const level = Math.min(Math.round(spaces / INDENT), deepest(lexer))
  if (spaces !== level * INDENT)
    report(
      lexer,
      'DEED_L105',
      number,
      1,
      spaces + 1,
      'A bullet stands two spaces further in than the one it belongs to.',
      `${' '.repeat(level * INDENT)}${line.trimStart()}`,
    )
  if (level > lexer.depth) {
    push(lexer, TYPE.indent, '', number, spaces + 1)
    lexer.depth = level
  } else dedent(lexer, level, number)
  push(lexer, TYPE.bullet, '-', number, spaces + 1)
  const start = bullet[0].length
  lexFragment(lexer, line.slice(start), number, start + 1)
  lexer.mode = 'statement'
}

/** A bullet may go one level deeper than the one before it, if there is one. */
const deepest = ({ depth, tokens, mode }: Lexer): number => {
  const inList = mode === 'statement' || tokens.some(({ type }) => type === TYPE.bullet)
  return inList ? depth + 1 : 0
}

const lexContinuation = (lexer: Lexer, line: string, number: number): void => {
  const spaces = line.length - line.trimStart().length
  const wanted = lexer.depth * INDENT + INDENT
  if (spaces !== wanted)
    report(
      lexer,
      'DEED_L105',
      number,
      1,
      Math.max(spaces, 1),
      'A bullet goes on under its own first word; prose comes after an empty line.',
      `${' '.repeat(wanted)}${line.trimStart()}`,
    )
  lexFragment(lexer, line.slice(spaces), number, spaces + 1)
}

const lexRow = (lexer: Lexer, line: string, number: number): void => {
  dedent(lexer, 0, number)
  lexer.mode = 'table'
  if (/^\|(?: *:?-+:? *\|)+$/.test(line)) return
  push(lexer, TYPE.row, '', number, 1)
  lexFragment(lexer, line, number, 1)
}

const lexProse = (lexer: Lexer, line: string, number: number): void => {
  dedent(lexer, 0, number)
  const spaces = line.length - line.trimStart().length
  if (spaces > 0)
    report(lexer, 'DEED_L105', number, 1, spaces, 'Prose begins where the line begins.', line.trimStart())
  const text = line.trimStart()
  const marker = /^(?:> ?|### +)/.exec(text)?.[0] ?? ''
  const mode: Mode = marker.startsWith('>') ? 'quote' : 'prose'
  if (lexer.mode !== mode || marker.startsWith('#')) {
    lexer.quotation = { open: false }
    push(lexer, TYPE.paragraph, marker.trim(), number, spaces + 1)
  }
  lexer.mode = marker.startsWith('#') ? 'none' : mode
  const column = spaces + marker.length + 1
  const words = text.slice(marker.length)
  lexer.findings.push(...checkProse(words, number, column, lexer.quotation))
  lexParts(lexer, words, number, column)
}

const lexParts = (lexer: Lexer, words: string, number: number, column: number): void => {
  let at = 0
  for (const match of words.matchAll(/\{[^{}]*\}/g)) {
    lexText(lexer, words.slice(at, match.index), number, column + at)
    lexFragment(lexer, match[0], number, column + match.index)
    at = match.index + match[0].length
  }
  lexText(lexer, words.slice(at), number, column + at)
}

const lexText = (lexer: Lexer, text: string, number: number, column: number): void => {
  if (text === '') return
  const brace = /[{}]/.exec(text)
  if (brace)
    report(
      lexer,
      'DEED_L117',
      number,
      column + brace.index,
      1,
      'Braces hold one name, and open and close on one line.',
      '{name}',
    )
  push(lexer, TYPE.prose, text, number, column)
}

const lexFragment = (lexer: Lexer, text: string, number: number, column: number): void => {
  const { tokens, findings } = scan(text, number, column)
  lexer.tokens.push(...tokens)
  lexer.findings.push(...findings)
}

const dedent = (lexer: Lexer, level: number, line: number): void => {
  for (; lexer.depth > level; lexer.depth--) push(lexer, TYPE.dedent, '', line, 1)
}

const push = ({ tokens }: Lexer, type: number, text: string, line: number, column: number): void => {
  tokens.push({ type, text, line, column })
}

const report = (
  lexer: Lexer,
  code: Finding['code'],
  line: number,
  column: number,
  length: number,
  message: string,
  fix: string,
): void => {
  lexer.findings.push(finding(code, place(line, column, length), message, write(fix)))
}

/** Controls, blanks other than the one of the keyboard, marks that change the direction of reading (CVE-2021-42574). */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/u

const hiddenCharacters = (lexer: Lexer, line: string, number: number): void => {
  const found = HIDDEN.exec(line)
  if (!found) return
  const point = found[0].codePointAt(0)!
  const isSpace = point === 9 || /\s/u.test(found[0])
  report(
    lexer,
    'DEED_L102',
    number,
    found.index + 1,
    found[0].length,
    `The character U+${point.toString(16).toUpperCase().padStart(4, '0')} cannot be told from others by whoever reads the deed.`,
    line.replace(found[0], isSpace ? ' ' : ''),
  )
}
