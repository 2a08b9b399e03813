/** What the page asks the platform: its REST API, and the stream that says when to ask again. */
import type { ApiError, Deed, DeedDocument, DeedSummary, KeeperStatus, StreamEvents } from '@deed/platform'
import { type QueryClient, queryOptions } from '@tanstack/react-query'
import { refill } from '../chain/heads.ts'

/** Asked again this often even when the stream says nothing, for a stream may be lost unseen. */
const ASK_AGAIN_MS = 15_000
/** What changed within this time is asked for together. */
const GATHER_MS = 700

export class PlatformError extends Error {
  override name = 'PlatformError'
  readonly code: string
  constructor({ code, message }: ApiError) {
    super(message)
    this.code = code
  }
}

const get = async <T>(path: string, signal: AbortSignal): Promise<T> => {
  const response = await fetch(`/api/${path}`, { signal, headers: { accept: 'application/json' } })
  const body = await response.json().catch(() => undefined)
  if (response.ok && body !== undefined) return body as T
  throw new PlatformError(
    typeof body?.code === 'string'
      ? body
      : { code: 'DEED_PLATFORM_AWAY', message: `The platform did not answer (HTTP ${response.status}).` },
  )
}

const query = <T>(...path: string[]) =>
  queryOptions({
    queryKey: ['platform', ...path],
    queryFn: ({ signal }) => get<T>(path.join('/'), signal),
    refetchInterval: ASK_AGAIN_MS,
  })

export const deedsQuery = query<DeedSummary[]>('deeds')
export const keeperQuery = query<KeeperStatus>('keeper')
export const deedQuery = (address: string) => query<Deed>('deeds', address)
export const documentQuery = (address: string) => query<DeedDocument>('deeds', address, 'document')

/**
 * Follows the platform's stream for as long as the page lives and asks again for what changed, gathered, for a keeper
 * that catches up changes one deed many times in a moment.
 */
export const followStream = (queries: QueryClient): void => {
  const source = new EventSource('/api/stream')
  const stale = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined

  const ask = () => {
    timer = undefined
    for (const kind of stale) void queries.invalidateQueries({ queryKey: ['platform', kind] })
    stale.clear()
  }
  const mark = (...kinds: string[]) => {
    for (const kind of kinds) stale.add(kind)
    if (timer === undefined) timer = setTimeout(ask, GATHER_MS)
  }
  const on = <K extends keyof StreamEvents>(name: K, take: (data: StreamEvents[K]) => void) =>
    source.addEventListener(name, ({ data }) => take(JSON.parse(data)))

  // Only a stream that came back can have missed something.
  let opened = false
  source.onopen = () => {
    if (opened) mark('deeds', 'keeper')
    opened = true
  }
  on('deed', () => mark('deeds'))
  on('keeper', () => mark('keeper'))
  on('reset', () => {
    void refill().catch(() => undefined)
    void queries.invalidateQueries({ queryKey: ['chain'] })
    mark('deeds', 'keeper')
  })
}
