import { type Address, bytesToHex, type Engine, hexToBytes, interpreter } from '@deed/evm'
import { describe, expect, it } from 'vitest'
import { DEPOSIT_CONTRACT } from '../forks.ts'
import { DEV_ACCOUNTS } from '../genesis-dev.ts'
import { createDevNode, type DevNode, type DevNodeOptions } from './node.ts'

const [alice, bob, carol] = DEV_ACCOUNTS as [Address, Address, Address]

/** Whoever sends this account something finds a bug of the engine. */
const TRAP: Address = `0x${'bad0'.repeat(10)}`
const trapped: Engine = {
  name: 'trapped',
  run: (call) => {
    if (call.message.kind === 'call' && call.message.to === TRAP) throw new TypeError('sp is not a number')
    return interpreter.run(call)
  },
}

/** Logs its calldata as a DepositEvent. */
const LOGGER = hexToBytes(
  '0x365f5f377f649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5365fa100',
)

const makeNode = (options: Partial<DevNodeOptions> = {}) => {
  let now = 1_700_000_000n
  return createDevNode({
    wallTime: () => now++,
    engine: trapped,
    alloc: new Map([[DEPOSIT_CONTRACT, { balance: 0n, nonce: 1n, code: LOGGER }]]),
    ...options,
  })
}

const send = (node: DevNode, from: Address, to: Address, fields: object = {}) =>
  node.request('eth_sendTransaction', [{ from, to, gas: '0x186a0', ...fields }])
const transactionsOf = async (node: DevNode) =>
  ((await node.request('eth_getBlockByNumber', ['latest', false])) as { transactions: string[] }).transactions
const waiting = (node: DevNode) => node.request('txpool_status')

const FAULTS = [
  ['the engine fails at', TRAP, 'DEED_TX_ENGINE_FAILED'],
  ['would make the block invalid', DEPOSIT_CONTRACT, 'DEED_BLOCK_INVALID_DEPOSIT_EVENT_LAYOUT'],
] as const

describe.each(FAULTS)('a transaction that %s', (_, to, code) => {
  it('is refused to its sender; others share the block and go on', async () => {
    const node = await makeNode()
    const [bad, good] = await Promise.allSettled([send(node, alice, to), send(node, bob, carol)])
    expect(bad).toMatchObject({ status: 'rejected', reason: { data: { code } } })
    expect(good.status).toBe('fulfilled')
    expect(await transactionsOf(node)).toEqual([(good as PromiseFulfilledResult<string>).value])
    expect(await waiting(node)).toEqual({ pending: '0x0', queued: '0x0' })
    // Its nonce is free again.
    await send(node, alice, carol, { nonce: '0x0' })
    expect(await transactionsOf(node)).toHaveLength(1)
  })

  it('is told of where a timer mines, which goes on', async () => {
    const warnings: Error[] = []
    const node = await makeNode({ automine: false, warn: (error) => warnings.push(error) })
    await send(node, alice, to)
    const hash = await send(node, bob, carol)
    await node.request('evm_setIntervalMining', [5])
    const receipt = () => node.request('eth_getTransactionReceipt', [hash])
    await expect.poll(receipt).toMatchObject({ status: '0x1' })
    const height = () => node.request('eth_blockNumber').then(Number)
    await expect.poll(height).toBeGreaterThan(2)
    await node.close()
    expect(warnings).toMatchObject([{ data: { code } }])
  })
})

it('a timer goes on when a block cannot be mined at all', async () => {
  let failures = 0
  const node = await makeNode({
    automine: false,
    wallTime: () => {
      if (failures < 2) throw new RangeError('the clock is away')
      return 1_700_000_000n
    },
    genesisTime: 1_700_000_000n,
    warn: () => {
      failures++
    },
  })
  await node.request('evm_setIntervalMining', [5])
  await expect.poll(() => node.request('eth_blockNumber')).not.toBe('0x0')
  await node.close()
  expect(failures).toBe(2)
})

it('a block has no more bytes than EIP-7934 allows; the rest waits', async () => {
  // 7 transactions of 1.3 million zero bytes fit the gas of the block and not its 8 MiB.
  const node = await makeNode({ automine: false, gasLimit: 200_000_000n })
  const data = bytesToHex(new Uint8Array(1_300_000))
  for (let index = 0; index < 7; index++) await send(node, alice, carol, { data, gas: '0xf00000' })
  await node.request('evm_mine')
  expect(await transactionsOf(node)).toHaveLength(6)
  expect(await waiting(node)).toEqual({ pending: '0x1', queued: '0x0' })
  await node.request('evm_mine')
  expect(await transactionsOf(node)).toHaveLength(1)
})
