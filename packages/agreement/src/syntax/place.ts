/** Where something stands in a text. Lines and columns count from 1, columns in UTF-16 units, ends are exclusive. */
export interface Place {
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
}

export const place = (line: number, column: number, length = 1): Place => ({
  line,
  column,
  endLine: line,
  endColumn: column + length,
})

export const spanning = (first: Place, last: Place): Place => ({
  line: first.line,
  column: first.column,
  endLine: last.endLine,
  endColumn: last.endColumn,
})
