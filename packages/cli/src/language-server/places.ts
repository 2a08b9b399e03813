/** Lines and characters count from 0 in the Language Server Protocol and from 1 in our errors. */
import type { Edit, Place, Position } from '@deed/agreement/editor'
import type { Position as LspPosition, Range, TextEdit } from 'vscode-languageserver/node'

export const toRange = ({ line, column, endLine, endColumn }: Place): Range => ({
  start: { line: line - 1, character: column - 1 },
  end: { line: endLine - 1, character: endColumn - 1 },
})

export const fromPosition = ({ line, character }: LspPosition): Position => ({
  line: line + 1,
  column: character + 1,
})

export const toEdit = ({ place, text }: Edit): TextEdit => ({ range: toRange(place), newText: text })
