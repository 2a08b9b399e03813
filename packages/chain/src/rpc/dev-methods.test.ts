/** State, blocks and accounts that a developer sets, and that the same inputs give the same chain again. */

import { beforeEach, describe, expect, it } from 'vitest'
import type { Input } from '../dev/input.ts'
import { createDevNode, type DevNode, type DevNodeOptions, replay } from '../dev/node.ts'
import { DEV_ACCOUNTS } from '../genesis-dev.ts'
import { hexToBytes } from '../hex.ts'
import { decodeRlp } from '../rlp.ts'
import { hashOf } from '../state/root.ts'
import { verifyTrieProof } from '../trie/proof.ts'

const [ALICE, BOB] = DEV_ACCOUNTS as [`0x${string}`, `0x${string}`]
const STRANGER = '0x5151515151515151515151515151515151515151'
/** Returns slot 0: PUSH0 SLOAD PUSH0 MSTORE PUSH1 32 PUSH0 RETURN */
const GETTER = '0x5f545f5260205ff3'

let node: DevNode
let inputs: Input[]
const options: DevNodeOptions = { wallTime: () => 1_800_000_000n, genesisTime: 1_700_000_000n }
beforeEach(async () => {
  inputs = []
  node = await createDevNode({ ...options, record: (input) => inputs.push(input) })
})
const rpc = (method: string, ...params: unknown[]) => node.request(method, params) as Promise<never>
const balance = async (who: string, at: string = 'latest') => BigInt(await rpc('eth_getBalance', who, at))
const number = async () => Number(await rpc('eth_blockNumber'))

/** Another node that is given the same inputs has the same chain. */
const expectReplay = async () => {
  const again = await replay(options, JSON.parse(JSON.stringify(inputs)))
  expect(again.chain.head.hash).toBe(node.chain.head.hash)
  expect([...again.chain.edits]).toEqual([...node.chain.edits])
}

describe('state', () => {
  // Found by the fuzzer: two blocks with empty writes to the same account could not both be taken back.
  it('may be set to no slots at all, and be taken back', async () => {
    const nothing = JSON.stringify({
      accounts: { [STRANGER]: { nonce: 0, balance: '0x1', code: '0x', storage: {} } },
    })
    const state = `0x${[...new TextEncoder().encode(nothing)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
    for (let block = 0; block < 2; block++) {
      await rpc('anvil_loadState', state)
      await rpc('evm_mine')
    }
    await rpc('hardhat_reset')
    expect(await balance(STRANGER)).toBe(0n)
  })

  it('is seen at once, without a block, and stays with the next block', async () => {
    await rpc('hardhat_setBalance', STRANGER, '0x64')
    await rpc('anvil_setNonce', STRANGER, '0x7')
    await rpc('hardhat_setCode', STRANGER, GETTER)
    await rpc('anvil_setStorageAt', STRANGER, '0x0', `0x${'0'.repeat(63)}9`)
    const look = async (at: string) => [
      await balance(STRANGER, at),
      await rpc('eth_getTransactionCount', STRANGER, at),
      await rpc('eth_getCode', STRANGER, at),
      await rpc('eth_call', { to: STRANGER }, at),
      BigInt(await rpc('eth_getStorageAt', STRANGER, '0x0', at)),
    ]
    const set = [100n, '0x7', GETTER, `0x${'0'.repeat(63)}9`, 9n]
    expect(await number()).toBe(0)
    expect(await look('latest')).toEqual(set)
    expect(await look('pending')).toEqual(set)
    await rpc('evm_mine')
    expect(await look('latest')).toEqual(set)
    expect(await look('0x0')).toEqual([0n, '0x0', '0x', '0x', 0n])
    await expectReplay()
  })

  it('is proven before and after the block that takes it in', async () => {
    await rpc('hardhat_setBalance', STRANGER, '0x64')
    await rpc('hardhat_setStorageAt', STRANGER, '0x0', '0x09')
    const prove = async () =>
      (await rpc('eth_getProof', STRANGER, ['0x0'], 'latest')) as {
        accountProof: string[]
        storageHash: string
        balance: string
        storageProof: { value: string; proof: string[] }[]
      }
    const before = await prove()
    expect(before).toMatchObject({ balance: '0x64', storageProof: [{ value: '0x9' }] })
    await rpc('evm_mine')
    const after = await prove()
    expect(after.storageHash).toBe(before.storageHash)
    const { stateRoot } = node.chain.head.block.header
    const proven = verifyTrieProof(stateRoot, hashOf(STRANGER), after.accountProof.map(hexToBytes))
    expect((decodeRlp(proven!.value!) as Uint8Array[])[1]).toEqual(Uint8Array.of(0x64))
  })

  it('pays for transactions, and lets those go that it cannot pay any more', async () => {
    await rpc('evm_setAutomine', false)
    await rpc('eth_sendTransaction', { from: ALICE, to: BOB, value: '0x1' })
    await rpc('hardhat_setBalance', ALICE, '0x0')
    expect(await rpc('txpool_status')).toEqual({ pending: '0x0', queued: '0x0' })
    await expect(rpc('eth_sendTransaction', { from: ALICE, to: BOB, gas: '0x5208' })).rejects.toMatchObject({
      code: -32003,
    })
    await rpc('anvil_addBalance', ALICE, '0xde0b6b3a7640000')
    await rpc('eth_sendTransaction', { from: ALICE, to: BOB, value: '0x1' })
    await rpc('evm_mine')
    expect(await balance(BOB)).toBe(10_000n * 10n ** 18n + 1n)
    await expectReplay()
  })

  it('stays one that other clients could have, whatever is set', async () => {
    const most = 2n ** 256n - 1n
    await rpc('hardhat_setBalance', BOB, `0x${most.toString(16)}`)
    await rpc('eth_sendTransaction', { from: ALICE, to: BOB, value: '0x5' })
    expect(await balance(BOB)).toBe(4n)
    await rpc('hardhat_setBalance', BOB, `0x${most.toString(16)}`)
    await rpc('hardhat_setCoinbase', BOB)
    await rpc('eth_sendTransaction', { from: ALICE, to: STRANGER, maxPriorityFeePerGas: '0x2' })
    expect(await balance(BOB)).toBe(41_999n)
  })

  it('is part of snapshots', async () => {
    await rpc('tenderly_setBalance', [STRANGER, BOB], '0x5')
    const id = await rpc('evm_snapshot')
    await rpc('hardhat_setBalance', STRANGER, '0x6')
    await rpc('evm_mine')
    expect(await balance(STRANGER)).toBe(6n)
    expect(await rpc('evm_revert', id)).toBe(true)
    expect([await balance(STRANGER), await balance(BOB)]).toEqual([5n, 5n])
    await rpc('evm_mine')
    expect(await balance(STRANGER)).toBe(5n)
    await expectReplay()
  })

  it('of a token is found and set', async () => {
    // balances in mapping 3: mstore(0, calldataload(4)) mstore(32, 3) return sload(keccak256(0, 64)), after a decoy
    const token = '0x7070707070707070707070707070707070707070'
    await rpc('hardhat_setCode', token, '0x6007545060043560005260036020526040600020545f5260205ff3')
    await rpc('anvil_dealERC20', STRANGER, token, '0x3e8')
    const data = `0x70a08231${STRANGER.slice(2).padStart(64, '0')}`
    expect(BigInt(await rpc('eth_call', { to: token, data }))).toBe(1000n)
    await expect(rpc('anvil_dealERC20', STRANGER, BOB, '0x1')).rejects.toMatchObject({
      data: { code: 'DEED_DEV_ERC20' },
    })
  })
})

describe('impersonation', () => {
  it('sends for an account without a key, a contract too, until it is stopped', async () => {
    await rpc('hardhat_setBalance', STRANGER, '0xde0b6b3a7640000')
    await rpc('hardhat_setCode', STRANGER, GETTER)
    await expect(rpc('eth_sendTransaction', { from: STRANGER, to: BOB })).rejects.toMatchObject({
      data: { code: 'DEED_RPC_ACCOUNT' },
    })
    await rpc('hardhat_impersonateAccount', STRANGER)
    const hash = await rpc('eth_sendTransaction', { from: STRANGER, to: BOB, value: '0x1' })
    expect(await rpc('eth_getTransactionReceipt', hash)).toMatchObject({ status: '0x1', from: STRANGER })
    expect(await rpc('eth_getTransactionByHash', hash)).toMatchObject({ from: STRANGER, hash })
    expect(await rpc('hardhat_stopImpersonatingAccount', STRANGER)).toBe(true)
    await expect(rpc('eth_sendTransaction', { from: STRANGER, to: BOB })).rejects.toMatchObject({
      data: { code: 'DEED_RPC_ACCOUNT' },
    })
    // The block is run again as it ran, on state that was set.
    expect(await rpc('debug_traceTransaction', hash, { tracer: 'callTracer' })).toMatchObject({
      from: STRANGER,
      value: '0x1',
      gasUsed: '0x5208',
    })
    await expectReplay()
  })

  it('holds nowhere else: the same bytes are refused as a signed transaction', async () => {
    await rpc('hardhat_setBalance', STRANGER, '0xde0b6b3a7640000')
    await rpc('anvil_autoImpersonateAccount', true)
    await rpc('evm_setAutomine', false)
    const hash = await rpc('eth_sendTransaction', { from: STRANGER, to: BOB, value: '0x1' })
    const raw = await rpc('debug_getRawTransaction', hash)
    await rpc('anvil_dropTransaction', hash)
    await expect(rpc('eth_sendRawTransaction', raw)).rejects.toThrow()
    expect(await rpc('txpool_status')).toEqual({ pending: '0x0', queued: '0x0' })
  })
})

describe('blocks to come', () => {
  const latest = async () => (await rpc('eth_getBlockByNumber', 'latest', false)) as Record<string, string>

  it('have the fee, randomness, beneficiary and room that were set', async () => {
    const prevRandao = `0x${'ab'.repeat(32)}`
    await rpc('hardhat_setCoinbase', BOB)
    await rpc('hardhat_setPrevRandao', prevRandao)
    await rpc('anvil_setNextBlockBaseFeePerGas', '0x7b')
    await rpc('evm_setBlockGasLimit', '0x1c9c381')
    await rpc('hardhat_mine', '0x2')
    const [first, second] = [await rpc('eth_getBlockByNumber', '0x1', false), await latest()]
    expect(first).toMatchObject({
      miner: BOB,
      mixHash: prevRandao,
      baseFeePerGas: '0x7b',
      gasLimit: '0x1c9c381',
    })
    expect(second).toMatchObject({ miner: BOB, gasLimit: '0x1c9c381' })
    expect(second.mixHash).not.toBe(prevRandao)
    expect(second.baseFeePerGas).toBe('0x6c') // 123 less an eighth
    await expectReplay()
  })

  it('keep a distance in time that was set', async () => {
    await rpc('anvil_setBlockTimestampInterval', 7)
    await rpc('hardhat_mine', '0x3')
    expect(Number((await latest()).timestamp)).toBe(1_700_000_021)
    await rpc('anvil_removeBlockTimestampInterval')
    await rpc('evm_mine')
    expect(Number((await latest()).timestamp)).toBe(1_800_000_000)
    await expectReplay()
  })

  it('may go away and be others', async () => {
    await rpc('hardhat_mine', '0x5')
    const id = await rpc('evm_snapshot')
    const lost = node.chain.head.hash
    await rpc('anvil_rollback', 2)
    expect(await number()).toBe(3)
    expect(await rpc('evm_revert', id)).toBe(false)
    await rpc('anvil_reorg', 2, [[{ from: ALICE, to: BOB, value: '0x1' }, 1]])
    expect(await number()).toBe(3)
    expect((await latest()).transactions).toHaveLength(1)
    expect(await rpc('eth_getBlockByHash', lost, false)).toBeNull()
    await expect(rpc('anvil_rollback', 9)).rejects.toMatchObject({ data: { code: 'DEED_DEV_ROLLBACK' } })
    await expectReplay()
  })

  it('begin anew after a reset', async () => {
    const [genesis, rich] = [node.chain.head.hash, await balance(ALICE)]
    await rpc('hardhat_setBalance', ALICE, '0x1')
    await rpc('evm_increaseTime', 100)
    await rpc('hardhat_mine', '0x2')
    await rpc('hardhat_setBalance', ALICE, '0x2')
    expect(await rpc('hardhat_reset')).toBe(true)
    expect(node.chain.head.hash).toBe(genesis)
    expect(await balance(ALICE)).toBe(rich)
    await rpc('evm_mine')
    expect(Number((await latest()).timestamp)).toBe(1_800_000_000)
    await expectReplay()
  })

  it('take what came first where that is the order', async () => {
    const fifo = await createDevNode({ ...options, automine: false, order: 'fifo' })
    const send = (from: string, tip: string) =>
      fifo.request('eth_sendTransaction', [{ from, to: STRANGER, maxPriorityFeePerGas: tip }])
    const hashes = [await send(ALICE, '0x1'), await send(BOB, '0x9')]
    await fifo.request('evm_mine')
    const block = (await fifo.request('eth_getBlockByNumber', ['latest', false])) as {
      transactions: string[]
    }
    expect(block.transactions).toEqual(hashes)
    expect(await fifo.request('anvil_nodeInfo')).toMatchObject({
      transactionOrder: 'fifo',
      currentBlockNumber: '0x1',
    })
  })
})
