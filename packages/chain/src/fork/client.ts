/**
 * JSON-RPC to an origin. What is asked for in one moment goes in one batch; where the origin takes no batches, or
 * only smaller ones, it gets what it takes. What fails in passing is asked for again, more slowly each time, until
 * patience ends; then every request that waits for it is told why, and the next one begins anew.
 */
import type { Endpoint } from './endpoint.ts'
import { ForkError, type ForkErrorCode, OriginRefusal } from './error.ts'
import { exchange, type Fault, type FaultKind } from './exchange.ts'
import { createPace } from './pace.ts'
import { kindOf, readReply } from './reply.ts'

export interface OriginClient {
  readonly endpoint: Endpoint
  /** The result as JSON. @throws ForkError, or OriginRefusal where the origin's answer is an error. */
  request(method: string, params: readonly unknown[]): Promise<unknown>
  /** Ends what is under way. */
  close(): void
}

export interface ClientOptions {
  readonly endpoint: Endpoint
  /** How often a request is sent again that failed in passing. Default: 5. */
  readonly retries?: number | undefined
  /** Milliseconds of one exchange. Default: 20,000. */
  readonly timeoutMs?: number | undefined
  readonly surroundings: Surroundings
}

/** What a client needs of the world around it. */
export interface Surroundings {
  readonly fetch: typeof fetch
  /** Milliseconds since 1970. */
  readonly nowMs: () => number
  /** From 0 to 1. */
  readonly random: () => number
  readonly sleep: (ms: number) => Promise<void>
  /** Is told, once in a row of failures, that the origin is waited for. */
  readonly notice: (message: string) => void
}

const RETRIES = 5
const TIMEOUT_MS = 20_000
/** Requests of one batch: more than a hundred are refused by many providers. */
const MAX_BATCH = 100
/** For what goes over a block or many, by how much more time an exchange may take. */
const SLOW_FACTOR = 3
/** However many retries are left, nobody waits longer. */
const PATIENCE_MS = 40_000

interface Item {
  readonly id: number
  readonly method: string
  readonly params: readonly unknown[]
  readonly bornMs: number
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
  tries: number
  /** Answers that had come from the origin when it was last sent. */
  seen: number
}

export const createClient = (options: ClientOptions): OriginClient => {
  const { endpoint, retries = RETRIES, timeoutMs = TIMEOUT_MS } = options
  const { nowMs, random, sleep, notice, fetch } = options.surroundings
  const pace = createPace(nowMs, random)
  const closing = new AbortController()
  const queue: Item[] = []
  let lastId = 0
  let underWay = 0
  let answers = 0
  let batchSize = MAX_BATCH
  let isWaking = false
  let isTold = false

  const pump = (): void => {
    while (queue.length > 0 && underWay < pace.concurrency && !isWaking) {
      const waitMs = pace.waitMs()
      if (waitMs > 0) {
        wake(sleep(waitMs))
        return
      }
      const items = nextBatch(queue, batchSize)
      underWay++
      send(items)
        .catch((error) => {
          for (const { reject } of items) reject(error)
        })
        .finally(() => {
          underWay--
          pump()
        })
    }
  }
  const wake = (when: Promise<void>): void => {
    isWaking = true
    when.then(() => {
      isWaking = false
      pump()
    })
  }

  const send = async (items: readonly Item[]): Promise<void> => {
    for (const item of items) item.seen = answers
    const bodies = items.map(({ id, method, params }) => ({ jsonrpc: '2.0', id, method, params }))
    const [only] = bodies
    const body = JSON.stringify(bodies.length === 1 ? only : bodies)
    const signal = closing.signal
    const patientMs = timeoutMs * (isSlow(items[0]!) ? SLOW_FACTOR : 1)
    const exchanged = await exchange(endpoint, body, { fetch, timeoutMs: patientMs, signal, nowMs })
    if (signal.aborted) throw closed(endpoint.host)
    if ('fault' in exchanged) fail(items, exchanged.fault)
    else take(items, exchanged.json)
  }

  /** Gives each request its answer; asks again for those that got none. */
  const take = (items: readonly Item[], json: unknown): void => {
    const waiting = new Map<unknown, Item>(items.map((item) => [item.id, item]))
    const again: Item[] = []
    let isBusy = false
    let why = 'left something out of its answer'
    for (const one of Array.isArray(json) ? json : [json]) {
      const reply = readReply(one, endpoint)
      // Some origins answer a single request without its id.
      const item = reply && (waiting.get(reply.id) ?? (items.length === 1 ? items[0] : undefined))
      if (item === undefined) continue
      const kind = reply!.error && kindOf(reply!.error)
      if (kind === 'crowded' && items.length > 1) {
        batchSize = Math.min(batchSize, items.length >> 1)
        continue
      }
      waiting.delete(item.id)
      if (kind === 'busy' || kind === 'passing') {
        isBusy ||= kind === 'busy'
        why = `says "${reply!.error!.message}"`
        if (retry(item, kind === 'busy' ? 'busy' : 'away', why)) again.push(item)
        continue
      }
      answers++
      if (reply!.error) item.reject(new OriginRefusal(reply!.error))
      else item.resolve(reply!.result)
    }
    if (waiting.size === items.length) {
      // Nothing of it was an answer: an error for all of it, or something that is none.
      const lone = readReply(Array.isArray(json) ? json[0] : json, endpoint)?.error
      if (lone === undefined)
        fail(items, { kind: 'garbage', what: 'answers JSON that is no answer of JSON-RPC' })
      else fail(items, { kind: kindOf(lone) === 'busy' ? 'busy' : 'refused', what: `says "${lone.message}"` })
      return
    }
    for (const item of waiting.values()) if (retry(item, 'garbage', why)) again.push(item)
    if (again.length === 0) {
      pace.succeeded()
      isTold = false
      return
    }
    if (isBusy) pace.busy(undefined)
    else pace.failed()
    tell(why)
    queue.unshift(...again)
  }

  /** Nothing came of an exchange. */
  const fail = (items: readonly Item[], { kind, what, retryAfterMs = 0 }: Fault): void => {
    const half = Math.max(1, items.length >> 1)
    if (items.length > 1 && (kind === 'refused' || kind === 'large')) {
      // Refused as a batch; of its requests nothing is said yet.
      batchSize = half
      queue.unshift(...items)
      return
    }
    if (retryAfterMs > PATIENCE_MS) {
      for (const { reject } of items)
        reject(errorOf(kind, `${what}, and wants ${Math.ceil(retryAfterMs / 1000)} s of rest`))
      return
    }
    if (kind === 'busy') pace.busy(retryAfterMs)
    else if (RETRIED[kind]) pace.failed()
    if (RETRIED[kind]) tell(what)
    // It may be the size that it cannot do.
    if (kind === 'garbage' || (kind === 'away' && items[0]!.tries > 0)) batchSize = Math.min(batchSize, half)
    queue.unshift(...items.filter((item) => retry(item, kind, what)))
  }

  const tell = (what: string): void => {
    if (!isTold) notice(`The origin ${endpoint.host} ${what}; it is asked again`)
    isTold = true
  }

  /** Whether a request may be sent again. One that waits while others get through loses no patience. */
  const retry = (item: Item, kind: FaultKind, what: string): boolean => {
    if (kind !== 'busy' || item.seen === answers) item.tries++
    const isTooLate = nowMs() - item.bornMs > PATIENCE_MS && item.seen === answers
    if (RETRIED[kind] && item.tries <= retries && !isTooLate) return true
    item.reject(errorOf(kind, what, item.tries))
    return false
  }

  const errorOf = (kind: FaultKind, what: string, tries = 1): ForkError => {
    const [code, advice] = REASONS[kind]
    const often = tries > 1 ? `, asked ${tries} times` : ''
    return new ForkError(code, `The origin ${endpoint.host} ${what}${often}. ${advice}`)
  }

  return {
    endpoint,
    request: (method, params) =>
      new Promise((resolve, reject) => {
        if (closing.signal.aborted) {
          reject(closed(endpoint.host))
          return
        }
        const item = { id: ++lastId, method, params, bornMs: nowMs(), resolve, reject, tries: 0, seen: 0 }
        queue.push(item)
        // In a moment, when everybody has asked.
        if (!isWaking && queue.length === 1) wake(Promise.resolve())
      }),
    close() {
      closing.abort()
      for (const { reject } of queue.splice(0)) reject(closed(endpoint.host))
    },
  }
}

/** Whatever takes the origin long goes alone, so that nothing waits for it. */
const nextBatch = (queue: Item[], size: number): Item[] => {
  const slow = queue.findIndex(isSlow)
  return queue.splice(0, slow === 0 ? 1 : slow === -1 ? size : Math.min(size, slow))
}

const isSlow = ({ method }: Item): boolean => /^((debug|trace|ots)_|eth_getLogs$)/.test(method)

const RETRIED: Readonly<Record<FaultKind, boolean>> = {
  away: true,
  busy: true,
  garbage: true,
  denied: false,
  refused: false,
  large: false,
}

const REASONS: Readonly<Record<FaultKind, readonly [ForkErrorCode, string]>> = {
  away: [
    'DEED_FORK_ORIGIN_AWAY',
    'Is it running, and its address right? What was read before is still answered',
  ],
  busy: [
    'DEED_FORK_ORIGIN_BUSY',
    'Wait a while, or use an address with a higher limit; what was read so far is kept',
  ],
  denied: ['DEED_FORK_ORIGIN_DENIED', 'Look at the key in its address or in --fork-headers'],
  refused: ['DEED_FORK_ORIGIN_REFUSED', 'Is this the address of its JSON-RPC?'],
  garbage: ['DEED_FORK_ORIGIN_GARBAGE', 'Is this the address of its JSON-RPC?'],
  large: ['DEED_FORK_ORIGIN_TOO_LARGE', 'Ask for less at a time'],
}

const closed = (host: string) =>
  new ForkError('DEED_FORK_ORIGIN_AWAY', `The fork was closed while its origin ${host} was asked`)
