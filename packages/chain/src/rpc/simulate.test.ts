/** What the official exchanges of eth_simulateV1 leave out; eth_config and testing_buildBlockV1 on our own chain. */
import { describe, expect, it } from 'vitest'
import { createDevNode } from '../dev/node.ts'

const FROM = '0xc000000000000000000000000000000000000000'
const TO = '0xc100000000000000000000000000000000000000'
const RICH = { [FROM]: { balance: '0xde0b6b3a7640000' } }

const makeNode = () => createDevNode({ wallTime: () => 1_700_000_000n })
const simulate = async (request: object) => {
  const node = await makeNode()
  const blocks = (await node.request('eth_simulateV1', [request])) as {
    baseFeePerGas: string
    gasUsed: string
    miner: string
    stateRoot: string
    withdrawals: unknown[]
    calls: { status: string; logs: { data: string }[]; error?: { code: number } }[]
  }[]
  expect(node.chain.head.block.header.number).toBe(0n)
  return blocks
}
const refusal = (request: object) =>
  simulate(request).then(
    () => undefined,
    (error) => error.code,
  )

describe('eth_simulateV1', () => {
  it('tells why a call cannot run by the code of the specification', async () => {
    const one = (call: object, more: object = {}) => ({
      blockStateCalls: [{ stateOverrides: RICH, calls: [call], ...more }],
    })
    const price = { maxFeePerGas: '0x77359400' }
    const validated = (call: object) => ({
      ...one({ from: FROM, to: TO, ...price, ...call }),
      validation: true,
    })
    expect(await refusal(validated({ nonce: '0x1' }))).toBe(-38011)
    expect(await refusal(validated({ maxPriorityFeePerGas: '0x77359401' }))).toBe(-32602)
    expect(await refusal(one({ from: FROM, data: `0x${'00'.repeat(49_153)}` }))).toBe(-38025)
    expect(await refusal(one({ from: FROM, to: TO, gas: '0x1c9c381' }))).toBe(-38015)
    const nonce = {
      blockStateCalls: [
        {
          stateOverrides: { [FROM]: { ...RICH[FROM], nonce: '0x5' } },
          calls: [{ from: FROM, to: TO, ...price, nonce: '0x4' }],
        },
      ],
      validation: true,
    }
    expect(await refusal(nonce)).toBe(-38010)
    const itself = {
      '0x0000000000000000000000000000000000000001': {
        movePrecompileToAddress: '0x0000000000000000000000000000000000000001',
      },
    }
    expect(await refusal({ blockStateCalls: [{ stateOverrides: itself }] })).toBe(-38022)
    expect(await refusal({ blockStateCalls: 'none' })).toBe(-32602)
  })

  it('pays withdrawals, in gwei', async () => {
    const withdrawals = [{ index: '0x0', validatorIndex: '0x7', address: TO, amount: '0x2' }]
    // PUSH20 TO, BALANCE, PUSH0, MSTORE, 32, PUSH0, RETURN
    const code = `0x73${TO.slice(2)}315f5260205ff3`
    const reader = '0xc300000000000000000000000000000000000000'
    const blocks = await simulate({
      blockStateCalls: [
        { blockOverrides: { withdrawals }, stateOverrides: { [reader]: { code } } },
        { calls: [{ from: FROM, to: reader }] },
      ],
    })
    expect(blocks[0]!.withdrawals).toEqual(withdrawals)
    expect(BigInt((blocks[1]!.calls[0] as unknown as { returnData: string }).returnData)).toBe(2_000_000_000n)
  })

  it('tells of a transfer in order with the logs of contracts, and of none that is undone', async () => {
    // Logs twice around a call that sends 1 wei to TO; and one that sends and then reverts.
    const send = `5f5f5f5f600173${TO.slice(2)}5af150`
    const logs = `0x5f5fa0${send}5f5fa000`
    const reverts = `0x${send}5f5ffd`
    const both = {
      [FROM]: { balance: '0x64' },
      [`0xc4${'0'.repeat(38)}`]: { code: logs, balance: '0x1' },
      [`0xc5${'0'.repeat(38)}`]: { code: reverts, balance: '0x1' },
    }
    const calls = [
      { from: FROM, to: `0xc4${'0'.repeat(38)}`, value: '0x2' },
      { from: FROM, to: `0xc5${'0'.repeat(38)}` },
    ]
    const [block] = await simulate({
      blockStateCalls: [{ stateOverrides: both, calls }],
      traceTransfers: true,
    })
    expect(block!.calls[0]!.logs.map(({ data }) => (data === '0x' ? 'log' : Number(data)))).toEqual([
      2,
      'log',
      1,
      'log',
    ])
    expect(block!.calls[1]).toMatchObject({ status: '0x0', logs: [], error: { code: 3 } })
  })
})

describe('a development chain', () => {
  it('has one configuration in force from the start', async () => {
    const node = await makeNode()
    const config = (await node.request('eth_config')) as { current: object; next: null; last: null }
    expect(config).toMatchObject({
      current: { activationTime: 0, chainId: '0x7a69', blobSchedule: { max: 21 } },
      next: null,
      last: null,
    })
  })

  it('builds a block of what waits and keeps nothing of it', async () => {
    const node = await makeNode()
    await node.request('evm_setAutomine', [false])
    const [from, to] = (await node.request('eth_accounts')) as string[]
    await node.request('eth_sendTransaction', [{ from, to, value: '0x1' }])
    const { hash } = node.chain.head
    const attributes = {
      timestamp: '0x6553f101',
      prevRandao: hash,
      suggestedFeeRecipient: to,
      withdrawals: [],
      parentBeaconBlockRoot: hash,
    }
    const built = (await node.request('testing_buildBlockV1', [hash, attributes, null])) as {
      executionPayload: { transactions: string[]; gasUsed: string; parentHash: string }
      blockValue: string
    }
    expect(built.executionPayload).toMatchObject({ gasUsed: '0x5208', parentHash: hash })
    expect(built.executionPayload.transactions).toHaveLength(1)
    expect(BigInt(built.blockValue)).toBe(21_000n * 1_000_000_000n)
    expect(node.chain.head.hash).toBe(hash)
    expect(node.mempool.byHash.size).toBe(1)
  })
})
