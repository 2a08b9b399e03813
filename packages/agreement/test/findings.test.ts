import { describe, expect, it } from 'vitest'
import { CODES } from '../src/codes.ts'
import { render } from '../src/finding.ts'
import { proveCover } from '../src/proofs/cover.ts'
import { coverFindings } from '../src/proofs/cover-findings.ts'
import { explore } from '../src/proofs/explore.ts'
import { readDeed } from '../src/read.ts'
import { CASES, ELSEWHERE, LITTLE } from './cases.ts'
import { NAMES, readDeed as shippedText } from './deeds.ts'
import { shippedModel } from './models.ts'

describe('a deed without errors', () => {
  it('the little one of these tests', () => {
    expect(readDeed(LITTLE).findings).toEqual([])
    expect(readDeed(LITTLE).formatted).toBe(LITTLE)
  })

  it.each(NAMES)('%s, of which something is proved', (name) => {
    const { findings, proof } = readDeed(shippedText(name))
    expect(findings).toEqual([])
    expect(proof!.facts.length).toBeGreaterThan(5)
  })
})

describe('an error', () => {
  it.each(CASES)('$code at $at: $says', ({ code, from, to, at, says, fix }) => {
    const text = from === '' ? to : LITTLE.replace(from, () => to)
    expect(text).not.toBe(LITTLE)
    const [first] = readDeed(text).findings
    expect(first).toMatchObject({ code, message: says, fix: { text: fix } })
    expect(`${first!.line}:${first!.column}`).toBe(at)
    expect(first!.endLine).toBeGreaterThanOrEqual(first!.line)
    expect(render('little.deed', first!)).toMatch(new RegExp(`^little\\.deed:${at} ${code} `))
  })

  it('of every code has been met', () => {
    const met = new Set<string>([...CASES.map(({ code }) => code), ...ELSEWHERE])
    expect(Object.keys(CODES).filter((code) => !met.has(code))).toEqual([])
  })

  it('speaks of the deed and never of its grammar', () => {
    for (const { says } of CASES)
      expect(says).not.toMatch(
        /\b(?:(?<!unique )token|AST|parser|expected|undefined|NaN|null|state machine)\b/,
      )
  })

  it('does not hide the next one', () => {
    const text = LITTLE.replace('price into purse:', 'price imto purse:').replace(
      'award from purse',
      'award fromm purse',
    )
    expect(readDeed(text).findings.map(({ line }) => line)).toEqual([27, 47])
  })

  it('has a run of events if time is involved', () => {
    const twice = LITTLE.replace(
      '- Within 7 days:\n',
      '- Within 7 days:\n  - Buyer may at any time wave:\n    - Begin Ruling.\n',
    )
    expect(readDeed(twice).findings[0]!.trace).toEqual([
      'all have signed',
      '2. Payment: Buyer must pay price into purse',
      '3. Delivery: Buyer may at any time wave',
      '3. Delivery: Buyer may at any time wave',
    ])
  })
})

it('a proof that takes too long is broken off and says so (DEED_L708)', () => {
  const model = shippedModel('lease')
  const exploration = explore(model)
  const cover = proveCover(model, exploration, 3)
  expect(cover.tooHard).toBe(true)
  expect(coverFindings(model, exploration, cover)).toMatchObject([{ code: 'DEED_L708' }])
})
