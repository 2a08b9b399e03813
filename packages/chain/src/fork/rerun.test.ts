/** What is read is kept: a second run needs no origin, and has the same blocks. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeFunctionData, type Hex, parseAbi, toHex } from 'viem'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { COIN_ABI, COIN_BYTECODE, SHELF_ABI, shelfBytecode } from './contracts.fixture.ts'
import {
  type Answer,
  type FaultyProxy,
  ORIGINS,
  rpc,
  type Server,
  startDeed,
  startProxy,
} from './origin.fixture.ts'

const coinAbi = parseAbi(COIN_ABI)
const shelfAbi = parseAbi(SHELF_ABI)
const RICH = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
const WHALE = `0x${'77'.repeat(20)}` as const
const FORK_TIME = 1_900_000_000

const scratch = mkdtempSync(join(tmpdir(), 'deed-fork-'))
afterAll(() => rmSync(scratch, { recursive: true }))
const running: Server[] = []
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop()
})

describe.each(ORIGINS)('a second run of a fork of %s', (name, startOrigin) => {
  let origin: Server
  let proxy: FaultyProxy
  let coin: Hex
  let shelf: Hex
  let spent: Hex

  beforeAll(async () => {
    origin = await startOrigin()
    proxy = await startProxy(origin.url)
    const send = async (transaction: object): Promise<Answer> => {
      const hash = await rpc(origin.url, 'eth_sendTransaction', {
        from: RICH,
        gas: '0xf00000',
        ...transaction,
      })
      return vi.waitUntil(() => rpc(origin.url, 'eth_getTransactionReceipt', hash))
    }
    coin = (await send({ data: COIN_BYTECODE })).contractAddress
    shelf = (await send({ data: shelfBytecode(20) })).contractAddress
    spent = (await send({ to: coin, data: transfer(WHALE, 50n) })).transactionHash
    await send({ to: WHALE, value: toHex(10n ** 18n) })
    await rpc(origin.url, 'anvil_mine', '0x4')
  })
  afterAll(async () => {
    await proxy?.stop()
    await origin?.stop()
  })
  afterEach(() => {
    proxy.target = origin.url
  })

  const folder = (cache: string) => join(scratch, name, cache)

  const start = async (cache: string, block?: number): Promise<string> => {
    const fork = block === undefined ? {} : { blockNumber: block }
    const server = await startDeed(
      { fork: { retries: 0, ...fork }, forkCacheFolder: folder(cache) },
      { DEED_FORK_URL: `${proxy.url}/v2/s3cr3t` },
    )
    running.push(server)
    return server.url
  }

  const transfer = (to: Hex, value: bigint) =>
    encodeFunctionData({ abi: coinAbi, functionName: 'transfer', args: [to, value] })

  /** All kinds of work, and everything that was answered. */
  const work = async (url: string): Promise<unknown[]> => {
    const answers: unknown[] = []
    const ask = async (method: string, ...params: unknown[]): Promise<Answer> => {
      const answer = await rpc(url, method, ...params).catch(({ code, message, data }) => ({
        code,
        message,
        data,
      }))
      answers.push(answer)
      return answer
    }
    const call = (functionName: 'sum' | 'walk' | 'put' | 'ancestor', args: bigint[]) =>
      encodeFunctionData({ abi: shelfAbi, functionName, args } as never)
    await ask('eth_getBlockByNumber', 'latest', true)
    await ask('eth_getTransactionReceipt', spent)
    await ask('eth_getLogs', { fromBlock: 'earliest', toBlock: 'latest', address: coin })
    await ask('eth_call', { to: shelf, data: call('sum', []) }, 'latest')
    await ask('eth_call', { to: shelf, data: call('put', [1n, 13n]) }, '0x3')
    await ask('eth_getTransactionByHash', `0x${'12'.repeat(32)}`)
    await ask('eth_getProof', coin, [], '0x8')
    await ask('anvil_setBlockTimestampInterval', 3)
    await ask('evm_setNextBlockTimestamp', FORK_TIME)
    await ask('hardhat_impersonateAccount', WHALE)
    await ask('eth_sendTransaction', { from: WHALE, to: coin, data: transfer(RICH, 7n) })
    await ask('eth_sendTransaction', { from: RICH, to: shelf, data: call('put', [3n, 0n]) })
    await ask('eth_sendTransaction', { from: RICH, to: shelf, data: call('put', [3n, 13n]), gas: '0xfffff' })
    await ask('hardhat_mine', '0x2')
    await ask('eth_call', { to: shelf, data: call('ancestor', [2n]) }, 'latest')
    await ask('eth_call', { to: shelf, data: call('walk', [20n]) }, 'latest')
    await ask('eth_feeHistory', '0x8', 'latest', [10])
    await ask('eth_getLogs', { fromBlock: 'earliest', toBlock: 'latest', address: coin })
    for (let number = 0x9; number <= 0xd; number++) await ask('eth_getBlockByNumber', toHex(number), true)
    return answers
  }

  it('has the same answers and hashes when the origin is off, though the first was killed', async () => {
    const url = await start('rerun', 8)
    const first = await work(url)
    expect(first).toHaveLength(23)
    expect(first.at(-1)).toMatchObject({ number: '0xd', timestamp: toHex(FORK_TIME + 12) })
    await new Promise((resolve) => setTimeout(resolve, 50))
    await running.pop()!.stop()
    proxy.target = 'http://127.0.0.1:9'
    proxy.count()
    expect(await work(await start('rerun', 8))).toEqual(first)
    expect(proxy.count()).toBe(0)
    // No file tells where it came from.
    expect(readdirSync(join(folder('rerun'), 'addresses')).join()).not.toMatch(/s3cr3t/)
  })

  it('says that the origin is away only for what was never read', async () => {
    await rpc(await start('partly', 8), 'eth_getBalance', WHALE, 'latest')
    await new Promise((resolve) => setTimeout(resolve, 50))
    await running.pop()!.stop()
    proxy.mischief = (_request, reply) => {
      reply.destroy()
      return 'taken'
    }
    const again = await start('partly', 8)
    expect(BigInt(await rpc(again, 'eth_getBalance', WHALE, 'latest'))).toBe(10n ** 18n)
    await expect(rpc(again, 'eth_getBalance', coin, 'latest')).rejects.toMatchObject({
      data: { code: 'DEED_FORK_ORIGIN_AWAY' },
      message: expect.stringContaining('What was read before is still answered'),
    })
    proxy.mischief = () => undefined
    expect(await rpc(again, 'eth_getBalance', coin, 'latest')).toBe('0x0')
  })

  it('refuses a block that is another one now', async () => {
    await start('changed', 8)
    await new Promise((resolve) => setTimeout(resolve, 50))
    await running.pop()!.stop()
    const other = await startDeed({ genesisTime: 1_500_000_000 })
    running.push(other)
    await rpc(other.url, 'hardhat_mine', '0x9')
    proxy.target = other.url
    // What is kept is answered without a look at the origin; with the first look it shows.
    const again = await start('changed', 8)
    expect(await rpc(again, 'eth_blockNumber')).toBe('0x8')
    await expect(rpc(again, 'eth_getBalance', coin, 'latest')).rejects.toMatchObject({
      data: { code: 'DEED_FORK_ORIGIN_CHANGED' },
      message: expect.stringContaining(join(folder('changed'), '31337', '8')),
    })
    // At another address it is asked for, and shows at once.
    await running.pop()!.stop()
    const elsewhere = startDeed(
      { fork: { blockNumber: 8 }, forkCacheFolder: folder('changed') },
      { DEED_FORK_URL: other.url },
    )
    await expect(elsewhere).rejects.toMatchObject({ code: 'DEED_FORK_ORIGIN_CHANGED' })
    // Whoever did not say which block gets the newest one, whatever was kept of its number.
    await rpc(origin.url, 'anvil_mine', '0x1')
    const newest = await start('changed')
    expect(await rpc(newest, 'eth_blockNumber')).toBe('0x9')
  })
})
