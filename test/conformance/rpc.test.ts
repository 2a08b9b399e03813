/**
 * The official JSON-RPC exchanges (ethereum/execution-apis): a chain of 54 blocks through every fork is
 * imported, then each request is asked and its answer compared: word for word, or where the file says
 * `speconly`, against the method's schema in openrpc.json.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { answer, createDevNode, type DevNode, LOCAL, METHODS, parseGenesis } from '@deed/chain'
import { Ajv, type AnySchema } from 'ajv'
import { beforeAll, describe, expect, it } from 'vitest'
import { decodeBlock } from '../../packages/chain/src/block/body.ts'
import { isBlockFault } from '../../packages/chain/src/execute/fault.ts'
import { rlpItemEnd } from '../../packages/chain/src/rlp.ts'
import { findVectors } from './vectors.ts'

/** Methods of the vectors that this node does not have (yet), and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  eth_capabilities: 'comes with history on disk',
  eth_config: 'comes with the network configuration',
  debug_traceBlockByHash: 'comes with the tracers',
  debug_traceBlockByNumber: 'comes with the tracers',
  debug_traceTransaction: 'comes with the tracers',
  testing_buildBlockV1: 'comes with the Engine API',
}

const vectors = findVectors()
const folder = vectors === undefined ? undefined : join(vectors, 'rpc_compat')

if (folder === undefined || !existsSync(folder)) {
  it('leaves out the official JSON-RPC exchanges: there are no vectors (see the README)', () => {
    expect(vectors).toBeUndefined()
  })
} else {
  describe('official JSON-RPC exchanges', () => {
    let node: DevNode
    beforeAll(async () => {
      node = await importChain(folder)
    })

    const methods = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    const schemas = resultSchemas(folder)

    // Transactions are sent first: what the pool is asked about later are those.
    const first = methods.filter(({ name }) => name === 'eth_sendRawTransaction')
    const others = methods.filter(({ name }) => name !== 'eth_sendRawTransaction' && !(name in LEFT_OUT))
    for (const { name: method } of [...first, ...others]) {
      for (const file of readdirSync(join(folder, method)).filter((name) => name.endsWith('.io'))) {
        it(`${method}/${file}`, async () => {
          const { isSpecOnly, exchanges } = readExchanges(join(folder, method, file))
          expect(exchanges.length).toBeGreaterThan(0)
          for (const { request, response } of exchanges) {
            const text = await answer({ node, principal: LOCAL }, request)
            compare(JSON.parse(text!), response, isSpecOnly ? schemas.get(method) : undefined)
          }
        })
      }
    }
    it('has answers of the form of openrpc.json on a development chain too', async () => {
      for (const [method, params] of await developmentRequests()) {
        const text = await answer(
          params.context,
          JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: params.values }),
        )
        compare(JSON.parse(text!), { result: null }, schemas.get(method))
      }
    })
    it('has every eth_ method of openrpc.json but those left out', () => {
      const named = [...schemas.keys()].filter((name) => name.startsWith('eth_') && !(name in LEFT_OUT))
      expect(named.length).toBeGreaterThan(40)
      expect(named.filter((name) => !(name in METHODS))).toEqual([])
    })
    for (const { name } of methods.filter((method) => method.name in LEFT_OUT))
      it.skip(`${name}: left out, ${LEFT_OUT[name]}`)
  })
}

interface Response {
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown }
}

/** Messages are the client's own; codes and revert data are not. */
const compare = (actual: Response, expected: Response, schema: AnySchema | undefined): void => {
  if (expected.error !== undefined) {
    expect(actual.error?.code, JSON.stringify(actual)).toBe(expected.error.code)
    if (typeof expected.error.data === 'string') expect(actual.error?.data).toBe(expected.error.data)
    return
  }
  expect(actual.error).toBeUndefined()
  if (schema === undefined) {
    expect(actual.result).toEqual(expected.result)
    return
  }
  const validate = ajv.compile(schema)
  expect(validate(actual.result), `${JSON.stringify(validate.errors)} ${JSON.stringify(actual.result)}`).toBe(
    true,
  )
}

const ajv = new Ajv({ strict: false, allErrors: true })

const readExchanges = (path: string) => {
  const lines = readFileSync(path, 'utf8').split('\n')
  const exchanges: { request: string; response: Response }[] = []
  let request = ''
  for (const line of lines) {
    if (line.startsWith('>> ')) request = line.slice(3)
    if (line.startsWith('<< ')) exchanges.push({ request, response: JSON.parse(line.slice(3)) })
  }
  return { exchanges, isSpecOnly: lines.some((line) => line.startsWith('// speconly')) }
}

/** Requests on a chain of this node's own, with a mined and a waiting transaction of each type it can send. */
const developmentRequests = async () => {
  const node = await createDevNode({ wallTime: () => 1_700_000_000n })
  const context = { node, principal: LOCAL }
  const [from, to] = (await node.request('eth_accounts')) as string[]
  const chainId = '0x7a69'
  const consent = { chainId, address: to, nonce: '0x0', yParity: '0x0', r: '0x1', s: '0x1' }
  const kinds = [
    { gasPrice: '0x77359400' },
    { gasPrice: '0x77359400', accessList: [{ address: to, storageKeys: [`0x${'0'.repeat(64)}`] }] },
    {},
    { authorizationList: [consent], gas: '0x30000' },
  ]
  const send = async (fields: object) =>
    (await node.request('eth_sendTransaction', [{ from, to, ...fields }])) as string
  const mined: string[] = []
  for (const kind of kinds) mined.push(await send(kind))
  await node.request('evm_setAutomine', [false])
  const waiting: string[] = []
  for (const kind of kinds) waiting.push(await send(kind))
  const { hash } = node.chain.head
  const requests: [method: string, ...values: unknown[]][] = [
    // Not those that wait: the schema knows no null for their block, which every client answers.
    ...mined.map((one): [string, string] => ['eth_getTransactionByHash', one]),
    ...[...mined, ...waiting].map((one): [string, string] => ['eth_getTransactionReceipt', one]),
    ['eth_getBlockByNumber', 'latest', true],
    ['eth_getBlockByNumber', 'latest', false],
    ['eth_getBlockByHash', hash, true],
    ['eth_getBlockReceipts', 'latest'],
    ['eth_getTransactionByBlockHashAndIndex', hash, '0x0'],
    ['eth_getProof', from, ['0x0'], 'latest'],
    ['eth_getStorageValues', { [from!]: ['0x0'] }, 'latest'],
    ['eth_feeHistory', '0x4', 'latest', [10, 90]],
    ['eth_fillTransaction', { from, to, value: '0x1' }],
    ['eth_signTransaction', { from, to, value: '0x1' }],
    ['eth_sign', from, '0x1234'],
    ['eth_createAccessList', { from, to }],
    ['eth_newFilter', {}],
    ['eth_newBlockFilter'],
    ['eth_newPendingTransactionFilter'],
    ['eth_accounts'],
    ['eth_coinbase'],
    ['eth_gasPrice'],
    ['eth_maxPriorityFeePerGas'],
    ['eth_syncing'],
    ['txpool_content'],
    ['txpool_status'],
  ]
  return requests.map(([method, ...values]) => [method, { context, values }] as const)
}

const resultSchemas = (from: string): ReadonlyMap<string, AnySchema> => {
  const { methods } = JSON.parse(readFileSync(join(from, 'openrpc.json'), 'utf8')) as {
    methods: { name: string; result: { schema: AnySchema } }[]
  }
  return new Map(methods.map(({ name, result }) => [name, result.schema]))
}

const importChain = async (from: string): Promise<DevNode> => {
  const node = await createDevNode({
    genesis: parseGenesis(JSON.parse(readFileSync(join(from, 'genesis.json'), 'utf8'))),
    privateKeys: [],
    automine: false,
    wallTime: () => 0n,
  })
  const bytes = new Uint8Array(readFileSync(join(from, 'chain.rlp')))
  for (let at = 0; at < bytes.length; ) {
    const end = rlpItemEnd(bytes, at)
    const block = decodeBlock(bytes.subarray(at, end))
    if ('code' in block) throw new Error(block.message)
    const executed = await node.chain.validate(block)
    if (isBlockFault(executed)) throw new Error(`block ${block.header.number}: ${executed.message}`)
    await node.chain.commit(executed)
    await node.chain.setHead(executed.hash)
    at = end
  }
  return node
}
