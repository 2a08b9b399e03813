/** What the page asks about a text, answered in a worker: a proof may take a second, and nobody's typing waits for it. */
import { complete, type Draft, draft, type Position, rename } from '@deed/agreement/editor'
import { type Finding, format, textHash } from '@deed/agreement/language'

/** The draft that was asked about last; most questions come several to a text. */
let last: Draft | undefined
const of = (text: string): Draft => {
  if (last?.text !== text) last = draft(text)
  return last
}

export const ANSWERS = {
  check: (text: string) => {
    const { findings, proof, model, formatted } = of(text).read()
    return {
      findings,
      facts: proof?.facts ?? [],
      title: model?.title,
      /** keccak256 of the text as it stands, which is what would be signed. */
      hash: textHash(text),
      laidOut: formatted === text,
    }
  },
  complete: (text: string, where: Position) => complete(text, where),
  hover: (text: string, where: Position) => of(text).hover(where),
  definition: (text: string, where: Position) => of(text).definition(where),
  references: (text: string, where: Position) => of(text).references(where),
  rename: (text: string, where: Position, name: string) => rename(text, where, name),
  colours: (text: string) => of(text).colours(),
  symbols: (text: string) => of(text).symbols(),
  format: (text: string) => format(text),
  remedies: (text: string, finding: Finding) => of(text).remedies(finding),
} as const

export type Answers = typeof ANSWERS
