/** Whatever is sent: one clear error with a stable code, the process goes on, and the state is as it was. */
import { hexToBytes, privateKeyToAddress } from '@deed/evm'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DEV_PRIVATE_KEYS } from '../dev/accounts.ts'
import { createDevNode, type DevNode, LOCAL } from '../dev/node.ts'
import { bytesToHex } from '../hex.ts'
import { MAX_BATCH } from '../rpc/dispatch.ts'
import { encodeTransaction } from '../transaction/codec.ts'
import { signTransaction } from '../transaction/signature.ts'
import type { UnsignedTransaction } from '../transaction/types.ts'
import { type RpcServer, startServer } from './server.ts'

type FeeMarketTransaction = Extract<UnsignedTransaction, { type: 2 }>

let node: DevNode
let server: RpcServer
beforeAll(async () => {
  node = await createDevNode({ wallTime: () => 1_800_000_000n, genesisTime: 1_700_000_000n })
  server = await startServer({ node, principal: LOCAL, port: 0 })
})
afterAll(async () => {
  await server.close()
  await node.close()
})

/** What must be the same before and after each test. */
const state = () => {
  const { header } = node.chain.head.block
  return { number: header.number, stateRoot: header.stateRoot, waiting: node.mempool.byHash.size }
}
let before: ReturnType<typeof state>
beforeEach(() => {
  before = state()
})
afterEach(async () => {
  expect(state()).toEqual(before)
  expect(await rpc('eth_chainId')).toMatchObject({ result: '0x7a69' })
})

const post = async (body: string, headers: Record<string, string> = {}) => {
  const response = await fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
  const text = await response.text()
  return { status: response.status, json: text === '' ? undefined : JSON.parse(text) }
}
const rpc = async (method: string, ...params: unknown[]) =>
  (await post(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))).json

describe('JSON-RPC', () => {
  const cases: readonly (readonly [name: string, body: string, error: object])[] = [
    ['malformed JSON', '{"jsonrpc":"2.0",', { code: -32700, data: { code: 'DEED_RPC_PARSE' } }],
    ['nothing', '', { code: -32700 }],
    ['a number', '7', { code: -32600, data: { code: 'DEED_RPC_REQUEST' } }],
    ['no method', '{"jsonrpc":"2.0","id":1}', { code: -32600 }],
    ['another version', '{"jsonrpc":"1.0","id":1,"method":"eth_chainId"}', { code: -32600 }],
    ['an empty batch', '[]', { code: -32600, data: { code: 'DEED_RPC_BATCH' } }],
    [
      'a huge batch',
      `[${Array(MAX_BATCH + 1)
        .fill('1')
        .join(',')}]`,
      { code: -32600, data: { code: 'DEED_RPC_BATCH' } },
    ],
    [
      'an unknown method',
      '{"jsonrpc":"2.0","id":1,"method":"eth_foo"}',
      { code: -32601, message: expect.stringContaining('eth_foo') },
    ],
    ['an inherited name', '{"jsonrpc":"2.0","id":1,"method":"constructor"}', { code: -32601 }],
    ['parameters by name', '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":{}}', { code: -32602 }],
    ['too many parameters', '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[1]}', { code: -32602 }],
  ]
  for (const [name, body, error] of cases)
    it(`refuses ${name}`, async () => {
      const { status, json } = await post(body)
      expect(status).toBe(200)
      expect(json.error).toMatchObject(error)
      expect(json.error.message.length).toBeGreaterThan(10)
    })

  it('answers each of a batch of nonsense, and nothing to notifications', async () => {
    const { json } = await post(
      '[1,"x",null,[],{"jsonrpc":"2.0","id":"a","method":"eth_chainId"},{"jsonrpc":"2.0","method":"eth_chainId"}]',
    )
    expect(json).toHaveLength(5)
    expect(
      json
        .slice(0, 4)
        .every((one: { error: { code: number }; id: null }) => one.error.code === -32600 && one.id === null),
    ).toBe(true)
    expect(json[4]).toEqual({ jsonrpc: '2.0', id: 'a', result: '0x7a69' })
    expect(await post('{"jsonrpc":"2.0","method":"eth_chainId"}')).toEqual({ status: 204, json: undefined })
  })

  const parameters: readonly (readonly [method: string, params: readonly unknown[], says: RegExp])[] = [
    ['eth_getBalance', [], /missing value for required argument 0 \(address\)/],
    ['eth_getBalance', ['0x12', 'latest'], /argument 0 \(address\).*got "0x12"/],
    ['eth_getBalance', [`0x${'1'.repeat(40)}`, 'newest'], /argument 1 \(block\).*got "newest"/],
    ['eth_getBalance', [`0x${'1'.repeat(40)}`, { blockHash: 1 }], /argument 1 \(block\)\.blockHash/],
    ['eth_call', [{ to: `0x${'1'.repeat(40)}`, data: '0x1' }], /argument 0 \(transaction\)\.data/],
    ['eth_call', [{ to: `0x${'1'.repeat(40)}`, value: '-1' }], /argument 0 \(transaction\)\.value/],
    ['eth_call', [{ data: '0x01', input: '0x02' }], /input alone/],
    ['eth_call', [{ gasPrice: '0x1', maxFeePerGas: '0x1' }], /either gasPrice or/],
    ['eth_call', [{ accessList: [{ address: '0x', storageKeys: [] }] }], /accessList\[0\]\.address/],
    ['eth_getLogs', [{ topics: ['0x1'] }], /topics\[0\]/],
    ['eth_getLogs', [{ fromBlock: '0x5' }], /invalid block range|beyond/],
    ['eth_getBlockByNumber', ['latest', 'yes'], /argument 1 \(hydrated\).*true or false/],
    ['eth_sendRawTransaction', ['0xzz'], /argument 0 \(transaction\).*got "0xzz"/],
    ['eth_feeHistory', ['0x1', 'latest', [50, 20]], /percentile/],
    ['evm_setIntervalMining', [-5], /intervalMs/],
  ]
  for (const [method, params, says] of parameters)
    it(`says which parameter of ${method} is wrong: ${JSON.stringify(params)}`, async () => {
      const { error } = await rpc(method, ...params)
      expect(error.code).toBe(-32602)
      expect(error.message).toMatch(says)
      expect(error.data.code).toMatch(/^DEED_RPC_/)
    })

  // Found by the fuzzer.
  it('shows of what is long only the beginning', async () => {
    const long = `0x${'ab'.repeat(50_000)}`
    const types = { [long]: [{ name: 'a', type: long }] }
    const refusals = [
      await rpc('eth_getFilterChanges', long),
      await rpc('eth_signTypedData_v4', `0x${'1'.repeat(40)}`, {
        types,
        primaryType: long,
        domain: {},
        message: { a: 1 },
      }),
    ]
    for (const { error } of refusals) expect(error.message.length).toBeLessThan(1_000)
  })

  it('says what is not there', async () => {
    expect((await rpc('eth_getFilterChanges', '0x99')).error).toMatchObject({
      code: -32000,
      message: expect.stringMatching(/^filter not found/),
    })
    expect((await rpc('eth_getBalance', `0x${'1'.repeat(40)}`, '0x99')).error).toMatchObject({
      code: -32000,
      message: expect.stringMatching(/^header not found/),
    })
    expect((await rpc('eth_subscribe', 'newHeads')).error).toMatchObject({ code: -32601 })
    expect((await rpc('eth_sendTransaction', { from: `0x${'1'.repeat(40)}` })).error).toMatchObject({
      data: { code: 'DEED_RPC_ACCOUNT' },
    })
    expect(await rpc('evm_revert', '0x99')).toMatchObject({ result: false })
    expect((await rpc('evm_setNextBlockTimestamp', 5)).error).toMatchObject({
      data: { code: 'DEED_DEV_TIME' },
    })
  })
})

describe('transactions', () => {
  const rich = DEV_PRIVATE_KEYS[0]!
  const poor = hexToBytes(`0x${'00'.repeat(31)}05`)
  const base = {
    type: 2,
    to: privateKeyToAddress(poor),
    value: 1n,
    gasLimit: 21_000n,
    nonce: 0n,
    chainId: 31_337n,
    maxFeePerGas: 10_000_000_000n,
    maxPriorityFeePerGas: 0n,
    accessList: [],
    data: new Uint8Array(0),
  } as const
  // Signed by our own code: viem and ethers refuse to sign some of these.
  const encode = (key: Uint8Array, changes: Partial<FeeMarketTransaction>) =>
    bytesToHex(encodeTransaction(signTransaction({ ...base, ...changes }, key)))
  const send = async (key: Uint8Array, changes: Partial<FeeMarketTransaction>) =>
    (await rpc('eth_sendRawTransaction', encode(key, changes))).error

  const cases: readonly (readonly [
    name: string,
    key: Uint8Array,
    changes: Partial<FeeMarketTransaction>,
    error: object,
    says: RegExp,
  ])[] = [
    [
      'another chain id',
      rich,
      { chainId: 1n },
      { code: -32000, data: { code: 'DEED_TX_INVALID_CHAINID' } },
      /^invalid chain id.*chain 31337/,
    ],
    [
      'too little balance',
      poor,
      {},
      { code: -32003, data: { code: 'DEED_TX_INSUFFICIENT_ACCOUNT_FUNDS' } },
      /^insufficient funds for gas \* price \+ value/,
    ],
    [
      'gas over the block',
      rich,
      { gasLimit: 30_000_001n },
      { code: -32000 },
      /gas limit|gas cap|exceeds block/,
    ],
    [
      'gas over what one transaction may have',
      rich,
      { gasLimit: 17_000_000n },
      { data: { code: 'DEED_TX_GAS_LIMIT_EXCEEDS_MAXIMUM' } },
      /16777216/,
    ],
    [
      'too little gas',
      rich,
      { gasLimit: 20_999n },
      { code: -32000, data: { code: 'DEED_TX_INTRINSIC_GAS_TOO_LOW' } },
      /^intrinsic gas too low/,
    ],
    [
      'a tip above its fee',
      rich,
      { maxPriorityFeePerGas: 20_000_000_000n },
      { data: { code: 'DEED_TX_PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS' } },
      /max priority fee per gas higher than max fee per gas/,
    ],
    [
      'a fee below the base fee',
      rich,
      { maxFeePerGas: 1n },
      { data: { code: 'DEED_TX_INSUFFICIENT_MAX_FEE_PER_GAS' } },
      /max fee per gas less than block base fee/,
    ],
    [
      'init code that is too large',
      rich,
      { to: undefined, gasLimit: 16_000_000n, data: new Uint8Array(49_153) },
      { data: { code: 'DEED_TX_INITCODE_SIZE_EXCEEDED' } },
      /max initcode size exceeded/,
    ],
  ]
  for (const [name, key, changes, error, says] of cases)
    it(`refuses ${name}`, async () => {
      const found = await send(key, changes)
      expect(found).toMatchObject(error)
      expect(found.message).toMatch(says)
    })

  it('refuses bytes that are no transaction, and a signature that is none', async () => {
    for (const bytes of ['0x', '0x00', '0xc0', '0x02c0', '0x05c0', `0x${'ff'.repeat(50)}`])
      expect((await rpc('eth_sendRawTransaction', bytes)).error, bytes).toMatchObject({
        code: -32000,
        data: { code: expect.stringMatching(/^DEED_TX_/) },
      })
    const signed = encode(rich, {})
    const withoutSignature = `${signed.slice(0, -128)}${'0'.repeat(128)}`
    expect((await rpc('eth_sendRawTransaction', withoutSignature)).error).toMatchObject({
      code: -32000,
      data: { code: expect.stringMatching(/^DEED_TX_/) },
    })
  })

  it('says that code cannot be deployed before it is sent', async () => {
    const from = privateKeyToAddress(rich)
    // EF at the start of the code (EIP-3541): mstore8(0, 0xef) return(0, 1).
    expect((await rpc('eth_estimateGas', { from, data: '0x60ef60005360016000f3' })).error).toMatchObject({
      code: -32000,
      message: expect.stringContaining('0xef'),
    })
    // revert(0, 0)
    expect((await rpc('eth_estimateGas', { from, data: '0x60006000fd' })).error).toEqual({
      code: 3,
      message: 'execution reverted',
      data: '0x',
    })
    // An opcode that does not exist.
    expect((await rpc('eth_estimateGas', { from, data: '0x0c' })).error).toMatchObject({
      code: -32000,
      data: { code: 'DEED_CALL_HALT' },
    })
  })
})

describe('a nonce', () => {
  it('that is used or taken is refused', async () => {
    const account = privateKeyToAccount(bytesToHex(DEV_PRIVATE_KEYS[1]!))
    const fields = {
      to: account.address,
      gas: 21_000n,
      chainId: 31_337,
      maxFeePerGas: 10_000_000_000n,
      maxPriorityFeePerGas: 10n,
    }
    const sign = (nonce: number, tip = 10n) =>
      account.signTransaction({ ...fields, nonce, maxPriorityFeePerGas: tip })
    const first = await sign(0)
    expect(await rpc('eth_sendRawTransaction', first)).toHaveProperty('result')
    await rpc('evm_setAutomine', false)
    await rpc('eth_sendRawTransaction', await sign(1))
    before = state()
    expect((await rpc('eth_sendRawTransaction', first)).error).toMatchObject({
      code: -32000,
      message: expect.stringMatching(/^nonce too low/),
    })
    expect((await rpc('eth_sendRawTransaction', await sign(1))).error).toMatchObject({
      code: -32000,
      message: expect.stringMatching(/^already known/),
    })
    expect((await rpc('eth_sendRawTransaction', await sign(1, 10n ** 9n))).error).toMatchObject({
      code: -32000,
      message: expect.stringMatching(/^replacement transaction underpriced/),
    })
    expect(state()).toEqual(before)
    await rpc('evm_setAutomine', true)
    before = state()
  })
})
