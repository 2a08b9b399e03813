/** Methods beside the specification that clients ask: raw transactions, uncles, accounts, sending with the receipt. */
import { describe, expect, it } from 'vitest'
import { createDevNode } from '../dev/node.ts'
import { DEV_ACCOUNTS } from '../genesis-dev.ts'

const [ALICE, BOB] = DEV_ACCOUNTS as [`0x${string}`, `0x${string}`]
const makeNode = async () => {
  const node = await createDevNode({ wallTime: () => 1_700_000_000n })
  return {
    node,
    rpc: (method: string, ...params: unknown[]) => node.request(method, params) as Promise<never>,
  }
}

describe('a transaction that is sent and waited for', () => {
  it('comes back as its receipt', async () => {
    const { rpc } = await makeNode()
    const { raw, tx } = (await rpc('eth_signTransaction', { from: ALICE, to: BOB, value: '0x1' })) as {
      raw: string
      tx: { hash: string }
    }
    const receipt = await rpc('eth_sendRawTransactionSync', raw)
    expect(receipt).toMatchObject({ transactionHash: tx.hash, status: '0x1', blockNumber: '0x1' })
    expect(await rpc('eth_getRawTransactionByHash', tx.hash)).toBe(raw)
    expect(await rpc('eth_getRawTransactionByBlockNumberAndIndex', '0x1', '0x0')).toBe(raw)
    expect(await rpc('eth_getRawTransactionByBlockNumberAndIndex', '0x1', '0x1')).toBeNull()
  })

  it('comes back as soon as somebody mines it, or as an error in time', async () => {
    const { node, rpc } = await makeNode()
    await rpc('evm_setAutomine', false)
    const receipt = rpc('eth_sendTransactionSync', { from: ALICE, to: BOB }, 10_000)
    await expect.poll(() => node.mempool.byHash.size).toBe(1)
    expect(await rpc('txpool_inspect')).toMatchObject({
      pending: { [ALICE]: { 0: expect.stringMatching(/^0x7099.*: 0 wei \+ 21000 gas/) } },
      queued: {},
    })
    await rpc('evm_mine')
    expect(await receipt).toMatchObject({ blockNumber: '0x1' })
    const late = rpc('eth_sendTransactionSync', { from: ALICE, to: BOB }, 5)
    await expect(late).rejects.toMatchObject({ code: 4, data: expect.stringMatching(/^0x\w{64}$/) })
  })
})

it('accounts and uncles', async () => {
  const { rpc } = await makeNode()
  expect(await rpc('eth_getAccountInfo', ALICE, 'latest')).toEqual({
    balance: '0x21e19e0c9bab2400000',
    nonce: '0x0',
    code: '0x',
  })
  expect(await rpc('eth_getAccount', `0x${'99'.repeat(20)}`, 'latest')).toEqual({
    balance: '0x0',
    nonce: '0x0',
    codeHash: '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470',
    storageRoot: '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421',
  })
  expect(await rpc('eth_getUncleCountByBlockNumber', 'latest')).toBe('0x0')
  expect(await rpc('eth_getUncleByBlockNumberAndIndex', 'latest', '0x0')).toBeNull()
  expect(await rpc('eth_requestAccounts')).toHaveLength(10)
})

it('names from the time of proof of work, and what a client asks about the node', async () => {
  const { rpc } = await makeNode()
  expect(await rpc('eth_mining')).toBe(false)
  expect(await rpc('eth_hashrate')).toBe('0x0')
  expect(await rpc('eth_protocolVersion')).toBe('0x45')
  expect(await rpc('eth_networkId')).toBe(await rpc('net_version'))
  expect(await rpc('admin_peers')).toEqual([])
  const genesis = ((await rpc('eth_getBlockByNumber', '0x0', false)) as { hash: string }).hash
  await rpc('evm_mine')
  const { hash } = (await rpc('eth_getBlockByNumber', 'latest', false)) as { hash: string }
  expect(await rpc('admin_nodeInfo')).toMatchObject({
    protocols: { eth: { network: 31_337, genesis, head: hash } },
  })
})

it('modules are those that the one who asks may call', async () => {
  const { node, rpc } = await makeNode()
  const forDevelopers = Object.keys(await rpc('rpc_modules'))
  expect(forDevelopers).toEqual(
    expect.arrayContaining(['eth', 'net', 'web3', 'debug', 'anvil', 'evm', 'rpc']),
  )
  expect(forDevelopers).not.toContain('engine')
  const stranger = { name: 'stranger', profile: 'public' } as const
  const forAll = Object.keys((await node.request('rpc_modules', [], stranger)) as object)
  expect(forAll.sort()).toEqual(['eth', 'net', 'rpc', 'txpool', 'web3'])
})

it('a transaction by its sender and nonce, waiting and mined; headers without a body', async () => {
  const { rpc } = await makeNode()
  await rpc('evm_setAutomine', false)
  const hash = await rpc('eth_sendTransaction', { from: ALICE, to: BOB })
  const behindGap = await rpc('eth_sendTransaction', { from: ALICE, to: BOB, nonce: '0x5' })
  expect(await rpc('eth_getTransactionBySenderAndNonce', ALICE, '0x0')).toMatchObject({
    hash,
    blockHash: null,
  })
  expect(await rpc('eth_getTransactionBySenderAndNonce', ALICE, '0x5')).toMatchObject({ hash: behindGap })
  expect(await rpc('eth_getTransactionBySenderAndNonce', BOB, '0x0')).toBeNull()
  expect(await rpc('eth_pendingTransactions')).toMatchObject([{ hash, from: ALICE }])
  await rpc('evm_mine')
  const found = await rpc('eth_getTransactionBySenderAndNonce', ALICE, '0x0')
  expect(found).toMatchObject({ hash, blockNumber: '0x1' })
  expect(await rpc('eth_pendingTransactions')).toEqual([])

  const header = (await rpc('eth_getHeaderByNumber', '0x1')) as { hash: string }
  expect(header).not.toHaveProperty('transactions')
  expect(await rpc('eth_getHeaderByHash', header.hash)).toEqual(header)
  expect(await rpc('eth_getBlockByHash', header.hash, false)).toMatchObject(header)
  expect(await rpc('eth_getHeaderByNumber', '0x9')).toBeNull()
})

it('code by its hash, and by the key that it has in the database of geth', async () => {
  const { rpc } = await makeNode()
  await rpc('hardhat_setCode', BOB, '0x6001')
  await rpc('evm_mine')
  const { codeHash } = (await rpc('eth_getAccount', BOB, 'latest')) as { codeHash: string }
  expect(await rpc('debug_codeByHash', codeHash, 'latest')).toBe('0x6001')
  expect(await rpc('debug_dbGet', `0x63${codeHash.slice(2)}`)).toBe('0x6001')
  expect(await rpc('debug_dbGet', `0x63${'11'.repeat(32)}`)).toBeNull()
  await expect(rpc('debug_dbGet', codeHash)).rejects.toThrow(/argument 0 \(key\): expected 0x63/)
})

it('debug_setHead goes back to a block', async () => {
  const { rpc } = await makeNode()
  await rpc('hardhat_mine', '0x5')
  await rpc('debug_setHead', '0x2')
  expect(await rpc('eth_blockNumber')).toBe('0x2')
  expect(await rpc('eth_getBlockByNumber', '0x3', false)).toBeNull()
  await expect(rpc('debug_setHead', '0x3')).rejects.toThrow(/at most 2, the head/)
})

it('typed data by all the names of signing it; version 3 has no lists', async () => {
  const { rpc } = await makeNode()
  const document = (type: string, note: unknown) => ({
    types: { Note: [{ name: 'note', type }] },
    primaryType: 'Note',
    domain: { name: 'Deed' },
    message: { note },
  })
  const one = document('string', 'a')
  const signature = await rpc('eth_signTypedData_v4', ALICE, one)
  expect(await rpc('eth_signTypedData', ALICE, JSON.stringify(one))).toBe(signature)
  expect(await rpc('eth_signTypedData_v3', ALICE, one)).toBe(signature)
  const many = document('string[]', ['a'])
  expect(await rpc('eth_signTypedData_v4', ALICE, many)).toMatch(/^0x\w{130}$/)
  await expect(rpc('eth_signTypedData_v3', ALICE, many)).rejects.toThrow(
    /types\.Note: expected no lists.*string\[\]/,
  )
})
