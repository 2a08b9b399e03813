/** How often an origin is asked: its latency is what a fork's speed is made of. */
import { encodeFunctionData, type Hex, parseAbi } from 'viem'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createForkableNode } from '../dev/forkable.ts'
import type { DevNode } from '../dev/node.ts'
import { SHELF_ABI, shelfBytecode } from './contracts.fixture.ts'
import { type FaultyProxy, rpc, type Server, startDeed, startProxy } from './origin.fixture.ts'

const abi = parseAbi(SHELF_ABI)
const SLOTS = 60
let origin: Server
let proxy: FaultyProxy
let node: DevNode
let shelf: Hex

beforeAll(async () => {
  origin = await startDeed({ genesisTime: 1_700_000_000 })
  const [from] = await rpc(origin.url, 'eth_accounts')
  const hash = await rpc(origin.url, 'eth_sendTransaction', {
    from,
    gas: '0xf00000',
    data: shelfBytecode(SLOTS),
  })
  shelf = (await rpc(origin.url, 'eth_getTransactionReceipt', hash)).contractAddress
  proxy = await startProxy(origin.url)
  let now = 1_800_000_000n
  node = await createForkableNode({ wallTime: () => now++, fork: { url: proxy.url } })
})
afterAll(async () => {
  await node?.close()
  await proxy?.stop()
  await origin?.stop()
})

const call = (functionName: 'sum' | 'walk', args: readonly bigint[] = []): Promise<unknown> =>
  node.request('eth_call', [{ to: shelf, data: encodeFunctionData({ abi, functionName, args } as never) }])
const told = (): [exchanges: number, requests: number] => [proxy.count(), proxy.requests().length]

it('two exchanges open a fork: which block, and everything that its first block needs', () => {
  // Chain id and block; eth_config, three values of each account, and the heads of two queues.
  expect(told()).toEqual([2, 2 + 1 + 3 * 15 + 8])
})

it(`a call that reads ${SLOTS} slots of an array takes three: code, length, elements`, async () => {
  const [one, two] = await Promise.all([call('sum'), call('sum')])
  expect(one).toBe(two)
  // Caller and contract, three values each; the length; the elements. Whoever asks for the same waits with the first.
  expect(told()).toEqual([3, 6 + 1 + SLOTS])
  await call('sum')
  expect(told()).toEqual([0, 0])
})

it('a slot whose place is in the slot before takes one', async () => {
  await call('walk', [20n])
  // The first value is found in the guesses of all the others.
  expect(told()).toEqual([20, 20])
})

it('a block takes none', async () => {
  await node.request('hardhat_mine', ['0xa'])
  expect(told()).toEqual([0, 0])
})
