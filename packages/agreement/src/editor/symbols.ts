/** The clauses of a deed with what each declares and waits for, for an editor's table of contents. */
import type { Place } from '../syntax/place.ts'
import { spell } from '../syntax/spell.ts'
import { placeOf, type Token, TYPE } from '../syntax/token.ts'
import type { NameKind, Names } from './names.ts'

export interface DocumentSymbol {
  readonly name: string
  readonly kind: NameKind | 'step'
  readonly detail: string
  /** All of it. */
  readonly place: Place
  /** Its name. */
  readonly at: Place
  readonly children: readonly DocumentSymbol[]
}

/** Statements that are no declaration, by their first word. */
const STEP = /^(?:Within|By|Every|On|Otherwise|Afterwards|Signing|Days)$/

export const symbols = (names: Names, lines: number): DocumentSymbol[] => {
  const { tokens, declared } = names
  const headings = tokens.flatMap(({ text }, i) => (text === '##' ? [i] : []))
  return headings.map((from, i) => {
    const to = headings[i + 1] ?? tokens.length
    const line = tokens[from]!.line
    const end = headings[i + 1] === undefined ? lines : tokens[to]!.line - 1
    const title = tokens.slice(from + 1, to).filter((token) => token.line === line)
    const clause = i + 1
    const steps = stepsIn(tokens.slice(from, to))
    const children = [
      ...[...declared.values()]
        .filter((each) => each.clause === clause && each.kind !== 'clause' && each.kind !== 'column')
        .map(({ name, kind, sentence, place: at }) => symbol(name, kind, sentence, at, at)),
      ...steps,
    ].sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column)
    const at = title.length > 0 ? placeOf(title.at(-1)!) : placeOf(tokens[from]!)
    return {
      name: spell(title) || 'clause',
      kind: 'clause',
      detail: steps.find(({ name }) => /^(?:Within|By|Every|On) /.test(name))?.name ?? '',
      place: {
        line,
        column: 1,
        endLine: Math.max(end, line),
        endColumn: 1 + (end > line ? 0 : at.endColumn - 1),
      },
      at,
      children,
    }
  })
}

const symbol = (
  name: string,
  kind: DocumentSymbol['kind'],
  detail: string,
  place: Place,
  at: Place,
): DocumentSymbol => ({ name, kind, detail, place, at, children: [] })

const stepsIn = (tokens: readonly Token[]): DocumentSymbol[] => {
  let level = 0
  return tokens.flatMap((token, i) => {
    if (token.type === TYPE.indent) level++
    if (token.type === TYPE.dedent) level--
    const first = tokens[i + 1]
    if (token.type !== TYPE.bullet || level > 0 || !first || !STEP.test(first.text)) return []
    const end = tokens.findIndex(({ text }, j) => j > i && (text === ':' || text === '.'))
    const words = tokens.slice(i + 1, end < 0 ? undefined : end)
    const at = placeOf(first)
    return words.length === 0 ? [] : [symbol(spell(words), 'step', '', at, at)]
  })
}
