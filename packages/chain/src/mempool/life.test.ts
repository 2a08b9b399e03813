/** What becomes of transactions that wait, and of those whose block goes away: in a node, by JSON-RPC. */
import { type Address, bytesToHex } from '@deed/evm'
import { describe, expect, it } from 'vitest'
import { DEV_PRIVATE_KEYS } from '../dev/accounts.ts'
import { createDevNode, type DevNodeOptions } from '../dev/node.ts'
import { DEV_ACCOUNTS } from '../genesis-dev.ts'
import { encodeTransaction } from '../transaction/codec.ts'
import { signTransaction } from '../transaction/signature.ts'

const [ALICE, BOB, CAROL] = DEV_ACCOUNTS as [Address, Address, Address]
const STRANGER: Address = `0x${'51'.repeat(20)}`

const makeNode = async (options: Partial<DevNodeOptions> = {}) => {
  let now = 1_700_000_000n
  const node = await createDevNode({ wallTime: () => now++, automine: false, ...options })
  const rpc = <T = string>(method: string, ...params: unknown[]) => node.request(method, params) as Promise<T>
  const send = (from: Address, fields: object = {}) =>
    rpc('eth_sendTransaction', { from, to: CAROL, value: '0x1', gas: '0x5208', ...fields })
  const waiting = () => [...node.mempool.byHash.keys()]
  const mined = async (at = 'latest') =>
    (await rpc<{ transactions: string[] }>('eth_getBlockByNumber', at, false)).transactions
  return { node, rpc, send, waiting, mined }
}

describe('going back', () => {
  it('to a snapshot: what waited then waits again, and what came later is gone, as in Hardhat', async () => {
    const { rpc, send, waiting } = await makeNode()
    const before = await send(ALICE)
    const id = await rpc('evm_snapshot')
    await send(BOB)
    await rpc('evm_mine')
    expect(waiting()).toEqual([])
    expect(await rpc('evm_revert', id)).toBe(true)
    expect(waiting()).toEqual([before])
    await rpc('evm_mine')
    expect(await rpc('eth_getTransactionReceipt', before)).toMatchObject({ status: '0x1' })
  })

  it.each([
    ['anvil_rollback', [1]],
    ['debug_setHead', ['0x0']],
  ] as const)('by %s: what was mined is gone, and what waits goes on waiting', async (method, params) => {
    const { rpc, send, waiting } = await makeNode()
    const lost = await send(ALICE)
    await rpc('evm_mine')
    const kept = await send(BOB)
    await rpc(method, ...params)
    expect(waiting()).toEqual([kept])
    expect(await rpc('eth_getTransactionByHash', lost)).toBeNull()
    expect(await rpc('eth_getTransactionCount', ALICE, 'pending')).toBe('0x0')
  })

  it('by anvil_reorg: the new blocks have what is given and nothing that waits', async () => {
    const { rpc, send, waiting, mined } = await makeNode()
    const lost = await send(ALICE)
    await rpc('evm_mine')
    await rpc('evm_mine')
    const overtaken = await send(ALICE)
    const kept = await send(CAROL, { to: BOB })
    const raw = signTransaction(
      {
        type: 0,
        chainId: 31_337n,
        nonce: 0n,
        gasLimit: 21_000n,
        gasPrice: 10n ** 10n,
        to: CAROL,
        value: 9n,
        data: new Uint8Array(0),
      },
      DEV_PRIVATE_KEYS[1]!,
    )
    const given = (value: string) => ({ from: ALICE, to: CAROL, value, gas: '0x5208' })
    await rpc('anvil_reorg', 2, [
      [given('0x2'), 1],
      [bytesToHex(encodeTransaction(raw)), 1],
      [given('0x3'), 1],
    ])
    expect(await rpc('eth_blockNumber')).toBe('0x2')
    expect(await mined('0x1')).toEqual([])
    expect(await mined('0x2')).toHaveLength(3)
    expect(await rpc('eth_getTransactionCount', ALICE, 'latest')).toBe('0x2')
    expect(await rpc('eth_getTransactionByHash', lost)).toBeNull()
    // A nonce that the new blocks use up cannot be waited with any more.
    expect(waiting()).toEqual([kept])
    expect(await rpc('eth_getTransactionByHash', overtaken)).toBeNull()
  })

  it('by anvil_reorg, where a transaction that is given cannot be mined: says so', async () => {
    const { rpc } = await makeNode()
    await rpc('evm_mine')
    const poor = { from: ALICE, to: CAROL, value: `0x${'f'.repeat(30)}`, gas: '0x5208' }
    await expect(rpc('anvil_reorg', 1, [[poor, 0]])).rejects.toMatchObject({
      code: -32003,
      message: expect.stringMatching(/^insufficient funds/),
    })
  })

  it('by a consensus client that chooses another branch: what was mined waits again, as in geth', async () => {
    const { node, rpc, send, waiting, mined } = await makeNode()
    await rpc('hardhat_impersonateAccount', STRANGER)
    await rpc('hardhat_setBalance', STRANGER, '0xde0b6b3a7640000')
    await rpc('evm_mine')
    const fork = node.chain.head.hash
    const branch = async (timestamp: bigint, hashes: readonly string[]) => {
      const executed = await node.chain.execute(fork, {
        transactions: hashes.map((hash) => node.mempool.byHash.get(hash as `0x${string}`)!.transaction),
        timestamp,
        beneficiary: BOB,
        prevRandao: fork,
      })
      await node.chain.commit(executed)
      return executed.hash
    }
    const first = await send(ALICE)
    const second = await send(ALICE)
    const both = await send(BOB)
    const stranger = await send(STRANGER)
    const long = await branch(1_800_000_000n, [first, second, both, stranger])
    const other = await branch(1_800_000_001n, [both])
    await node.adopt(long)
    expect(waiting()).toEqual([])
    await node.adopt(other)
    expect(waiting().sort()).toEqual([first, second, stranger].sort())
    expect(await mined()).toEqual([both])
    expect(await rpc('eth_getTransactionCount', ALICE, 'pending')).toBe('0x2')
    await rpc('evm_mine')
    expect(waiting()).toEqual([])
    // And forth again: what the branch has already does not wait twice.
    await node.adopt(long)
    expect(waiting()).toEqual([])
  })
})

describe('waiting', () => {
  it('a dearer transaction replaces one of the same nonce, or cancels it', async () => {
    const { rpc, send, waiting, mined } = await makeNode()
    const fees = (gwei: number) => ({
      nonce: '0x0',
      maxFeePerGas: `0x${(gwei * 1e9).toString(16)}`,
      maxPriorityFeePerGas: `0x${(gwei * 1e8).toString(16)}`,
    })
    await send(ALICE, fees(10))
    await expect(send(ALICE, { ...fees(10), value: '0x2' })).rejects.toThrow(
      /^replacement transaction underpriced/,
    )
    const cancel = await send(ALICE, { ...fees(11), to: ALICE, value: '0x0' })
    expect(waiting()).toEqual([cancel])
    await rpc('evm_mine')
    expect(await mined()).toEqual([cancel])
    expect(BigInt(await rpc('eth_getBalance', CAROL))).toBe(10_000n * 10n ** 18n)
  })

  it('behind a gap ends after three hours', async () => {
    let now = 0
    const { send, waiting } = await makeNode({ uptimeMs: () => now })
    await send(ALICE, { nonce: '0x3' })
    const next = await send(BOB)
    now += 3 * 60 * 60_000 + 60_001
    const last = await send(BOB)
    expect(waiting()).toEqual([next, last])
  })
})
