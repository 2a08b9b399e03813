import { describe, expect, it } from 'vitest'
import { DEV_ACCOUNTS } from '../genesis-dev.ts'
import { createTestDisk } from '../store/disk/disk.fixture.ts'
import { createDiskStore } from '../store/disk/store.ts'
import { createDevNode, type DevNode, type DevNodeOptions } from './node.ts'

const [alice, bob, carol] = DEV_ACCOUNTS
const WHALE = `0x${'77'.repeat(20)}`

/** A disk on which a node can be opened again and again, as after kill -9. */
const makeDisk = () => {
  let rows = new Map<string, Uint8Array>()
  let now = 1_700_000_000n
  return {
    open: async (options: Partial<DevNodeOptions> = {}): Promise<DevNode> => {
      const disk = createTestDisk(new Map(rows))
      rows = disk.rows
      return createDevNode({ wallTime: () => now, store: await createDiskStore(disk, 'a test'), ...options })
    },
    pass: (seconds: bigint) => {
      now += seconds
    },
  }
}

const pay = (node: DevNode, fields: object = {}) =>
  node.request('eth_sendTransaction', [{ from: alice, to: bob, value: '0x1', gas: '0x5208', ...fields }])

/** Everything of a node that a client can see and that is not about the past. */
const seen = async (node: DevNode) => ({
  head: await node.request('eth_getBlockByNumber', ['latest', true]),
  pending: await node.request('eth_getBlockByNumber', ['pending', true]),
  pool: await node.request('txpool_content'),
  nonce: await node.request('eth_getTransactionCount', [alice, 'pending']),
  whale: await node.request('eth_getBalance', [WHALE]),
  proof: await node.request('eth_getProof', [WHALE, [], 'latest']),
  automine: await node.request('anvil_getAutomine'),
  interval: await node.request('anvil_getIntervalMining'),
  coinbase: await node.request('eth_coinbase'),
})

describe('a node that was killed', () => {
  it('goes on with its clock', async () => {
    const disk = makeDisk()
    const node = await disk.open()
    await node.request('evm_increaseTime', [86_400])
    await node.request('evm_setNextBlockTimestamp', [1_800_000_000])
    disk.pass(10n)
    const again = await disk.open()
    await again.request('evm_mine')
    expect(await again.request('eth_getBlockByNumber', ['latest', false])).toMatchObject({
      timestamp: '0x6b49d200',
    })
    disk.pass(5n)
    await again.request('anvil_setBlockTimestampInterval', [12])
    const third = await disk.open()
    await third.request('hardhat_mine', ['0x2'])
    expect(await third.request('eth_getBlockByNumber', ['latest', false])).toMatchObject({
      timestamp: '0x6b49d218',
    })
  })

  it('goes on with what waited, what was set and whom it plays', async () => {
    const disk = makeDisk()
    const node = await disk.open()
    await pay(node)
    await pay(node, { nonce: '0x5' })
    await node.request('hardhat_setCoinbase', [carol])
    await node.request('hardhat_mine', ['0x2'])
    await node.request('evm_setAutomine', [false])
    await pay(node)
    await pay(node, { from: bob })
    await node.request('hardhat_setBalance', [WHALE, '0x8ac7230489e80000'])
    await node.request('hardhat_setNonce', [WHALE, '0x7'])
    await node.request('hardhat_impersonateAccount', [WHALE])
    await pay(node, { from: WHALE })
    await node.request('hardhat_setNextBlockBaseFeePerGas', ['0x3b9aca07'])
    const before = await seen(node)
    expect(before.pending).toMatchObject({ transactions: [{}, {}, { from: WHALE }] })

    const again = await disk.open()
    expect(await seen(again)).toEqual(before)
    await pay(again, { from: WHALE })
    await again.request('evm_mine')
    const mined = await again.request('eth_getBlockByNumber', ['latest', true])
    expect(mined).toMatchObject({ baseFeePerGas: '0x3b9aca07', miner: carol, transactions: { length: 4 } })

    const third = await disk.open()
    expect(await third.request('eth_getBlockByNumber', ['latest', true])).toEqual(mined)
    expect(await third.request('txpool_status')).toEqual({ pending: '0x0', queued: '0x1' })
    // The block runs again as it ran, with the edits before it and whoever it had as senders.
    expect(
      await third.request('debug_traceBlockByNumber', ['latest', { tracer: 'callTracer' }]),
    ).toHaveLength(4)
    await third.request('hardhat_stopImpersonatingAccount', [WHALE])
    const fourth = await disk.open()
    await expect(pay(fourth, { from: WHALE })).rejects.toMatchObject({ data: { code: 'DEED_RPC_ACCOUNT' } })
  })

  it('goes back to snapshots from before', async () => {
    const disk = makeDisk()
    const node = await disk.open({ automine: false })
    await pay(node)
    await node.request('hardhat_setBalance', [WHALE, '0x5'])
    await node.request('evm_increaseTime', [1_000])
    const before = await seen(node)
    const first = await node.request('evm_snapshot')
    await node.request('evm_mine')
    const second = await node.request('evm_snapshot')
    await node.request('evm_mine')

    const again = await disk.open()
    expect(await again.request('evm_revert', [first])).toBe(true)
    const third = await disk.open()
    expect(await seen(third)).toEqual(before)
    expect(await third.request('evm_revert', [first])).toBe(false)
    expect(await third.request('evm_revert', [second])).toBe(false)
    expect(await third.request('evm_snapshot')).toBe('0x3')
  })

  it('has nothing left of what a reset undid', async () => {
    const disk = makeDisk()
    const node = await disk.open()
    const fresh = await seen(node)
    await pay(node)
    await node.request('evm_snapshot')
    await pay(node, { nonce: '0x9' })
    await node.request('hardhat_impersonateAccount', [WHALE])
    await node.request('hardhat_setBalance', [WHALE, '0x5'])
    await node.request('hardhat_reset')
    const again = await disk.open()
    expect(await seen(again)).toEqual(fresh)
    await expect(pay(again, { from: WHALE })).rejects.toMatchObject({ data: { code: 'DEED_RPC_ACCOUNT' } })
  })
})

describe('a chain that was begun otherwise', () => {
  it('is not opened with another chain id or first block', async () => {
    const disk = makeDisk()
    await disk.open({ privateKeys: [] })
    await expect(disk.open({ privateKeys: [], chainId: 5n })).rejects.toMatchObject({
      code: 'DEED_OTHER_CHAIN_ID',
    })
    await expect(disk.open({ privateKeys: [], genesisTime: 7n })).rejects.toMatchObject({
      code: 'DEED_OTHER_GENESIS',
    })
    // Whoever says nothing means the chain that is there.
    disk.pass(100n)
    expect(await (await disk.open({ privateKeys: [] })).request('eth_blockNumber')).toBe('0x0')
  })
})
