/** By which rules forks of all kinds of chains go on, shown by headers and blocks as those chains have them. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createForkableNode } from '../dev/forkable.ts'
import type { DevNode } from '../dev/node.ts'
import { type ChainConfig, rulesAt } from '../forks.ts'
import { type OriginHeader, readHeader } from './first-block.ts'
import type { Answer } from './origin.fixture.ts'
import { originRules } from './rules.ts'

const HASH = `0x${'ab'.repeat(32)}` as const
const shape = (fields: object): OriginHeader =>
  readHeader(
    {
      hash: HASH,
      parentHash: HASH,
      number: '0x64',
      timestamp: '0x64',
      gasLimit: '0x1c9c380',
      gasUsed: '0x0',
      ...fields,
    },
    'test',
  )
const forkAt = (config: ChainConfig, number: bigint, timestamp: bigint, merged = true) => {
  const { fork, blobs } = rulesAt(config, { number, timestamp, merged })
  return [fork, blobs.max]
}

describe('the rules of a fork', () => {
  it('are those of the public networks by block and time', () => {
    const mainnet = originRules(1n, 31_337n, shape({}).header, undefined)
    expect(mainnet.chainId).toBe(31_337n)
    expect(forkAt(mainnet, 1_149_999n, 0n, false)).toEqual(['Frontier', 0n])
    expect(forkAt(mainnet, 12_965_000n, 0n, false)).toEqual(['London', 0n])
    expect(forkAt(mainnet, 15_537_394n, 1_663_224_179n)).toEqual(['Paris', 0n])
    expect(forkAt(mainnet, 19_426_587n, 1_710_338_135n)).toEqual(['Cancun', 6n])
    expect(forkAt(mainnet, 22_431_084n, 1_746_612_311n)).toEqual(['Prague', 9n])
    expect(forkAt(mainnet, 23_935_694n, 1_764_798_551n)).toEqual(['Osaka', 9n])
    expect(forkAt(mainnet, 24_179_383n, 1_767_747_671n)).toEqual(['Osaka', 21n])
    const sepolia = originRules(11_155_111n, 11_155_111n, shape({}).header, undefined)
    expect(forkAt(sepolia, 1n, 0n, false)).toEqual(['London', 0n])
    expect(forkAt(sepolia, 9n, 1_741_159_776n)).toEqual(['Prague', 9n])
    expect(forkAt(originRules(560_048n, 1n, shape({}).header, undefined), 9n, 1_742_999_831n)).toEqual([
      'Cancun',
      6n,
    ])
    expect(forkAt(originRules(17_000n, 1n, shape({}).header, undefined), 9n, 1_696_000_703n)).toEqual([
      'Paris',
      0n,
    ])
  })

  const entry = (activationTime: number, names: string[], max: number) => ({
    activationTime,
    blobSchedule: { target: max - 1, max, baseFeeUpdateFraction: 1_000 },
    precompiles: Object.fromEntries(names.map((name) => [name, '0x01'])),
  })

  it('are what the origin says of itself, now and next', () => {
    const ethConfig = {
      current: entry(50, ['BLS12_G1ADD', 'KZG_POINT_EVALUATION'], 9),
      next: entry(500, ['P256VERIFY'], 12),
    }
    const config = originRules(777n, 777n, shape({}).header, ethConfig)
    expect(forkAt(config, 101n, 101n)).toEqual(['Prague', 9n])
    expect(forkAt(config, 101n, 500n)).toEqual(['Osaka', 12n])
  })

  it('are those of the block where the origin’s are newer', () => {
    const ethConfig = { current: entry(500, ['P256VERIFY'], 12), next: null }
    const cancun = shape({ excessBlobGas: '0x0', blobGasUsed: '0x0', withdrawalsRoot: HASH }).header
    const config = originRules(777n, 777n, cancun, ethConfig)
    expect(forkAt(config, 101n, 101n)).toEqual(['Cancun', 6n])
    expect(forkAt(config, 101n, 500n)).toEqual(['Osaka', 12n])
  })

  it.each([undefined, null, {}, 'no', { current: {} }])('are the newest where it says %j', (ethConfig) => {
    expect(forkAt(originRules(777n, 777n, shape({}).header, ethConfig), 101n, 101n)).toEqual(['Osaka', 21n])
  })
})

describe('a header', () => {
  it('may lack what the next block does not follow from', () => {
    const { header } = shape({ difficulty: '0x1', gasLimit: '0x0', extraData: '0xnot-looked-at' })
    expect(header).toMatchObject({ number: 100n, gasLimit: 5_000n, difficulty: 1n, baseFeePerGas: undefined })
  })
  it.each([
    ['hash', { hash: '0x12' }],
    ['number', { number: undefined }],
    ['timestamp', { timestamp: 'soon' }],
    ['gasUsed', { gasUsed: null }],
    ['baseFeePerGas', { baseFeePerGas: 'free' }],
  ])('is refused without its %s', (name, fields) => {
    expect(() => shape(fields)).toThrow(new RegExp(`gives a block whose ${name} is missing or malformed`))
  })
})

/** A chain of another kind: as JSON-RPC, since no program of it runs here. Only what a fork asks is answered. */
const pretend = async (
  chainId: number,
  block: object,
  more: Record<string, (...params: never[]) => unknown> = {},
) => {
  const whole = {
    hash: HASH,
    parentHash: HASH,
    number: '0x64',
    timestamp: '0x64',
    gasLimit: '0x1c9c380',
    gasUsed: '0x0',
    ...block,
  }
  const methods: Record<string, (...params: never[]) => unknown> = {
    eth_chainId: () => `0x${chainId.toString(16)}`,
    eth_getBlockByNumber: () => whole,
    eth_getBalance: () => '0x0',
    eth_getTransactionCount: () => '0x0',
    eth_getCode: () => '0x',
    eth_getStorageAt: () => `0x${'0'.repeat(64)}`,
    ...more,
  }
  const server = createServer(async (incoming, reply) => {
    let text = ''
    for await (const chunk of incoming) text += chunk
    const answers = [JSON.parse(text)].flat().map(({ id, method, params }) => {
      const own = methods[method]
      return own
        ? { jsonrpc: '2.0', id, result: own(...(params as never[])) }
        : { jsonrpc: '2.0', id, error: { code: -32601, message: 'the method does not exist' } }
    })
    reply.end(JSON.stringify(text.startsWith('[') ? answers : answers[0]))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stops.push(async () => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})
const forkOf = async (url: string): Promise<DevNode> => {
  let now = 1_800_000_000n
  const node = await createForkableNode({ wallTime: () => now++, fork: { url } })
  stops.push(() => node.close())
  return node
}
const STRANGER = `0x${'57'.repeat(20)}`
const pay = async (node: DevNode): Promise<Answer> => {
  const [from] = (await node.request('eth_accounts')) as string[]
  const hash = await node.request('eth_sendTransaction', [{ from, to: STRANGER, value: '0x5' }])
  return node.request('eth_getTransactionReceipt', [hash])
}

describe('a fork of a chain of another kind', () => {
  it('passes on transactions of types that nobody here knows', async () => {
    const deposit = {
      type: '0x7e',
      hash: HASH,
      sourceHash: HASH,
      mint: '0x1',
      blockNumber: '0x64',
      from: STRANGER,
    }
    const url = await pretend(
      10,
      { baseFeePerGas: '0x7', transactions: [HASH], l1Fee: '0x9' },
      {
        eth_getTransactionByHash: () => deposit,
        eth_getTransactionReceipt: () => ({ ...deposit, l1Fee: '0x9', logs: [] }),
        debug_traceTransaction: () => ({ type: 'CALL', isDeposit: true }),
      },
    )
    const node = await forkOf(url)
    expect(await node.request('eth_getBlockByNumber', ['latest', true])).toMatchObject({ l1Fee: '0x9' })
    expect(await node.request('eth_getTransactionByHash', [HASH])).toEqual(deposit)
    expect(await node.request('eth_getTransactionReceipt', [HASH])).toMatchObject({ l1Fee: '0x9' })
    expect(await node.request('debug_traceTransaction', [HASH])).toMatchObject({ isDeposit: true })
    expect(await pay(node)).toMatchObject({ status: '0x1', blockNumber: '0x65' })
  })

  it('says whose answer is missing where the origin has no such method', async () => {
    const node = await forkOf(
      await pretend(10, {}, { eth_getTransactionByHash: () => ({ blockNumber: '0x1' }) }),
    )
    await expect(node.request('debug_traceTransaction', [HASH])).rejects.toMatchObject({
      code: -32004,
      message: expect.stringMatching(/^The origin 127.0.0.1:\d+ does not answer debug_traceTransaction/),
    })
  })

  it('goes on where blocks have neither base fee nor blobs, and a difficulty', async () => {
    const node = await forkOf(await pretend(56, { difficulty: '0x2', totalDifficulty: '0x99999' }))
    expect(await pay(node)).toMatchObject({ status: '0x1' })
    const block = (await node.request('eth_getBlockByNumber', ['latest', false])) as Answer
    expect(block).toMatchObject({ difficulty: '0x0', baseFeePerGas: '0x3b9aca00', excessBlobGas: '0x0' })
  })

  it('mines by work where its block was mined by work', async () => {
    const node = await forkOf(
      await pretend(1, {
        number: '0x989680',
        timestamp: '0x5eaefc0d',
        difficulty: '0x7f9de1a7eb2a5',
        totalDifficulty: '0x2e9b6ee4e0fd0f38a5c',
        miner: STRANGER,
      }),
    )
    expect(await node.request('anvil_nodeInfo')).toMatchObject({ hardFork: 'istanbul' })
    const [from] = (await node.request('eth_accounts')) as string[]
    const hash = await node.request('eth_sendTransaction', [
      { from, to: STRANGER, value: '0x5', gasPrice: '0x5' },
    ])
    const receipt = (await node.request('eth_getTransactionReceipt', [hash])) as Answer
    expect(receipt).toMatchObject({ status: '0x1', type: '0x0' })
    const block = (await node.request('eth_getBlockByNumber', [receipt.blockNumber, false])) as Answer
    expect(BigInt(block.difficulty)).toBeGreaterThan(10n ** 15n)
    expect(block.baseFeePerGas).toBe(undefined)
  })

  it('gives its unlocked accounts back to themselves where strangers delegated them', async () => {
    const node = await forkOf(
      await pretend(
        1,
        { timestamp: '0x69700000' },
        { eth_getCode: () => `0xef0100${'13'.repeat(20)}`, eth_getTransactionCount: () => '0x7' },
      ),
    )
    const [from] = (await node.request('eth_accounts')) as string[]
    expect(await node.request('eth_getCode', [from])).toBe('0x')
    expect(await node.request('eth_getTransactionCount', [from])).toBe('0x7')
    expect(await node.request('eth_getCode', [STRANGER])).toBe(`0xef0100${'13'.repeat(20)}`)
  })
})
