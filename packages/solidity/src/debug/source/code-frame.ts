/** Places as people read them: file, line, and the lines around it. */
import type { CodeFrame, SourceLine } from '../explain/explanation.ts'
import type { Place } from './program.ts'
import { textOf } from './source-file.ts'

const LINES_AROUND = 2
/** A line of generated code can be as long as a file. */
const MAX_COLUMNS = 200

export const lineOf = ({ file, start }: Place): SourceLine => {
  const before = file.bytes.slice(0, start)
  const lineStart = before.lastIndexOf('\n') + 1
  return {
    file: file.name,
    line: countLines(before),
    column: textOf(before.slice(lineStart)).length + 1,
  }
}

export const codeFrame = (place: Place): CodeFrame => {
  const { file, start, length } = place
  const at = lineOf(place)
  const lines = file.bytes.split('\n')
  const first = Math.max(1, at.line - LINES_AROUND)
  const last = Math.min(lines.length, at.line + LINES_AROUND)
  const marked = textOf(file.bytes.slice(start, start + length).split(/\r?\n/, 1)[0]!)
  return {
    ...at,
    width: Math.max(1, Math.min(marked.length, MAX_COLUMNS)),
    lines: lines.slice(first - 1, last).map((line, index) => ({
      number: first + index,
      text: textOf(line).replace(/\r$/, '').slice(0, MAX_COLUMNS),
    })),
  }
}

const countLines = (bytes: string): number => {
  let count = 1
  for (let at = bytes.indexOf('\n'); at >= 0; at = bytes.indexOf('\n', at + 1)) count++
  return count
}
