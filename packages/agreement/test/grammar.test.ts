import { readFileSync } from 'node:fs'
import type { AstNode } from 'langium'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Generated, generate, print, readGrammar } from '../grammar/generate.ts'
import { langiumParser } from '../grammar/langium.ts'
import { parse } from '../src/syntax/parser.ts'
import { NAMES, readDeed } from './deeds.ts'

let grammar: Awaited<ReturnType<typeof readGrammar>>
let generated: Generated

beforeAll(async () => {
  grammar = await readGrammar()
  generated = generate(grammar)
})

describe('the grammar', () => {
  it('gives each text one parse at most: two tokens decide every choice', () => {
    expect(generated.conflicts).toEqual([])
    expect(generated.decisions).toBeGreaterThan(80)
  })

  it('would be found out if they did not', async () => {
    const text = readFileSync(new URL('../grammar/deed.langium', import.meta.url), 'utf8')
    const ambiguous = text.replace("'of' a=Factor 'and' b=Factor", "'of' a=Expr 'and' b=Expr")
    expect(ambiguous).not.toBe(text)
    expect(generate(await readGrammar(ambiguous)).conflicts).not.toEqual([])
  })

  it('is what the tables and types in src/syntax and the colours in editors/vscode were made of; if not, run `npm run grammar`', () => {
    for (const [file, text] of print(generated)) expect(readFileSync(file, 'utf8'), file.pathname).toBe(text)
  })

  it.each(NAMES)('builds the tree of %s that Langium builds', (name) => {
    const text = readDeed(name)
    const { value, parserErrors } = langiumParser(grammar).parse(text)
    expect(parserErrors).toEqual([])
    expect(plain(parse(text).deed)).toEqual(plain(value as AstNode))
  })
})

/** A tree without what only one of the parsers knows: places here, documents and links there. */
const plain = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value === false ? undefined : value
  const node = value as Record<string, unknown>
  if ('$refText' in node) return { name: node.$refText }
  if ('token' in node && 'name' in node && typeof node.token === 'number') return { name: node.name }
  return Object.fromEntries(
    Object.entries(node)
      .filter(
        ([key, each]) => (key === '$type' || !key.startsWith('$')) && each !== false && each !== undefined,
      )
      .filter(([, each]) => !(Array.isArray(each) && each.length === 0))
      .map(([key, each]) => [key, plain(each)]),
  )
}
