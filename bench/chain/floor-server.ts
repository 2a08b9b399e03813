/** Reads a request, answers the same thing: what any JSON-RPC server on node:http has to do at least. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const server = createServer({ noDelay: true }, (request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    const { id } = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    const text = JSON.stringify({ jsonrpc: '2.0', id, result: '0x7a69' })
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length })
    response.end(text)
  })
})
server.listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port))
