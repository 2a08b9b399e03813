import { encodeFunctionData, parseAbi } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { describe, expect, it } from 'vitest'
import { COUNTER_ABI, COUNTER_BYTECODE } from '../server/counter.fixture.ts'
import { createWallet, DEV_MNEMONIC, DEV_PRIVATE_KEYS } from './accounts.ts'
import type { Input } from './input.ts'
import { createDevNode, type DevNode, type DevNodeOptions, replay } from './node.ts'

const GENESIS_TIME = 1_700_000_000n

/** A node whose wall clock stands until the test moves it. */
const makeNode = async (options: Partial<DevNodeOptions> = {}) => {
  let now = GENESIS_TIME
  const inputs: Input[] = []
  const node = await createDevNode({
    genesisTime: GENESIS_TIME,
    wallTime: () => now,
    record: (input) => inputs.push(input),
    ...options,
  })
  return {
    node,
    inputs,
    pass: (seconds: bigint) => {
      now += seconds
    },
  }
}

const [alice, bob] = [0, 1].map((addressIndex) =>
  mnemonicToAccount(DEV_MNEMONIC, { addressIndex }).address.toLowerCase(),
)
const transfer = (node: DevNode, fields: object = {}) =>
  node.request('eth_sendTransaction', [{ from: alice, to: bob, value: '0x1', ...fields }])
const block = async (node: DevNode, at = 'latest') =>
  (await node.request('eth_getBlockByNumber', [at, false])) as {
    number: string
    hash: string
    timestamp: string
    transactions: string[]
  }
const timeOf = async (node: DevNode, at = 'latest') => BigInt((await block(node, at)).timestamp)

describe('accounts', () => {
  it('are those of the mnemonic', () => {
    const derived = Array.from({ length: 10 }, (_, addressIndex) =>
      mnemonicToAccount(DEV_MNEMONIC, { addressIndex }),
    )
    expect(DEV_PRIVATE_KEYS).toEqual(derived.map((account) => new Uint8Array(account.getHdKey().privateKey!)))
    expect(createWallet(DEV_PRIVATE_KEYS, 31_337n).addresses).toEqual(
      derived.map(({ address }) => address.toLowerCase()),
    )
  })

  it('are refused on another chain', async () => {
    await expect(createDevNode({ wallTime: () => 0n, chainId: 1n })).rejects.toMatchObject({
      code: 'DEED_DEV_MNEMONIC',
    })
    const { node } = await makeNode({ chainId: 1n, privateKeys: [] })
    expect(await node.request('eth_accounts')).toEqual([])
  })
})

const hashesOf = async (node: DevNode) => {
  const all: string[] = []
  for (let number = 0; number <= Number(await node.request('eth_blockNumber')); number++)
    all.push((await block(node, `0x${number.toString(16)}`)).hash)
  return all
}

describe('a recorded run', () => {
  /** Everything that changes a chain, with time passing in between. */
  const live = async () => {
    const { node, inputs, pass } = await makeNode()
    const hash = (await node.request('eth_sendTransaction', [
      { from: alice, data: COUNTER_BYTECODE },
    ])) as string
    const { contractAddress } = (await node.request('eth_getTransactionReceipt', [hash])) as {
      contractAddress: string
    }
    pass(17n)
    const data = encodeFunctionData({ abi: parseAbi(COUNTER_ABI), functionName: 'raise', args: [5n] })
    await Promise.all(
      Array.from({ length: 20 }, () =>
        node.request('eth_sendTransaction', [{ from: bob, to: contractAddress, data, gas: '0x20000' }]),
      ),
    )
    await node.request('evm_increaseTime', [86_400])
    pass(3n)
    await node.request('evm_mine')
    const id = await node.request('evm_snapshot')
    await node.request('evm_setNextBlockTimestamp', [Number(GENESIS_TIME) + 1_000_000])
    await transfer(node)
    await node.request('evm_revert', [id])
    await node.request('evm_setAutomine', [false])
    await transfer(node, { nonce: '0x1' })
    await transfer(node, { nonce: '0x2' })
    pass(100n)
    await node.request('evm_setTime', [Number(GENESIS_TIME) + 200_000])
    await node.request('hardhat_mine', ['0x3', '0x3c'])
    return { node, inputs }
  }
  it('has the same hashes when it runs again, and when its inputs are replayed', async () => {
    const first = await live()
    const second = await live()
    const expected = await hashesOf(first.node)
    expect(expected.length).toBeGreaterThan(5)
    expect(await hashesOf(second.node)).toEqual(expected)
    // What is recorded is JSON, and the wall clock of the replay says something else.
    const inputs = JSON.parse(JSON.stringify(first.inputs)) as Input[]
    const replayed = await replay({ genesisTime: GENESIS_TIME, wallTime: () => 9_999_999_999n }, inputs)
    expect(await hashesOf(replayed)).toEqual(expected)
    expect(await replayed.request('evm_snapshot')).toBe(await first.node.request('evm_snapshot'))
  })
})

describe('many empty blocks', () => {
  it('are the same as if each were asked for', async () => {
    for (const more of [[], ['0xc']]) {
      const [one, all] = [(await makeNode()).node, (await makeNode()).node]
      for (const node of [one, all]) {
        await transfer(node)
        await node.request('evm_increaseTime', [1_000])
      }
      // More than what is made at once, and than what is between two stored tries.
      for (let i = 0; i < 300; i++) {
        if (i > 0 && more.length > 0) {
          const { timestamp } = await block(one)
          await one.request('evm_setNextBlockTimestamp', [Number(timestamp) + 12])
        }
        await one.request('evm_mine')
      }
      await all.request('hardhat_mine', ['0x12c', ...more])
      expect(await hashesOf(all)).toEqual(await hashesOf(one))
      for (const node of [one, all]) {
        await transfer(node)
        await node.request('hardhat_mine', ['0x2'])
      }
      expect(await block(all)).toEqual(await block(one))
    }
  })

  it('have what waits for a lower fee, and are told of in order', async () => {
    const { node } = await makeNode({ automine: false })
    const numbers: bigint[] = []
    node.chain.onHead(({ added }) => numbers.push(...added.map((record) => record.block.header.number)))
    await transfer(node, { maxFeePerGas: '0x20000000', maxPriorityFeePerGas: '0x1', gas: '0x5208' })
    await node.request('hardhat_mine', ['0x32'])
    expect(await node.request('txpool_status')).toEqual({ pending: '0x0', queued: '0x0' })
    await node.request('hardhat_mine', ['0x32'])
    expect(numbers).toEqual(Array.from({ length: 100 }, (_, i) => BigInt(i + 1)))
  })
})

describe('time', () => {
  it('follows the wall clock and rises with every block', async () => {
    const { node, pass } = await makeNode()
    await transfer(node)
    await transfer(node)
    expect(await timeOf(node)).toBe(GENESIS_TIME + 2n)
    pass(60n)
    await transfer(node)
    expect(await timeOf(node)).toBe(GENESIS_TIME + 60n)
    expect(await timeOf(node, 'pending')).toBe(GENESIS_TIME + 61n)
    pass(5n)
    expect(await timeOf(node, 'pending')).toBe(GENESIS_TIME + 65n)
  })

  it('goes on from where it was put', async () => {
    const { node, pass } = await makeNode()
    expect(await node.request('evm_increaseTime', [3_600])).toBe('3600')
    await node.request('evm_mine')
    expect(await timeOf(node)).toBe(GENESIS_TIME + 3_600n)
    await node.request('evm_setNextBlockTimestamp', [Number(GENESIS_TIME) + 10_000])
    pass(1n)
    await node.request('evm_mine')
    expect(await timeOf(node)).toBe(GENESIS_TIME + 10_000n)
    pass(7n)
    await node.request('evm_mine')
    expect(await timeOf(node)).toBe(GENESIS_TIME + 10_007n)
    await node.request('evm_mine', [Number(GENESIS_TIME) + 20_000])
    expect(await timeOf(node)).toBe(GENESIS_TIME + 20_000n)
  })

  it('ends before it is more than a number can hold', async () => {
    const { node } = await makeNode()
    await node.request('evm_increaseTime', [2 ** 52])
    await expect(node.request('evm_increaseTime', [2 ** 52])).rejects.toMatchObject({
      data: { code: 'DEED_DEV_TIME' },
    })
    await node.request('evm_mine')
    expect(await timeOf(node)).toBe(GENESIS_TIME + 2n ** 52n)
  })

  it('passes in full even where blocks have run ahead of the wall clock', async () => {
    const { node } = await makeNode()
    await node.request('hardhat_mine', ['0x64'])
    const before = await timeOf(node)
    await node.request('evm_increaseTime', [50])
    await node.request('evm_mine')
    expect(await timeOf(node)).toBe(before + 50n)
  })
})

describe('mining', () => {
  it('has the receipt there when the hash is', async () => {
    const { node } = await makeNode()
    const hash = await transfer(node)
    expect(await node.request('eth_getTransactionReceipt', [hash])).toMatchObject({
      status: '0x1',
      blockNumber: '0x1',
    })
  })

  it('puts what comes at once into one block, in order of nonces', async () => {
    const { node } = await makeNode()
    const hashes = await Promise.all(
      [2, 0, 1].map((nonce) => transfer(node, { nonce: `0x${nonce}`, gas: '0x5208' })),
    )
    expect((await block(node)).transactions).toEqual([hashes[1], hashes[2], hashes[0]])
    expect(await node.request('eth_blockNumber')).toBe('0x1')
  })

  it('gives transactions that one unlocked account sends at once their nonces', async () => {
    const { node } = await makeNode()
    const hashes = await Promise.all(Array.from({ length: 100 }, () => transfer(node)))
    const receipts = await Promise.all(
      hashes.map((hash) => node.request('eth_getTransactionReceipt', [hash])),
    )
    expect(receipts.every((receipt) => (receipt as { status: string }).status === '0x1')).toBe(true)
    expect(await node.request('eth_getTransactionCount', [alice])).toBe('0x64')
  })

  it('waits behind a gap of nonces and goes on when it closes', async () => {
    const { node } = await makeNode()
    await transfer(node, { nonce: '0x1', gas: '0x5208' })
    expect(await node.request('eth_blockNumber')).toBe('0x0')
    expect(await node.request('txpool_status')).toEqual({ pending: '0x0', queued: '0x1' })
    await transfer(node, { nonce: '0x0', gas: '0x5208' })
    expect((await block(node)).transactions).toHaveLength(2)
    expect(await node.request('eth_getTransactionCount', [alice, 'latest'])).toBe('0x2')
  })

  it('shows what waits in the pending block, nonce, balance and call', async () => {
    const { node } = await makeNode({ automine: false })
    const before = BigInt((await node.request('eth_getBalance', [bob, 'latest'])) as string)
    const hash = await transfer(node, { value: '0x7b' })
    expect((await block(node, 'pending')).transactions).toEqual([hash])
    expect(await node.request('eth_getTransactionCount', [alice, 'pending'])).toBe('0x1')
    expect(await node.request('eth_getTransactionCount', [alice, 'latest'])).toBe('0x0')
    expect(BigInt((await node.request('eth_getBalance', [bob, 'pending'])) as string)).toBe(before + 123n)
    expect(BigInt((await node.request('eth_getBalance', [bob, 'latest'])) as string)).toBe(before)
    expect(await node.request('eth_getTransactionByHash', [hash])).toMatchObject({ blockHash: null, hash })
    expect(await node.request('eth_getTransactionReceipt', [hash])).toBeNull()
    await node.request('evm_mine')
    expect(await node.request('eth_getTransactionByHash', [hash])).toMatchObject({ blockNumber: '0x1' })
  })

  it('fills a block and keeps the rest for the next', async () => {
    const { node } = await makeNode({ automine: false, gasLimit: 100_000n })
    await Promise.all(
      Array.from({ length: 6 }, (_, nonce) => transfer(node, { nonce: `0x${nonce}`, gas: '0x5208' })),
    )
    await node.request('evm_mine')
    expect((await block(node)).transactions).toHaveLength(4)
    expect(await node.request('txpool_status')).toEqual({ pending: '0x2', queued: '0x0' })
    await node.request('evm_mine')
    expect((await block(node)).transactions).toHaveLength(2)
  })

  it('goes by a timer until it is stopped', async () => {
    const { node } = await makeNode({ automine: false })
    await node.request('evm_setIntervalMining', [5])
    await expect.poll(() => node.request('eth_blockNumber').then(Number)).toBeGreaterThan(2)
    await node.request('evm_setIntervalMining', [0])
    await node.request('evm_snapshot')
    const stopped = await node.request('eth_blockNumber')
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(await node.request('eth_blockNumber')).toBe(stopped)
  })
})

describe('snapshots', () => {
  it('hold head, clock and mempool, and are used up with the later ones', async () => {
    const { node } = await makeNode({ automine: false })
    const waiting = await transfer(node)
    const before = await block(node)
    const first = await node.request('evm_snapshot')
    const second = await node.request('evm_snapshot')
    await node.request('evm_increaseTime', [1_000_000])
    await node.request('hardhat_mine', ['0x5'])
    expect(await node.request('eth_getTransactionReceipt', [waiting])).not.toBeNull()
    expect(await node.request('evm_revert', [first])).toBe(true)
    expect(await block(node)).toEqual(before)
    expect(await node.request('eth_getTransactionReceipt', [waiting])).toBeNull()
    expect(await node.request('txpool_status')).toEqual({ pending: '0x1', queued: '0x0' })
    expect(await timeOf(node, 'pending')).toBe(GENESIS_TIME + 1n)
    expect(await node.request('evm_revert', [second])).toBe(false)
    expect(await node.request('evm_revert', [first])).toBe(false)
  })

  it('tell filters which logs are gone', async () => {
    const { node } = await makeNode()
    const hash = (await node.request('eth_sendTransaction', [
      { from: alice, data: COUNTER_BYTECODE },
    ])) as string
    const { contractAddress: to } = (await node.request('eth_getTransactionReceipt', [hash])) as {
      contractAddress: string
    }
    const filter = await node.request('eth_newFilter', [{ address: to }])
    const blocks = await node.request('eth_newBlockFilter')
    const id = await node.request('evm_snapshot')
    const data = encodeFunctionData({ abi: parseAbi(COUNTER_ABI), functionName: 'raise', args: [1n] })
    await transfer(node, { to, data, value: '0x0' })
    await node.request('evm_revert', [id])
    const changes = (await node.request('eth_getFilterChanges', [filter])) as {
      removed: boolean
      logIndex: string
    }[]
    expect(changes.map(({ removed }) => removed)).toEqual([false, true])
    expect(await node.request('eth_getFilterChanges', [blocks])).toHaveLength(1)
    expect(await node.request('eth_getFilterLogs', [filter])).toEqual([])
    expect(await node.request('eth_uninstallFilter', [filter])).toBe(true)
    await expect(node.request('eth_getFilterChanges', [filter])).rejects.toMatchObject({
      data: { code: 'DEED_RPC_FILTER' },
    })
  })
})

describe('who asks', () => {
  it('is offered what the profile has', async () => {
    const { node } = await makeNode()
    const someone = { name: 'someone', profile: 'public' } as const
    expect(await node.request('eth_blockNumber', [], someone)).toBe('0x0')
    for (const method of ['evm_mine', 'eth_sendTransaction', 'eth_sign', 'debug_getRawBlock'])
      await expect(node.request(method, [], someone)).rejects.toMatchObject({
        code: -32601,
        data: { code: 'DEED_RPC_CLASS' },
      })
  })
})
