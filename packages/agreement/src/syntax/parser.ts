/**
 * The parser runs on the tables that were made of the grammar: at each choice the next two tokens decide, so it never
 * goes back, and where it stops it knows which sentence it was in and what could have come.
 *
 * Langium's own parser needs 340 ms before it has read its first deed; this one needs 10. A test shows that
 * both build the same tree.
 */

import type { Finding } from '../finding.ts'
import { inOrder } from '../finding.ts'
import type { Deed } from './ast.ts'
import { explain } from './explain.ts'
import { lex } from './lexer.ts'
import type { Item, Look } from './tables.ts'
import { TABLES, type Token, TYPE } from './token.ts'

export interface Parsed {
  /** Undefined if there is an error in the text. */
  readonly deed: Deed | undefined
  readonly tokens: readonly Token[]
  readonly findings: readonly Finding[]
}

/** Where a text stopped making sense. */
export interface Stop {
  /** Place of the token that does not fit, which is the number of tokens at the end of the text. */
  readonly at: number
  /** Types of tokens that would have fitted. */
  readonly expected: ReadonlySet<number>
  /** Types that could come after the last token, where two are needed to decide. */
  readonly ahead: ReadonlySet<number>
  /** Rules from the outermost in, each with the place of its first token. */
  readonly rules: readonly (readonly [name: string, first: number])[]
  /** Sentences nested deeper than the parser follows. */
  readonly tooDeep: boolean
}

/** Errors of the grammar that are reported at once; each costs one more parse of what is left. */
const MAX_STOPS = 20
const MAX_DEPTH = 300

export const parse = (text: string): Parsed => {
  const { tokens, findings } = lex(text)
  const found = [...findings]
  let rest = tokens
  for (let stops = 0; stops < MAX_STOPS; stops++) {
    const result = parseTokens(rest)
    if (!('at' in result)) {
      const deed = found.length === 0 ? result : undefined
      return { deed, tokens, findings: inOrder(found) }
    }
    // Where the scanner has complained already, the sentence around it can hardly be right.
    const explained = explain(rest, result)
    const scanned = findings.some(({ line }) => Math.abs(line - explained.line) <= 1)
    if (!scanned || found.length === 0) found.push(explained)
    const left = explained.code === 'DEED_L101' ? undefined : without(rest, result)
    if (!left) break
    rest = left
  }
  return { deed: undefined, tokens, findings: inOrder(found) }
}

/** @param rule that the tokens are to be read by. */
export const parseTokens = (tokens: readonly Token[], rule = 'Deed'): Deed | Stop => {
  const run: Run = { tokens, at: 0, expected: new Set(), expectedAt: 0, ahead: new Set(), rules: [] }
  try {
    const deed = parseRule(run, rule) as Deed
    if (run.at < tokens.length) {
      expect(run, [TYPE.end])
      throw STOP
    }
    return deed
  } catch (error) {
    if (error === STOP)
      return {
        at: run.at,
        expected: run.expected,
        ahead: run.ahead,
        rules: [...run.rules],
        tooDeep: run.rules.length > MAX_DEPTH,
      }
    throw error
  }
}

interface Run {
  readonly tokens: readonly Token[]
  at: number
  /** Types that were looked for at `expectedAt`. */
  expected: Set<number>
  expectedAt: number
  readonly ahead: Set<number>
  readonly rules: [name: string, first: number][]
}

type Building = Record<string, unknown>

const STOP = Symbol('stop')

const parseRule = (run: Run, name: string): unknown => {
  run.rules.push([name, run.at])
  if (run.rules.length > MAX_DEPTH) throw STOP
  const first = run.at
  let node: Building = {}
  const result = walk(run, TABLES.rules[name]!, node)
  run.rules.pop()
  if (TABLES.words.includes(name)) return run.tokens[run.at - 1]!.text
  // A rule that only hands on to another adds its own first token, such as a bullet.
  if (result !== undefined) node = { ...(result as Building), ...node }
  node.$type ??= name
  for (const list of TABLES.lists[node.$type as string] ?? []) node[list] ??= []
  node.$first = first
  node.$last = run.at - 1
  return node
}

/** @returns what an item yields by itself: the text of a token, a name, or the node of another rule. */
const walk = (run: Run, item: Item, node: Building): unknown => {
  switch (item[0]) {
    case 'token': {
      const { type, text } = take(run, item[1])
      return type === TYPE.string ? text.slice(1, -1) : text
    }
    case 'reference': {
      const token = run.at
      return { name: take(run, item[1]).text, token }
    }
    case 'rule':
      return parseRule(run, item[1])
    case 'type':
      node.$type = item[1]
      return undefined
    case 'assign': {
      const [, feature, operator, inner] = item
      const value = walk(run, inner, node)
      if (operator !== '+=') node[feature] = operator === '?=' ? true : value
      else if (node[feature]) (node[feature] as unknown[]).push(value)
      else node[feature] = [value]
      return undefined
    }
    case 'sequence': {
      let result: unknown
      for (const each of item[1]) {
        const found = walk(run, each, node)
        if (typeof found === 'object') result = found
      }
      return result
    }
    case 'choice': {
      const way = look(run, item[2])
      if (way === undefined) throw STOP
      return walk(run, item[1][way]!, node)
    }
    case 'optional':
      return look(run, item[2]) === 1 ? walk(run, item[1], node) : undefined
    case 'repeat':
      while (look(run, item[2]) === 1) walk(run, item[1], node)
      return undefined
  }
}

const look = (run: Run, table: Look): number | undefined => {
  const { tokens, at } = run
  expect(run, Object.keys(table).map(Number))
  const found = table[typeAt(tokens, at)]
  if (typeof found !== 'object') return found
  if (at + 1 === tokens.length) for (const type of Object.keys(found)) run.ahead.add(Number(type))
  return found[typeAt(tokens, at + 1)]
}

const take = (run: Run, type: number): Token => {
  const token = run.tokens[run.at]
  if (token?.type !== type) {
    expect(run, [type])
    throw STOP
  }
  run.at++
  return token
}

const expect = (run: Run, types: readonly number[]): void => {
  if (run.expectedAt !== run.at) {
    run.expected = new Set()
    run.expectedAt = run.at
  }
  for (const type of types) run.expected.add(type)
}

const typeAt = (tokens: readonly Token[], at: number): number => tokens[at]?.type ?? TYPE.end

/** The tokens without the sentence in which they stopped making sense; undefined if there is no such sentence. */
export const without = (tokens: readonly Token[], { at, rules }: Stop): readonly Token[] | undefined => {
  const blocks = blockStarts(tokens)
  const inside = rules.find(([name]) => name === 'Block' || name === 'Prose')?.[1] ?? at
  const from = blocks.findLast((start) => start <= inside)
  if (from === undefined || inHeading(tokens, at)) return undefined
  const next = blocks.find((start) => start > from && !continues(tokens, start)) ?? tokens.length
  const heading = tokens.findIndex(({ text }, i) => i > from && text === '##')
  return [...tokens.slice(0, from), ...tokens.slice(heading >= 0 ? Math.min(heading, next) : next)]
}

const inHeading = (tokens: readonly Token[], at: number): boolean => {
  const heading = tokens.findLastIndex(({ text }, i) => i < at && text === '##')
  return heading >= 0 && tokens[at]?.line === tokens[heading]!.line
}

/** Where bullets of the first level, paragraphs and rows of tables begin. */
const blockStarts = (tokens: readonly Token[]): number[] => {
  const starts: number[] = []
  let level = 0
  tokens.forEach(({ type }, i) => {
    if (type === TYPE.indent) level++
    if (type === TYPE.dedent) level--
    if (level === 0 && (type === TYPE.bullet || type === TYPE.paragraph || type === TYPE.row)) starts.push(i)
  })
  return starts
}

/** `Otherwise` and `Afterwards` belong to the bullet before them, and a row to its table. */
const continues = (tokens: readonly Token[], start: number): boolean =>
  tokens[start]!.type === TYPE.row || /^(?:Otherwise|Afterwards)$/.test(tokens[start + 1]?.text ?? '')
