/**
 * New heads by WebSocket: a hint to look, never the only source. Whoever follows the chain also polls, so a
 * subscription that dies costs time and nothing else.
 */

const FIRST_RETRY_MS = 500
const LONGEST_RETRY_MS = 30_000

export interface Heads {
  /** Whether heads arrive by themselves at the moment. */
  subscribed(): boolean
  close(): void
}

/** @param url of JSON-RPC; an `http` address is asked for a WebSocket at the same place. */
export const watchHeads = (url: string, onHead: () => void): Heads => {
  const address = url.replace(/^http/, 'ws')
  let socket: WebSocket | undefined
  let subscribed = false
  let closed = false
  let retryMs = FIRST_RETRY_MS
  let timer: NodeJS.Timeout | undefined

  const open = () => {
    const current = new WebSocket(address)
    socket = current
    current.onopen = () => {
      retryMs = FIRST_RETRY_MS
      current.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_subscribe', params: ['newHeads'] }))
    }
    current.onmessage = ({ data }) => {
      const message = parse(data)
      if (message?.id === 1) subscribed = message.result !== undefined
      else if (message?.method === 'eth_subscription') onHead()
    }
    current.onclose = () => {
      subscribed = false
      if (closed) return
      timer = setTimeout(open, retryMs)
      retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)
    }
    // `close` always follows, and says nothing that `onerror` would not.
    current.onerror = () => {}
  }
  open()
  return {
    subscribed: () => subscribed,
    close() {
      closed = true
      clearTimeout(timer)
      socket?.close()
    },
  }
}

const parse = (data: unknown): { id?: number; result?: unknown; method?: string } | undefined => {
  try {
    return JSON.parse(String(data))
  } catch {
    return undefined
  }
}
