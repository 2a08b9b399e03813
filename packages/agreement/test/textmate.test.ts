/** The TextMate grammar of editors/vscode in the engine that VS Code runs it with, against the language's own colours. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { beforeAll, expect, it } from 'vitest'
import oniguruma from 'vscode-oniguruma'
import textmate from 'vscode-textmate'
import { type ColourKind, draft } from '../src/editor.ts'
import { NAMES, readDeed } from './deeds.ts'

const require = createRequire(import.meta.url)
const FILE = new URL('../../../editors/vscode/syntaxes/deed.tmLanguage.json', import.meta.url)

let grammar: textmate.IGrammar

beforeAll(async () => {
  await oniguruma.loadWASM(readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm')))
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => textmate.parseRawGrammar(readFileSync(FILE, 'utf8'), FILE.pathname),
  })
  grammar = (await registry.loadGrammar('text.deed'))!
})

/** Innermost scope at the first letter of each place, by `line:column`. */
const scopesOf = (text: string): Map<string, string> => {
  const found = new Map<string, string>()
  let stack = textmate.INITIAL
  text.split('\n').forEach((line, i) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, stack)
    stack = ruleStack
    for (const { startIndex, endIndex, scopes } of tokens)
      for (let at = startIndex; at < endIndex; at++) found.set(`${i + 1}:${at + 1}`, scopes.at(-1)!)
  })
  return found
}

const EXPECTED: Readonly<Partial<Record<ColourKind, RegExp>>> = {
  word: /^keyword\./,
  number: /^constant\.numeric/,
  quote: /^string\./,
  party: /^entity\.name\.type/,
  value: /^variable\./,
  holding: /^variable\./,
  debt: /^variable\./,
  verb: /^variable\./,
}

it.each(NAMES)('colours %s as the language does', (name) => {
  const text = readDeed(name)
  const scopes = scopesOf(text)
  const colours = draft(text).colours()
  let compared = 0
  for (const { kind, place } of colours) {
    const expected = EXPECTED[kind]
    if (!expected) continue
    compared++
    const words = text.split('\n')[place.line - 1]!.slice(place.column - 1, place.endColumn - 1)
    expect(scopes.get(`${place.line}:${place.column}`), `${place.line} "${words}"`).toMatch(expected)
  }
  expect(compared).toBeGreaterThan(100)
})
