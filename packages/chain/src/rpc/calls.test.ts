import { beforeAll, describe, expect, it } from 'vitest'
import { createDevNode, type DevNode } from '../dev/node.ts'

const GENESIS_TIME = 1_700_000_000n

let node: DevNode
let from: string
beforeAll(async () => {
  node = await createDevNode({ wallTime: () => GENESIS_TIME + 500n, genesisTime: GENESIS_TIME })
  from = ((await node.request('eth_accounts')) as string[])[0]!
})

/** Deploys code: its init code is PUSH1 size, DUP1, PUSH1 9, PUSH0, CODECOPY, PUSH0, RETURN and the code. */
const deploy = async (code: string): Promise<string> => {
  const size = (code.length / 2).toString(16).padStart(2, '0')
  const hash = await node.request('eth_sendTransaction', [{ from, data: `0x60${size}8060095f395ff3${code}` }])
  return ((await node.request('eth_getTransactionReceipt', [hash])) as { contractAddress: string })
    .contractAddress
}
const send = async (fields: object) => {
  const hash = await node.request('eth_sendTransaction', [{ from, ...fields }])
  return (await node.request('eth_getTransactionReceipt', [hash])) as { status: string; gasUsed: string }
}

/** PUSH2 50000, GAS, LT, PUSH1 9, JUMPI, STOP, JUMPDEST, PUSH0, PUSH0, REVERT: wants 50,000 gas to be left. */
const WANTS_GAS = '61c3505a10600957005b5f5ffd'

describe('eth_estimateGas', () => {
  it('finds the limit of code that wants more gas than it uses', async () => {
    const to = await deploy(WANTS_GAS)
    const gas = (await node.request('eth_estimateGas', [{ from, to }])) as string
    // 21,000 intrinsic, 5 for PUSH2 and GAS, 50,000 left. Geth's slack is 1.5%.
    expect(Number(gas)).toBeGreaterThanOrEqual(71_005)
    expect(Number(gas)).toBeLessThanOrEqual(71_005 * 1.016)
    expect(await send({ to, gas })).toMatchObject({ status: '0x1' })
    expect(await send({ to, gas: `0x${(71_004).toString(16)}` })).toMatchObject({ status: '0x0' })
  })

  it('leaves room for the 64th that an inner call does not get (EIP-150)', async () => {
    const inner = await deploy(WANTS_GAS)
    // CALL(GAS, inner, 0, 0, 0, 0, 0), ISZERO, PUSH1 33, JUMPI, STOP, JUMPDEST, PUSH0, PUSH0, REVERT.
    const to = await deploy(`5f5f5f5f5f73${inner.slice(2)}5af115602157005b5f5ffd`)
    const gas = (await node.request('eth_estimateGas', [{ from, to }])) as string
    expect(Number(gas)).toBeGreaterThan(71_005 + 50_000 / 63)
    expect(await send({ to, gas })).toMatchObject({ status: '0x1' })
  })

  it('says what is lacking', async () => {
    const poor = `0x${'12'.repeat(20)}`
    const estimate = (fields: object) => node.request('eth_estimateGas', [fields])
    await expect(estimate({ from: poor, to: poor, value: '0x1' })).rejects.toThrow(/^insufficient funds/)
    await expect(estimate({ to: poor, gas: '0x5000' })).rejects.toThrow(
      /^gas required exceeds allowance \(20480\)/,
    )
  })
})

describe('eth_call', () => {
  it('ends a call that takes longer than five seconds', async () => {
    let nowMs = 0
    // Every look at the clock is a second later.
    const slow = await createDevNode({
      wallTime: () => GENESIS_TIME,
      genesisTime: GENESIS_TIME,
      uptimeMs: () => (nowMs += 1000),
    })
    // JUMPDEST, PUSH0 four times, PUSH1 4 (the identity), GAS, STATICCALL, POP, PUSH0, JUMP.
    const code = '0x5b5f5f5f5f60045afa505f56'
    const to = `0x${'ab'.repeat(20)}`
    for (const method of ['eth_call', 'eth_estimateGas'])
      await expect(slow.request(method, [{ to }, 'latest', { [to]: { code } }])).rejects.toMatchObject({
        message: expect.stringMatching(/^execution aborted \(timeout = 5s\)/),
        data: expect.objectContaining({ code: 'DEED_CALL_TIMEOUT' }),
      })
  })

  /** TIMESTAMP, PUSH0, MSTORE, PUSH0, SLOAD, PUSH1 32, MSTORE, PUSH1 64, PUSH0, RETURN. */
  const READER = '425f525f5460205260405ff3'
  const wordsOf = (output: unknown) =>
    ((output as string).slice(2).match(/.{64}/g) ?? []).map((word) => BigInt(`0x${word}`))

  it('sees the time of the block that it names, the clock at pending, and what it assumes', async () => {
    const to = await deploy(READER)
    const call = async (...rest: unknown[]) => wordsOf(await node.request('eth_call', [{ to }, ...rest]))
    const { timestamp } = (await node.request('eth_getBlockByNumber', ['latest', false])) as {
      timestamp: string
    }
    expect(await call('latest')).toEqual([BigInt(timestamp), 0n])
    expect((await call('pending'))[0]).toBeGreaterThan(BigInt(timestamp))
    const slot = `0x${'0'.repeat(64)}`
    expect(await call('latest', { [to]: { stateDiff: { [slot]: '0x2a' } } })).toEqual([
      BigInt(timestamp),
      42n,
    ])
    expect(await call('latest', null, { time: '0x7b' })).toEqual([123n, 0n])
    const elsewhere = `0x${'34'.repeat(20)}`
    const moved = await node.request('eth_call', [
      { to: elsewhere },
      'latest',
      { [elsewhere]: { code: `0x${READER}` } },
    ])
    expect(wordsOf(moved)).toHaveLength(2)
    expect(await node.request('eth_getCode', [elsewhere])).toBe('0x')
  })

  it('reads old blocks by number and by hash (EIP-1898)', async () => {
    const before = (await node.request('eth_getBlockByNumber', ['latest', false])) as {
      number: string
      hash: string
    }
    const balance = await node.request('eth_getBalance', [from])
    await send({ to: `0x${'56'.repeat(20)}`, value: '0x1' })
    expect(await node.request('eth_getBalance', [from])).not.toBe(balance)
    for (const at of [
      before.number,
      before.hash,
      { blockHash: before.hash, requireCanonical: true },
      { blockNumber: before.number },
    ])
      expect(await node.request('eth_getBalance', [from, at])).toBe(balance)
  })
})

describe('eth_call', () => {
  /** Returns BASEFEE and BLOBBASEFEE. */
  const FEES = '0x485f524a60205260405ff3'
  const fees = async (fields: object) => {
    const output = (await node.request('eth_call', [{ from, data: FEES, ...fields }])) as string
    return [output.slice(2, 66), output.slice(66)].map((word) => BigInt(`0x${word}`))
  }

  it('has no base fee where no price is named, and the block’s price of blobs unless it brings some, as geth', async () => {
    const { baseFeePerGas } = (await node.request('eth_getBlockByNumber', ['latest', false])) as {
      baseFeePerGas: string
    }
    expect(await fees({})).toEqual([0n, 1n])
    expect(await fees({ gasPrice: '0x77359400' })).toEqual([BigInt(baseFeePerGas), 1n])
    const blobVersionedHashes = [`0x01${'00'.repeat(31)}`]
    expect(await fees({ blobVersionedHashes })).toEqual([0n, 0n])
    expect(await fees({ blobVersionedHashes, gasPrice: '0x77359400' })).toEqual([BigInt(baseFeePerGas), 1n])
  })

  it('refuses init code that no transaction may have (EIP-3860)', async () => {
    const initcode = (size: number) => ({ from, data: `0x${'00'.repeat(size)}` })
    for (const method of ['eth_call', 'eth_estimateGas']) {
      await expect(node.request(method, [initcode(49_152)])).resolves.toMatch(/^0x/)
      await expect(node.request(method, [initcode(49_153)])).rejects.toMatchObject({
        message: expect.stringContaining('max initcode size exceeded'),
        data: { code: 'DEED_TX_INITCODE_SIZE_EXCEEDED' },
      })
    }
  })
})

describe('calls that are asked again', () => {
  // Answers the time of the block and the balance of the account of its calldata.
  const PEEK = '0x425f525f353160205260405ff3'
  const peeker = `0x${'9e'.repeat(20)}`

  it('are answered anew as soon as the head or its state is another one', async () => {
    const node = await createDevNode({ wallTime: () => GENESIS_TIME + 500n, genesisTime: GENESIS_TIME })
    const alice = ((await node.request('eth_accounts')) as string[])[0]!
    await node.request('hardhat_setCode', [peeker, PEEK])
    const ask = (...more: unknown[]) =>
      node.request('eth_call', [
        { to: peeker, data: `0x${alice.slice(2).padStart(64, '0')}` },
        ...more,
      ]) as Promise<string>
    const first = await ask('latest')
    expect(await ask('latest')).toBe(first)
    await node.request('hardhat_setBalance', [alice, '0x7'])
    const edited = await ask('latest')
    expect(BigInt(`0x${edited.slice(66)}`)).toBe(7n)
    const snapshot = await node.request('evm_snapshot')
    await node.request('evm_increaseTime', [1_000])
    // The clock moves what is pending, and no block.
    expect(await ask('latest')).toBe(edited)
    const [one, two] = [
      await ask('pending'),
      await node.request('evm_increaseTime', [9]).then(() => ask('pending')),
    ]
    expect(two).not.toBe(one)
    await node.request('evm_mine')
    expect((await ask('latest')).slice(0, 66)).not.toBe(edited.slice(0, 66))
    // What was set after the first block came into the second.
    expect(await ask('0x0')).toBe('0x')
    await node.request('evm_revert', [snapshot])
    expect(await ask('latest')).toBe(edited)
    const overridden = await ask('latest', { [alice]: { balance: '0x9' } })
    expect(BigInt(`0x${overridden.slice(66)}`)).toBe(9n)
    expect(await ask('latest')).toBe(edited)
  })
})
