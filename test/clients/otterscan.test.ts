/**
 * What the block explorer Otterscan asks, page by page in its order, through the provider that it uses (its sources:
 * src/useProvider.ts, useLatestBlock.ts, useErigonHooks.ts, search/search.ts).
 */
import { AbiCoder, Contract, JsonRpcProvider } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { COUNTER_BYTECODE } from '../../packages/chain/src/server/counter.fixture.ts'
import { type Deed, startDeed } from './deed.ts'

/** Otterscan's own constants. */
const MIN_API_LEVEL = 8
const PAGE_SIZE = 25

let deed: Deed
let provider: JsonRpcProvider
let from: string
let counter: string
let raised: string
let failed: string
beforeAll(async () => {
  deed = await startDeed()
  provider = new JsonRpcProvider(deed.url, undefined, { staticNetwork: true, pollingInterval: 50 })
  ;[from] = (await deed.rpc('eth_accounts')) as [string]
  const send = (fields: object) =>
    deed.rpc<string>('eth_sendTransaction', { from, gas: '0x7a120', ...fields })
  const call = (by: number) => `0x004f4803${by.toString(16).padStart(64, '0')}`
  const created = await send({ data: COUNTER_BYTECODE })
  counter = (await deed.rpc<{ contractAddress: string }>('eth_getTransactionReceipt', created))
    .contractAddress
  raised = await send({ to: counter, data: call(5) })
  failed = await send({ to: counter, data: call(7) })
  for (let count = 0; count < 30; count++) await send({ to: counter, data: call(1) })
})
afterAll(async () => {
  provider.destroy()
  await deed.close()
})

it('the first page: whether the node is one for Otterscan, and its newest block', async () => {
  const [number, header, level, network] = await Promise.all([
    provider.getBlockNumber(),
    provider.send('erigon_getHeaderByNumber', ['latest']),
    provider.send('ots_getApiLevel', []),
    provider.getNetwork(),
  ])
  expect(Number(header.number)).toBe(number)
  expect(level).toBeGreaterThanOrEqual(MIN_API_LEVEL)
  expect(network.chainId).toBe(31_337n)
  const latest = await provider.send('erigon_getHeaderByNumber', [number])
  expect(latest).toEqual(header)
  expect(latest).toMatchObject({
    hash: expect.stringMatching(/^0x\w{64}$/),
    gasLimit: expect.any(String),
    miner: expect.any(String),
  })
  let heard = 0
  await provider.on('block', (block: number) => {
    heard = block
  })
  await expect
    .poll(async () => {
      await deed.rpc('evm_mine')
      return heard
    })
    .toBeGreaterThan(number)
  await provider.removeAllListeners()
})

it('the page of a block, by number and by hash, and of its transactions', async () => {
  const details = await provider.send('ots_getBlockDetails', [2])
  expect(details).toMatchObject({
    block: {
      number: '0x2',
      transactionCount: 1,
      logsBloom: null,
      totalDifficulty: expect.any(String),
      size: expect.any(String),
    },
    issuance: { blockReward: '0x0', uncleReward: '0x0', issuance: '0x0' },
  })
  expect(details.block).not.toHaveProperty('transactions')
  expect(BigInt(details.totalFees)).toBeGreaterThan(0n)
  expect(await provider.send('ots_getBlockDetailsByHash', [details.block.hash])).toEqual(details)
  expect(await provider.send('ots_getBlockDetails', [9_999])).toBeNull()
  const { fullblock, receipts } = await provider.send('ots_getBlockTransactions', [2, 0, PAGE_SIZE])
  expect(fullblock).toMatchObject({
    number: '0x2',
    baseFeePerGas: expect.any(String),
    transactions: [{ hash: raised, to: counter, input: '0x004f4803' }],
  })
  expect(receipts).toMatchObject([{ transactionHash: raised, status: '0x1', logs: null, logsBloom: null }])
})

describe('the page of a transaction', () => {
  it('has what it did, and who came before and after', async () => {
    const [response, receipt] = await Promise.all([
      provider.getTransaction(raised),
      provider.getTransactionReceipt(raised),
    ])
    expect(response).toMatchObject({ hash: raised, type: 2, nonce: 1 })
    expect(receipt!.status).toBe(1)
    expect(await receipt!.confirmations()).toBeGreaterThan(30)
    expect(response!.gasPrice * receipt!.gasUsed).toBe(receipt!.fee)
    expect(await provider.send('ots_getInternalOperations', [raised])).toEqual([])
    expect(await provider.send('ots_traceTransaction', [raised])).toMatchObject([
      { type: 'CALL', depth: 0, from, to: counter, value: '0x0', output: '0x' },
    ])
    expect(await provider.send('ots_getTransactionBySenderAndNonce', [response!.from, 0])).toMatch(
      /^0x\w{64}$/,
    )
    expect(await provider.send('ots_getTransactionBySenderAndNonce', [response!.from, 2])).toBe(failed)
    expect(await provider.send('ots_getTransactionBySenderAndNonce', [response!.from, 9_999])).toBeNull()
  })

  it('has the trace of every instruction and the changes of state', async () => {
    const { vmTrace } = await provider.send('trace_replayTransaction', [raised, ['vmTrace']])
    expect(vmTrace.ops.length).toBeGreaterThan(50)
    const { stateDiff } = await provider.send('trace_replayTransaction', [raised, ['stateDiff']])
    const slot = `0x${'0'.repeat(64)}`
    expect(stateDiff[counter].storage[slot]).toEqual({
      '*': { from: slot, to: `0x${'5'.padStart(64, '0')}` },
    })
    expect(stateDiff[from]).toMatchObject({ nonce: { '*': { from: '0x1', to: '0x2' } }, code: '=' })
  })

  it('has the reason why it failed', async () => {
    const error: string = await provider.send('ots_getTransactionError', [failed])
    expect(error.slice(0, 10)).toBe('0x08c379a0')
    expect(AbiCoder.defaultAbiCoder().decode(['string'], `0x${error.slice(10)}`)[0]).toBe('not seven')
    expect(await provider.send('ots_getTransactionError', [raised])).toBe('0x')
  })
})

it('the page of an address: balance, code, creator, and its transactions forth and back', async () => {
  expect(await provider.getBalance(from)).toBeGreaterThan(0n)
  expect(await provider.getTransactionCount(from)).toBe(33)
  expect(await provider.send('ots_hasCode', [from, 'latest'])).toBe(false)
  expect(await provider.send('ots_hasCode', [counter, 'latest'])).toBe(true)
  expect((await provider.send('eth_getCode', [counter, 'latest'])).length).toBeGreaterThan(100)
  expect(await provider.send('ots_getContractCreator', [counter])).toMatchObject({ creator: from })
  expect(await provider.send('ots_getContractCreator', [from])).toBeNull()

  const newest = await provider.send('ots_searchTransactionsBefore', [counter, 0, PAGE_SIZE])
  expect(newest).toMatchObject({ firstPage: true, lastPage: false })
  expect(newest.txs).toHaveLength(PAGE_SIZE)
  expect(newest.receipts[0]).toMatchObject({ status: '0x1', timestamp: expect.any(Number) })
  const before = Number(newest.txs.at(-1).blockNumber)
  const older = await provider.send('ots_searchTransactionsBefore', [counter, before, PAGE_SIZE])
  expect(older).toMatchObject({ firstPage: false, lastPage: true })
  expect(older.txs.map(({ hash }: { hash: string }) => hash)).toEqual(
    expect.arrayContaining([raised, failed]),
  )
  expect(newest.txs.length + older.txs.length).toBe(33)
  const oldest = await provider.send('ots_searchTransactionsAfter', [counter, 0, PAGE_SIZE])
  expect(oldest).toMatchObject({ firstPage: false, lastPage: true })
  expect(Number(oldest.txs.at(-1).blockNumber)).toBe(1)

  // Whether it is a token: it is not, which must be an error that ethers knows.
  const token = new Contract(counter, ['function name() view returns (string)'], provider)
  await expect(token.getFunction('name').staticCall()).rejects.toMatchObject({ code: 'CALL_EXCEPTION' })
})

it('the page that broadcasts', async () => {
  const { raw, tx } = await deed.rpc<{ raw: string; tx: { hash: string } }>('eth_signTransaction', {
    from,
    to: counter,
    value: '0x0',
    data: '0x06661abd',
  })
  expect(await provider.send('eth_sendRawTransaction', [raw])).toBe(tx.hash)
})
