/** Blanks in words and as a contract keeps them; documents with their figures. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  blanksOf,
  checkFilling,
  documentOf,
  domainName,
  type Filled,
  figuresOf,
  requirementsUnmet,
  understand,
  withFigures,
  wordsOf,
} from '../src/language.ts'
import { NAMES, readDeed } from './deeds.ts'
import { modelOf, shippedModel } from './models.ts'

const address = fc
  .bigInt({ min: 1n, max: 2n ** 160n - 1n })
  .map((n): Filled => `0x${n.toString(16).padStart(40, '0')}`)
const hash = fc
  .bigInt({ min: 0n, max: 2n ** 256n - 1n })
  .map((n): Filled => `0x${n.toString(16).padStart(64, '0')}`)
const RANGE: Readonly<Record<string, readonly [bigint, bigint]>> = {
  amount: [0n, 2n ** 120n],
  number: [-(2n ** 100n), 2n ** 100n],
  share: [0n, 10_000_000_000n],
  date: [0n, 2_932_896n],
  truth: [0n, 1n],
}

describe('blanks', () => {
  test.each(NAMES)('of %s: what is written is read back as the same value', (name) => {
    const model = shippedModel(name)
    for (const [i, { name: blank, kind }] of blanksOf(model).entries()) {
      const { index } = model.blanks[i]!
      const type = model.values[index]?.type
      const bounds = kind === 'value' && type ? RANGE[type.kind] : undefined
      const values =
        kind === 'document'
          ? hash
          : kind === 'token id'
            ? fc.bigInt({ min: 0n, max: 2n ** 256n - 1n })
            : kind !== 'value'
              ? address
              : type?.kind === 'choice'
                ? fc.bigInt({ min: 0n, max: BigInt(type.choices.length - 1) })
                : fc.bigInt({ min: bounds![0], max: bounds![1] })
      fc.assert(
        fc.property(values, (value: Filled) => {
          expect(understand(model, blank, wordsOf(model, blank, value))).toEqual({ value })
        }),
        { numRuns: 50 },
      )
    }
  })

  test('are read from any text, or refused with what would be taken', () => {
    const model = shippedModel('lease')
    for (const { name, takes } of blanksOf(model)) {
      fc.assert(
        fc.property(fc.string(), (words) => {
          const read = understand(model, name, words)
          if ('wrong' in read) expect(read.wrong).toBe(`"${words}" is not ${takes}`)
          else expect(understand(model, name, wordsOf(model, name, read.value))).toEqual(read)
        }),
        { numRuns: 200 },
      )
    }
  })

  test('that bound each other are held against each other, once both are known', () => {
    const model = shippedModel('consent')
    expect(checkFilling(model, { 'last-day': 20_900n })).toEqual([])
    expect(checkFilling(model, { start: 20_850n, 'last-day': 20_849n })).toEqual([
      { name: 'last-day', wrong: 'is 31 January 2027, and lies from 1 February 2027 to 1 February 2028' },
    ])
    expect(checkFilling(model, { start: 20_850n, 'last-day': 21_215n })).toEqual([])
  })

  test('of durations are in their own measure', () => {
    const text = readFileSync(new URL('../../../docs/language.md', import.meta.url), 'utf8')
    const tool = [...text.matchAll(/^```deed\n([\s\S]*?)^```$/gm)]
      .map(([, deed]) => deed!)
      .find((deed) => deed.startsWith('# Loan of a tool'))!
    const model = modelOf(tool)
    expect(understand(model, 'span', '2 weeks')).toEqual({ value: 14n })
    for (const words of ['2 months', '36 hours', '14', 'fourteen days'])
      expect(understand(model, 'span', words)).toEqual({
        wrong: `"${words}" is not a duration such as 14 days`,
      })
  })

  test('say when the conditions of signing hold no more', () => {
    const model = shippedModel('lease')
    const filling = { start: 20_850n, rent: 1_000_000_000n }
    const start = 20_850 * 86_400
    expect(requirementsUnmet(model, filling, start - 1)).toEqual([])
    expect(requirementsUnmet(model, filling, start)).toEqual(['Signing requires today is before start.'])
  })
})

describe('a document', () => {
  test('has the figures that are known, and those that follow from them', () => {
    const model = shippedModel('lease')
    const figures = figuresOf(model, { rent: 1_000_000_000n, start: 20_850n })
    expect(figures.get('deposit')).toBe('2,000.00 USDC')
    expect(figures.get('finish')).toBe('1 February 2028')
    expect(withFigures(model, 'Tenant must pay deposit into security', figures)).toBe(
      'Tenant must pay deposit (2,000.00 USDC) into security',
    )
    const { clauses, title, ending } = documentOf(model, readDeed('lease'), figures)
    expect([title, clauses.length]).toEqual(['Residential lease', 12])
    expect(ending).toBe('Where the paragraphs and the bullets differ, the bullets prevail.')
    expect(clauses[2]!.blocks[0]).toEqual({
      kind: 'prose',
      text: 'Rent of 1,000.00 USDC falls due in advance each month. A month in which Tenant leaves is charged by the day.',
    })
  })

  test.each(NAMES)('of %s has every bullet and row of the text', (name) => {
    const text = readDeed(name)
    const { preface, clauses } = documentOf(shippedModel(name), text, new Map())
    const blocks = [...preface, ...clauses.flatMap((clause) => clause.blocks)]
    const bullets = blocks.flatMap((block) =>
      block.kind === 'bullet' ? [`${'  '.repeat(block.level)}- ${block.text}`] : [],
    )
    const written = text.replace(/\n +(?!- )(?=\S)/g, ' ').match(/^ *- .*$/gm)
    expect(bullets).toEqual(written)
    const rows = blocks.flatMap((block) => (block.kind === 'table' ? block.rows : []))
    expect(rows.length).toBe((text.match(/^\|/gm) ?? []).length - (text.match(/^\| ?-/gm) ?? []).length)
    expect(blocks.filter(({ kind }) => kind === 'prose').length).toBeGreaterThan(0)
  })
})

test('the name of a domain is the title, cut between words where it is long', () => {
  expect(domainName('Residential lease')).toBe('Residential lease')
  expect(domainName('Consent to use of a health record')).toBe('Consent to use of a health ...')
})
