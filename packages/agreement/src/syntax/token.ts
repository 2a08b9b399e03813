/** The tokens of a deed, numbered as in `grammar.json`. */
import grammar from './grammar.json' with { type: 'json' }
import { type Place, place } from './place.ts'
import type { GrammarTables } from './tables.ts'

export interface Token {
  /** Place in {@link TABLES}`.tokens`. */
  readonly type: number
  readonly text: string
  readonly line: number
  readonly column: number
}

export const TABLES = grammar as unknown as GrammarTables

const types = new Map(TABLES.tokens.map((token, i) => [token, i]))
const terminal = (name: string): number => types.get(name)!

export const TYPE = {
  date: terminal('DATE'),
  number: terminal('NUMBER'),
  id: terminal('ID'),
  string: terminal('STRING'),
  possessive: terminal('POSS'),
  title: terminal('TITLE'),
  paragraph: terminal('PARA'),
  prose: terminal('PROSE'),
  row: terminal('ROW'),
  bullet: terminal('BULLET'),
  indent: terminal('INDENT'),
  dedent: terminal('DEDENT'),
  /** After the last token. */
  end: -1,
}

/** Words that the language keeps for itself, and its signs. */
export const keywordType = (word: string): number | undefined => types.get(`'${word}'`)

export const isWord = (type: number): boolean =>
  type === TYPE.id || /^'[A-Za-z]/.test(TABLES.tokens[type] ?? '')

export const isReserved = (word: string): boolean => keywordType(word) !== undefined

export const placeOf = ({ line, column, text }: Token): Place => place(line, column, Math.max(text.length, 1))
