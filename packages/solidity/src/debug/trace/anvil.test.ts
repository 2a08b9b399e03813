/** The same transactions on another node: whatever way it tells of them, the explanation is the same. */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callData, compileFixture, localRpc, openStage, type Stage } from '../debug.fixture.ts'
import type { Explanation } from '../explain/explanation.ts'
import { type Deployed, dataOf, deployFailures, FAILURES } from '../failures.fixture.ts'
import { httpRpc, type Rpc, RpcFault } from './rpc.ts'

const ANVIL = join(import.meta.dirname, '../../../../../node_modules/.bin/anvil')
const started: ChildProcess[] = []
// npm's command is a launcher, which passes SIGTERM on and ends when the node has ended.
afterAll(() =>
  Promise.all(
    started.map((child) => {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      return ended
    }),
  ),
)

const anvil = async (...options: string[]): Promise<Rpc> => {
  const child = spawn(ANVIL, ['--port', '0', '--hardfork', 'osaka', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  started.push(child)
  for await (const line of createInterface(child.stdout!)) {
    const port = /^Listening on 127\.0\.0\.1:(\d+)/.exec(line)?.[1]
    if (port) return httpRpc(`http://127.0.0.1:${port}`)
  }
  throw new Error('anvil has not started')
}

/** A node that lists instructions and runs no tracers in JavaScript. */
const withoutScripts = (rpc: Rpc): Rpc => ({
  ...rpc,
  call: async (method, params) => {
    const { tracer } = (params[1] ?? {}) as { tracer?: string }
    if (tracer?.startsWith('{')) throw new RpcFault('DEED_RPC_ERROR', 'JavaScript tracers are off')
    return rpc.call(method, params)
  },
})

/** Fees differ, and with them balances. The gas of the outermost call is the transaction's in geth; anvil takes 21,000 off. */
const comparable = ({ balances: _, ...rest }: Explanation) => ({ ...rest, call: { ...rest.call, gas: 0 } })

describe.each([
  ['runs tracers in JavaScript', async () => anvil()],
  ['lists instructions', async () => withoutScripts(await anvil('--steps-tracing'))],
] as const)('anvil, which %s, tells the same as our node', (_, open) => {
  let ours: Stage
  let theirs: Stage
  let deployed: Deployed
  beforeAll(async () => {
    const compiled = await compileFixture('Failures.sol', 'optimized')
    ours = await openStage(await localRpc(), compiled)
    theirs = await openStage(await open(), compiled)
    deployed = await deployFailures(ours)
    expect(await deployFailures(theirs)).toEqual(deployed)
  })

  it.each(FAILURES)('$name', async (one) => {
    const sent = { to: deployed.failures, data: dataOf(ours, one, deployed), ...one.sent?.(deployed) }
    const [expected, told] = [await ours.explainSent(sent), await theirs.explainSent(sent)]
    expect(comparable(told)).toEqual(comparable(expected))
  })
})

describe.each([
  ['runs tracers in JavaScript', async () => anvil()],
  ['lists instructions', async () => withoutScripts(await anvil('--steps-tracing'))],
] as const)('anvil, which %s, has the same names of variables', (_, open) => {
  it.each([
    ['simple', []],
    ['text', ['short', `0x${'ab'.repeat(70)}`]],
    ['structs', [5n, 'memo']],
    ['nestedArrays', []],
    ['namespaced', [7n]],
  ] as const)('%s', async (name, args) => {
    const compiled = await compileFixture('Storage.sol', 'optimized')
    const [ours, theirs] = [
      await openStage(await localRpc(), compiled),
      await openStage(await open(), compiled),
    ]
    const to = await ours.deploy('Storage')
    expect(await theirs.deploy('Storage')).toBe(to)
    const sent = { to, data: callData(ours.abiOf('Storage'), name, args) }
    const expected = await ours.explainSent(sent)
    expect(expected.storage[0]!.changes.length).toBeGreaterThan(1)
    expect((await theirs.explainSent(sent)).storage).toEqual(expected.storage)
  })
})

it('says what a node does not tell, and goes without', async () => {
  // anvil lists no instructions unless it was told to.
  const stage = await openStage(
    withoutScripts(await anvil()),
    await compileFixture('Failures.sol', 'optimized'),
  )
  const deployed = await deployFailures(stage)
  const one = FAILURES.find(({ name }) => name === 'internal function')!
  const { failure, notes } = await stage.explainSent({
    to: deployed.failures,
    data: dataOf(stage, one, deployed),
  })
  expect(notes).toEqual([expect.stringMatching(/^The node lists no instructions, so lines are not known\./)])
  expect(failure).toMatchObject({ contract: 'Failures', reason: { message: 'second: too big' } })
  expect(failure!.stack.map((line) => line.function)).toEqual(['Failures.deep'])
})
