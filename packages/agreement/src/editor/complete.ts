/**
 * What could be written at a position. The grammar's tables say which words can come; the words before say which of the
 * deed's names.
 */

import { lex } from '../syntax/lexer.ts'
import { parseTokens, type Stop, without } from '../syntax/parser.ts'
import { PATTERNS } from '../syntax/patterns.ts'
import { spell } from '../syntax/spell.ts'
import { TABLES, type Token, TYPE } from '../syntax/token.ts'
import { type Declared, type NameKind, namesOf } from './names.ts'
import { offsetOf, type Position } from './text.ts'

export interface Completion {
  readonly label: string
  readonly kind: NameKind | 'word' | 'sentence'
  /** Beside the label: the declaration of a name, the pattern of a sentence. */
  readonly detail: string
  /** Replaces `typed`; lines after the first are indented relative to the bullet. */
  readonly text: string
  readonly typed: string
}

export const complete = (text: string, where: Position): Completion[] => {
  const before = text.slice(0, offsetOf(text, where))
  const typed = /[A-Za-z][A-Za-z0-9-]*$/.exec(before)?.[0] ?? ''
  const base = before.slice(0, before.length - typed.length)
  const line = base.slice(base.lastIndexOf('\n') + 1)
  const names = [...namesOf(text).declared.values()]
  const slot = /\{([^{}]*)$/.exec(line)?.[1]
  if (slot !== undefined && !/^ *-/.test(line)) return inSlot(names, slot.trim(), typed)
  // In an empty line after a whole sentence a bullet is what can come.
  const bare = /(?:^|\n(?: *|#.*|[ -].*[.:])\n) *$/.test(base)
  const tokens = lastClause(withoutEnd(lex(bare ? `${base}- ` : base).tokens))
  const found = expectedAfter(tokens)
  if (!found) return []
  const statement = statementOf(tokens)
  const completions = [
    ...(found.has(TYPE.id) ? namesFor(names, statement, typed) : []),
    ...(statement.words.length === 0 ? sentences(found, statement.level, typed) : []),
    ...words(tokens, found, typed),
  ]
  return bare ? completions.map((each) => ({ ...each, text: `- ${each.text}` })) : completions
}

/** The lexer ends every nesting at the end of the text, where here the text goes on. */
const withoutEnd = (tokens: readonly Token[]): readonly Token[] =>
  tokens.slice(0, tokens.findLastIndex(({ type }) => type !== TYPE.dedent) + 1)

/** What can follow in a clause does not depend on those before it; a deed of the clause alone is read faster. */
const lastClause = (tokens: readonly Token[]): readonly Token[] => {
  const heading = tokens.findLastIndex(({ text }) => text === '##')
  const title = tokens.find(({ type }) => type === TYPE.title)
  return heading < 0 || !title ? tokens : [title, ...tokens.slice(heading)]
}

const MOST_STOPS = 20

/** Types of tokens that can come next; undefined where the sentence has an error before that. */
const expectedAfter = (tokens: readonly Token[]): ReadonlySet<number> | undefined => {
  let rest = tokens
  for (let stops = 0; stops < MOST_STOPS; stops++) {
    const stop = parseTokens(rest)
    const found = typesAt(rest, stop)
    if (found) return found
    if (!('at' in stop)) return undefined
    // An error above does not matter here; one in the same clause's sentence may.
    const left = without(rest, stop)
    if (!left || left.at(-1) !== rest.at(-1)) break
    rest = left
  }
  const { level } = statementOf(tokens)
  const from = tokens.findLastIndex(({ type }) => type === TYPE.bullet)
  if (from < 0) return undefined
  const own = tokens.slice(from)
  const rules =
    level === 0
      ? [['Block', own]]
      : [
          ['Route', own],
          ['Effect', own.slice(1)],
        ]
  const sets = (rules as [string, readonly Token[]][]).flatMap(
    ([rule, of]) => typesAt(of, parseTokens(of, rule)) ?? [],
  )
  return sets.length > 0 ? new Set(sets.flatMap((set) => [...set])) : undefined
}

const typesAt = (tokens: readonly Token[], stop: ReturnType<typeof parseTokens>): Set<number> | undefined => {
  if (!('at' in stop)) return undefined
  const atEnd = (stop as Stop).at === tokens.length
  if (!atEnd && stop.ahead.size === 0) return undefined
  return new Set([...(atEnd ? stop.expected : []), ...stop.ahead])
}

interface Statement {
  readonly words: readonly Token[]
  /** How deep its bullet is; undefined outside of bullets. */
  readonly level: number | undefined
}

const MARKS = new Set([TYPE.bullet, TYPE.row, TYPE.paragraph, TYPE.title])

const statementOf = (tokens: readonly Token[]): Statement => {
  const from = tokens.findLastIndex(({ type, text }) => MARKS.has(type) || text === '##')
  let level = 0
  for (const { type } of tokens) level += type === TYPE.indent ? 1 : type === TYPE.dedent ? -1 : 0
  return { words: tokens.slice(from + 1), level: tokens[from]?.type === TYPE.bullet ? level : undefined }
}

const inSlot = (names: readonly Declared[], slot: string, typed: string): Completion[] => {
  const row = /^(\S+)'s$/.exec(slot)?.[1]
  return names
    .filter(({ kind, row: of }) => (row === undefined ? kind !== 'column' : of === row))
    .map((name) => asCompletion(name, typed))
}

const asCompletion = ({ name, kind, sentence }: Declared, typed: string): Completion => ({
  label: name,
  kind,
  detail: sentence,
  text: name,
  typed,
})

type Filter = (name: Declared) => boolean

const of =
  (...kinds: readonly NameKind[]): Filter =>
  ({ kind }) =>
    kinds.includes(kind)
const unique: Filter = ({ kind, sentence }) => kind === 'token' && /unique token/.test(sentence)
const IN_EXPRESSIONS: readonly NameKind[] = ['value', 'holding', 'debt', 'feed', 'table', 'choice']

/** The words of the sentence before the cursor, and the names that can follow; the first that fits counts. */
const WANTED: readonly (readonly [RegExp, Filter])[] = [
  [/^(?:Begin|Close|Pause|Resume)\b/, of('clause')],
  [/^Take the next$|\banother$/, of('table')],
  [/\b(?:next|last)$/, of('clause')],
  [/\bholds$|\bdeliver$/, unique],
  [/\bheld for$|\bowed by$|\bowed by \S+ to$/, of('party')],
  [/\bin$|\bper$/, of('token')],
  [/\binto$/, of('holding')],
  [/\btowards$|^Charge .* to$|^Forgive (?:.* from|all of)$/, of('debt')],
  [/^Release (?:.* from|all of)$/, of('holding')],
  [/^Release .*(?<! up) to$|\bpay .*(?<! up) to$/, of('party')],
  [/^Set$/, ({ fixed }) => fixed === 'variable'],
  [/\bgiving(?: [^.]*(?:,|and))?$/, ({ fixed }) => fixed === 'later'],
  [/\bnumbers? of$/, of('unit')],
  [/[\d.]$/, of('token', 'unit')],
  [/\b(?:may|must|together|any time)$/, () => false],
  [/^(?:If|Signing requires)\b|\bif\b/, of(...IN_EXPRESSIONS, 'clause')],
  [/ (?:is|are)$/, of(...IN_EXPRESSIONS, 'token')],
]

const namesFor = (names: readonly Declared[], { words, level }: Statement, typed: string): Completion[] => {
  const row = words.at(-1)?.type === TYPE.possessive ? words.at(-2)?.text : undefined
  const said = spell(words)
  const opens = words.every(({ type, text }) => type === TYPE.id || /^(?:,|and|or)$/.test(text))
  const filter: Filter =
    row !== undefined
      ? ({ row: own }) => own === row
      : opens
        ? // In the first level a new name is declared here, further in somebody acts.
          level === 0
          ? () => false
          : of('party')
        : (WANTED.find(([pattern]) => pattern.test(said))?.[1] ?? of(...IN_EXPRESSIONS))
  return names.filter(filter).map((name) => asCompletion(name, typed))
}

/** Types of sentences that can begin a bullet, by the first word of their example. */
const BEGINNINGS: Readonly<Record<'first' | 'nested', readonly string[]>> = {
  first: [
    ...['PartyDef', 'TokenDef', 'UnitDef', 'FieldDef', 'HoldingDef', 'DebtDef', 'PriceDef', 'RowDef'],
    ...['Requirement', 'Zone', 'Wait', 'Repeat', 'Delay'],
    ...['Release', 'Charge', 'Forgive', 'Assign', 'Control', 'Take', 'If', 'End'],
  ],
  nested: [...['Route', 'Release', 'Charge', 'Forgive', 'Assign', 'Control', 'Take', 'If', 'End', 'Idle']],
}

const sentences = (found: ReadonlySet<number>, level: number | undefined, typed: string): Completion[] => {
  if (level === undefined) return []
  return BEGINNINGS[level === 0 ? 'first' : 'nested'].flatMap((rule) => {
    const { name, pattern, example } = PATTERNS[rule]!
    const text = example.replace(/^- /, '')
    const first = lex(`- ${text}`).tokens[1]!
    if (!found.has(first.type)) return []
    return [{ label: text.split('\n')[0]!, kind: 'sentence', detail: `${name}: ${pattern}`, text, typed }]
  })
}

const MOST_WORDS = 6

/** The language's own words, each with those that must follow it: `agreed at signing`. */
const words = (tokens: readonly Token[], found: ReadonlySet<number>, typed: string): Completion[] =>
  [...found].flatMap((type) => {
    const first = wordOf(type)
    if (first === undefined) return []
    const said = [first]
    let so = [...tokens, token(type, first)]
    while (said.length < MOST_WORDS) {
      const next = [...(expectedAfter(so) ?? [])]
      const word = next.length === 1 ? wordOf(next[0]!) : undefined
      if (word === undefined) break
      said.push(word)
      so = [...so, token(next[0]!, word)]
    }
    const text = said.join(' ')
    return [{ label: text, kind: 'word' as const, detail: '', text, typed }]
  })

const wordOf = (type: number): string | undefined => /^'([A-Za-z]+)'$/.exec(TABLES.tokens[type] ?? '')?.[1]
const token = (type: number, text: string): Token => ({ type, text, line: 0, column: 0 })
