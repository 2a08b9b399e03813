import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Proved } from '../src/emit/emit.ts'
import { emitDeed, outlineText, readDeed } from '../src/language.ts'
import { type DeedName, NAMES, readDeed as textOf } from './deeds.ts'

const emitted = (name: DeedName, text = textOf(name)) => {
  const read = readDeed(text)
  expect(read.findings).toEqual([])
  return emitDeed(read as Proved, `${name}.deed`)
}

describe.each(NAMES)('%s', (name) => {
  test('contract and outline are those that lie beside the text', () => {
    const { source, outline } = emitted(name)
    const file = (path: string) =>
      readFileSync(new URL(`../../../examples/${name}/${path}`, import.meta.url), 'utf8')
    expect(source).toBe(file(outline.contract.split(':')[0]!))
    expect(outlineText(outline)).toBe(file('outline.json'))
  })
})

test("a long title is shortened to what a domain's name can hold, in whole words", () => {
  const titled = (title: string) =>
    /Deed\((?:unicode)?"([^"]*)"/.exec(
      emitted('consent', textOf('consent').replace(/^# .*/, `# ${title}`)).source,
    )![1]
  expect(titled('Consent')).toBe('Consent')
  expect(titled('A title of exactly thirtyone by')).toBe('A title of exactly thirtyone by')
  expect(titled('Consent to use of a health record')).toBe('Consent to use of a health ...')
  expect(titled('Überlassungsvereinbarungsvertragstext')).toBe('Deed')
})
