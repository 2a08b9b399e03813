/** A remark of the compiler with the place it is about. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning' | 'info'
  /** The compiler's own number of the remark, such as `2314`. */
  readonly number?: string
  /** `ParserError`, `TypeError` … */
  readonly type: string
  readonly message: string
  readonly place?: Place
}

export interface Place {
  /** Source unit name. */
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1, in characters. */
  readonly column: number
  readonly sourceLine: string
  /** Characters under which the caret's line is drawn; at least 1, and never past the line's end. */
  readonly width: number
}

/**
 * One remark as a person reads it: place, message, the line, and a caret underneath.
 *
 *     Lease.sol:3:12: error: Expected ';' but got '}' (ParserError 2314)
 *       uint256 x
 *               ^
 */
export const renderDiagnostic = ({ severity, type, number, message, place }: Diagnostic): string => {
  const kind = number ? `${type} ${number}` : type
  if (!place) return `${severity}: ${message} (${kind})`
  const { file, line, column, sourceLine, width } = place
  // Tabs stay tabs, so that the caret stands where the reader's terminal puts the character.
  const indent = sourceLine.slice(0, column - 1).replace(/[^\t]/g, ' ')
  return [
    `${file}:${line}:${column}: ${severity}: ${message} (${kind})`,
    `  ${sourceLine}`,
    `  ${indent}${'^'.repeat(width)}`,
  ].join('\n')
}

/**
 * Where a range of bytes lies in a source. The compiler counts UTF-8 bytes, people count characters.
 * @param start first byte
 * @param end first byte after the range
 */
export const placeOf = (file: string, content: string, start: number, end: number): Place => {
  const bytes = new TextEncoder().encode(content)
  const characters = (from: number, to: number) => new TextDecoder().decode(bytes.subarray(from, to))
  const before = characters(0, Math.max(0, start))
  const lineStart = before.lastIndexOf('\n') + 1
  const sourceLine = content.slice(lineStart).split(/\r?\n/, 1)[0]!
  const column = before.length - lineStart + 1
  const marked = characters(start, Math.max(start, end)).split(/\r?\n/, 1)[0]!.length
  return {
    file,
    line: before.split('\n').length,
    column,
    sourceLine,
    width: Math.max(1, Math.min(marked, sourceLine.length - column + 1)),
  }
}
