import type { Hex } from '@deed/evm'
import { quantity } from '../hex.ts'
import { RPC_CODE, RpcError } from './error.ts'

/** Subscriptions of one connection. */
const MAX_SUBSCRIPTIONS = 256

/** One connection that can be told something unasked, and what it has subscribed to. */
export interface Session {
  /** Starts a subscription: `start` is given how to tell the client and returns how to stop. */
  subscribe(start: (notify: (result: unknown) => void) => () => void): Hex
  /** Whether there was such a subscription. */
  unsubscribe(id: string): boolean
  /** Ends every subscription. */
  close(): void
}

/** Subscriptions over a connection that `send` writes texts to. */
export const createSession = (send: (text: string) => void): Session => {
  const stops = new Map<string, () => void>()
  let lastId = 0n
  return {
    subscribe(start) {
      if (stops.size >= MAX_SUBSCRIPTIONS)
        throw new RpcError(
          RPC_CODE.limit,
          `too many subscriptions: a connection has at most ${MAX_SUBSCRIPTIONS}; call eth_unsubscribe`,
          { code: 'DEED_RPC_SUBSCRIPTIONS' },
        )
      const id = quantity(++lastId)
      const stop = start((result) =>
        send(
          JSON.stringify({
            jsonrpc: '2.0',
            method: 'eth_subscription',
            params: { subscription: id, result },
          }),
        ),
      )
      stops.set(id, stop)
      return id
    },
    unsubscribe(id) {
      stops.get(id)?.()
      return stops.delete(id)
    },
    close() {
      for (const stop of stops.values()) stop()
      stops.clear()
    },
  }
}
