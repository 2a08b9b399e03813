/** What an editor says about the word at a position: a name's declaration and use, and what is proved of it. */

import type { Read } from '../read.ts'
import type { Node } from '../syntax/node.ts'
import { PATTERNS } from '../syntax/patterns.ts'
import type { Place } from '../syntax/place.ts'
import { isWord, placeOf } from '../syntax/token.ts'
import { TYPE_OF_NAME } from './kinds.ts'
import { at, type Declared, keyOf, type Names } from './names.ts'
import { declarationAt, occurrenceAt } from './rename.ts'
import type { Position } from './text.ts'

export interface Hover {
  readonly place: Place
  /** Markdown. */
  readonly text: string
}

export const hover = (names: Names, read: Read, where: Position): Hover | undefined => {
  const occurrence = occurrenceAt(names, where)
  if (!occurrence) return patternAt(read, where)
  const declared = declarationAt(names, where)
  if (!declared) return undefined
  const facts = factsAbout(read, declared)
  const lines = [
    `**${declared.kind === 'clause' ? declared.sentence : keyOf(declared)}**: ${TYPE_OF_NAME[declared.kind]}`,
    ...(declared.kind === 'clause' || declared.kind === 'column' ? [] : [`> ${declared.sentence}`]),
    ...usesOf(names, declared),
    ...(facts.length > 0
      ? [`Proved, whatever anybody does:\n${facts.map((each) => `- ${each}`).join('\n')}`]
      : []),
  ]
  return { place: occurrence.place, text: lines.join('\n\n') }
}

/** Facts of a clause, or those in whose sentence the name stands. */
const factsAbout = (read: Read, { kind, name, clause }: Declared): readonly string[] => {
  const word = new RegExp(`(?<![\\w-])${name}(?![\\w-])`)
  return (read.proof?.facts ?? [])
    .filter((fact) => (kind === 'clause' && fact.clause === clause) || word.test(fact.sentence))
    .map(({ sentence }) => sentence)
}

/** How a clause is begun and ended, and where another name is read. */
const usesOf = ({ occurrences, declared: all }: Names, declared: Declared): readonly string[] => {
  const titles = (clauses: Iterable<number>) =>
    [...new Set(clauses)]
      .map((number) => [...all.values()].find(({ kind, clause }) => kind === 'clause' && clause === number))
      .flatMap((clause) => (clause ? [clause.sentence] : []))
      .join(', ')
  const uses = occurrences.filter((each) => !each.declares && keyOf(each) === keyOf(declared))
  if (declared.kind !== 'clause') {
    const own = uses.filter(({ statement }) => statement !== undefined)
    return own.length === 0 ? [] : [`Used in ${titles(own.map(({ clause }) => clause))}.`]
  }
  return CONTROL.flatMap(([verb, said]) => {
    const by = uses.filter(({ statement }) => statement === verb)
    return by.length === 0 ? [] : [`${said} by ${titles(by.map(({ clause }) => clause))}.`]
  })
}

const CONTROL = [
  ['Begin', 'Begun'],
  ['Close', 'Closed'],
  ['Pause', 'Paused'],
  ['Resume', 'Resumed'],
] as const

/** The pattern of the sentence that a word of the language stands in. */
const patternAt = ({ deed, tokens }: Read, where: Position): Hover | undefined => {
  if (!deed || !tokens) return undefined
  const index = tokens.findIndex((token) => isWord(token.type) && at(placeOf(token), where))
  if (index < 0) return undefined
  const found = innermost(deed, index)
  if (!found) return undefined
  const { name, pattern, example } = PATTERNS[found.$type]!
  const text = `**${name}**: ${pattern}\n\n\`\`\`\n${example}\n\`\`\``
  return { place: placeOf(tokens[index]!), text }
}

const innermost = (node: Node, token: number): Node | undefined => {
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (!isNode(child) || token < child.$first || token > child.$last) continue
      const found = innermost(child, token)
      if (found) return found
    }
  }
  return PATTERNS[node.$type] && node.$type !== 'Deed' ? node : undefined
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).$first === 'number'
