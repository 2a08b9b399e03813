import fc from 'fast-check'
import type { Hex } from 'viem'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Compiled, compileFixture, localRpc, openStage, type Stage } from '../debug.fixture.ts'
import { type Deployed, dataOf, deployFailures, FAILURES } from '../failures.fixture.ts'
import { renderFailure, renderTree } from '../render/render.ts'
import { renderBalances, renderNames, renderStorage } from '../render/state.ts'
import { fetchTrace } from '../trace/fetch-trace.ts'
import type { CallFrame, RawTrace } from '../trace/raw-trace.ts'
import { RpcFault } from '../trace/rpc.ts'
import { explain } from './explain.ts'

let compiled: Compiled
let stage: Stage
let deployed: Deployed
beforeAll(async () => {
  compiled = await compileFixture('Failures.sol', 'optimized')
  stage = await openStage(await localRpc(), compiled)
  deployed = await deployFailures(stage)
})

const sendCase = (name: string): Promise<Hex> => {
  const one = FAILURES.find((known) => known.name === name)!
  return stage.send({ to: deployed.failures, data: dataOf(stage, one, deployed), ...one.sent?.(deployed) })
}
const traceCase = async (name: string): Promise<RawTrace> =>
  fetchTrace(stage.rpc, await sendCase(name), { storage: true })

describe('a node that tells less', () => {
  it('of changes and of code: what is there is told, and what is not is said', async () => {
    const refused = (...tracers: string[]) => ({
      ...stage.rpc,
      call: async (method: string, params: readonly unknown[]) => {
        const { tracer } = (params[1] ?? {}) as { tracer?: string }
        if (tracer && tracers.includes(tracer)) throw new RpcFault('DEED_RPC_ERROR', 'tracer not found')
        return stage.rpc.call(method, params)
      },
    })
    const hash = await sendCase('internal function')
    const { failure, notes, storage } = await explain(
      await fetchTrace(refused('prestateTracer'), hash, { storage: true }),
      stage.index,
    )
    // The code is taken as it is now.
    expect(failure!.stack[0]!.function).toBe('Failures.second')
    expect(storage).toEqual([])
    expect(notes).toEqual([
      'The node does not say what code ran when (tracer not found).',
      'The node does not say what changed (tracer not found).',
    ])
  })

  it('of nothing at all is no answer', async () => {
    const none = {
      ...stage.rpc,
      call: () => Promise.reject(new RpcFault('DEED_RPC_ERROR', 'the method does not exist', -32601)),
    }
    await expect(fetchTrace(none, `0x${'1'.repeat(64)}`, { storage: true })).rejects.toThrow(
      'the method does not exist',
    )
  })

  it('of other calls in one way than in the other: lines are left out, and names are not', async () => {
    const { paths, ...rest } = await traceCase('immutable')
    const fewer = { ...paths!, frames: paths!.frames.slice(0, 1).map((frame) => ({ ...frame, calls: [] })) }
    const { failure } = await explain({ ...rest, paths: fewer }, stage.index)
    expect(failure).toMatchObject({ contract: 'Picky', reason: { message: 'seed too small' } })
    expect(failure!.stack.map((line) => line.function)).toEqual(['Picky.needsSeed', 'Failures.checkSeed'])
  })
})

describe('who ran', () => {
  const address = (digit: string): Hex => `0x${digit.repeat(40)}`
  const frame: CallFrame = {
    type: 'CALL',
    from: address('1'),
    to: address('2'),
    gas: '0x1',
    gasUsed: '0x1',
    input: '0x12345678',
  }

  it('is the delegate of an account that lets another run for it (EIP-7702)', async () => {
    const code = (await stage.rpc.call('eth_getCode', [deployed.picky, 'latest'])) as Hex
    const before = {
      [address('2')]: { code: `0xef0100${address('3').slice(2)}` as Hex },
      [address('3')]: { code },
    }
    const { call } = await explain({ call: frame, before }, stage.index)
    expect(call.contract).toBe('Picky')
  })

  it('is told of what was created on the way', async () => {
    const code = (await stage.rpc.call('eth_getCode', [deployed.picky, 'latest'])) as Hex
    const created = { ...frame, type: 'CREATE', to: address('4'), input: '0x60', output: code } as const
    const { call } = await explain(
      { call: { ...frame, calls: [created, { ...frame, to: address('4') }] } },
      stage.index,
    )
    expect(call.items).toMatchObject([{ kind: 'CREATE' }, { contract: 'Picky' }])
  })

  it('is a proxy by what it hands its calls on to', async () => {
    const { contracts } = await explain(await traceCase('proxy'), stage.index)
    expect(contracts[deployed.forwarder]).toEqual({
      name: 'Forwarder',
      source: 'Failures.sol',
      proxyOf: 'Failures',
    })
  })

  it('is told apart where two have one name', async () => {
    const second = await stage.deploy('Picky', [6n])
    const trace = await traceCase('immutable')
    const { contracts, call } = await explain(trace, stage.index)
    const both = { call, contracts: { ...contracts, [second]: contracts[deployed.picky]! } }
    const short = `${deployed.picky.slice(0, 6)}…${deployed.picky.slice(-4)}`
    expect(renderTree(both as never).join('\n')).toContain(`Picky[${short}].needsSeed()`)
  })
})

it('answers whatever a node says', async () => {
  const traces = await Promise.all(
    ['internal function', 'own words', 'constructor', 'out of gas'].map(traceCase),
  )
  const damage = fc.record({
    trace: fc.constantFrom(...traces),
    runs: fc.option(fc.array(fc.nat(30_000)), { nil: undefined }),
    cut: fc.nat(4),
    output: fc.option(fc.uint8Array({ maxLength: 100 }), { nil: undefined }),
    input: fc.option(fc.uint8Array({ maxLength: 100 }), { nil: undefined }),
    error: fc.constantFrom('execution reverted', 'out of gas', 'anything', ''),
    withoutCode: fc.boolean(),
  })
  const hex = (bytes: Uint8Array): Hex => `0x${Buffer.from(bytes).toString('hex')}`
  await fc.assert(
    fc.asyncProperty(damage, async ({ trace, runs, cut, output, input, error, withoutCode }) => {
      const { before, paths, call } = trace
      const damaged: RawTrace = {
        ...trace,
        call: { ...call, error, ...(output && { output: hex(output) }), ...(input && { input: hex(input) }) },
        ...(before && !withoutCode && { before }),
        paths: {
          ...paths!,
          frames: paths!.frames.slice(cut).map((one) => ({ ...one, ...(runs && { runs }) })),
        },
      }
      const explanation = await explain(damaged, stage.index)
      expect(explanation.status).toBe('failed')
      for (const render of [renderTree, renderFailure, renderStorage, renderBalances, renderNames])
        expect(render(explanation).join('\n')).not.toMatch(/undefined|NaN|\[object/)
    }),
    { numRuns: 200 },
  )
})
