/**
 * The chain's newest blocks, live: `newHeads` over a WebSocket that comes back by itself.
 *
 * Blocks may come faster than anybody reads (a keeper that catches up mines hundreds in a second), so they are
 * gathered and shown at most four times a second, and only the newest are kept.
 */
import { useSyncExternalStore } from 'react'
import type { Hex } from 'viem'
import { getBlock, getBlockNumber } from 'viem/actions'
import { client, webSocketUrl } from './client.ts'

export interface Head {
  readonly number: number
  readonly hash: Hex
  /** Seconds since 1970 by the chain's clock. */
  readonly time: number
  /** Whether no transaction is in it: nothing used gas. */
  readonly empty: boolean
}

export interface Heads {
  readonly link: 'connecting' | 'live' | 'reconnecting'
  /** Newest first, at most `KEPT`. */
  readonly heads: readonly Head[]
  /** When the newest arrived, in milliseconds of the browser's clock. */
  readonly arrivedMs: number
}

const KEPT = 32
const FLUSH_MS = 250
const RETRY_FIRST_MS = 500
const RETRY_MOST_MS = 8_000
/** A link that says nothing for this long is asked for the block number, which must come within the same time. */
const SILENCE_MS = 15_000

let state: Heads = { link: 'connecting', heads: [], arrivedMs: 0 }
const listeners = new Set<() => void>()
const arrived = new Map<number, Head>()
let flushing: ReturnType<typeof setTimeout> | undefined
let listening = false

const set = (change: Partial<Heads>) => {
  state = { ...state, ...change }
  for (const listener of listeners) listener()
}

/** A block takes the place of everything from its height on: the chain may have been reverted. */
const take = (head: Head) => {
  for (const number of arrived.keys()) if (number > head.number) arrived.delete(number)
  arrived.set(head.number, head)
  if (arrived.size > KEPT) arrived.delete(arrived.keys().next().value!)
  if (flushing === undefined) flushing = setTimeout(flush, FLUSH_MS)
}

const flush = () => {
  flushing = undefined
  const first = Math.min(...arrived.keys())
  const last = Math.max(...arrived.keys())
  const known = state.heads.filter(({ number }) => number < first)
  const heads = [...[...arrived.values()].sort((a, b) => b.number - a.number), ...known]
  arrived.clear()
  // A gap means that blocks were missed; what lies before it is no longer "the newest".
  const whole = heads.filter((head) => head.number > last - KEPT)
  set({ heads: whole, arrivedMs: Date.now() })
}

/** Reads the newest blocks by HTTP: at the start, after an interruption, and when the chain was reverted. */
export const refill = async (): Promise<void> => {
  const last = Number(await getBlockNumber(client))
  const numbers = Array.from({ length: Math.min(KEPT, last + 1) }, (_, back) => last - back)
  const blocks = await Promise.all(numbers.map((n) => getBlock(client, { blockNumber: BigInt(n) })))
  arrived.clear()
  const heads = blocks.map(({ number, hash, timestamp, gasUsed }) => ({
    number: Number(number),
    hash,
    time: Number(timestamp),
    empty: gasUsed === 0n,
  }))
  set({ heads, arrivedMs: Date.now() })
}

const listen = (): void => {
  let socket: WebSocket | undefined
  let attempt = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let watch: ReturnType<typeof setTimeout> | undefined

  const ask = (id: number, method: string, params: unknown[]) =>
    socket?.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }))

  const heard = () => {
    clearTimeout(watch)
    watch = setTimeout(() => {
      ask(2, 'eth_blockNumber', [])
      watch = setTimeout(() => socket?.close(), SILENCE_MS)
    }, SILENCE_MS)
  }

  const connect = () => {
    clearTimeout(timer)
    socket = new WebSocket(webSocketUrl)
    socket.onopen = () => {
      ask(1, 'eth_subscribe', ['newHeads'])
      heard()
    }
    socket.onmessage = ({ data }) => {
      heard()
      const message = JSON.parse(data as string)
      if (message.id === 1 && message.result) {
        attempt = 0
        refill().then(
          () => set({ link: 'live' }),
          () => socket?.close(),
        )
      } else if (message.id === 2 && Number(message.result) < (state.heads[0]?.number ?? 0)) {
        refill().catch(() => socket?.close())
      } else if (message.method === 'eth_subscription') {
        const { number, hash, timestamp, gasUsed } = message.params.result
        const empty = Number(gasUsed) === 0
        take({ number: Number(number), hash, time: Number(timestamp), empty })
      }
    }
    socket.onclose = () => {
      clearTimeout(watch)
      set({ link: state.link === 'connecting' && attempt === 0 ? 'connecting' : 'reconnecting' })
      const waitMs = Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** attempt++)
      // Up to a quarter longer, so that many open pages do not come back in the same instant.
      timer = setTimeout(connect, waitMs * (1 + Math.random() / 4))
    }
  }

  const now = () => {
    if (socket?.readyState === WebSocket.CLOSED) connect()
  }
  addEventListener('online', now)
  connect()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  // The link lives as long as the page: every page shows the newest block.
  if (!listening) listen()
  listening = true
  return () => {
    listeners.delete(listener)
  }
}

export const useHeads = (): Heads => useSyncExternalStore(subscribe, () => state)

/** The chain's own "now", in seconds; undefined until the first block is known. */
export const useChainTime = (): number | undefined => useHeads().heads[0]?.time
