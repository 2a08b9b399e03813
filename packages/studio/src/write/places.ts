/** CodeMirror counts characters from the beginning of the text; the language counts lines and columns from 1. */

import type { ChangeSpec, Text } from '@codemirror/state'
import type { Edit, Place, Position } from '@deed/agreement/editor'

export const offsetIn = (doc: Text, { line, column }: Position): number => {
  if (line > doc.lines) return doc.length
  const { from, to } = doc.line(Math.max(line, 1))
  return Math.max(from, Math.min(from + column - 1, to))
}

export const rangeIn = (doc: Text, place: Place): { readonly from: number; readonly to: number } => {
  const from = offsetIn(doc, place)
  const to = offsetIn(doc, { line: place.endLine, column: place.endColumn })
  return { from, to: Math.max(from, to) }
}

export const positionIn = (doc: Text, offset: number): Position => {
  const { number, from } = doc.lineAt(offset)
  return { line: number, column: offset - from + 1 }
}

export const changesOf = (doc: Text, edits: readonly Edit[]): ChangeSpec[] =>
  edits.map(({ place, text }) => ({ ...rangeIn(doc, place), insert: text }))
