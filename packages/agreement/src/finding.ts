/** What is wrong with a deed: one sentence with the author's own names, where, and what to write instead. */
import type { Code } from './codes.ts'
import type { Place } from './syntax/place.ts'

export interface Finding extends Place {
  readonly code: Code
  readonly message: string
  readonly fix: Fix
  /** A run of events that leads there, in sentences of the deed. */
  readonly trace?: readonly string[]
}

export interface Fix {
  /** Where the text goes: `Write`, `Before "Begin Handover", write`. */
  readonly how: string
  /** As it can be pasted. */
  readonly text: string
}

export const write = (text: string): Fix => ({ how: 'Write', text })

export const finding = (
  code: Code,
  where: Place,
  message: string,
  fix: Fix,
  trace?: readonly string[],
): Finding => ({
  code,
  message,
  line: where.line,
  column: where.column,
  endLine: where.endLine,
  endColumn: where.endColumn,
  fix,
  ...(trace && { trace }),
})

/** In the order of the text. */
export const inOrder = (findings: readonly Finding[]): Finding[] =>
  [...findings].sort((a, b) => a.line - b.line || a.column - b.column || (a.code < b.code ? -1 : 1))

/** `lease.deed:12:5 DEED_L210 sentence`, the run of events and the fix, each on lines of their own. */
export const render = (file: string, { code, line, column, message, fix, trace }: Finding): string =>
  [
    `${file}:${line}:${column} ${code} ${message}`,
    ...(trace ? [`  ${trace.join(' → ')}`] : []),
    ...(fix.text.includes('\n')
      ? [`  ${fix.how}:`, ...fix.text.split('\n').map((each) => `    ${each}`)]
      : [`  ${fix.how}: ${fix.text}`]),
  ].join('\n')
