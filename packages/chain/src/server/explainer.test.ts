import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { createDevNode, type DevNode, LOCAL } from '../dev/node.ts'
import { answer } from '../rpc/dispatch.ts'
import { COUNTER_BYTECODE } from './counter.fixture.ts'
import { startExplainer, type Told } from './explainer.ts'

/** A worker that answers as `body` says; it is given the question as `question`, and `post` to answer. */
const moduleOf = (body: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'deed-test-explainer-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'worker.mjs')
  writeFileSync(
    file,
    `import { parentPort, workerData } from 'node:worker_threads'
let count = 0
const post = (rest) => parentPort.postMessage(rest)
parentPort.on('message', (question) => { count++; ${body} })`,
  )
  return pathToFileURL(file).href
}

/** Says what it was given: the frames of the path, and the reason. */
const OBEDIENT = `const { call, before, paths } = question.trace
  post({ id: question.id, text: workerData.greeting + ' ' + call.error, explanation: { runs: paths.frames[0].runs.length, codes: Object.keys(before).length } })`

let node: DevNode
let from: string
let counter: string
beforeEach(async () => {
  node = await createDevNode({ wallTime: () => 1_800_000_000n })
  from = ((await node.request('eth_accounts')) as string[])[0]!
  const hash = await node.request('eth_sendTransaction', [{ from, data: COUNTER_BYTECODE }])
  counter = ((await node.request('eth_getTransactionReceipt', [hash])) as { contractAddress: string })
    .contractAddress
})

/** raise(by) of the counter, which is refused for 7 and for more than 1,000. */
const raise = (by: number) => ({ from, to: counter, data: `0x004f4803${by.toString(16).padStart(64, '0')}` })
const ask = async (method: string, ...params: unknown[]) =>
  JSON.parse(
    (await answer({ node, principal: LOCAL }, JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })))!,
  )
const start = (module: string): Told[] => {
  const told: Told[] = []
  node.explainer = startExplainer(node, { module, settings: { greeting: 'because' } }, (one) =>
    told.push(one),
  )
  return told
}

describe('an error of JSON-RPC', () => {
  it.each([
    ['eth_call', 7],
    ['eth_call', 2_000],
    ['eth_estimateGas', 7],
    ['eth_sendTransaction', 7],
  ])('of %s has an explanation, and else is what it was', async (method, by) => {
    const params = method === 'eth_call' ? [raise(by), 'latest'] : [raise(by)]
    const before = await ask(method, ...params)
    expect(before.error).toEqual({
      code: 3,
      message: expect.stringMatching(/^execution reverted/),
      data: expect.stringMatching(/^0x/),
    })
    start(moduleOf(OBEDIENT))
    const after = await ask(method, ...params)
    expect(after.error).toEqual({ ...before.error, explanation: 'because execution reverted' })
  })

  it('of something else has none', async () => {
    start(moduleOf(OBEDIENT))
    expect(
      (await ask('eth_call', { ...raise(1), value: '0xffffffffffffffffffffff' }, 'latest')).error.explanation,
    ).toBeUndefined()
    expect((await ask('eth_nothing')).error.explanation).toBeUndefined()
    expect((await ask('eth_call', raise(1), 'latest')).result).toBe('0x')
  })

  it('comes without where the module says nothing, cannot be loaded, or ends', async () => {
    for (const module of [
      moduleOf('post({ id: question.id })'),
      'file:///nowhere/worker.mjs',
      moduleOf('process.exit(1)'),
      moduleOf('throw new Error()'),
    ]) {
      start(module)
      const { error } = await ask('eth_call', raise(7), 'latest')
      expect(error).toEqual({ code: 3, message: 'execution reverted: not seven', data: expect.any(String) })
    }
  })

  it('waits for a module that was quick before and hangs, and not long', async () => {
    start(moduleOf(`if (count === 1) { ${OBEDIENT} }`))
    expect((await ask('eth_call', raise(7), 'latest')).error.explanation).toBe('because execution reverted')
    const begun = performance.now()
    expect((await ask('eth_call', raise(7), 'latest')).error.explanation).toBeUndefined()
    expect(performance.now() - begun).toBeLessThan(5_000)
  })

  it('does not wait behind others', async () => {
    const told = start(moduleOf(`setTimeout(() => { ${OBEDIENT} }, 50)`))
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask('eth_call', raise(7), 'latest')))
    const explained = answers.filter(({ error }) => error.explanation !== undefined)
    expect(answers.every(({ error }) => error.code === 3)).toBe(true)
    expect(explained).toHaveLength(4)
    await ask('eth_call', raise(2_000), 'latest')
    // The four say the same, and so are told once; the next one tells how many had no turn.
    expect(told).toHaveLength(1)
    expect(told[0]!.skipped).toBe(16)
  })

  it('goes without when the module has broken down too often', async () => {
    start(moduleOf('process.exit(1)'))
    for (let round = 0; round < 3; round++) await ask('eth_call', raise(7), 'latest')
    const begun = performance.now()
    for (let round = 0; round < 20; round++) await ask('eth_call', raise(7), 'latest')
    // A thread takes 30 ms to start: twenty would take more than half a second.
    expect(performance.now() - begun).toBeLessThan(500)
  })
})

describe('who watches the node', () => {
  it('is told of transactions that failed, with their place', async () => {
    const told = start(moduleOf(OBEDIENT))
    const hash = await node.request('eth_sendTransaction', [{ ...raise(7), gas: '0x186a0' }])
    await expect.poll(() => told).toHaveLength(1)
    expect(told[0]).toEqual({
      what: 'transaction',
      hash,
      blockNumber: '2',
      text: 'because execution reverted',
      explanation: { runs: expect.any(Number), codes: 3 },
      skipped: 0,
    })
    await node.request('eth_sendTransaction', [{ ...raise(1), gas: '0x186a0' }])
    await node.request('evm_mine')
    expect(told).toHaveLength(1)
  })

  it('is told of a call, and not again when it fails in the same way', async () => {
    const told = start(moduleOf(OBEDIENT))
    await ask('eth_estimateGas', raise(7))
    await ask('eth_call', raise(7), 'latest')
    expect(told.map(({ what }) => what)).toEqual(['eth_estimateGas'])
  })

  it('is told nothing while logging is off; errors go on being explained', async () => {
    const told = start(moduleOf(OBEDIENT))
    await ask('hardhat_setLoggingEnabled', false)
    expect((await ask('eth_call', raise(7), 'latest')).error.explanation).toBe('because execution reverted')
    expect(told).toEqual([])
    await ask('hardhat_setLoggingEnabled', true)
    await ask('eth_call', raise(7), 'latest')
    expect(told).toHaveLength(1)
  })

  it('is told of a few of many, and how many there were', async () => {
    const told = start(moduleOf(OBEDIENT))
    await node.request('evm_setAutomine', [false])
    for (let sent = 0; sent < 12; sent++)
      await node.request('eth_sendTransaction', [{ ...raise(7), gas: '0x186a0' }])
    await node.request('evm_mine')
    await expect.poll(() => told.length).toBe(8)
    expect(told[0]!.skipped).toBe(4)
  })
})
