/** viem's test client, every action of it, as anvil's users and as Hardhat's have it. */
import {
  createTestClient,
  http,
  numberToHex,
  parseEther,
  publicActions,
  walletActions,
  zeroAddress,
} from 'viem'
import { foundry } from 'viem/chains'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDevNode, type DevNode, LOCAL } from '../dev/node.ts'
import { DEV_ACCOUNTS } from '../genesis-dev.ts'
import { type RpcServer, startServer } from './server.ts'

const [ALICE, BOB] = DEV_ACCOUNTS as [`0x${string}`, `0x${string}`]
const STRANGER = '0x5151515151515151515151515151515151515151'

let node: DevNode
let server: RpcServer
beforeAll(async () => {
  node = await createDevNode({ wallTime: () => BigInt(Math.floor(Date.now() / 1000)) })
  server = await startServer({ node, principal: LOCAL, port: 0 })
})
afterAll(async () => {
  await server.close()
  await node.close()
})

describe.each(['anvil', 'hardhat'] as const)('viem in mode %s', (mode) => {
  const open = () =>
    createTestClient({ mode, chain: foundry, transport: http(server.url, { retryCount: 0 }) })
      .extend(publicActions)
      .extend(walletActions)

  it('sets state, and sends for a stranger', async () => {
    const client = open()
    const id = await client.snapshot()
    await client.setBalance({ address: STRANGER, value: parseEther('2') })
    await client.setNonce({ address: STRANGER, nonce: 5 })
    await client.setCode({ address: STRANGER, bytecode: '0x00' })
    await client.setStorageAt({ address: STRANGER, index: 1, value: numberToHex(9, { size: 32 }) })
    expect(await client.getBalance({ address: STRANGER })).toBe(parseEther('2'))
    expect(await client.getCode({ address: STRANGER })).toBe('0x00')
    expect(BigInt((await client.getStorageAt({ address: STRANGER, slot: '0x1' }))!)).toBe(9n)
    await client.impersonateAccount({ address: STRANGER })
    const hash = await client.sendTransaction({ account: STRANGER, to: BOB, value: 1n })
    expect(await client.getTransaction({ hash })).toMatchObject({ from: STRANGER, nonce: 5 })
    await client.stopImpersonatingAccount({ address: STRANGER })
    await expect(client.sendTransaction({ account: STRANGER, to: BOB, value: 1n })).rejects.toThrow(
      /unknown account/,
    )
    await client.revert({ id })
    expect(await client.getBalance({ address: STRANGER })).toBe(0n)
  })

  it('sets blocks and time', async () => {
    const client = open()
    await client.setCoinbase({ address: BOB })
    await client.setNextBlockBaseFeePerGas({ baseFeePerGas: 77n })
    await client.setBlockGasLimit({ gasLimit: 20_000_000n })
    const { timestamp } = await client.getBlock()
    await client.setNextBlockTimestamp({ timestamp: timestamp + 100n })
    await client.mine({ blocks: 2, interval: 10 })
    const block = await client.getBlock()
    expect(block).toMatchObject({ miner: BOB, gasLimit: 20_000_000n, timestamp: timestamp + 110n })
    expect((await client.getBlock({ blockNumber: block.number - 1n })).baseFeePerGas).toBe(77n)
    await client.increaseTime({ seconds: 1_000 })
    await client.mine({ blocks: 1 })
    expect((await client.getBlock()).timestamp).toBeGreaterThanOrEqual(timestamp + 1_110n)
    if (mode === 'anvil') {
      await client.setBlockTimestampInterval({ interval: 3 })
      const before = await client.getBlock()
      await client.mine({ blocks: 1 })
      expect((await client.getBlock()).timestamp).toBe(before.timestamp + 3n)
      await client.removeBlockTimestampInterval()
    }
    await expect(client.setMinGasPrice({ gasPrice: 1n })).rejects.toThrow(/base fee/)
  })

  it('looks after what waits', async () => {
    const client = open()
    await client.setAutomine(false)
    expect(await client.getAutomine()).toBe(false)
    const hash = await client.sendTransaction({ account: ALICE, to: zeroAddress, value: 1n })
    expect(await client.getTxpoolStatus()).toEqual({ pending: 1, queued: 0 })
    expect(Object.keys((await client.getTxpoolContent()).pending)).toEqual([ALICE])
    expect(Object.keys((await client.inspectTxpool()).pending)).toEqual([ALICE])
    await client.dropTransaction({ hash })
    expect(await client.getTxpoolStatus()).toEqual({ pending: 0, queued: 0 })
    await client.setAutomine(true)
    await client.setLoggingEnabled(false)
    await client.reset()
    expect(await client.getBlockNumber({ cacheTime: 0 })).toBe(0n)
  })
})
