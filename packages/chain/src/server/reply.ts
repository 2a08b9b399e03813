import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** Whether JSON-RPC is spoken there; everything else is the platform's. */
export const isRpcPath = (url: string | undefined): boolean => url === '/' || url?.startsWith('/?') === true

/** Answers JSON, as text or packed. */
export const reply = (response: ServerResponse, status: number, json: string | Buffer): void => {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(json),
  })
  response.end(json)
}

/** Answers an error with its stable code: in the form of JSON-RPC on its path, elsewhere in that of REST. */
export const refuse = (response: ServerResponse, status: number, code: string, message: string): void => {
  const error = { code, message }
  reply(response, status, JSON.stringify(isRpcPath(response.req.url) ? { error } : error))
}

/** The same where there is only a connection: before a request could be read, and in place of an upgrade. */
export const turnAway = (socket: Duplex, status: string, code: string, message: string): void => {
  const body = JSON.stringify({ error: { code, message } })
  socket.end(
    [
      `HTTP/1.1 ${status}`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      // RFC 6455 §4.2.2: whoever asks for another version is told which one is spoken.
      'Sec-WebSocket-Version: 13',
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  )
}
