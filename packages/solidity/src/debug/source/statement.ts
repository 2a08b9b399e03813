/** Statements of a source, as far as they can be told by brackets, semicolons and words. */
import type { SourceFile } from './source-file.ts'

export interface Statement {
  readonly start: number
  /** First byte after it. */
  readonly end: number
}

/**
 * The statement that begins before a byte and has it within: of an `if` with its branch, but without `else`.
 */
export const statementAround = (file: SourceFile, at: number): Statement => {
  const code = codeOf(file)
  let start = at
  while (start > 0 && !BOUNDARIES.has(code[start - 1]!)) start--
  const lead = /^(?:\s|\belse\b|\bunchecked\b)*/.exec(code.slice(start, at + 1))!
  start = Math.min(at, start + lead[0].length)
  return { start, end: endOf(code, start) }
}

const endOf = (code: string, start: number): number => {
  let depth = 0
  for (let at = start; at < code.length; at++) {
    const sign = code[at]!
    if (sign === '(' || sign === '[') depth++
    else if (sign === ')' || sign === ']') depth--
    if (depth > 0) continue
    if (sign === ';') return at + 1
    if (sign === '{') return closing(code, at)
    // The end of what is around it.
    if (sign === '}' || depth < 0) return at
  }
  return code.length
}

const closing = (code: string, open: number): number => {
  let depth = 0
  for (let at = open; at < code.length; at++) {
    if (code[at] === '{') depth++
    else if (code[at] === '}' && --depth === 0) return at + 1
  }
  return code.length
}

const BOUNDARIES: ReadonlySet<string> = new Set([';', '{', '}'])

/**
 * A source with spaces in place of comments and of what stands in strings, byte for byte.
 * @param kept `strings` stay
 */
export const codeOf = (file: SourceFile, kept?: 'strings'): string => {
  const cache = kept ? TEXT : CODE
  const known = cache.get(file)
  if (known !== undefined) return known
  const code = file.bytes.replace(BLANKED, (text) => {
    if (text.startsWith('/')) return blank(text)
    return kept ? text : `${text[0]}${blank(text.slice(1, -1))}${text.at(-1)}`
  })
  cache.set(file, code)
  return code
}

const CODE = new WeakMap<SourceFile, string>()
const TEXT = new WeakMap<SourceFile, string>()
const BLANKED = /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"(?:[^"\\\n]+|\\[\s\S])*"?|'(?:[^'\\\n]+|\\[\s\S])*'?/g

const blank = (text: string): string => text.replace(/[^\n]/g, ' ')
