import type { Address, Hash, Hex, Log } from '@deed/evm'
import { quantity } from '../hex.ts'
import { show } from './decode.ts'
import { RPC_CODE, RpcError } from './error.ts'

/** Filters that a node keeps at once. */
const MAX_FILTERS = 1_000
/** What a filter gathers between two polls, and all of them together; one that would gather more is dropped. */
const MAX_FILTER_CHANGES = 100_000
const MAX_CHANGES = 1_000_000
/** A filter that nobody polls ends after this time. geth: 5 minutes. */
const FILTER_LIFETIME_MS = 5 * 60_000

/** Which logs are wanted: any of the addresses and, at each position, any of the topics; empty means all. */
export interface LogCriteria {
  readonly addresses: readonly Address[]
  readonly topics: readonly (readonly Hash[])[]
}

export const matchesLog = ({ addresses, topics }: LogCriteria, log: Log): boolean =>
  (addresses.length === 0 || addresses.includes(log.address)) &&
  topics.length <= log.topics.length &&
  topics.every((wanted, index) => wanted.length === 0 || wanted.includes(log.topics[index]!))

/** Filters by id: each gathers changes until it is polled. */
export interface Filters {
  /** `start` is given how to add a change and returns how to stop. `query` is what eth_getFilterLogs asks. */
  create(start: (add: (change: unknown) => void) => () => void, query?: unknown): Hex
  /** What has come since the last poll. Throws {@link RpcError} `filter not found`. */
  changes(id: string): readonly unknown[]
  /** The query of a filter for logs. Throws {@link RpcError} `filter not found`. */
  query(id: string): unknown
  /** Whether there was such a filter. */
  remove(id: string): boolean
}

/** @param nowMs a clock that never goes back, for the lifetime of filters. */
export const createFilters = (nowMs: () => number): Filters => {
  const filters = new Map<string, Filter>()
  let lastId = 0n
  /** Changes that all filters hold. */
  let held = 0

  const remove = (id: string): boolean => {
    const filter = filters.get(id)
    filter?.stop()
    held -= filter?.changes.length ?? 0
    return filters.delete(id)
  }
  const touch = (id: string): Filter => {
    const filter = filters.get(id)
    if (filter === undefined || filter.deadlineMs < nowMs()) {
      remove(id)
      throw new RpcError(
        RPC_CODE.server,
        `filter not found: ${show(id)} was never there, was removed or has expired`,
        {
          code: 'DEED_RPC_FILTER',
        },
      )
    }
    filter.deadlineMs = nowMs() + FILTER_LIFETIME_MS
    return filter
  }

  return {
    create(start, query) {
      for (const [id, { deadlineMs }] of filters) if (deadlineMs < nowMs()) remove(id)
      if (filters.size >= MAX_FILTERS)
        throw new RpcError(
          RPC_CODE.limit,
          `too many filters: a node keeps at most ${MAX_FILTERS}; call eth_uninstallFilter`,
          { code: 'DEED_RPC_FILTERS' },
        )
      const id = quantity(++lastId)
      const filter: Filter = { changes: [], query, deadlineMs: nowMs() + FILTER_LIFETIME_MS, stop: () => {} }
      filters.set(id, filter)
      filter.stop = start((change) => {
        // What was asked of the store before the filter was removed may still come.
        if (!filters.has(id)) return
        const isFull = filter.changes.length >= MAX_FILTER_CHANGES || held >= MAX_CHANGES
        if (isFull || filter.deadlineMs < nowMs()) {
          remove(id)
          return
        }
        filter.changes.push(change)
        held++
      })
      return id
    },
    changes(id) {
      const filter = touch(id)
      const { changes } = filter
      filter.changes = []
      held -= changes.length
      return changes
    },
    query: (id) => touch(id).query,
    remove,
  }
}

interface Filter {
  changes: unknown[]
  readonly query: unknown
  deadlineMs: number
  stop: () => void
}
