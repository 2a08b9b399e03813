import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Names } from '../src/editor/names.ts'
import { keyOf, namesOf } from '../src/editor/names.ts'
import { applied, complete, draft, lineStarts, offsetOf, positionOf, rename } from '../src/editor.ts'
import { readDeed } from '../src/read.ts'
import type { Node, Reference } from '../src/syntax/node.ts'
import { parse } from '../src/syntax/parser.ts'
import { CASES, LITTLE } from './cases.ts'
import { NAMES, readDeed as shippedText } from './deeds.ts'

/** A text with `¦` where the cursor is. */
const cursor = (marked: string) => {
  const offset = marked.indexOf('¦')
  const text = marked.replace('¦', '')
  return { text, where: positionOf(text, offset) }
}
const place = (text: string, words: string) => positionOf(text, text.indexOf(words))
const labels = (marked: string) => {
  const { text, where } = cursor(marked)
  return complete(text, where).map(({ label }) => label)
}

describe('the names of a text', () => {
  it.each(NAMES)('of %s, found from its words, are those of its tree', (name) => {
    const text = shippedText(name)
    const { deed, tokens } = parse(text)
    const names = namesOf(text)
    const places = (found: readonly { token: number; name: string }[]) =>
      [
        ...new Set(
          found.map((each) => `${tokens[each.token]!.line}:${tokens[each.token]!.column} ${each.name}`),
        ),
      ].sort()
    const uses = places(referencesIn(deed!))
    expect(usesOf(names)).toEqual(uses)
    expect(uses.length).toBeGreaterThan(20)
    // Nothing is used that is not declared.
    expect(names.occurrences.filter((each) => !names.declared.has(keyOf(each)))).toEqual([])
  })

  it('are known while a sentence is half written', () => {
    const names = namesOf(`${LITTLE}\n## 5. Late\n\n- fine is an amount in\n- Within\n`)
    expect(names.declared.get('fine')).toMatchObject({ kind: 'value', clause: 5 })
    expect(names.declared.get('Late')).toMatchObject({ kind: 'clause', sentence: '5. Late' })
    expect(names.declared.get("step's part")).toMatchObject({ kind: 'column', row: 'step' })
  })
})

describe('completion', () => {
  const clause = (statement: string) => `${LITTLE}\n## 5. More\n\n${statement}`

  it('offers the language’s words as far as they must follow each other', () => {
    expect(labels(clause('- fine is an amount in USDC, ¦'))).toEqual([
      'agreed at signing',
      'at first',
      'stated later',
    ])
    expect(labels(clause('- Within 7 days:\n  - Buyer may accept.\n¦'))).toContain('Otherwise')
  })

  it.each([
    ['- Begin ¦', ['Terms', 'Payment', 'Delivery', 'Ruling', 'More']],
    ['- fine is an amount in ¦', ['USDC']],
    ['- Within 7 days:\n  - Buyer may pay price into ¦', ['purse']],
    ['- Within 7 days:\n  - Buyer may pay price towards ¦', ['debt']],
    ['- Within 7 days:\n  - Buyer may tell, giving ¦', ['award', 'note']],
    ['- Charge price to ¦', ['debt']],
    ['- Set ¦', ['level']],
    ["- Charge step's ¦", ['name', 'part', 'wait']],
    ['- Take the next ¦', ['step']],
    ['- other is USDC held for ¦', ['Seller', 'Buyer', 'Judge']],
    ["It is {step's ¦", ['name', 'part', 'wait']],
  ])('after "%s" offers the names that fit', (statement, names) => {
    expect(labels(clause(statement))).toEqual(names)
  })

  it('begins a bullet with the sentences that can stand there', () => {
    const first = labels(clause('- ¦'))
    expect(first).toEqual(
      expect.arrayContaining([
        'Within 7 days:',
        'rent is an amount in USDC from 1 USDC to 9,000 USDC, agreed at signing.',
      ]),
    )
    expect(first).not.toContain('Tenant may accept.')
    const nested = labels(clause('- Within 7 days:\n  - ¦'))
    expect(nested).toEqual(['Seller', 'Buyer', 'Judge', 'Tenant may accept.', 'Anyone'])
  })

  it('works below a sentence with an error, and is silent inside of it', () => {
    expect(labels(clause('- Charge pricey pricey.\n\n- Begin ¦'))).toContain('Ruling')
    expect(labels(clause('- Within 7 dogs:\n  - Buyer may pay price into ¦'))).toEqual(['purse'])
    expect(labels(clause('- Charge pricey pricey ¦'))).toEqual([])
  })

  it('replaces what has been typed, and only that', () => {
    const { text, where } = cursor(clause('- Begin Ru¦'))
    const found = complete(text, where).find(({ label }) => label === 'Ruling')!
    expect(found.typed).toBe('Ru')
  })

  it('offers in every place of every deed what stands there', () => {
    let asked = 0
    const missing: string[] = []
    for (const name of NAMES) {
      const text = shippedText(name)
      const { tokens } = parse(text)
      const names = namesOf(text)
      const verbs = new Set(names.verbs.map(({ line, column }) => `${line}:${column}`))
      for (const { place: at, declares } of names.occurrences) {
        if (declares || verbs.has(`${at.line}:${at.column}`)) continue
        const own = tokens.find(({ line, column }) => line === at.line && column === at.column)!
        asked++
        const offered = complete(text, at).map(({ label }) => label)
        if (!offered.includes(own.text)) missing.push(`${name}:${at.line}:${at.column} ${own.text}`)
      }
    }
    expect(missing).toEqual([])
    expect(asked).toBeGreaterThan(500)
  }, 120_000)
})

describe('a name', () => {
  const text = shippedText('lease')
  const rent = place(text, 'rent is an amount')

  it('says where it is declared and what is proved of it', () => {
    const lease = draft(text)
    const used = place(text, '{rent} falls')
    expect(lease.definition({ ...used, column: used.column + 2 })).toMatchObject(rent)
    const said = lease.hover(place(text, 'security is USDC'))!.text
    expect(said).toContain('> security is USDC held for Tenant.')
    expect(said).toContain("What is left in security at the end is Tenant's own.")
    const deposit = lease.hover({ ...place(text, '## 2. Deposit'), column: 8 })!.text
    expect(deposit).toContain('Otherwise: End.')
    const handover = lease.hover({ ...place(text, '## 9. Handover'), column: 8 })!.text
    expect(handover).toContain('Begun by 3. Rent, 7. Leaving, 8. Termination.')
    expect(lease.hover(place(text, 'Within claim-window'))!.text).toMatch(/^\*\*A wait\*\*: By DATE:/)
  })

  it('is renamed in bullets and prose, and the deed means what it meant', () => {
    const renamed = rename(text, rent, 'monthly-rent')
    if (!('edits' in renamed)) throw new Error(renamed.message)
    const after = applied(text, renamed.edits)
    expect(after).not.toMatch(/(?<![\w-])rent(?![\w-]).*USDC/)
    expect(after).toContain('Rent of {monthly-rent} falls due')
    expect(after.replaceAll('monthly-rent', 'rent')).toBe(text)
    expect(readDeed(after).findings).toEqual([])
  })

  it.each(NAMES)('whichever of %s, may be renamed and back', (name) => {
    const deed = shippedText(name)
    const { declared } = namesOf(deed)
    const property = fc.property(fc.constantFrom(...declared.values()), ({ place: at, kind, name: own }) => {
      const other = /^[A-Z]/.test(own) ? 'Quite-another' : 'quite-another'
      const renamed = rename(deed, at, other)
      if (!('edits' in renamed)) throw new Error(`${kind} ${own}: ${renamed.message}`)
      const after = applied(deed, renamed.edits)
      const { findings } = parse(after)
      expect(findings).toEqual([])
      expect(namesOf(after).occurrences.map(({ name: each }) => each === other)).toEqual(
        namesOf(deed).occurrences.map(
          (each) =>
            keyOf(each) === keyOf({ ...each, name: own }) &&
            renamed.edits.some(
              ({ place: p }) => p.line === each.place.line && p.column === each.place.column,
            ),
        ),
      )
    })
    fc.assert(property, { numRuns: 15 })
  })

  it.each([
    ['two words', 'DEED_L106'],
    ['date', 'DEED_L104'],
    ['deposit', 'DEED_L113'],
    ['de-posit', 'DEED_L114'],
    ['Rental', 'DEED_L115'],
    ['a'.repeat(40), 'DEED_L118'],
  ])('cannot become "%s"', (other, code) => {
    expect(rename(text, rent, other)).toMatchObject({ code })
  })
})

describe('a finding', () => {
  /** Codes for whose example one place of the text is enough to mend it. */
  const mended = CASES.filter(({ from }) => from !== '').flatMap(({ from, to }) => {
    const text = LITTLE.replace(from, () => to)
    const { findings } = readDeed(text)
    const found = draft(text).remedies(findings[0]!)
    return found.length > 0 ? [{ text, finding: findings[0]!, remedy: found[0]! }] : []
  })

  it('is mended by its action, and nothing else goes wrong', () => {
    // 69 of 114 on the day this was written; the others need a decision that only an author can make.
    expect(mended.length).toBeGreaterThanOrEqual(60)
    for (const { text, finding, remedy } of mended) {
      const after = readDeed(applied(text, remedy.edits))
      expect(after.findings).not.toContainEqual(expect.objectContaining({ message: finding.message }))
    }
  })

  it('is not mended by an example that has nothing to do with the deed', () => {
    const text = LITTLE.replace('  - Buyer may accept:', '  - Buyer might accept:')
    const { findings } = readDeed(text)
    expect(draft(text).remedies(findings[0]!)).toEqual([])
  })
})

describe('a table of contents', () => {
  it('has the clauses with what they declare and wait for', () => {
    const found = draft(LITTLE).symbols()
    expect(found.map(({ name }) => name)).toEqual(['1. Terms', '2. Payment', '3. Delivery', '4. Ruling'])
    expect(found[1]).toMatchObject({ detail: 'By term', place: { line: 24, endLine: 31 } })
    expect(found[0]!.children.map(({ name }) => name)).toEqual([
      ...[
        'Seller',
        'Buyer',
        'Judge',
        'USDC',
        'price',
        'term',
        'purse',
        'debt',
        'award',
        'note',
        'level',
        'step',
      ],
    ])
  })
})

it('every word has a colour, and no two overlap', () => {
  for (const name of NAMES) {
    const found = draft(shippedText(name)).colours()
    expect(found.filter(({ kind }) => kind === 'name')).toEqual([])
    for (const [i, { place: at }] of found.entries()) {
      const next = found[i + 1]?.place
      if (next) expect(next.line > at.line || next.column >= at.endColumn, `${name} ${at.line}`).toBe(true)
    }
  }
})

it('positions and offsets are each other’s inverse', () => {
  const text = 'one\n\nthrée\n'
  for (let offset = 0; offset <= text.length; offset++)
    expect(offsetOf(text, positionOf(text, offset))).toBe(offset)
  expect(lineStarts(text)).toEqual([0, 4, 5, 11])
  expect(offsetOf(text, { line: 1, column: 99 })).toBe(3)
})

it('nothing that is typed makes it fail', () => {
  const property = fc.property(
    fc.constantFrom(...NAMES),
    fc.nat(),
    fc.nat(60),
    fc.constantFrom('', ' ', '- ', '\n', '\n  - ', '{', "'s ", 'is ', 'Begin ', '|', '"', '\u0001'),
    (name, at, cut, put) => {
      const deed = shippedText(name)
      const from = at % deed.length
      const text = deed.slice(0, from) + put + deed.slice(from + cut)
      const where = positionOf(text, from + put.length)
      const asked = draft(text)
      for (const { text: offered } of complete(text, where)) expect(offered).not.toBe('')
      asked.symbols()
      asked.colours()
      for (const reference of asked.references(where)) expect(reference.line).toBeGreaterThan(0)
      rename(text, where, 'other-name')
    },
  )
  fc.assert(property, { numRuns: 150 })
})

const usesOf = ({ occurrences }: Names): string[] =>
  occurrences
    .filter(({ declares }) => !declares)
    .map(({ place: at, name }) => `${at.line}:${at.column} ${name}`)
    .sort()

/** Every reference of a tree. */
const referencesIn = (value: unknown): Reference[] => {
  if (Array.isArray(value)) return value.flatMap(referencesIn)
  if (typeof value !== 'object' || value === null) return []
  if ('token' in value && 'name' in value && typeof value.token === 'number') return [value as Reference]
  return Object.values(value as Node).flatMap(referencesIn)
}
