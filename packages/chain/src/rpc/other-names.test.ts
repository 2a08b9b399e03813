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
