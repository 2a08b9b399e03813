/** A state goes from a real anvil to our node and back. */
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { COUNTER_BYTECODE } from '../../packages/chain/src/server/counter.fixture.ts'
import { type Anvil, startAnvil } from './anvil.ts'
import { type Deed, startDeed } from './deed.ts'
import type { Rpc } from './rpc.ts'

const COUNT = '0x06661abd'
const raise = (by: number) => `0x004f4803${by.toString(16).padStart(64, '0')}`
const STRANGER = `0x${'51'.repeat(20)}`

let anvil: Anvil
let deed: Deed
beforeAll(async () => {
  ;[anvil, deed] = await Promise.all([startAnvil(), startDeed()])
})
afterAll(async () => {
  await Promise.all([anvil.close(), deed.close()])
})

/** Sends and waits: anvil gives the hash before it mines. */
const send = async (rpc: Rpc, transaction: object): Promise<{ contractAddress: string }> => {
  const hash = await rpc<string>('eth_sendTransaction', transaction)
  for (;;) {
    const receipt = await rpc<{ contractAddress: string } | null>('eth_getTransactionReceipt', hash)
    if (receipt !== null) return receipt
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
const state = async (rpc: Rpc, counter: string, who: readonly string[]) => ({
  count: BigInt(await rpc<string>('eth_call', { to: counter, data: COUNT }, 'latest')),
  code: await rpc('eth_getCode', counter, 'latest'),
  number: Number(await rpc<string>('eth_blockNumber')),
  accounts: await Promise.all(
    who.map(async (one) => [
      await rpc('eth_getBalance', one, 'latest'),
      await rpc('eth_getTransactionCount', one, 'latest'),
    ]),
  ),
})
const nextTime = async (rpc: Rpc) =>
  Number((await rpc<{ timestamp: string }>('eth_getBlockByNumber', 'pending', false)).timestamp)

describe('a state of anvil', () => {
  let counter: string
  let who: string[]
  beforeAll(async () => {
    who = [...(await anvil.rpc<string[]>('eth_accounts')), STRANGER]
    const [alice] = who
    counter = (await send(anvil.rpc, { from: alice, data: COUNTER_BYTECODE })).contractAddress
    await send(anvil.rpc, { from: alice, to: counter, data: raise(5) })
    await anvil.rpc('anvil_setBalance', STRANGER, '0x64')
    await anvil.rpc('anvil_setNonce', STRANGER, '0x7')
    await anvil.rpc('evm_increaseTime', 86_400)
    await anvil.rpc('anvil_mine', '0x14')
  })

  it('loads into our node, with its height and its time', async () => {
    const before = await deed.rpc<string>('eth_blockNumber')
    expect(Number(before)).toBe(0)
    const dump = await anvil.rpc<string>('anvil_dumpState')
    expect(await deed.rpc('anvil_loadState', dump)).toBe(true)
    expect(await state(deed.rpc, counter, who)).toEqual(await state(anvil.rpc, counter, who))
    expect(await nextTime(deed.rpc)).toBeGreaterThanOrEqual((await nextTime(anvil.rpc)) - 1)
    // It goes on from there.
    await send(deed.rpc, { from: who[0], to: counter, data: raise(6) })
    expect(BigInt(await deed.rpc<string>('eth_call', { to: counter, data: COUNT }, 'latest'))).toBe(11n)
    // A block hash is one of this chain, whatever the contract that keeps them had there.
    const parent = await deed.rpc<{ hash: string }>('eth_getBlockByNumber', '0x3', false)
    const history = { to: '0x0000f90827f1c53a10cb7a02335b175320002935', data: `0x${'3'.padStart(64, '0')}` }
    expect(await deed.rpc('eth_call', history)).toBe(parent.hash)
  })

  it('comes back from our node into another anvil, with blocks, transactions and receipts', async () => {
    const hash = await deed.rpc<string>('eth_sendTransaction', { from: who[1], to: counter, data: raise(8) })
    const dump = await deed.rpc<string>('anvil_dumpState')
    const other = await startAnvil()
    try {
      expect(await other.rpc('anvil_loadState', dump)).toBe(true)
      expect(await state(other.rpc, counter, who)).toEqual(await state(deed.rpc, counter, who))
      const block = (rpc: Rpc, at: string) => rpc<{ hash: string }>('eth_getBlockByNumber', at, false)
      expect((await block(other.rpc, 'latest')).hash).toBe((await block(deed.rpc, 'latest')).hash)
      expect((await block(other.rpc, '0x5')).hash).toBe((await block(deed.rpc, '0x5')).hash)
      const known = { blockHash: (await block(deed.rpc, 'latest')).hash, from: who[1], to: counter }
      expect(await other.rpc('eth_getTransactionByHash', hash)).toMatchObject({ ...known, input: raise(8) })
      expect(await other.rpc('eth_getTransactionReceipt', hash)).toMatchObject({ ...known, status: '0x1' })
      await send(other.rpc, { from: who[0], to: counter, data: raise(1) })
      expect(BigInt(await other.rpc<string>('eth_call', { to: counter, data: COUNT }, 'latest'))).toBe(20n)
      // And into one of ours again, which has the same accounts then.
      const third = await startDeed()
      await third.rpc('hardhat_loadState', await other.rpc('anvil_dumpState'))
      expect(await state(third.rpc, counter, who)).toEqual(await state(other.rpc, counter, who))
      await third.close()
    } finally {
      await other.close()
    }
  })

  it('is read as plain JSON and as older versions wrote it', async () => {
    const json = JSON.parse(
      gunzipSync(Buffer.from((await anvil.rpc<string>('anvil_dumpState')).slice(2), 'hex')).toString(),
    )
    const old = {
      block: { number: 3, coinbase: STRANGER, timestamp: '0x5', gas_limit: '0x1c9c380', basefee: '0x1' },
      accounts: { [STRANGER]: { ...json.accounts[STRANGER], storage: { '0x1': '0x2' } } },
      best_block_number: '0x3',
    }
    const node = await startDeed()
    await node.rpc('anvil_loadState', `0x${Buffer.from(JSON.stringify(old)).toString('hex')}`)
    expect(BigInt(await node.rpc<string>('eth_getStorageAt', STRANGER, '0x1'))).toBe(2n)
    expect(await node.rpc('eth_blockNumber')).toBe('0x3')
    await node.close()
  })
})

describe('what is no state is refused, and nothing changes', () => {
  const hex = (bytes: Buffer) => `0x${bytes.toString('hex')}`
  const packed = (value: unknown) => hex(gzipSync(JSON.stringify(value)))
  const account = { nonce: 0, balance: '0x1', code: '0x', storage: {} }
  it.each([
    ['nothing', '0x', /invalid argument 0 \(state\): expected a state/],
    ['torn gzip', packed({ accounts: {} }).slice(0, -20), /expected a state/],
    ['no accounts', packed({}), /argument 0 \(state\)\.accounts: expected an object/],
    ['no address', packed({ accounts: { alice: account } }), /accounts key: expected an address/],
    ['no balance', packed({ accounts: { [STRANGER]: { nonce: 0 } } }), /\.balance: expected a quantity/],
    [
      'a height out of reach',
      packed({ accounts: {}, best_block_number: 30_000_000 }),
      /at most 100000 blocks ahead/,
    ],
    ['a bomb', hex(gzipSync(Buffer.alloc(300 * 1024 * 1024, ' '))), /longer than 268435456 bytes/],
  ])('%s', async (_, given, says) => {
    const before = await deed.rpc('eth_getBlockByNumber', 'latest', false)
    await expect(deed.rpc('anvil_loadState', given)).rejects.toThrow(says)
    expect(await deed.rpc('eth_getBlockByNumber', 'latest', false)).toEqual(before)
    expect(await deed.rpc('eth_getBalance', STRANGER)).toBe('0x64')
  })
})
