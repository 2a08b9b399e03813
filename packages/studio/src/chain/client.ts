import { createClient, http } from 'viem'

/** The chain answers where the page came from: one port for JSON-RPC, WebSocket, API and page. */
export const client = createClient({
  transport: http(location.origin, { batch: { batchSize: 50, wait: 5 }, retryCount: 1, timeout: 10_000 }),
  // Every answer is kept by the query cache; viem's own would show old blocks.
  cacheTime: 0,
})

export const webSocketUrl = `${location.origin.replace(/^http/, 'ws')}/`
