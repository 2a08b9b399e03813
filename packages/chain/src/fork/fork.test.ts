/** A fork of a real chain: what was before it is the origin's, what comes after it is its own. */
import { decodeFunctionResult, encodeFunctionData, type Hex, keccak256, parseAbi, toHex } from 'viem'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createForkableNode } from '../dev/forkable.ts'
import type { DevNode } from '../dev/node.ts'
import { COIN_ABI, COIN_BYTECODE, SHELF_ABI, shelfBytecode } from './contracts.fixture.ts'
import { type Answer, ORIGINS, rpc, type Server } from './origin.fixture.ts'

const coinAbi = parseAbi(COIN_ABI)
const shelfAbi = parseAbi(SHELF_ABI)
const transfer = (to: Hex, value: bigint) =>
  encodeFunctionData({ abi: coinAbi, functionName: 'transfer', args: [to, value] })
const RICH = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
const STRANGER = `0x${'57'.repeat(20)}` as const

describe.each(ORIGINS)('a fork of %s', (name, startOrigin) => {
  let origin: Server
  let coin: Hex
  let shelf: Hex
  let moved: { hash: Hex; blockNumber: Hex }
  let node: DevNode
  let now = 1_800_000_000n

  const ask = (method: string, ...params: unknown[]) => rpc(origin.url, method, ...params)
  const send = async (transaction: object): Promise<Answer> => {
    const hash = await ask('eth_sendTransaction', { from: RICH, gas: '0xf00000', ...transaction })
    return vi.waitUntil(() => ask('eth_getTransactionReceipt', hash))
  }
  const fork = (more = {}) =>
    createForkableNode({ wallTime: () => now++, fork: { url: origin.url, blockNumber: 8n, ...more } })
  const request = (method: string, ...params: unknown[]): Promise<Answer> => node.request(method, params)

  beforeAll(async () => {
    origin = await startOrigin()
    coin = (await send({ data: COIN_BYTECODE })).contractAddress
    shelf = (await send({ data: shelfBytecode(50) })).contractAddress
    const receipt = await send({ to: coin, data: transfer(STRANGER, 5n) })
    moved = { hash: receipt.transactionHash, blockNumber: receipt.blockNumber }
    await ask('anvil_mine', '0x5')
    // Of what follows the fork knows nothing.
    await send({ to: coin, data: transfer(STRANGER, 1_000n) })
    node = await fork()
  })
  afterAll(async () => {
    await node?.close()
    await origin?.stop()
  })

  it('stands on the block it was told, by the origin’s rules and id', async () => {
    expect(await request('eth_blockNumber')).toBe('0x8')
    expect(await request('eth_chainId')).toBe('0x7a69')
    for (const block of ['0x8', 'latest', '0x3', 'earliest'])
      expect(await request('eth_getBlockByNumber', block, true)).toEqual(
        await ask('eth_getBlockByNumber', block === 'latest' ? '0x8' : block, true),
      )
    expect(await request('anvil_nodeInfo')).toMatchObject({
      forkConfig: { forkUrl: origin.url, forkBlockNumber: 8 },
    })
    const { hash } = await ask('eth_getBlockByNumber', '0x8', false)
    expect(await request('hardhat_metadata')).toMatchObject({
      forkedNetwork: { chainId: 31337, forkBlockNumber: 8, forkBlockHash: hash },
    })
  })

  it('reads balances, code, storage and nonces of its block and of older ones', async () => {
    const at8 = [
      ['eth_getCode', coin],
      ['eth_getStorageAt', coin, '0x2'],
      ['eth_getStorageAt', shelf, '0x0'],
      ['eth_getTransactionCount', RICH],
      ['eth_getBalance', STRANGER],
      ['eth_call', { to: coin, data: encodeFunctionData({ abi: coinAbi, functionName: 'totalSupply' }) }],
      ['eth_call', { to: shelf, data: encodeFunctionData({ abi: shelfAbi, functionName: 'sum' }) }],
      [
        'eth_call',
        { to: shelf, data: encodeFunctionData({ abi: shelfAbi, functionName: 'walk', args: [9n] }) },
      ],
    ] as const
    for (const [method, ...params] of at8) {
      const truth = await ask(method, ...params, '0x8')
      expect(await request(method, ...params, 'latest')).toEqual(truth)
      expect(await request(method, ...params, '0x8')).toEqual(truth)
    }
    const { hash } = await ask('eth_getBlockByNumber', '0x2', false)
    for (const [method, ...params] of at8)
      for (const block of ['0x1', '0x2', { blockHash: hash }])
        expect(await request(method, ...params, block)).toEqual(await ask(method, ...params, block))
  })

  it('has the gas and the answers of the origin', async () => {
    for (const data of [
      encodeFunctionData({ abi: shelfAbi, functionName: 'sum' }),
      encodeFunctionData({ abi: shelfAbi, functionName: 'walk', args: [20n] }),
      encodeFunctionData({ abi: shelfAbi, functionName: 'put', args: [3n, 77n] }),
    ]) {
      const call = { from: STRANGER, to: shelf, data, gas: '0xf00000' }
      const there = await ask('eth_createAccessList', call, '0x8')
      const here = await request('eth_createAccessList', call, '0x8')
      expect(BigInt(here.gasUsed)).toBe(BigInt(there.gasUsed))
      expect(await request('eth_call', call, '0x8')).toBe(await ask('eth_call', call, '0x8'))
    }
    const bad = {
      to: shelf,
      data: encodeFunctionData({ abi: shelfAbi, functionName: 'put', args: [1n, 13n] }),
    }
    for (const block of ['0x8', '0x7']) {
      const there = await ask('eth_call', bad, block).catch((error) => error)
      const here = await request('eth_call', bad, block).catch((error) => error)
      expect(here).toMatchObject({ code: 3, data: there.data })
      expect(here.message).toContain('not thirteen')
    }
  })

  it('knows the origin’s transactions, receipts, logs and traces, and none of what came later', async () => {
    for (const method of ['eth_getTransactionByHash', 'eth_getTransactionReceipt'])
      expect(await request(method, moved.hash)).toEqual(await ask(method, moved.hash))
    expect(await request('eth_getBlockReceipts', moved.blockNumber)).toEqual(
      await ask('eth_getBlockReceipts', moved.blockNumber),
    )
    const everything = { fromBlock: '0x0', toBlock: '0x8', address: coin }
    const logs = await ask('eth_getLogs', everything)
    expect(logs).toHaveLength(2)
    expect(await request('eth_getLogs', { ...everything, toBlock: 'latest' })).toEqual(logs)
    const tracer = { tracer: 'callTracer' }
    expect(await request('debug_traceTransaction', moved.hash, tracer)).toEqual(
      await ask('debug_traceTransaction', moved.hash, tracer),
    )
    const { transactions, hash } = await ask('eth_getBlockByNumber', '0x9', false)
    for (const method of ['eth_getTransactionByHash', 'eth_getTransactionReceipt'])
      expect(await request(method, transactions[0])).toBe(null)
    expect(await request('eth_getBlockByHash', hash, false)).toBe(null)
    expect(await request('eth_getBlockByNumber', '0x9', false)).toBe(null)
    await expect(request('eth_getBalance', RICH, { blockHash: hash })).rejects.toThrow(/header not found/)
  })

  it('goes on from the header of its block', async () => {
    const own = await fork()
    const { timestamp, baseFeePerGas, gasLimit, hash } = await ask('eth_getBlockByNumber', '0x8', false)
    const pending: Answer = await own.request('eth_getBlockByNumber', ['pending', false])
    expect(BigInt(pending.timestamp) - BigInt(timestamp)).toBeLessThan(20n)
    expect(pending).toMatchObject({ number: '0x9', parentHash: hash, gasLimit })
    // An empty block before it lowers the price by an eighth (EIP-1559).
    expect(BigInt(pending.baseFeePerGas)).toBe(BigInt(baseFeePerGas) - BigInt(baseFeePerGas) / 8n)
    await own.close()
  })

  it('takes transactions of its own, of impersonated accounts too', async () => {
    const own = await fork()
    const act = async (transaction: object): Promise<Answer> => {
      const sent = await own.request('eth_sendTransaction', [transaction])
      return own.request('eth_getTransactionReceipt', [sent])
    }
    const balanceOf = async (address: Hex) => {
      const data = encodeFunctionData({ abi: coinAbi, functionName: 'balanceOf', args: [address] })
      const output = (await own.request('eth_call', [{ to: coin, data }])) as Hex
      return decodeFunctionResult({ abi: coinAbi, functionName: 'balanceOf', data: output })
    }
    await own.request('hardhat_setBalance', [STRANGER, toHex(10n ** 18n)])
    await own.request('hardhat_impersonateAccount', [STRANGER])
    const other = `0x${'99'.repeat(20)}` as const
    expect(await act({ from: STRANGER, to: coin, data: transfer(other, 2n) })).toMatchObject({
      status: '0x1',
    })
    expect([await balanceOf(STRANGER), await balanceOf(other)]).toEqual([3n, 2n])
    // The same transaction on the origin's own head costs the same.
    const spent = await act({ from: RICH, to: coin, data: transfer(STRANGER, 1_000n) })
    const { transactions } = await ask('eth_getBlockByNumber', '0x9', false)
    expect(spent.gasUsed).toBe((await ask('eth_getTransactionReceipt', transactions[0])).gasUsed)
    const logs: Answer = await own.request('eth_getLogs', [
      { fromBlock: '0x0', toBlock: 'latest', address: coin },
    ])
    expect(logs.map(({ blockNumber }: { blockNumber: Hex }) => Number(blockNumber))).toEqual([1, 3, 9, 10])
    // The origin's accounts are as they were.
    expect(await ask('eth_getBalance', STRANGER, 'latest')).toBe('0x0')
    // Old states are still those of the origin, newer ones those of the fork.
    const data = encodeFunctionData({ abi: coinAbi, functionName: 'balanceOf', args: [STRANGER] })
    const at = (block: string) => own.request('eth_call', [{ to: coin, data }, block]).then(Number)
    expect(await Promise.all(['0x2', '0x3', '0x8', '0x9', '0xa'].map(at))).toEqual([0, 5, 5, 3, 1_003])
    await own.close()
  })

  it('takes and reverts snapshots, edits state and goes back to its first block', async () => {
    const own = await fork()
    const slot = toHex(1n, { size: 32 })
    const value = () => own.request('eth_getStorageAt', [shelf, slot, 'latest'])
    const before = await value()
    const snapshot = await own.request('evm_snapshot')
    await own.request('hardhat_setStorageAt', [shelf, slot, toHex(77n, { size: 32 })])
    await own.request('hardhat_mine', ['0x3'])
    expect(await value()).toBe(toHex(77n, { size: 32 }))
    expect(await own.request('eth_getStorageAt', [shelf, slot, '0x8'])).toBe(before)
    expect(await own.request('evm_revert', [snapshot])).toBe(true)
    expect([await value(), await own.request('eth_blockNumber')]).toEqual([before, '0x8'])
    await own.request('hardhat_mine', ['0x2'])
    await own.request('hardhat_reset', [{ forking: {} }])
    expect(await own.request('eth_blockNumber')).toBe('0x8')
    await expect(own.request('anvil_rollback', [1])).rejects.toMatchObject({
      data: { code: 'DEED_DEV_ROLLBACK' },
    })
    await own.close()
  })

  it('answers BLOCKHASH across the border', async () => {
    const own = await fork()
    await own.request('hardhat_mine', ['0x2'])
    const ancestor = async (number: number) => {
      const data = encodeFunctionData({ abi: shelfAbi, functionName: 'ancestor', args: [BigInt(number)] })
      return own.request('eth_call', [{ to: shelf, data }, 'latest'])
    }
    for (const number of [1, 5, 7, 8]) {
      const { hash } = await ask('eth_getBlockByNumber', toHex(number), false)
      expect(await ancestor(number)).toBe(hash)
    }
    const ninth: Answer = await own.request('eth_getBlockByNumber', ['0x9', false])
    expect(await ancestor(9)).toBe(ninth.hash)
    await own.close()
  })

  it('joins the history of fees', async () => {
    const own = await fork()
    await own.request('eth_sendTransaction', [{ from: RICH, to: STRANGER, value: '0x1' }])
    await own.request('hardhat_mine', ['0x1'])
    const joined: Answer = await own.request('eth_feeHistory', ['0x6', 'latest', [50]])
    const there = await ask('eth_feeHistory', '0x4', '0x8', [50])
    expect(joined.oldestBlock).toBe('0x5')
    expect(joined.gasUsedRatio).toHaveLength(6)
    expect(joined.baseFeePerGas.slice(0, 4)).toEqual(there.baseFeePerGas.slice(0, 4))
    const fees = await Promise.all(
      ['0x5', '0x8', '0x9', '0xa'].map((number) => own.request('eth_getBlockByNumber', [number, false])),
    )
    const at = (index: number) => joined.baseFeePerGas[index]
    expect([at(0), at(3), at(4), at(5)]).toEqual(fees.map((block: Answer) => block.baseFeePerGas))
    expect(joined.reward).toHaveLength(6)
    expect(joined.baseFeePerGas).toHaveLength(7)
    await own.close()
  })

  it('proves what it changed, lets the origin prove what was before, and says what it cannot prove', async () => {
    const own = await fork()
    const proof = (address: Hex, keys: Hex[], block: string): Promise<Answer> =>
      own.request('eth_getProof', [address, keys, block])
    const key = (number: number) => toHex(number, { size: 32 })
    const there = await ask('eth_getProof', coin, [key(2)], '0x8')
    expect(await proof(coin, [key(2)], '0x8')).toEqual(there)
    await own.request('hardhat_setStorageAt', [shelf, key(1), key(77)])
    await own.request('hardhat_mine', ['0x1'])
    const { stateRoot }: Answer = await own.request('eth_getBlockByNumber', ['latest', false])
    const mine = await proof(shelf, [key(1)], 'latest')
    expect(keccak256(mine.accountProof[0])).toBe(stateRoot)
    expect(mine.storageProof[0].value).toBe('0x4d')
    expect(keccak256(mine.storageProof[0].proof[0])).toBe(mine.storageHash)
    for (const [address, keys] of [
      [coin, []],
      [shelf, [key(2)]],
    ] as const)
      await expect(proof(address, [...keys], 'latest')).rejects.toMatchObject({ code: 'DEED_FORK_PROOF' })
    await expect(proof(RICH, [], '0x8')).rejects.toMatchObject({ code: 'DEED_FORK_UNKNOWN' })
    expect((await proof(RICH, [], 'latest')).balance).toBe(toHex(10_000n * 10n ** 18n))
    await own.close()
  })

  it(`forks at ${name}’s newest block, with an id of its own`, async () => {
    const own = await fork({ blockNumber: undefined, chainId: 5n })
    expect(await own.request('eth_blockNumber')).toBe('0x9')
    expect(await own.request('eth_chainId')).toBe('0x5')
    const sent = await own.request('eth_sendTransaction', [{ from: RICH, to: STRANGER, value: '0x1' }])
    expect(await own.request('eth_getTransactionReceipt', [sent])).toMatchObject({ status: '0x1' })
    await own.close()
  })
})
