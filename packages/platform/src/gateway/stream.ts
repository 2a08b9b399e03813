/** Server-sent events: what changes, as it changes. A reader that does not keep up is let go and comes back. */
import type { ServerResponse } from 'node:http'
import { PlatformError } from '../error.ts'
import type { Platform, PlatformEvent } from '../platform.ts'

const MAX_READERS = 100
const HEARTBEAT_MS = 15_000
const RETRY_MS = 2_000
/** Bytes that wait for a slow reader. */
const MAX_WAITING = 1_000_000

export interface Stream {
  /** @throws `DEED_TOO_MANY_STREAMS`. */
  add(response: ServerResponse): void
  close(): void
}

export const createStream = (platform: Pick<Platform, 'on' | 'status'>): Stream => {
  const readers = new Set<ServerResponse>()
  const send = (reader: ServerResponse, text: string) => {
    reader.write(text)
    if (reader.writableLength > MAX_WAITING) reader.destroy()
  }
  const off = platform.on((event) => {
    const text = written(event)
    for (const reader of readers) send(reader, text)
  })
  const heartbeat = setInterval(() => {
    for (const reader of readers) send(reader, ':\n\n')
  }, HEARTBEAT_MS)
  heartbeat.unref()
  return {
    add(response) {
      if (readers.size >= MAX_READERS)
        throw new PlatformError(
          'DEED_TOO_MANY_STREAMS',
          `${MAX_READERS} readers follow the stream already. Close some pages.`,
        )
      response.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      })
      send(response, `retry: ${RETRY_MS}\n\n`)
      const { head } = platform.status()
      if (head) send(response, written({ name: 'head', data: head }))
      readers.add(response)
      response.on('close', () => readers.delete(response))
      response.on('error', () => readers.delete(response))
    },
    close() {
      off()
      clearInterval(heartbeat)
      for (const reader of readers) reader.end()
    },
  }
}

const written = ({ name, data }: PlatformEvent) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
