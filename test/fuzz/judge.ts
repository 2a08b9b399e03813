/** What an answer must never be, and whether it is the answer to what was asked. */
import type { Expected, Shot } from './shots.ts'

export type Kind = 'stack' | 'internal' | 'wrong'
export interface Problem {
  readonly kind: Kind
  readonly says: string
}

/** Codes with which a request of sound form may be refused: of JSON-RPC, EIP-1474, geth, EIP-7966, the Engine API. */
const CODES: ReadonlySet<number> = new Set([
  -32602, -32000, -32001, -32003, -32004, -32005, 3, 4, -38001, -38002, -38003, -38004, -38005, -38006,
])
const INTERNAL = -32603
const METHOD_NOT_FOUND = -32601

/** What only a stack trace or an error of the language itself says. */
const STACK = /\\n\s+at \S|\bat (?:async )?\S+ \(|node:internal|file:\/\/|\.ts:\d+/
const LANGUAGE =
  /Cannot (?:read|set|mix|convert|destructure)|is not (?:a function|iterable|an Object|defined|a constructor)|Maximum call stack|Invalid (?:array|string|typed array) length|out of memory|Cyclic|circular structure/i
/** Characters of a message. */
const MAX_MESSAGE = 2_000

/** @param text the body of the answer; `undefined`: nothing was said. */
export const judge = ({ expected }: Shot, text: string | undefined): Problem | undefined => {
  if (text !== undefined && STACK.test(text)) return { kind: 'stack', says: around(text, STACK) }
  if (text === undefined || text === '')
    return Array.isArray(expected) && expected.length === 0 ? undefined : wrong('nothing was said')
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch {
    return wrong(`the answer is no JSON: ${text.slice(0, 200)}`)
  }
  if (!Array.isArray(expected)) return judgeOne(expected as Expected, answer)
  if (expected.length === 0) return wrong(`a notification was answered: ${text.slice(0, 200)}`)
  if (!Array.isArray(answer) || answer.length !== expected.length)
    return wrong(
      `${expected.length} answers were expected, ${Array.isArray(answer) ? answer.length : 'one'} came: ${text.slice(0, 200)}`,
    )
  for (const [index, one] of expected.entries()) {
    const problem = judgeOne(one, answer[index])
    if (problem !== undefined) return problem
  }
  return undefined
}

const judgeOne = ({ id, codes }: Expected, answer: unknown): Problem | undefined => {
  if (typeof answer !== 'object' || answer === null) return wrong(`no object: ${JSON.stringify(answer)}`)
  const shown = JSON.stringify(answer).slice(0, 400)
  const { jsonrpc, error, ...rest } = answer as {
    jsonrpc: unknown
    id: unknown
    error?: { code: number; message: string; data?: unknown }
  }
  if (jsonrpc !== '2.0' || rest.id !== id) return wrong(`id ${JSON.stringify(id)} was expected: ${shown}`)
  if (error === undefined) {
    if (!('result' in rest)) return wrong(`neither result nor error: ${shown}`)
    return codes === undefined || codes.length === 0
      ? undefined
      : wrong(`code ${codes} was expected: ${shown}`)
  }
  const { code, message, data } = error
  if (code === INTERNAL || hasCode(data, 'DEED_INTERNAL') || LANGUAGE.test(message))
    return { kind: 'internal', says: shown }
  if (typeof message !== 'string' || message.length < 3 || message.length > MAX_MESSAGE || /\n/.test(message))
    return wrong(`no message of a line: ${shown}`)
  if ('result' in rest) return wrong(`both result and error: ${shown}`)
  if (codes !== undefined)
    return codes.includes(code)
      ? undefined
      : wrong(`${codes.length === 0 ? 'a result' : `code ${codes}`} was expected: ${shown}`)
  // Subscriptions need a connection that stays; HTTP has none.
  if (code === METHOD_NOT_FOUND && /subscri/.test(message)) return undefined
  // eth_simulateV1 has codes of its own (execution-apis).
  if (!CODES.has(code) && !(code <= -38_010 && code >= -38_026))
    return wrong(`no code of the table: ${shown}`)
  const isCoded = typeof data === 'string' ? /^0x[0-9a-f]*$/.test(data) : hasCode(data, 'DEED_')
  return isCoded ? undefined : wrong(`neither a DEED_ code nor revert data: ${shown}`)
}

const hasCode = (data: unknown, prefix: string): boolean =>
  typeof data === 'object' && data !== null && String((data as { code?: unknown }).code).startsWith(prefix)

export const wrong = (says: string): Problem => ({ kind: 'wrong', says })

const around = (text: string, pattern: RegExp): string => {
  const at = Math.max(0, text.search(pattern) - 100)
  return text.slice(at, at + 300)
}
