/** A node that begins other chains while it runs: hardhat_reset and anvil_reset with `forking`, anvil_setRpcUrl. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toHex } from 'viem'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { createForkableNode } from '../dev/forkable.ts'
import { createDevNode, type DevNode } from '../dev/node.ts'
import { createSession } from '../rpc/subscription.ts'
import { openDiskStore } from '../store/disk/store.ts'
import { createMemoryStore } from '../store/memory.ts'
import { type Answer, rpc, type Server, startDeed, startProxy } from './origin.fixture.ts'

const STRANGER = `0x${'57'.repeat(20)}` as const
let origin: Server
let other: Server
let node: DevNode

beforeAll(async () => {
  origin = await startDeed({ genesisTime: 1_700_000_000 })
  other = await startDeed({ genesisTime: 1_600_000_000 })
  const [rich] = await rpc(origin.url, 'eth_accounts')
  for (const value of ['0x1', '0x2', '0x4'])
    await rpc(origin.url, 'eth_sendTransaction', { from: rich, to: STRANGER, value })
  await rpc(other.url, 'hardhat_mine', '0x2')
})
afterAll(async () => {
  await origin?.stop()
  await other?.stop()
})
afterEach(() => node?.close())

let now = 1_800_000_000n
const start = async (fork?: { url: string; blockNumber?: bigint }) => {
  node = await createForkableNode({ wallTime: () => now++, fork })
}
const ask = (method: string, ...params: unknown[]): Promise<Answer> => node.request(method, params)
const reset = (forking: object) => ask('hardhat_reset', { forking })
const state = async () => [Number(await ask('eth_blockNumber')), await ask('eth_getBalance', STRANGER)]

it('begins a fork, another one, and its own chain again', async () => {
  await start()
  await ask('hardhat_mine', '0x9')
  await reset({ jsonRpcUrl: origin.url, blockNumber: 2 })
  expect(await state()).toEqual([2, '0x3'])
  await ask('hardhat_mine', '0x5')
  await ask('anvil_reset', { forking: { blockNumber: '0x1' } })
  expect(await state()).toEqual([1, '0x1'])
  await ask('anvil_reset', { forking: { jsonRpcUrl: origin.url } })
  expect(await state()).toEqual([3, '0x7'])
  expect(await ask('anvil_nodeInfo')).toMatchObject({ forkConfig: { forkBlockNumber: 3 } })
  // As with anvil and Hardhat: no argument, no fork.
  await ask('hardhat_reset')
  expect(await state()).toEqual([0, '0x0'])
  expect(await ask('anvil_nodeInfo')).toMatchObject({ forkConfig: { forkUrl: null } })
  expect(await ask('hardhat_metadata')).not.toHaveProperty('forkedNetwork')
})

it('goes back to its first block for whoever names no other', async () => {
  await start({ url: origin.url, blockNumber: 2n })
  for (const forking of [{}, { blockNumber: 2 }, { jsonRpcUrl: origin.url, blockNumber: '2' }]) {
    await ask('hardhat_setBalance', STRANGER, '0x999')
    await ask('hardhat_mine', '0x3')
    await reset(forking)
    expect(await state()).toEqual([2, '0x3'])
    // Time goes on from the fork's block as it did at first.
    const { timestamp } = await ask('eth_getBlockByNumber', 'latest', false)
    const pending = await ask('eth_getBlockByNumber', 'pending', false)
    expect(Number(pending.timestamp) - Number(timestamp)).toBeLessThan(60)
  }
})

it('leaves the folder of its own chain to it, and goes back to it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'deed-refork-'))
  try {
    const openStore = () => openDiskStore(folder)
    node = await createForkableNode({
      wallTime: () => now++,
      store: await openStore(),
      renewStore: (isFork) => (isFork ? Promise.resolve(createMemoryStore()) : openStore()),
    })
    await ask('hardhat_mine', '0x2')
    const { hash } = await ask('eth_getBlockByNumber', '0x0', false)
    await reset({ jsonRpcUrl: origin.url })
    await ask('hardhat_mine', '0x7')
    await ask('hardhat_reset')
    expect(await state()).toEqual([0, '0x0'])
    expect((await ask('eth_getBlockByNumber', '0x0', false)).hash).toBe(hash)
    await ask('hardhat_mine', '0x5')
    await node.close()

    node = await createDevNode({ wallTime: () => now++, store: await openStore() })
    expect(await state()).toEqual([5, '0x0'])
  } finally {
    await node.close()
    rmSync(folder, { recursive: true })
  }
})

it('keeps to what it was told of mining, and to those who listen', async () => {
  await start()
  const heads: Answer[] = []
  const session = createSession((text) => heads.push(JSON.parse(text).params.result))
  const { METHODS } = await import('../rpc/methods.ts')
  const principal = { name: 'test', profile: 'dev' } as const
  await METHODS.eth_subscribe!.run({ node, principal, session }, ...(['newHeads'] as never[]))
  const filter = await ask('eth_newBlockFilter')
  await ask('evm_setAutomine', false)
  await reset({ jsonRpcUrl: origin.url, blockNumber: 2 })
  expect(await ask('hardhat_getAutomine')).toBe(false)
  await ask('hardhat_mine', '0x1')
  const { hash } = await ask('eth_getBlockByNumber', 'latest', false)
  expect(heads.map((head) => head.hash)).toEqual([hash])
  expect(await ask('eth_getFilterChanges', filter)).toEqual([hash])
})

it('stays what it is when the new chain is not to be had', async () => {
  await start({ url: origin.url, blockNumber: 2n })
  await ask('hardhat_mine', '0x1')
  await expect(reset({ blockNumber: 99 })).rejects.toMatchObject({ code: 'DEED_FORK_BLOCK' })
  await expect(reset({ jsonRpcUrl: 'nowhere' })).rejects.toMatchObject({ code: 'DEED_FORK_URL' })
  await expect(reset({ jsonRpcUrl: 7 })).rejects.toThrow(/jsonRpcUrl: expected a string/)
  await expect(reset({ blockNumber: 'x' })).rejects.toThrow(/blockNumber: expected a quantity/)
  expect(await state()).toEqual([3, '0x3'])
})

it('asks at another address of the same chain, and at no other chain', async () => {
  const proxy = await startProxy(origin.url)
  await start({ url: proxy.url, blockNumber: 2n })
  await proxy.stop()
  await ask('anvil_setRpcUrl', origin.url)
  expect(await state()).toEqual([2, '0x3'])
  expect(await ask('anvil_nodeInfo')).toMatchObject({ forkConfig: { forkUrl: origin.url } })
  await ask('anvil_setRpcUrl', other.url)
  await expect(ask('eth_getBalance', `0x${'99'.repeat(20)}`)).rejects.toMatchObject({
    code: 'DEED_FORK_ORIGIN_CHANGED',
  })
  await expect(ask('anvil_setRpcUrl', 'nowhere')).rejects.toMatchObject({ code: 'DEED_FORK_URL' })
})

it('goes on from a store on disk, if it is a fork of the same block', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'deed-refork-'))
  const open = async (blockNumber?: bigint) => {
    const store = await openDiskStore(join(folder, 'chain'))
    try {
      return await createForkableNode({
        wallTime: () => now++,
        store,
        fork: { url: origin.url, blockNumber },
      })
    } catch (error) {
      await store.close()
      throw error
    }
  }
  node = await open(2n)
  const [from] = await ask('eth_accounts')
  await ask('eth_sendTransaction', { from, to: STRANGER, value: '0x10' })
  await ask('hardhat_mine', '0x3')
  const { hash } = await ask('eth_getBlockByNumber', 'latest', false)
  await node.close()
  // Where it began, and not at the block that is the newest by now.
  node = await open()
  expect((await ask('eth_getBlockByNumber', 'latest', false)).hash).toBe(hash)
  expect(await state()).toEqual([6, '0x13'])
  expect(await ask('eth_getBalance', STRANGER, '0x2')).toBe('0x3')
  await ask('hardhat_mine', '0x1')
  await node.close()
  await expect(open(1n)).rejects.toMatchObject({ code: 'DEED_OTHER_GENESIS' })
  await start()
  rmSync(folder, { recursive: true })
})

it('without a fork has no origin, and a plain node cannot fork', async () => {
  await start()
  await expect(ask('anvil_setRpcUrl', origin.url)).rejects.toMatchObject({ data: { code: 'DEED_FORK_NONE' } })
  await expect(reset({ blockNumber: 1 })).rejects.toMatchObject({ data: { code: 'DEED_FORK_NONE' } })
  const plain = await createDevNode({ wallTime: () => now++ })
  await expect(plain.request('hardhat_reset', [{ forking: { jsonRpcUrl: origin.url } }])).rejects.toThrow(
    /cannot fork another/,
  )
  await plain.request('hardhat_reset', [{ forking: {} }])
  expect(await plain.request('eth_getBalance', [STRANGER])).toBe(toHex(0))
  await plain.close()
})
