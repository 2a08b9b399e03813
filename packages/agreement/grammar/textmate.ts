/** The colours of a deed for editors that ask no server yet: a TextMate grammar whose words are those of the language. */
import type { GrammarTables } from '../src/syntax/tables.ts'

/** Words that say what happens; the others say how things relate. */
const CONTROL = [
  ...['Within', 'By', 'Every', 'On', 'Otherwise', 'Afterwards', 'If', 'if'],
  ...[
    'Begin',
    'Close',
    'Pause',
    'Resume',
    'End',
    'Take',
    'Release',
    'Charge',
    'Forgive',
    'Set',
    'Do',
    'must',
    'may',
  ],
]
const NAME = '[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*'
const alone = (words: readonly string[]): string =>
  `(?<![A-Za-z0-9-])(?:${[...words].sort((a, b) => b.length - a.length || (a < b ? -1 : 1)).join('|')})(?![A-Za-z0-9]|-[A-Za-z0-9])`

export const textMate = ({ tokens }: GrammarTables): string => {
  const words = tokens.flatMap((token) => /^'([A-Za-z]+)'$/.exec(token)?.[1] ?? [])
  const grammar = {
    $schema: 'https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json',
    comment: 'Made by `npm run grammar` of deed.langium.',
    name: 'Deed',
    scopeName: 'text.deed',
    patterns: [
      { match: '^# .*$', name: 'markup.heading.1.deed' },
      {
        match: `^(##) +(\\d+)(\\.) +(${NAME})`,
        captures: {
          1: { name: 'markup.heading.2.deed punctuation.definition.heading.deed' },
          2: { name: 'markup.heading.2.deed constant.numeric.deed' },
          3: { name: 'markup.heading.2.deed' },
          4: { name: 'markup.heading.2.deed entity.name.section.deed' },
        },
      },
      { match: '^### .*$', name: 'markup.heading.3.deed' },
      {
        // A bullet goes on in lines that are indented and are no bullets themselves.
        begin: '^ *(-) +',
        while: '^ +(?=[^ -])',
        beginCaptures: { 1: { name: 'punctuation.definition.list.begin.deed' } },
        name: 'meta.statement.deed',
        patterns: [{ include: '#statement' }],
      },
      { match: '^\\|(?: *:?-+:? *\\|)+$', name: 'punctuation.definition.table.deed' },
      { begin: '^(?=\\|)', end: '$', name: 'meta.table.deed', patterns: [{ include: '#statement' }] },
      { include: '#prose' },
    ],
    repository: {
      statement: {
        patterns: [
          { match: '"[^"]*"', name: 'string.quoted.double.deed' },
          { match: '\\b\\d{4}-\\d\\d-\\d\\d\\b', name: 'constant.numeric.date.deed' },
          { match: '(?<![A-Za-z0-9-])-?\\d[\\d,]*(?:\\.\\d+)?%?', name: 'constant.numeric.deed' },
          { match: alone(CONTROL), name: 'keyword.control.deed' },
          { match: alone(words.filter((word) => !CONTROL.includes(word))), name: 'keyword.other.deed' },
          { match: `(?<![A-Za-z0-9-])[A-Z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*`, name: 'entity.name.type.deed' },
          { match: `(?<![A-Za-z0-9-])${NAME}`, name: 'variable.other.deed' },
        ],
      },
      prose: {
        patterns: [
          {
            begin: '\\{',
            end: '\\}|$',
            name: 'meta.slot.deed',
            captures: { 0: { name: 'punctuation.section.embedded.deed' } },
            patterns: [{ include: '#statement' }],
          },
          { match: '\\*\\*[^*]+\\*\\*', name: 'markup.bold.deed' },
          { match: '(?<![\\w*])\\*[^*]+\\*', name: 'markup.italic.deed' },
          { match: '^>.*$', name: 'markup.quote.deed' },
        ],
      },
    },
  }
  return `${JSON.stringify(grammar, null, 2)}\n`
}
