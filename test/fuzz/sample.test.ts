/** A short run of `npm run fuzz:rpc` that is always the same, and that its judge sees what it is there to see. */
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { METHODS } from '@deed/chain'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { type Rpc, rpcTo } from '../clients/rpc.ts'
import { type Child, startChild } from './child.ts'
import { exampleOf } from './examples.ts'
import { checkChain } from './invariants.ts'
import { judge } from './judge.ts'
import { createRandom } from './random.ts'
import { type Finding, fuzz } from './run.ts'
import { setScene } from './scene.ts'
import { makeShot } from './shots.ts'

/** MiB: three times what the sample takes. */
const MAX_MEMORY_MIB = 900

describe('the chain process', () => {
  const ipc = join(tmpdir(), `deed-fuzz-test-${process.pid}.ipc`)
  let child: Child
  let rpc: Rpc
  beforeAll(async () => {
    child = await startChild(ipc)
    rpc = rpcTo(child.url)
  })
  afterAll(async () => {
    await child.close()
    rmSync(ipc, { force: true })
  })

  it('answers whatever chance makes, and goes on', async () => {
    const { hostname, port } = new URL(child.url)
    const engine = { host: '127.0.0.1', port: Number(new URL(child.engineUrl).port), secret: child.secret }
    const target = { host: hostname, port: Number(port), engine, ipc: child.ipc, hangMs: 30_000 }
    const findings: Finding[] = []
    const counts = await fuzz({
      seed: 7,
      requests: 1_500,
      connect: async () => ({ target, url: child.url, isAlive: child.isAlive }),
      onFinding: (finding) => findings.push(finding),
    })
    expect(findings).toEqual([])
    expect(counts.requests).toBeGreaterThanOrEqual(1_500)
    expect(await checkChain(child.url)).toEqual([])
    expect(child.errors()).not.toMatch(/\n\s+at /)
    const memory = await child.memoryMiB()
    if (memory !== undefined) expect(memory).toBeLessThan(MAX_MEMORY_MIB)
  })

  it('answers a valid request of every method of its table', async () => {
    const wrong: string[] = []
    for (const [name, method] of Object.entries(METHODS)) {
      if (method.class === 'engine') continue
      const scene = await setScene(child.url)
      const code = await rpc(name, ...exampleOf(name, scene)).then(
        () => undefined,
        (error: { code: number }) => error.code,
      )
      if (code !== REFUSED[name]) wrong.push(`${name}: ${code}`)
    }
    expect(wrong).toEqual([])
  })
})

/** What is refused although it is well asked: no access lists yet, no subscriptions over HTTP, a contract without balances,
 * no fork. */
const REFUSED: Readonly<Record<string, number>> = {
  eth_getBlockAccessList: -32001,
  eth_subscribe: -32601,
  eth_unsubscribe: -32601,
  anvil_dealERC20: -32000,
  anvil_setERC20Allowance: -32000,
  anvil_setERC20Balance: -32000,
  hardhat_dealERC20: -32000,
  tenderly_setErc20Balance: -32000,
  anvil_setRpcUrl: -32000,
  hardhat_setMinGasPrice: -32602,
  anvil_setMinGasPrice: -32602,
}

test('the same seed makes the same requests', () => {
  const scene = { accounts: ['0x1', '0x2', '0x3', '0x4'], payload: { timestamp: '0x1' } } as never
  const make = (seed: number) =>
    Array.from({ length: 50 }, (_, index) =>
      makeShot(scene, createRandom(seed, index), (name) => name === 'eth_call'),
    )
  expect(make(1)).toEqual(make(1))
  expect(make(1)).not.toEqual(make(2))
})

describe('the judge', () => {
  const shot = (expected: object) => ({ body: '', expected: expected as { id: number }, name: '' })
  const error = (code: number, message: string, data: unknown = { code: 'DEED_X' }) =>
    JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code, message, data } })

  it.each([
    ['a stack trace', error(-32000, 'no\n    at run (file:///a.ts:1:2)'), 'stack'],
    ['an internal error', error(-32603, 'internal error: oops'), 'internal'],
    [
      'an error of the language',
      error(-32000, "Cannot read properties of undefined (reading 'x')"),
      'internal',
    ],
    ['the code of a bug', error(-32000, 'hm, no', { code: 'DEED_INTERNAL' }), 'internal'],
    ['another id', '{"jsonrpc":"2.0","id":2,"result":1}', 'wrong'],
    ['a code of no table', error(-1, 'some error'), 'wrong'],
    ['an error without a code of ours', error(-32000, 'some error', null), 'wrong'],
    ['a message without an end', error(-32000, 'x'.repeat(5_000)), 'wrong'],
    ['neither result nor error', '{"jsonrpc":"2.0","id":1}', 'wrong'],
    ['no JSON', 'oops', 'wrong'],
    ['nothing', undefined, 'wrong'],
  ])('sees %s', (_, text, kind) => {
    expect(judge(shot({ id: 1 }), text)).toMatchObject({ kind })
  })

  it('knows what is right', () => {
    expect(judge(shot({ id: 1 }), '{"jsonrpc":"2.0","id":1,"result":null}')).toBeUndefined()
    expect(judge(shot({ id: 1 }), error(-32000, 'nonce too low'))).toBeUndefined()
    expect(judge(shot({ id: 1 }), error(3, 'execution reverted', '0x'))).toBeUndefined()
    expect(judge(shot({ id: 1, codes: [-32602] }), error(-32000, 'nonce too low'))).toMatchObject({
      kind: 'wrong',
    })
    expect(judge(shot([]), undefined)).toBeUndefined()
    expect(judge(shot([]), '{"jsonrpc":"2.0","id":1,"result":null}')).toMatchObject({ kind: 'wrong' })
    expect(judge(shot([{ id: 1 }, { id: 2 }]), '[{"jsonrpc":"2.0","id":1,"result":1}]')).toMatchObject({
      kind: 'wrong',
    })
  })
})
