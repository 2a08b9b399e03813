/** Positions in a text, and changes of it. Lines and columns count from 1, columns in UTF-16 units. */
import type { Place } from '../syntax/place.ts'

export interface Position {
  readonly line: number
  readonly column: number
}

/** What stands at a place is replaced by the text; an empty place is where it is put in. */
export interface Edit {
  readonly place: Place
  readonly text: string
}

/** Where each line begins, in UTF-16 units. */
export const lineStarts = (text: string): readonly number[] => {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/** A position outside of the text is taken for the nearest one in it. */
export const offsetOf = (text: string, { line, column }: Position, starts = lineStarts(text)): number => {
  if (line > starts.length) return text.length
  const start = starts[Math.max(line, 1) - 1]!
  const next = starts[line] === undefined ? text.length : starts[line]! - 1
  return Math.max(start, Math.min(start + column - 1, next))
}

export const positionOf = (text: string, offset: number, starts = lineStarts(text)): Position => {
  const line = starts.findLastIndex((start) => start <= offset)
  return { line: line + 1, column: offset - starts[line]! + 1 }
}

/** @param edits that do not overlap. */
export const applied = (text: string, edits: readonly Edit[]): string => {
  const starts = lineStarts(text)
  const found = edits
    .map(({ place, text: put }) => ({
      from: offsetOf(text, place, starts),
      to: offsetOf(text, { line: place.endLine, column: place.endColumn }, starts),
      put,
    }))
    .sort((a, b) => a.from - b.from)
  let result = ''
  let at = 0
  for (const { from, to, put } of found) {
    result += text.slice(at, from) + put
    at = to
  }
  return result + text.slice(at)
}
