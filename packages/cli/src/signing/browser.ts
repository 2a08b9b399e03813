/**
 * A page on this machine that asks the wallet in a browser (EIP-1193) for a signature, and hands it back. It is served to
 * whoever knows its address, which holds a secret, and to no other host name: no page elsewhere can reach it.
 */
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'
import { CommandError } from '../fault.ts'

export interface Request {
  readonly title: string
  readonly party: string
  /** Whose wallet has to sign. */
  readonly account: string
  /** What is signed, in words. */
  readonly rows: readonly (readonly [name: string, value: string])[]
  /** For `eth_signTypedData_v4`. */
  readonly typedData: string
}

const MOST_BODY_BYTES = 10_000
const answerSchema = z.object({ signature: z.string().regex(/^0x(?:[0-9a-fA-F]{2})+$/) })

/** @param tell is given the address of the page. @throws DEED_STOPPED */
export const askBrowser = async (
  request: Request,
  tell: (url: string) => void,
  signal: AbortSignal,
): Promise<string> => {
  const path = `/${randomBytes(16).toString('hex')}`
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let host = ''
  const server = createServer(async (incoming, response) => {
    const say = (status: number, type: string, body: string) =>
      response
        .writeHead(status, {
          'content-type': `${type}; charset=utf-8`,
          'content-security-policy':
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'",
          'referrer-policy': 'no-referrer',
          'x-content-type-options': 'nosniff',
        })
        .end(body)
    if (incoming.headers.host !== host || incoming.url !== path) return say(404, 'text/plain', 'not here')
    if (incoming.method === 'GET') return say(200, 'text/html', pageOf(request))
    const answer = answerSchema.safeParse(await readJson(incoming))
    if (incoming.method !== 'POST' || !answer.success) return say(400, 'text/plain', 'no signature')
    say(200, 'text/plain', 'taken')
    resolve(answer.data.signature)
  })
  const stop = () => reject(new CommandError('DEED_STOPPED', 'Stopped before anything was signed.'))
  signal.addEventListener('abort', stop, { once: true })
  try {
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`
    tell(`http://${host}${path}`)
    if (signal.aborted) stop()
    return await promise
  } finally {
    signal.removeEventListener('abort', stop)
    server.close()
    server.closeAllConnections()
  }
}

const readJson = async (incoming: IncomingMessage): Promise<unknown> => {
  let body = ''
  for await (const chunk of incoming) {
    body += chunk
    if (body.length > MOST_BODY_BYTES) return undefined
  }
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** As a literal in a script: nothing in it can end the script. */
const literal = (value: unknown): string => JSON.stringify(value).replace(/</g, '\\u003c')

const pageOf = (request: Request): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign</title>
<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1.5rem}
table{border-collapse:collapse;width:100%;margin:1.5rem 0}td{border-bottom:1px solid #8884;padding:.35rem .8rem .35rem 0;vertical-align:top;overflow-wrap:anywhere}
td:first-child{white-space:nowrap;opacity:.7}button{font:inherit;padding:.6rem 1.4rem;cursor:pointer}#said{min-height:3rem}</style>
<h1 id="title"></h1>
<p id="who"></p>
<table id="terms"></table>
<button id="sign">Sign with your wallet</button>
<p id="said" role="status"></p>
<script>
const request = ${literal(request)}
const by = (id) => document.getElementById(id)
by('title').textContent = request.title
by('who').textContent = request.party + ' signs, by the account ' + request.account + '. Nothing is sent and nothing is paid.'
for (const row of request.rows) {
  const line = by('terms').insertRow()
  for (const cell of row) line.insertCell().textContent = cell
}
by('sign').onclick = async () => {
  const say = (text) => { by('said').textContent = text }
  if (!window.ethereum) return say('This browser has no wallet. Open this page in the browser that has one.')
  by('sign').disabled = true
  try {
    const accounts = await window.ethereum.request({ method: 'eth_requestAccounts' })
    const own = accounts.find((each) => each.toLowerCase() === request.account.toLowerCase())
    if (!own) throw new Error('The wallet offers ' + accounts.join(', ') + ', and ' + request.party + ' is ' + request.account + '. Choose that account there.')
    say('Your wallet asks you now.')
    const signature = await window.ethereum.request({ method: 'eth_signTypedData_v4', params: [own, request.typedData] })
    const answer = await fetch(location.href, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ signature }) })
    if (!answer.ok) throw new Error('The signature was not taken: ' + (await answer.text()))
    say('Signed. You can close this page.')
  } catch (error) {
    say(error.message || String(error))
    by('sign').disabled = false
  }
}
</script>
</html>
`
