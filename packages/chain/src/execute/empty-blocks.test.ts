import { describe, expect, it } from 'vitest'
import { createDevNode, type DevNode } from '../dev/node.ts'
import { createTestDisk } from '../store/disk/disk.fixture.ts'
import { createDiskStore } from '../store/disk/store.ts'
import { BEACON_ROOTS, HISTORY_STORAGE } from './system-contracts.ts'

/** More than are made in one go. */
const BLOCKS = 600
const onDisk = async (rows?: Map<string, Uint8Array>) => {
  const disk = createTestDisk(rows)
  const store = await createDiskStore(disk, 'a test')
  return { disk, node: await createDevNode({ wallTime: () => 1_700_000_000n, store }) }
}
const inMemory = () => createDevNode({ wallTime: () => 1_700_000_000n })
const hex = (number: number) => `0x${number.toString(16)}`
const mine = (node: DevNode, blocks: number, interval?: number) =>
  node.request('hardhat_mine', interval === undefined ? [hex(blocks)] : [hex(blocks), hex(interval)])
const mineEach = async (node: DevNode, blocks: number) => {
  for (let i = 0; i < blocks; i++) await node.request('evm_mine')
}

/** What a client can see of a block and its state, where a run of empty blocks is somewhere below. */
const seen = async (node: DevNode, number: number) => [
  await node.request('eth_getBlockByNumber', [hex(number), true]),
  await node.request('eth_getProof', [HISTORY_STORAGE.address, [hex(number - 1), hex(number)], hex(number)]),
  await node.request('eth_getProof', [BEACON_ROOTS.address, [hex(number % 7)], hex(number)]),
  await node.request('eth_getStorageAt', [HISTORY_STORAGE.address, hex(number - 1), hex(number)]),
]
const WATCHED = [1, 2, 255, 256, 257, 300, 513, 599, BLOCKS]

describe('empty blocks', () => {
  it('are the same, with their states, whether they were mined in one go or one by one, in memory or on disk', async () => {
    const one = await inMemory()
    await mineEach(one, BLOCKS)
    const { disk, node } = await onDisk()
    await mine(node, BLOCKS)
    const again = await onDisk(disk.rows)
    const memory = await inMemory()
    await mine(memory, BLOCKS)
    for (const number of WATCHED) {
      const expected = await seen(one, number)
      for (const other of [node, again.node, memory]) expect(await seen(other, number)).toEqual(expected)
    }
    expect(await again.node.request('eth_blockNumber')).toBe(hex(BLOCKS))
    await mine(again.node, 2)
    await mineEach(one, 2)
    expect(await seen(again.node, BLOCKS + 2)).toEqual(await seen(one, BLOCKS + 2))
  })

  it('go on where a snapshot or a rollback leads back into the middle of them', async () => {
    const { disk, node } = await onDisk()
    await mine(node, 300)
    const snapshot = await node.request('evm_snapshot')
    await mine(node, 300, 7)
    await node.request('anvil_rollback', [100])
    expect(await node.request('eth_blockNumber')).toBe(hex(500))
    await mine(node, 300, 7)
    expect(await node.request('evm_revert', [snapshot])).toBe(true)
    const again = await onDisk(disk.rows)
    const one = await inMemory()
    await mineEach(one, 300)
    for (const other of [node, again.node]) {
      expect(await other.request('eth_blockNumber')).toBe(hex(300))
      await mine(other, 300)
    }
    await mineEach(one, 300)
    for (const number of WATCHED) {
      const expected = await seen(one, number)
      for (const other of [node, again.node]) expect(await seen(other, number)).toEqual(expected)
    }
  })

  it('that are there already are not kept twice', async () => {
    const { disk, node } = await onDisk()
    await mine(node, 400)
    const { chain } = node
    const at = async (number: number) => (await chain.blockByNumber(BigInt(number)))!
    const [first, last] = [await at(100), await at(400)]
    const times: bigint[] = []
    for (let number = 101; number <= 400; number++) times.push((await at(number)).block.header.timestamp)
    await chain.settled()
    const rows = [...disk.rows.keys()]
    await chain.setHead(first.hash)
    // Up to the last of them, and one that is new.
    const { beneficiary } = last.block.header
    let made = 0
    const more = [...times, times.at(-1)! + 1n]
    while (made < more.length) made += await chain.extendEmpty(more.slice(made), beneficiary)
    expect((await at(400)).hash).toBe(last.hash)
    expect(chain.head.block.header).toMatchObject({ parentHash: last.hash, number: 401n })
    await chain.settled()
    const added = [...disk.rows.keys()].filter((key) => !rows.includes(key))
    // Of one block: itself, its place, what it wrote, two slots, and two accounts as they were.
    expect(added.length).toBeLessThanOrEqual(8)
    expect(await seen(node, 401)).toEqual(await seen((await onDisk(disk.rows)).node, 401))
  })

  it('lose no node of their tries where a chain is opened again before these were stored', async () => {
    let { disk, node } = await onDisk()
    await mine(node, BLOCKS)
    for (let opened = 0; opened < 3; opened++) {
      ;({ disk, node } = await onDisk(disk.rows))
      // Made once for those who look, and used again by the next block.
      await seen(node, Number(await node.request('eth_blockNumber')))
      // More than lie between two tries that are stored.
      await mineEach(node, 150)
    }
    ;({ disk, node } = await onDisk(disk.rows))
    const one = await inMemory()
    await mineEach(one, BLOCKS + 450)
    for (const number of [BLOCKS + 150, BLOCKS + 300, BLOCKS + 450])
      for (const slot of [1, 100, 300, 500, number - 1]) {
        const proof = [HISTORY_STORAGE.address, [hex(slot)], hex(number)]
        expect(await node.request('eth_getProof', proof)).toEqual(await one.request('eth_getProof', proof))
      }
  })
})
