/** One exchange with an origin over HTTP: a text goes, JSON comes back, or it is said what came instead. */
import type { Endpoint } from './endpoint.ts'

export type Exchanged = { readonly json: unknown } | { readonly fault: Fault }

export interface Fault {
  readonly kind: FaultKind
  /** What was seen, as the end of a sentence about the origin. */
  readonly what: string
  /** How long the origin wants to be left alone. */
  readonly retryAfterMs?: number | undefined
}

/**
 * `away`: no answer, or one that says that something broke. `busy`: asked too often. `denied`: the key is wrong.
 * `refused`: the request as it is. `garbage`: not JSON. `large`: more than {@link MAX_ANSWER_BYTES}.
 */
export type FaultKind = 'away' | 'busy' | 'denied' | 'refused' | 'garbage' | 'large'

export interface ExchangeOptions {
  readonly fetch: typeof fetch
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** Milliseconds since 1970, for dates in `Retry-After`. */
  readonly nowMs: () => number
}

/** Traces of whole blocks are the largest answers. */
const MAX_ANSWER_BYTES = 128 << 20

export const exchange = async (
  { url, headers }: Endpoint,
  body: string,
  { fetch, timeoutMs, signal, nowMs }: ExchangeOptions,
): Promise<Exchanged> => {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), timeoutMs)
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, late.signal]),
    })
    const text = await readText(response)
    const retryAfterMs = retryAfter(response.headers.get('retry-after'), nowMs())
    if (text === undefined) return fault('large', `answers with more than ${MAX_ANSWER_BYTES >> 20} MB`)
    if (response.status === 429) return fault('busy', 'answers HTTP 429: too many requests', retryAfterMs)
    if (response.status === 401 || response.status === 403)
      return fault('denied', `answers HTTP ${response.status}: it lets nobody in without the right key`)
    const json = parse(text)
    // Many servers give an error of JSON-RPC a status of its own.
    if (json !== undefined && (response.ok || isJsonRpc(json))) return { json }
    return faultOf(response, text, retryAfterMs)
  } catch (error) {
    if (late.signal.aborted) return fault('away', `did not answer within ${timeoutMs / 1000} s`)
    return fault('away', `cannot be reached (${reasonOf(error)})`)
  } finally {
    clearTimeout(timer)
  }
}

const fault = (kind: FaultKind, what: string, retryAfterMs?: number): { fault: Fault } => ({
  fault: { kind, what, retryAfterMs },
})

const faultOf = ({ status, ok }: Response, text: string, retryAfterMs: number | undefined) => {
  const looks = /^\s*</.test(text) ? 'HTML' : text.trim() === '' ? 'nothing' : 'something'
  if (ok || (status >= 300 && status < 400) || status === 0) {
    const what = ok ? `answers with ${looks} that is not JSON` : 'redirects to another address'
    return fault('garbage', what)
  }
  const what = `answers HTTP ${status}${looks === 'HTML' ? ' with HTML' : ''}`
  if (status >= 500 && status !== 501) return fault(retryAfterMs ? 'busy' : 'away', what, retryAfterMs)
  return fault('refused', what)
}

/** `undefined`: too long. */
const readText = async ({ body }: Response): Promise<string | undefined> => {
  if (body === null) return ''
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > MAX_ANSWER_BYTES) return undefined
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isJsonRpc = (json: unknown): boolean =>
  typeof json === 'object' && json !== null && (Array.isArray(json) || 'error' in json || 'result' in json)

/** Seconds or a date (RFC 9110 §10.2.3), in milliseconds from now. */
const retryAfter = (value: string | null, nowMs: number): number | undefined => {
  if (value === null) return undefined
  if (/^\d+(\.\d+)?$/.test(value.trim())) return Number(value) * 1000
  const dateMs = Date.parse(value)
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs)
}

/** What the system says. The message of `fetch` itself may hold the URL. */
const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : undefined
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' ? code : 'the connection failed or broke off'
}
