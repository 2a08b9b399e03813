import { keccakHash } from '@deed/evm'
import { beforeAll, describe, expect, it } from 'vitest'
import { createDevNode, type DevNode } from '../dev/node.ts'
import { hexToBytes } from '../hex.ts'

const GENESIS_TIME = 1_700_000_000n
const GAS = '0x186a0' // 100,000, of which a call without data has 79,000

/** SLOAD of slot 0, plus 1, SSTORE into slot 0. */
const COUNT = '5f546001015f55'
/** Sends what it has to its caller and ends (which since EIP-6780 deletes it only in the transaction it was made in). */
const ENDS = '33ff'
/** Reverts with the two bytes 0xbeef: MSTORE of them, REVERT of bytes 30 and 31. */
const REFUSES = '61beef5f526002601efd'
const PAYEE = `0x${'77'.repeat(20)}`

let node: DevNode
let from: string
let to: string
let counter: string
let refuser: string
let hash: string
let number: string
beforeAll(async () => {
  node = await createDevNode({ wallTime: () => GENESIS_TIME + 500n, genesisTime: GENESIS_TIME })
  from = ((await node.request('eth_accounts')) as string[])[0]!
  counter = await deploy(COUNT)
  refuser = await deploy(REFUSES)
  // Counts, is refused, and sends 5 wei on.
  to = await deploy(`${call(counter)}${call(refuser)}${call(PAYEE, '05')}`)
  hash = await send({ to, value: '0x9' })
  number = (await node.request('eth_blockNumber')) as string
})

/** Deploys code: its init code is PUSH2 size, DUP1, PUSH1 10, PUSH0, CODECOPY, PUSH0, RETURN and the code. */
const deploy = async (code: string): Promise<string> => {
  const size = (code.length / 2).toString(16).padStart(4, '0')
  const receipt = await node.request('eth_getTransactionReceipt', [
    await send({ data: `0x61${size}80600a5f395ff3${code}`, gas: '0x100000' }),
  ])
  return (receipt as { contractAddress: string }).contractAddress
}
const send = async (fields: object) =>
  (await node.request('eth_sendTransaction', [{ from, gas: GAS, ...fields }])) as string
/** CALL with all gas, a value of one byte, and nothing in or out; its answer is dropped. */
const call = (callee: string, value = '00') => `5f5f5f5f60${value}73${callee.slice(2)}5af150`
const word = (value: number) => `0x${value.toString(16).padStart(64, '0')}`

describe('trace_', () => {
  it('tells the calls of a transaction with the paths to them', async () => {
    const calls = (await node.request('trace_transaction', [hash])) as object[]
    const placed = { blockNumber: Number(number), transactionHash: hash, transactionPosition: 0 }
    expect(calls).toHaveLength(4)
    // Gas is the frame's: 100,000 less the 21,000 of every transaction.
    const action = { callType: 'call', from, to, gas: '0x13498', input: '0x', value: '0x9' }
    expect(calls[0]).toMatchObject({ ...placed, type: 'call', action, subtraces: 3, traceAddress: [] })
    expect(calls[1]).toMatchObject({
      ...placed,
      action: { from: to, to: counter },
      // PUSH0, SLOAD of a cold slot, PUSH1, ADD, PUSH0, SSTORE of a warm one that is set: 2 + 2,100 + 8 + 20,000.
      result: { gasUsed: `0x${(22_110).toString(16)}`, output: '0x' },
      traceAddress: [0],
    })
    expect(calls[2]).toMatchObject({
      action: { to: refuser },
      error: 'Reverted',
      result: { output: '0xbeef' },
      traceAddress: [1],
    })
    expect(calls[3]).toMatchObject({ action: { to: PAYEE, value: '0x5' }, traceAddress: [2] })
    expect(await node.request('trace_block', [number])).toEqual(calls)
    expect(await node.request('trace_get', [hash, ['0x2']])).toEqual(calls[3])
    expect(await node.request('trace_get', [hash, ['0x3']])).toBeNull()
  })

  it('finds calls by who had to do with them', async () => {
    const filter = (fields: object) => node.request('trace_filter', [{ fromBlock: '0x1', ...fields }])
    expect(await filter({ fromAddress: [to], toAddress: [PAYEE] })).toMatchObject([
      { action: { from: to, to: PAYEE } },
    ])
    const both = { fromAddress: [to], toAddress: [to], mode: 'union' }
    // Made, called, and three calls of its own.
    expect(await filter(both)).toHaveLength(5)
    expect(await filter({ ...both, after: 1, count: 2 })).toEqual(((await filter(both)) as []).slice(1, 3))
    expect(await filter({ fromAddress: [PAYEE] })).toEqual([])
  })

  it('tells what a transaction changed', async () => {
    const kinds = ['trace', 'stateDiff']
    const replayed = (await node.request('trace_replayTransaction', [hash, kinds])) as Replayed
    const { [from]: sender, [counter]: counted, [to]: middle, [PAYEE]: payee, ...others } = replayed.stateDiff
    expect(others).toEqual({ [`0x${'0'.repeat(40)}`]: expect.anything() })
    expect(sender).toMatchObject({ code: '=', storage: {}, nonce: { '*': { from: '0x3', to: '0x4' } } })
    expect(counted).toEqual({
      balance: '=',
      code: '=',
      nonce: '=',
      storage: { [word(0)]: { '*': { from: word(0), to: word(1) } } },
    })
    expect(middle!.balance).toEqual({ '*': { from: '0x0', to: '0x4' } })
    expect(payee).toEqual({
      balance: { '+': '0x5' },
      code: { '+': '0x' },
      nonce: { '+': '0x0' },
      storage: {},
    })
    expect(replayed.vmTrace).toBeNull()
    expect(await node.request('trace_replayBlockTransactions', [number, kinds])).toEqual([
      { ...replayed, transactionHash: hash },
    ])
  })

  it('tells what each instruction did', async () => {
    const { vmTrace } = (await node.request('trace_replayTransaction', [hash, ['vmTrace']])) as Replayed
    const { ops } = vmTrace!
    expect(ops[0]).toEqual({
      cost: 2,
      pc: 0,
      ex: { mem: null, push: ['0x0'], store: null, used: 78_998 },
      sub: null,
    })
    const subs = ops.flatMap(({ sub }) => sub ?? [])
    expect(subs.map(({ code }) => code)).toEqual([`0x${COUNT}`, `0x${REFUSES}`])
    const sstore = subs[0]!.ops.at(-2)!
    expect(sstore).toMatchObject({ cost: 20_000, ex: { push: [], store: { key: '0x0', val: '0x1' } } })
    const mstore = subs[1]!.ops[2]!
    expect(mstore.ex).toMatchObject({ mem: { off: 0, data: word(0xbeef) } })
  })

  it('runs calls on what those before them left, and keeps nothing', async () => {
    const count = [{ from, to: counter }, ['stateDiff']]
    const answers = (await node.request('trace_callMany', [[count, count], 'latest'])) as Replayed[]
    const slots = answers.map(({ stateDiff }) => stateDiff[counter]!.storage[word(0)])
    expect(slots).toEqual([{ '*': { from: word(1), to: word(2) } }, { '*': { from: word(2), to: word(3) } }])
    expect(await node.request('trace_call', count)).toEqual(answers[0])
  })

  it('runs a signed transaction without sending it', async () => {
    const signed = await node.request('eth_signTransaction', [{ from, to: counter, gas: GAS }])
    const { raw } = signed as { raw: string }
    const before = node.chain.head.hash
    expect(await node.request('trace_rawTransaction', [raw, ['trace']])).toMatchObject({
      output: '0x',
      trace: [{ action: { from, to: counter, gas: '0x13498' } }],
    })
    expect(node.chain.head.hash).toBe(before)
    expect(node.mempool.byHash.size).toBe(0)
  })

  it('tells a block whose calls are many', async () => {
    // JUMPDEST, a call of nobody, POP, PUSH0, JUMP: 129 gas a round, of which 117 with the call, 2,500 more at first.
    const many = await deploy(`5b${call(`0x${'88'.repeat(20)}`)}5f56`)
    await send({ to: many, gas: '0x1000000' })
    const calls = await node.request('trace_block', ['latest'])
    expect(calls).toHaveLength(1 + Math.floor((2 ** 24 - 21_000 - 2_500 - 117) / 129) + 1)
  })

  it('refuses what it does not know', async () => {
    await expect(node.request('trace_call', [{ to }, ['all']])).rejects.toThrow(
      /one of trace, stateDiff, vmTrace/,
    )
    await expect(node.request('trace_replayTransaction', [word(1), []])).rejects.toThrow(
      'transaction not found',
    )
    expect(await node.request('trace_transaction', [word(1)])).toBeNull()
    expect(await node.request('trace_block', ['0xffff'])).toBeNull()
    const wide = { fromBlock: '0x0', toBlock: '0xffffff' }
    await expect(node.request('trace_filter', [wide])).rejects.toMatchObject({
      data: { code: 'DEED_TRACE_RANGE' },
    })
  })
})

describe('ots_', () => {
  it('tells what went on inside a transaction', async () => {
    expect(await node.request('ots_getApiLevel')).toBe(8)
    expect(await node.request('erigon_getHeaderByNumber', [number])).toMatchObject({ number })
    expect(await node.request('ots_getInternalOperations', [hash])).toEqual([
      { type: 0, from: to, to: PAYEE, value: '0x5' },
    ])
    const calls = (await node.request('ots_traceTransaction', [hash])) as object[]
    expect(calls).toMatchObject([
      { type: 'CALL', depth: 0, from, to, value: '0x9' },
      { type: 'CALL', depth: 1, from: to, to: counter, value: '0x0', input: '0x', output: '0x' },
      { type: 'CALL', depth: 1, to: refuser, output: '0xbeef' },
      { type: 'CALL', depth: 1, to: PAYEE, value: '0x5' },
    ])
    expect(await node.request('ots_getTransactionError', [hash])).toBe('0x')
    expect(await node.request('ots_getTransactionError', [await send({ to: refuser })])).toBe('0xbeef')
  })

  it('tells of contracts that end', async () => {
    const ending = await deploy(ENDS)
    expect(
      await node.request('ots_getInternalOperations', [await send({ to: ending, value: '0x3' })]),
    ).toEqual([{ type: 1, from: ending, to: from, value: '0x3' }])
  })

  it('tells a block without what is large', async () => {
    const details = (await node.request('ots_getBlockDetails', [Number(number)])) as Record<string, object>
    expect(details.block).toMatchObject({ number, transactionCount: 1, logsBloom: null })
    expect(details.block).not.toHaveProperty('transactions')
    expect(details.issuance).toEqual({ blockReward: '0x0', uncleReward: '0x0', issuance: '0x0' })
    const receipt = (await node.request('eth_getTransactionReceipt', [hash])) as Record<string, string>
    expect(BigInt(details.totalFees as unknown as string)).toBe(
      BigInt(receipt.gasUsed!) * BigInt(receipt.effectiveGasPrice!),
    )
    const { hash: blockHash } = details.block as { hash?: string }
    expect(await node.request('ots_getBlockDetailsByHash', [blockHash])).toEqual(details)
    expect(await node.request('ots_getBlockDetails', ['0xffff'])).toBeNull()
  })

  it('pages through the transactions of a block from its end', async () => {
    await node.request('evm_setAutomine', [false])
    const hashes: string[] = []
    for (let index = 0; index < 3; index++) hashes.push(await send({ to: counter, data: '0x1234567890' }))
    await node.request('evm_mine')
    await node.request('evm_setAutomine', [true])
    const block = await node.request('eth_blockNumber')
    const page = async (index: number) =>
      (await node.request('ots_getBlockTransactions', [block, index, 2])) as {
        fullblock: { transactions: { hash: string; input: string }[] }
        receipts: { transactionHash: string; logs: null }[]
      }
    const first = await page(0)
    expect(first.fullblock.transactions.map((one) => one.hash)).toEqual(hashes.slice(1))
    expect(first.fullblock.transactions[0]!.input).toBe('0x12345678')
    expect(first.receipts).toMatchObject([{ transactionHash: hashes[1], logs: null }, { logsBloom: null }])
    expect((await page(1)).fullblock.transactions.map((one) => one.hash)).toEqual(hashes.slice(0, 1))
    expect((await page(2)).fullblock.transactions).toEqual([])
  })

  it('finds transactions by whom they had to do with, and by sender and nonce', async () => {
    const search = async (method: string, block: number, size: number) =>
      (await node.request(`ots_searchTransactions${method}`, [PAYEE, block, size])) as {
        txs: { hash: string }[]
        receipts: { transactionHash: string }[]
        firstPage: boolean
        lastPage: boolean
      }
    const again = await send({ to, value: '0x9' })
    expect(await search('Before', 0, 10)).toMatchObject({
      txs: [{ hash: again }, { hash }],
      receipts: [{ transactionHash: again }, { transactionHash: hash }],
      firstPage: true,
      lastPage: true,
    })
    expect(await search('Before', 0, 1)).toMatchObject({ txs: [{ hash: again }], lastPage: false })
    expect(await search('Before', Number(number), 10)).toMatchObject({
      txs: [],
      firstPage: false,
      lastPage: true,
    })
    expect(await search('After', 0, 1)).toMatchObject({ txs: [{ hash }], firstPage: false, lastPage: true })
    expect(await search('After', Number(number), 10)).toMatchObject({
      txs: [{ hash: again }],
      firstPage: true,
    })

    expect(await node.request('ots_getTransactionBySenderAndNonce', [from, 3])).toBe(hash)
    expect(await node.request('ots_getTransactionBySenderAndNonce', [from, 3_000])).toBeNull()
    expect(await node.request('ots_getContractCreator', [refuser])).toEqual({
      hash: await node.request('ots_getTransactionBySenderAndNonce', [from, 1]),
      creator: from,
    })
    expect(await node.request('ots_getContractCreator', [PAYEE])).toBeNull()
    expect(await node.request('ots_hasCode', [refuser, 'latest'])).toBe(true)
    expect(await node.request('ots_hasCode', [refuser, '0x1'])).toBe(false)
  })
})

describe('debug_', () => {
  it('lists slots before a transaction, by hashed key', async () => {
    // Slots 1 and 2 get 7 and 8.
    const created = await deploy('6007600155600860025500')
    await send({ to: created })
    const block = node.chain.head.hash
    const range = (index: number, start: string, limit: number) =>
      node.request('debug_storageRangeAt', [block, index, created, start, limit])
    const [one, two] = [1, 2].map((key) => keccakHash(hexToBytes(word(key)))) as [string, string]
    const all = {
      [one]: { key: word(1), value: word(7) },
      [two]: { key: word(2), value: word(8) },
    }
    const [low, high] = [one, two].sort() as [string, string]
    expect(await range(0, '0x', 10)).toEqual({ storage: {}, nextKey: null })
    expect(await range(1, '0x', 10)).toEqual({ storage: all, nextKey: null })
    expect(await range(1, '0x', 1)).toEqual({ storage: { [low]: all[low] }, nextKey: high })
    expect(await range(1, high, 1)).toEqual({ storage: { [high]: all[high] }, nextKey: null })
    await send({ to: counter })
    const later = await node.request('debug_storageRangeAt', [node.chain.head.hash, 0, created, '0x', 1])
    expect(later).toEqual({ storage: { [low]: { ...all[low], key: null } }, nextKey: high })
    await expect(range(2, '0x', 1)).rejects.toMatchObject({ data: { code: 'DEED_TRACE_INDEX' } })
  })

  it('finds code by its hash', async () => {
    const codeHash = keccakHash(hexToBytes(`0x${REFUSES}`))
    expect(await node.request('debug_codeByHash', [codeHash])).toBe(`0x${REFUSES}`)
    expect(await node.request('debug_codeByHash', [word(1)])).toBeNull()
    expect(await node.request('debug_getBadBlocks')).toEqual([])
  })
})

interface Replayed {
  readonly stateDiff: Record<string, { balance: unknown; storage: Record<string, unknown> }>
  readonly vmTrace: VmFrame | null
}
interface VmFrame {
  readonly code: string
  readonly ops: { readonly cost: number; readonly ex: unknown; readonly sub: VmFrame | null }[]
}
