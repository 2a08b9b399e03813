/**
 * Reads `deed.langium`, proves that it is strong LL(2), and writes what the parser runs on: `src/syntax/grammar.json`
 * (rules, and at each choice the tokens that decide), `src/syntax/ast.ts` (the types of the tree) and the colours of
 * `editors/vscode`.
 *
 *     node packages/agreement/grammar/generate.ts
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { GrammarAST } from 'langium'
import { createServicesForGrammar } from 'langium/grammar'
import type { GrammarTables, Item, Look } from '../src/syntax/tables.ts'
import { type Choose, lookahead } from './lookahead.ts'
import { textMate } from './textmate.ts'
import { listsOf, printTypes } from './types.ts'

const SOURCE = new URL('./deed.langium', import.meta.url)
const TABLES = new URL('../src/syntax/grammar.json', import.meta.url)
const TYPES = new URL('../src/syntax/ast.ts', import.meta.url)
const COLOURS = new URL('../../../editors/vscode/syntaxes/deed.tmLanguage.json', import.meta.url)

export interface Generated {
  readonly tables: GrammarTables
  readonly types: string
  /** Choices of the grammar that two tokens do not decide, in words; none in a grammar that is fit for use. */
  readonly conflicts: readonly string[]
  readonly decisions: number
}

export const readGrammar = async (text = readFileSync(SOURCE, 'utf8')): Promise<GrammarAST.Grammar> => {
  const services = await createServicesForGrammar({ grammar: text })
  return services.Grammar
}

export const generate = (grammar: GrammarAST.Grammar): Generated => {
  const rules = grammar.rules.filter(GrammarAST.isParserRule)
  const terminals = grammar.rules.filter(GrammarAST.isTerminalRule).filter(({ hidden }) => !hidden)
  const keywords = [...new Set(rules.flatMap((rule) => keywordsIn(rule.definition)))].sort()
  const tokens = [...terminals.map(({ name }) => name), ...keywords.map((word) => `'${word}'`)]
  const ids = new Map(tokens.map((token, i) => [token, i]))
  const { way, entry, conflicts, decisions } = lookahead(rules)

  const look = (choose: Choose): Look => {
    const table: Record<string, number | Record<string, number>> = {}
    for (const [first, then] of choose) {
      table[ids.get(first)!] =
        typeof then === 'number'
          ? then
          : Object.fromEntries([...then].map(([second, choice]) => [ids.get(second) ?? -1, choice]))
    }
    return table
  }
  const item = (element: GrammarAST.AbstractElement): Item => {
    const { cardinality } = element
    const one = inner(element)
    if (cardinality === '?') return ['optional', one, look(entry(element))]
    if (cardinality === '*') return ['repeat', one, look(entry(element))]
    if (cardinality === '+') return ['sequence', [one, ['repeat', one, look(entry(element))]]]
    return one
  }
  const inner = (element: GrammarAST.AbstractElement): Item => {
    if (GrammarAST.isKeyword(element)) return ['token', ids.get(`'${element.value}'`)!]
    if (GrammarAST.isRuleCall(element)) return call(element.rule.ref!, ids)
    if (GrammarAST.isCrossReference(element)) return ['reference', ids.get('ID')!]
    if (GrammarAST.isAction(element)) return ['type', element.inferredType!.name]
    if (GrammarAST.isAssignment(element))
      return ['assign', element.feature, element.operator, item(element.terminal)]
    if (GrammarAST.isGroup(element)) return ['sequence', element.elements.map(item)]
    if (GrammarAST.isAlternatives(element)) return ['choice', element.elements.map(item), look(way(element))]
    throw new Error(`${element.$type} is not used in this grammar`)
  }
  const tables: GrammarTables = {
    tokens,
    rules: Object.fromEntries(rules.map((rule) => [rule.name, item(rule.definition)])),
    words: rules.filter(({ dataType, returnType }) => dataType || returnType).map(({ name }) => name),
    lists: listsOf(grammar),
  }
  return { tables, types: printTypes(grammar), conflicts, decisions }
}

export const print = ({ tables, types }: Generated): readonly (readonly [URL, string])[] => [
  [TABLES, `${JSON.stringify(tables)}\n`],
  [TYPES, types],
  [COLOURS, textMate(tables)],
]

const call = (rule: GrammarAST.AbstractRule, ids: ReadonlyMap<string, number>): Item =>
  GrammarAST.isTerminalRule(rule) ? ['token', ids.get(rule.name)!] : ['rule', rule.name]

const keywordsIn = (element: GrammarAST.AbstractElement): string[] => {
  if (GrammarAST.isKeyword(element)) return [element.value]
  if (GrammarAST.isAssignment(element)) return keywordsIn(element.terminal)
  if (GrammarAST.isGroup(element) || GrammarAST.isAlternatives(element))
    return element.elements.flatMap(keywordsIn)
  return []
}

if (import.meta.main) {
  const generated = generate(await readGrammar())
  if (generated.conflicts.length > 0) throw new Error(`not LL(2):\n${generated.conflicts.join('\n')}`)
  for (const [file, text] of print(generated)) writeFileSync(file, text)
}
