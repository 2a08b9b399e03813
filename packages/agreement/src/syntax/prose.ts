/** What a line of prose must not hold: a signed document shows all of its text, and its figures come from the model. */
import { type Finding, finding, write } from '../finding.ts'
import { place } from './place.ts'

/** Inside of a quotation, which may run over several lines of a paragraph. */
export interface Quotation {
  open: boolean
}

interface Rule {
  readonly pattern: RegExp
  readonly message: string
  readonly fix: (match: RegExpExecArray) => string
}

/** Markdown that would be shown otherwise than it reads, or not at all. */
const RULES: readonly Rule[] = [
  {
    pattern: /^(?:\d+[.)]|[*+])(?: |$)/,
    message: 'A list in the prose would look like binding bullets.',
    fix: (match) => match.input.slice(match[0].length),
  },
  {
    pattern: /^(?:```|~~~)/,
    message: 'A block of code has no place in a deed.',
    fix: (match) => match.input.replace(/^[`~]+ */, ''),
  },
  {
    pattern: /^(?:={1,}|-{1,}|\*{3,}|_{3,}|(?:[-*_] ){2,}[-*_]?) *$/,
    message: 'A ruled line would turn the paragraph before it into a heading.',
    fix: () => '',
  },
  {
    pattern: /^#(?!## )#{0,5}(?: |$)/,
    message: 'Only "###" heads a part of a clause.',
    fix: (match) => `### ${match.input.replace(/^#+ */, '')}`,
  },
  {
    pattern: /^\[[^\]]*\]:/,
    message: 'The definition of a link is hidden from whoever reads the page.',
    fix: () => '[words](https://…) where the words stand',
  },
  {
    pattern: /!\[/,
    message: 'A picture has no place in a deed.',
    fix: () => '- picture is a document, agreed at signing.',
  },
  {
    pattern: /<[A-Za-z/!?]/,
    message: 'HTML can hide text, and a deed has no hidden text.',
    fix: (match) => match.input.replace(/<[^>]*>?/g, ''),
  },
  {
    pattern: /&(?:#|[A-Za-z]+;)/,
    message: 'An HTML entity can hide text.',
    fix: (match) => match.input.replace(/&(?:#\w*|[A-Za-z]+);?/, ''),
  },
  {
    pattern: /\\$/,
    message: 'A backslash at the end of a line is a line break that nobody sees.',
    fix: (match) => match.input.slice(0, -1),
  },
]

export const checkProse = (line: string, number: number, column: number, quotation: Quotation): Finding[] => {
  const found: Finding[] = []
  for (const { pattern, message, fix } of RULES) {
    const match = pattern.exec(line)
    if (match)
      found.push(
        finding(
          'DEED_L109',
          place(number, column + match.index, match[0].length),
          message,
          write(fix(match)),
        ),
      )
  }
  // The number of a list is no figure.
  const list = /^\d+[.)] /.exec(line)?.[0].length ?? 0
  return [...found, ...figures(line.slice(list), number, column + list, quotation)]
}

/** Digits outside of slots, quotations and the targets of links. */
const figures = (line: string, number: number, column: number, quotation: Quotation): Finding[] => {
  const found: Finding[] = []
  const piece = /\{[^}]*\}?|\]\([^)\s]*\)|["“”]|\d[\d.,:/-]*\d|\d/g
  for (let match = piece.exec(line); match; match = piece.exec(line)) {
    const [text] = match
    if (text === '“') quotation.open = true
    else if (text === '”') quotation.open = false
    else if (text === '"') quotation.open = !quotation.open
    else if (/^\d/.test(text) && !quotation.open) {
      found.push(
        finding(
          'DEED_L103',
          place(number, column + match.index, text.length),
          `The figure ${text} stands in the prose, where it could differ from the bullets.`,
          {
            how: 'Declare a name for it and write the name in braces, or quote it',
            text: `{name} or "${text}"`,
          },
        ),
      )
    }
  }
  return found
}
