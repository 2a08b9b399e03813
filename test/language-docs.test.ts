/** What docs/language.md shows is so: its deeds are checked, its fragments stand in deeds that are, its codes are all there. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CODES, readDeed } from '@deed/agreement/language'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const markdown = readFileSync(join(root, 'docs/language.md'), 'utf8')

const blocks = [...markdown.matchAll(/^```deed *(\S*)\n([\s\S]*?)^```$/gm)].map(([, code, text]) => ({
  code: code!,
  text: text!,
}))
const isWhole = ({ text }: { text: string }) => text.startsWith('# ')
const wholes = blocks.filter(isWhole)
const shipped = globSync('examples/*/*.deed', { cwd: root }).map((file) =>
  readFileSync(join(root, file), 'utf8'),
)

/** Where lines are broken and how deep they stand says nothing of a fragment. */
const flat = (text: string): string => text.replace(/\s+/g, ' ').trim()

describe('the deeds of docs/language.md', () => {
  it('are two that are right, and one that is wrong', () => {
    expect(wholes.map(({ code }) => code)).toEqual(['', 'DEED_L111', ''])
  })

  it.each(wholes.map((block) => [block.text.split('\n', 1)[0]!, block] as const))(
    '%s',
    (_, { code, text }) => {
      const { findings, formatted } = readDeed(text)
      expect(findings.map((finding) => finding.code)).toEqual(code === '' ? [] : [code])
      if (code === '') expect(formatted).toBe(text)
    },
  )

  it('show no fragment that does not stand in a checked deed', () => {
    const checked = [...wholes.filter(({ code }) => code === '').map(({ text }) => text), ...shipped].map(
      flat,
    )
    const fragments = blocks
      .filter((block) => !isWhole(block))
      .flatMap(({ text }) => text.split('\n\n').map(flat))
    expect(fragments.length).toBeGreaterThan(40)
    expect(fragments.filter((fragment) => !checked.some((deed) => deed.includes(fragment)))).toEqual([])
  })

  it('leave out no form of sentence', () => {
    const shown = flat(blocks.map(({ text }) => text).join('\n') + markdown)
    const patterns = [
      ...[
        'are parties',
        'is a third party',
        'transferable party',
        'money with',
        'native money',
        'unique token',
      ],
      ...['is a unit', 'held for', 'owed by', 'read from a feed', 'row of this table', 'agreed at signing'],
      ...['stated later', 'at first', 'Signing requires', 'Days begin', 'Within ', 'By ', 'On ', 'Every '],
      ...[
        'Afterwards',
        'Otherwise',
        ' must ',
        ' may ',
        'together',
        'at any time',
        'any amount up to',
        'deliver',
      ],
      ...[
        'giving',
        'of at most',
        'Release up to',
        'Release all of',
        'Charge',
        'Forgive all of',
        'Set ',
        'Begin',
      ],
      ...['Close', 'Pause', 'Resume', 'Take the next', 'End.', 'Do nothing', 'remains', 'holds', 'is stated'],
      ...[
        'is not open',
        'rounded up',
        'lesser of',
        'greater of',
        'earlier of',
        'later of',
        'days from',
        "'s ",
      ],
    ]
    expect(patterns.filter((pattern) => !shown.includes(pattern))).toEqual([])
  })
})

it('every code is explained, in the words of the checker', () => {
  const listed = [...markdown.matchAll(/^\| `(DEED_L\d+)` +\| (.*?) *\|$/gm)].map(([, code, says]) => [
    code,
    says,
  ])
  expect(Object.fromEntries(listed)).toEqual(CODES)
})
