import type { Log } from '@deed/evm'
import { describe, expect, it } from 'vitest'
import { createFilters, matchesLog } from './filter.ts'
import { createSession } from './subscription.ts'

const MINUTE_MS = 60_000

describe('filters', () => {
  it('gather between polls and end when nobody polls for five minutes', () => {
    let nowMs = 0
    const filters = createFilters(() => nowMs)
    let add = (_change: unknown): void => {}
    let stopped = 0
    const id = filters.create((tell) => {
      add = tell
      return () => stopped++
    })
    add('a')
    add('b')
    expect(filters.changes(id)).toEqual(['a', 'b'])
    expect(filters.changes(id)).toEqual([])
    nowMs += 4 * MINUTE_MS
    add('c')
    expect(filters.changes(id)).toEqual(['c'])
    nowMs += 6 * MINUTE_MS
    expect(() => filters.changes(id)).toThrow(/filter not found/)
    expect(stopped).toBe(1)
    expect(filters.remove(id)).toBe(false)
  })

  it('are bounded in number, and old ones make room', () => {
    let nowMs = 0
    const filters = createFilters(() => nowMs)
    for (let index = 0; index < 1_000; index++) filters.create(() => () => {})
    expect(() => filters.create(() => () => {})).toThrow(/too many filters/)
    nowMs += 6 * MINUTE_MS
    expect(filters.create(() => () => {})).toBe('0x3e9')
  })
})

describe('what filters gather', () => {
  it('is bounded for each and for all, and ends with its time', () => {
    let nowMs = 0
    const filters = createFilters(() => nowMs)
    const adders = new Map<string, (change: unknown) => void>()
    let running = 0
    const open = () => {
      let mine: (change: unknown) => void = () => {}
      const id = filters.create((add) => {
        running++
        mine = add
        return () => running--
      })
      adders.set(id, mine)
      return id
    }
    const fill = (id: string, count: number) => {
      for (let index = 0; index < count; index++) adders.get(id)!(index)
    }
    const first = open()
    fill(first, 100_001)
    expect(running).toBe(0)
    expect(() => filters.changes(first)).toThrow(/filter not found/)

    const ids = Array.from({ length: 11 }, open)
    for (const id of ids.slice(0, 10)) fill(id, 100_000)
    expect(running).toBe(11)
    fill(ids[10]!, 1)
    expect(running).toBe(10)
    // A poll makes room again.
    expect(filters.changes(ids[0]!)).toHaveLength(100_000)
    const late = open()
    fill(late, 1)
    expect(filters.changes(late)).toEqual([0])

    nowMs += 6 * MINUTE_MS
    fill(late, 1)
    expect(running).toBe(10)
    fill(late, 1)
    expect(running).toBe(10)
  })
})

describe('a filter for logs', () => {
  const [a, b] = [`0x${'aa'.repeat(20)}`, `0x${'bb'.repeat(20)}`] as const
  const [x, y] = [`0x${'01'.repeat(32)}`, `0x${'02'.repeat(32)}`] as const
  const log: Log = { address: a, topics: [x, y], data: new Uint8Array(0) }
  it('wants any of the addresses and at each position any of the topics', () => {
    expect(matchesLog({ addresses: [], topics: [] }, log)).toBe(true)
    expect(matchesLog({ addresses: [b, a], topics: [] }, log)).toBe(true)
    expect(matchesLog({ addresses: [b], topics: [] }, log)).toBe(false)
    expect(matchesLog({ addresses: [], topics: [[x]] }, log)).toBe(true)
    expect(matchesLog({ addresses: [], topics: [[], [x, y]] }, log)).toBe(true)
    expect(matchesLog({ addresses: [], topics: [[y]] }, log)).toBe(false)
    expect(matchesLog({ addresses: [], topics: [[], [], []] }, log)).toBe(false)
  })
})

describe('a session', () => {
  it('bounds its subscriptions and ends them all', () => {
    const sent: string[] = []
    let running = 0
    const session = createSession((text) => sent.push(text))
    const start = (notify: (result: unknown) => void) => {
      running++
      notify(running)
      return () => running--
    }
    const first = session.subscribe(start)
    expect(JSON.parse(sent[0]!)).toEqual({
      jsonrpc: '2.0',
      method: 'eth_subscription',
      params: { subscription: first, result: 1 },
    })
    expect(session.unsubscribe(first)).toBe(true)
    expect(session.unsubscribe(first)).toBe(false)
    for (let index = 0; index < 256; index++) session.subscribe(start)
    expect(() => session.subscribe(start)).toThrow(/too many subscriptions/)
    session.close()
    expect(running).toBe(0)
  })
})
