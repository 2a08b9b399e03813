import type { ServerResponse } from 'node:http'

/** Answers JSON text. */
export const reply = (response: ServerResponse, status: number, json: string): void => {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(json),
  })
  response.end(json)
}

/** Answers an error outside of JSON-RPC in the form of JSON-RPC's own errors, with its stable code. */
export const refuse = (response: ServerResponse, status: number, code: string, message: string): void =>
  reply(response, status, JSON.stringify({ error: { code, message } }))
