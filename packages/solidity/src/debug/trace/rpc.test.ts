import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { structLogs } from './local-tracer.ts'
import { httpRpc } from './rpc.ts'

const serve = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('a node that does not answer as it should', () => {
  it('is waited for so long and no longer', async () => {
    const url = await serve(() => {})
    await expect(httpRpc(url, { timeoutMs: 50 }).call('eth_chainId', [])).rejects.toMatchObject({
      code: 'DEED_RPC_TIMEOUT',
      message: `${url} has not answered eth_chainId within 0.05 s.`,
    })
    // Half of an answer is none.
    const slow = await serve((_, response) => response.write('{"result":'))
    await expect(httpRpc(slow, { timeoutMs: 50 }).call('eth_chainId', [])).rejects.toMatchObject({
      code: 'DEED_RPC_TIMEOUT',
    })
  })

  it('may say no with any status', async () => {
    const url = await serve((_, response) => {
      response.writeHead(400, { 'content-type': 'application/json' })
      response.end('{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no such method"}}')
    })
    await expect(httpRpc(url).call('debug_x', [])).rejects.toMatchObject({
      code: 'DEED_RPC_ERROR',
      rpcCode: -32601,
    })
  })

  it('is not one if it has another kind of answer', async () => {
    const url = await serve((_, response) => response.writeHead(404).end('not here'))
    await expect(httpRpc(url).call('eth_chainId', [])).rejects.toMatchObject({
      code: 'DEED_RPC_URL',
      message: `${url} answers 404 to eth_chainId: is it a JSON-RPC address?`,
    })
  })

  it('cannot write to the terminal what it likes', async () => {
    const url = await serve((_, response) =>
      response.end(JSON.stringify({ error: { message: '\u001b[2Jgone\n' } })),
    )
    await expect(httpRpc(url).call('eth_chainId', [])).rejects.toThrow(/^ \[2Jgone $/)
  })
})

describe('a list of instructions', () => {
  const logs = [
    { pc: 0, op: 'PUSH1', depth: 1, stack: [] },
    { pc: 2, op: 'SLOAD', depth: 1, stack: ['0x1'], storage: { '01': '02' } },
    { pc: 3, op: 'REVERT', depth: 2, stack: null, error: {} },
  ]
  const collect = async (text: string, cuts: readonly number[]) => {
    const pieces = async function* () {
      let from = 0
      for (const cut of [...cuts.toSorted((a, b) => a - b), text.length]) {
        yield text.slice(from, Math.max(from, cut))
        from = Math.max(from, cut)
      }
    }
    const found: unknown[] = []
    for await (const log of structLogs(pieces())) found.push(log)
    return found
  }

  it('is the same wherever the answer is cut on the way', async () => {
    const text = JSON.stringify({ jsonrpc: '2.0', id: 1, result: { gas: 1, structLogs: logs, failed: true } })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(text.length)), async (cuts) => {
        expect(await collect(text, cuts)).toEqual(logs)
      }),
    )
  })

  it('is empty where there is none', async () => {
    expect(await collect('{"result":{"structLogs":[]}}', [])).toEqual([])
    expect(await collect('{"error":{"message":"no"}}', [])).toEqual([])
  })
})
