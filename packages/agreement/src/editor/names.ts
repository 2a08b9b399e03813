/**
 * Every name of a text and where it stands, found from the words alone, so that an editor knows them while sentences are
 * half written. That is exact: the language has one flat name space and fixed words, so the words around a name say
 * whether it is declared, used, a column, or the verb of an act.
 */
import type { SymbolKind } from '../check/context.ts'
import { lex } from '../syntax/lexer.ts'
import type { Place } from '../syntax/place.ts'
import { spell } from '../syntax/spell.ts'
import { placeOf, type Token, TYPE } from '../syntax/token.ts'

export type NameKind = SymbolKind | 'column'

export interface Declared {
  readonly name: string
  readonly kind: NameKind
  readonly place: Place
  /** `rent is an amount in USDC, agreed at signing.`; of a clause its heading: `3. Rent`. */
  readonly sentence: string
  /** Number of the clause that it stands in. */
  readonly clause: number
  /** Of a value, how it gets its figure. */
  readonly fixed?: 'agreed' | 'later' | 'variable' | 'constant'
  /** Of a column: the name of its row. */
  readonly row?: string
}

export interface Occurrence {
  readonly name: string
  readonly place: Place
  readonly declares: boolean
  /** Of a column: the name of its row. */
  readonly row?: string
  readonly clause: number
  /** First word of the statement that it stands in; nothing in prose. */
  readonly statement?: string
}

export interface Names {
  /** By name; a column by `row's column`. */
  readonly declared: ReadonlyMap<string, Declared>
  readonly occurrences: readonly Occurrence[]
  /** Places of words that name an act: `terminate`. */
  readonly verbs: readonly Place[]
  readonly tokens: readonly Token[]
}

export const namesOf = (text: string): Names => {
  const { tokens } = lex(text)
  const found: Found = {
    declarations: new Set(),
    declared: new Map(),
    occurrences: [],
    verbs: [],
    clause: 0,
    row: undefined,
  }
  for (const piece of piecesOf(tokens)) read(found, piece)
  const { declared, occurrences, verbs } = found
  return { declared, occurrences, verbs, tokens }
}

/** Key of a name: columns are told apart by their row. */
export const keyOf = ({ name, row }: { readonly name: string; readonly row?: string }): string =>
  row === undefined ? name : `${row}'s ${name}`

export const at = (
  { line, column, endColumn }: Place,
  where: { readonly line: number; readonly column: number },
): boolean => line === where.line && column <= where.column && where.column <= endColumn

/** `line:column`, which is one place of a text. */
export const startOf = ({ line, column }: Place): string => `${line}:${column}`

interface Found {
  /** Places of declared names, as `line:column`. */
  readonly declarations: Set<string>
  readonly declared: Map<string, Declared>
  readonly occurrences: Occurrence[]
  readonly verbs: Place[]
  clause: number
  /** Name of the row whose table comes next; its first row has the columns. */
  row: string | undefined
}

/** A heading, a statement, a row of a table or a paragraph: its marker and its words. */
interface Piece {
  readonly marker: Token
  readonly words: readonly Token[]
}

const MARKERS = new Set([TYPE.title, TYPE.paragraph, TYPE.row, TYPE.bullet, TYPE.indent, TYPE.dedent])

const piecesOf = (tokens: readonly Token[]): Piece[] => {
  const pieces: { marker: Token; words: Token[] }[] = []
  for (const token of tokens) {
    if (MARKERS.has(token.type) || token.text === '##') pieces.push({ marker: token, words: [] })
    else pieces.at(-1)?.words.push(token)
  }
  return pieces
}

const read = (found: Found, { marker, words }: Piece): void => {
  if (marker.text === '##') readHeading(found, words)
  else if (marker.type === TYPE.row && found.row !== undefined) readColumns(found, words, found.row)
  else {
    const isBullet = marker.type === TYPE.bullet
    const names = isBullet ? declaredNames(words) : 0
    if (names > 0) readDeclaration(found, words, names)
    readUses(found, words, names, isBullet ? words[0]?.text : undefined)
  }
}

const readHeading = (found: Found, words: readonly Token[]): void => {
  found.clause++
  found.row = undefined
  const name = words.find(({ type }) => type === TYPE.id)
  if (name) declare(found, name, 'clause', `${found.clause}. ${name.text}`)
}

/** How many words `A, B and C` are before `is` or `are`; 0 if the statement declares nothing. */
const declaredNames = (words: readonly Token[]): number => {
  const verb = words.findIndex(({ text }) => text === 'is' || text === 'are')
  const list = words.slice(0, Math.max(verb, 0))
  return list.every(({ type, text }, i) => (i % 2 === 0 ? type === TYPE.id : /^(?:,|and)$/.test(text)))
    ? list.length
    : 0
}

/** Kind by the words of the definition; what fits none is a value. */
const KINDS: readonly (readonly [RegExp, NameKind])[] = [
  [/^(?:a |an )?(?:transferable |third )?(?:party|parties)\b/, 'party'],
  [/^(?:native money|money with|a unique token)\b/, 'token'],
  [/^(?:a unit|units)\b/, 'unit'],
  [/^\S+ held for\b/, 'holding'],
  [/^owed by\b/, 'debt'],
  [/^\S+ per \S+, read\b/, 'feed'],
  [/^a row\b/, 'table'],
]

const FIXED = [
  [/, agreed at signing\.?$/, 'agreed'],
  [/, stated later\.?$/, 'later'],
  [/, at first .*$/, 'variable'],
] as const

const readDeclaration = (found: Found, words: readonly Token[], names: number): void => {
  const sentence = spell(words)
  const definition = spell(words.slice(names + 1))
  const kind = KINDS.find(([pattern]) => pattern.test(definition))?.[1] ?? 'value'
  const fixed =
    kind === 'value' ? (FIXED.find(([pattern]) => pattern.test(definition))?.[1] ?? 'constant') : undefined
  words.slice(0, names).forEach((word, i) => {
    if (i % 2 === 0) declare(found, word, kind, sentence, fixed && { fixed })
  })
  found.row = kind === 'table' ? words[0]!.text : undefined
  for (const choice of choicesOf(words)) declare(found, choice, 'choice', sentence)
}

/** `one of lost, damaged or late` declares three more. */
const choicesOf = (words: readonly Token[]): readonly Token[] => {
  const of = words.findIndex(({ text }, i) => text === 'one' && words[i + 1]?.text === 'of') + 2
  if (of < 2) return []
  const or = words.findIndex(({ text }, i) => i > of && text === 'or')
  return words.slice(of, or < 0 ? undefined : or + 2).filter(({ type }) => type === TYPE.id)
}

const readColumns = (found: Found, words: readonly Token[], row: string): void => {
  for (const word of words)
    if (word.type === TYPE.id) declare(found, word, 'column', `column of the table of ${row}`, { row })
  found.row = undefined
}

const readUses = (
  found: Found,
  words: readonly Token[],
  from: number,
  statement: string | undefined,
): void => {
  words.forEach((word, i) => {
    if (word.type !== TYPE.id || i < from) return
    const before = words[i - 1]
    const where = placeOf(word)
    if (/^(?:may|must|together|time)$/.test(before?.text ?? '')) {
      found.verbs.push(where)
      return
    }
    const { clause } = found
    const row = before?.type === TYPE.possessive ? words[i - 2]?.text : undefined
    if (!found.declarations.has(startOf(where)))
      found.occurrences.push({
        name: word.text,
        place: where,
        declares: false,
        clause,
        ...(row !== undefined && { row }),
        ...(statement !== undefined && { statement }),
      })
  })
}

const declare = (
  found: Found,
  word: Token,
  kind: NameKind,
  sentence: string,
  more: Pick<Declared, 'fixed' | 'row'> = {},
): void => {
  const { text: name } = word
  const place = placeOf(word)
  const { clause } = found
  const row = more.row === undefined ? {} : { row: more.row }
  found.declarations.add(startOf(place))
  found.occurrences.push({ name, place, declares: true, clause, ...row })
  const key = keyOf({ name, ...row })
  if (!found.declared.has(key)) found.declared.set(key, { name, kind, place, sentence, clause, ...more })
}
