import { beforeAll, describe, expect, it } from 'vitest'
import { createDevNode, type DevNode } from '../dev/node.ts'
import { createForgetfulStore } from '../store/forgetful.fixture.ts'
import { createMemoryStore } from '../store/memory.ts'

const GENESIS_TIME = 1_700_000_000n
const GAS = '0x186a0' // 100,000, of which a call without data has 79,000

/** PUSH1 1, PUSH0, SSTORE. */
const STORE = '60015f55'
/** SLOAD of slot 0, plus 1, SSTORE into slot 0; LOG0 of nothing. */
const COUNT = '5f546001015f555f5fa0'
/** Reverts with Error("no"): CODECOPY of the 100 bytes behind the code. */
const ERROR_NO = `08c379a0${'20'.padStart(64, '0')}${'2'.padStart(64, '0')}${'6e6f'.padEnd(64, '0')}`
const REFUSES = `6064600a5f3960645ffd${ERROR_NO}`
/** JUMPDEST, PUSH0, JUMP. */
const ENDLESS = '5b5f56'

let node: DevNode
let from: string
beforeAll(async () => {
  node = await createDevNode({ wallTime: () => GENESIS_TIME + 500n, genesisTime: GENESIS_TIME })
  from = ((await node.request('eth_accounts')) as string[])[0]!
})

/** Deploys code: its init code is PUSH2 size, DUP1, PUSH1 10, PUSH0, CODECOPY, PUSH0, RETURN and the code. */
const deploy = async (code: string): Promise<string> => {
  const size = (code.length / 2).toString(16).padStart(4, '0')
  const hash = await send({ data: `0x61${size}80600a5f395ff3${code}`, gas: '0x100000' })
  const receipt = await node.request('eth_getTransactionReceipt', [hash])
  return (receipt as { contractAddress: string }).contractAddress
}
const send = async (fields: object) =>
  (await node.request('eth_sendTransaction', [{ from, gas: GAS, ...fields }])) as string
const trace = (hash: string, options?: object) => node.request('debug_traceTransaction', [hash, options])
const word = (value: number) => `0x${value.toString(16).padStart(64, '0')}`
/** CALL with all gas, a value of one byte, and nothing in or out; its answer is dropped. */
const call = (to: string, value = '00') => `5f5f5f5f60${value}73${to.slice(2)}5af150`

describe('struct logs', () => {
  it('tell each instruction with its gas, before it happens', async () => {
    const hash = await send({ to: await deploy(STORE) })
    expect(await trace(hash)).toEqual({
      // 21,000 intrinsic, 3 + 2, and a cold slot (2,100) that is set (20,000).
      gas: 43_105,
      failed: false,
      returnValue: '0x',
      structLogs: [
        { pc: 0, op: 'PUSH1', gas: 79_000, gasCost: 3, depth: 1, stack: [] },
        { pc: 2, op: 'PUSH0', gas: 78_997, gasCost: 2, depth: 1, stack: ['0x1'] },
        {
          pc: 3,
          op: 'SSTORE',
          gas: 78_995,
          gasCost: 22_100,
          depth: 1,
          stack: ['0x1', '0x0'],
          storage: { [word(0)]: word(1) },
        },
        { pc: 4, op: 'STOP', gas: 56_895, gasCost: 0, depth: 1, stack: [] },
      ],
    })
  })

  it('leave out and add what they are asked to', async () => {
    // PUSH0, PUSH0, MSTORE, SLOAD of slot 0.
    const hash = await send({ to: await deploy('5f5f525f54') })
    const options = { disableStack: true, disableStorage: true, enableMemory: true }
    const { structLogs } = (await trace(hash, options)) as { structLogs: object[] }
    expect(structLogs.at(-1)).toEqual({
      pc: 5,
      op: 'STOP',
      gas: 79_000 - 2 - 2 - 6 - 2 - 2_100,
      gasCost: 0,
      depth: 1,
      memory: [word(0)],
    })
    const few = (await trace(hash, { ...options, limit: 1 })) as { structLogs: object[] }
    expect(few.structLogs).toHaveLength(1)
  })

  it('tell the instruction that is not executed, and why', async () => {
    const hash = await send({ to: await deploy('01') })
    expect(await trace(hash)).toEqual({
      gas: 100_000,
      failed: true,
      returnValue: '0x',
      structLogs: [
        {
          pc: 0,
          op: 'ADD',
          gas: 79_000,
          gasCost: 3,
          depth: 1,
          stack: [],
          error: 'stack underflow (0 <=> 2)',
        },
      ],
    })
  })

  it('tell an invalid opcode without an error, as geth does; the call has it', async () => {
    const hash = await send({ to: await deploy('0c') })
    const { structLogs } = (await trace(hash)) as { structLogs: object[] }
    expect(structLogs).toEqual([
      { pc: 0, op: 'opcode 0xc not defined', gas: 79_000, gasCost: 0, depth: 1, stack: [] },
    ])
    expect(await trace(hash, { tracer: 'callTracer' })).toMatchObject({
      gasUsed: GAS,
      error: 'invalid opcode: opcode 0xc not defined',
    })
  })

  it('stand on the transactions of the block before them', async () => {
    const { hashes } = await twoCounts()
    const { structLogs } = (await trace(hashes[1]!)) as { structLogs: { op: string; storage?: object }[] }
    expect(structLogs.find(({ op }) => op === 'SLOAD')!.storage).toEqual({ [word(0)]: word(1) })
    expect(structLogs.find(({ op }) => op === 'SSTORE')!.storage).toEqual({ [word(0)]: word(2) })
  })
})

describe('callTracer', () => {
  it('tells calls that revert, that are refused, and what was logged after them', async () => {
    const inner = await deploy(REFUSES)
    const to = await deploy(`${call(inner, '01')}${call(inner)}5f5fa0`)
    const hash = await send({ to, data: '0x' })
    const tree = await trace(hash, { tracer: 'callTracer', tracerConfig: { withLog: true } })
    expect(tree).toMatchObject({ type: 'CALL', from, to, gas: GAS, input: '0x', value: '0x0' })
    expect(tree).not.toHaveProperty('error')
    const { calls, logs } = tree as { calls: object[]; logs: object[] }
    expect(calls).toHaveLength(2)
    expect(calls[0]).toMatchObject({
      type: 'CALL',
      from: to,
      to: inner,
      value: '0x1',
      gasUsed: '0x0',
      error: 'insufficient balance for transfer',
    })
    expect(calls[1]).toMatchObject({
      type: 'CALL',
      value: '0x0',
      // PUSH1, PUSH1, PUSH0: 8. CODECOPY of 4 words into 4 new ones: 3 + 12 + 12. PUSH1, PUSH0: 5.
      gasUsed: '0x28',
      output: `0x${ERROR_NO}`,
      error: 'execution reverted',
      revertReason: 'no',
    })
    expect(logs).toEqual([{ address: to, topics: [], data: '0x', index: '0x0', position: '0x2' }])
  })

  it('tells the outermost call alone where that is asked for', async () => {
    const to = await deploy(call(await deploy(STORE)))
    const options = { tracer: 'callTracer', tracerConfig: { onlyTopCall: true } }
    expect(await trace(await send({ to }), options)).not.toHaveProperty('calls')
  })

  it('names the account whose code runs, and of a DELEGATECALL who calls', async () => {
    const inner = await deploy(STORE)
    const to = await deploy(`5f5f5f5f73${inner.slice(2)}5af450`)
    const { calls } = (await trace(await send({ to, value: '0x7' }), { tracer: 'callTracer' })) as {
      calls: object[]
    }
    expect(calls).toMatchObject([{ type: 'DELEGATECALL', from: to, to: inner, value: '0x7' }])
  })

  it('counts the logs of the whole block', async () => {
    const { hashes, number } = await twoCounts()
    const options = { tracer: 'callTracer', tracerConfig: { withLog: true } }
    const traces = (await node.request('debug_traceBlockByNumber', [number, options])) as {
      txHash: string
      result: { logs: { index: string }[] }
    }[]
    expect(traces.map(({ txHash }) => txHash)).toEqual(hashes)
    expect(traces.map(({ result }) => result.logs[0]!.index)).toEqual(['0x0', '0x1'])
    expect(await trace(hashes[1]!, options)).toEqual(traces[1]!.result)
    const raw = await node.request('debug_getRawBlock', [number])
    expect(await node.request('debug_traceBlock', [raw, options])).toEqual(traces)
  })
})

describe('prestateTracer', () => {
  it('tells what was needed, as it was', async () => {
    const to = await deploy(COUNT)
    await send({ to })
    const prestate = (await trace(await send({ to }), { tracer: 'prestateTracer' })) as Record<string, object>
    expect(prestate[to]).toMatchObject({
      balance: '0x0',
      code: `0x${COUNT}`,
      nonce: 1,
      storage: { [word(0)]: word(1) },
    })
    expect(Object.keys(prestate)).toContain(from)
  })

  it('tells what changed', async () => {
    const to = await deploy(COUNT)
    const tracer = 'prestateTracer'
    const first = (await trace(await send({ to }), {
      tracer,
      tracerConfig: { diffMode: true },
    })) as Difference
    expect(first.post[to]).toEqual({ storage: { [word(0)]: word(1) } })
    expect(first.pre[to]).not.toHaveProperty('storage')
    const tracerConfig = { diffMode: true, disableCode: true }
    const second = (await trace(await send({ to }), { tracer, tracerConfig })) as Difference
    expect(second.post[to]).toEqual({ storage: { [word(0)]: word(2) } })
    expect(second.pre[to]).toMatchObject({ storage: { [word(0)]: word(1) } })
    expect(second.pre[to]).not.toHaveProperty('code')
    expect(second.post[from]!.nonce).toBe(second.pre[from]!.nonce + 1)
  })
})

describe('other tracers', () => {
  it('count selectors, flatten calls, and run side by side', async () => {
    const inner = await deploy(STORE)
    const to = await deploy(call(inner))
    const hash = await send({ to, data: `0x12345678${'00'.repeat(32)}` })
    const both = await trace(hash, {
      tracer: 'muxTracer',
      tracerConfig: { '4byteTracer': {}, flatCallTracer: {}, noopTracer: {} },
    })
    const { blockNumber } = (await node.request('eth_getTransactionByHash', [hash])) as {
      blockNumber: string
    }
    expect(both).toMatchObject({
      '4byteTracer': { '0x12345678-32': 1 },
      flatCallTracer: [
        { action: { from, to, callType: 'call' }, subtraces: 1, traceAddress: [], type: 'call' },
        { action: { from: to, to: inner }, subtraces: 0, traceAddress: [0], transactionHash: hash },
      ],
      noopTracer: {},
    })
    expect((both as { flatCallTracer: object[] }).flatCallTracer[0]).toMatchObject({
      blockNumber: Number(blockNumber),
      transactionPosition: 0,
    })
  })
})

describe('debug_traceCall', () => {
  it('assumes what it is told to', async () => {
    const to = `0x${'77'.repeat(20)}`
    // NUMBER, PUSH0, MSTORE, PUSH1 32, PUSH0, RETURN.
    const options = {
      tracer: 'callTracer',
      stateOverrides: { [to]: { code: '0x435f5260205ff3' } },
      blockOverrides: { number: '0x1234' },
    }
    expect(await node.request('debug_traceCall', [{ to }, 'latest', options])).toMatchObject({
      output: word(0x1234),
    })
  })

  it('stands before a transaction of the block where that is asked for', async () => {
    const { to, number } = await twoCounts()
    const value = async (txIndex?: string) => {
      const options = { tracer: 'prestateTracer', ...(txIndex !== undefined && { txIndex }) }
      const state = await node.request('debug_traceCall', [{ to }, number, options])
      return (state as Record<string, { storage?: object }>)[to]!.storage
    }
    expect(await value('0x0')).toEqual({ [word(0)]: word(0) })
    expect(await value('0x1')).toEqual({ [word(0)]: word(1) })
    expect(await value()).toEqual({ [word(0)]: word(2) })
  })
})

describe('a trace that cannot be', () => {
  it('ends when its time is over', async () => {
    const to = await deploy(ENDLESS)
    const { hash } = node.chain.head
    const request = { to, gas: '0x2faf080' }
    await expect(
      node.request('debug_traceCall', [request, 'latest', { disableStack: true, timeout: '1ms' }]),
    ).rejects.toMatchObject({ code: 'DEED_TRACE_TIMEOUT' })
    expect(node.chain.head.hash).toBe(hash)
  })

  it.each([
    [['debug_traceTransaction', word(1)], 'transaction not found'],
    [['debug_traceBlockByNumber', '0x0'], 'genesis is not traceable'],
    [['debug_traceBlockByHash', word(1)], `block ${word(1)} not found`],
    [['debug_traceBlockByNumber', '0x1', { tracer: 'myTracer' }], /one of callTracer.*got "myTracer"/],
    [['debug_traceBlockByNumber', '0x1', { tracer: 'constructor' }], /one of callTracer/],
    [['debug_traceBlockByNumber', '0x1', { timeout: 'soon' }], /a duration such as 5s/],
    [['debug_traceBlock', '0x1234'], /could not decode block/],
  ])('says why: %j', async ([method, ...params], message) => {
    await expect(node.request(method as string, params)).rejects.toThrow(message)
  })
})

it('is the same over a store that has nothing at hand', async () => {
  const options = { wallTime: () => GENESIS_TIME + 500n, genesisTime: GENESIS_TIME }
  const forgetful = createForgetfulStore(createMemoryStore())
  const nodes = [await createDevNode(options), await createDevNode({ ...options, store: forgetful })]
  const tracers = { callTracer: { withLog: true }, flatCallTracer: {}, prestateTracer: { diffMode: true } }
  const traces: unknown[] = []
  for (const one of nodes) {
    node = one
    const hash = await send({ to: await deploy(`${call(await deploy(COUNT))}${STORE}`) })
    const before = forgetful.loads()
    traces.push(await trace(hash, { tracer: 'muxTracer', tracerConfig: tracers }), await trace(hash))
    if (one === nodes[1]) expect(forgetful.loads()).toBeGreaterThan(before)
  }
  expect(traces.slice(2)).toEqual(traces.slice(0, 2))
})

interface Difference {
  readonly pre: Record<string, { readonly nonce: number }>
  readonly post: Record<string, { readonly nonce: number }>
}

/** One block with two transactions that count. */
const twoCounts = async () => {
  const to = await deploy(COUNT)
  await node.request('evm_setAutomine', [false])
  const hashes = [await send({ to }), await send({ to })]
  await node.request('evm_mine')
  await node.request('evm_setAutomine', [true])
  return { to, hashes, number: (await node.request('eth_blockNumber')) as string }
}
