/** How tokens are written one after the other. There is one way. */
import { grouped } from './scan.ts'
import { type Token, TYPE } from './token.ts'

const TIGHT_BEFORE = new Set(['.', ',', ':', ')', '%', '}', "'s"])
const TIGHT_AFTER = new Set(['(', '{'])
const OPERATORS = new Set(['+', '-', '*', '/'])

export const spell = (tokens: readonly Token[]): string => atoms(tokens).join(' ')

/**
 * Pieces of a statement between which a line may end: an operator ends a line and never begins one, since a line that
 * began with it would be another bullet of the Markdown.
 */
export const atoms = (tokens: readonly Token[]): string[] => {
  const pieces: string[] = []
  tokens.forEach((token, i) => {
    const text = token.type === TYPE.number ? grouped(token.text) : token.text
    const before = tokens[i - 1]?.text
    const tight = TIGHT_BEFORE.has(text) || (before !== undefined && TIGHT_AFTER.has(before))
    if (pieces.length > 0 && tight) pieces[pieces.length - 1] += text
    else pieces.push(text)
  })
  return glue(pieces, (piece) => OPERATORS.has(piece) || /^\d+[.)]$/.test(piece))
}

/** Joins to the piece before it each piece that must not begin a line. */
export const glue = (pieces: readonly string[], bad: (piece: string) => boolean): string[] => {
  const glued: string[] = []
  for (const piece of pieces) {
    if (glued.length > 0 && bad(piece)) glued[glued.length - 1] += ` ${piece}`
    else glued.push(piece)
  }
  return glued
}
