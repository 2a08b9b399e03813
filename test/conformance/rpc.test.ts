/** The official JSON-RPC exchanges (./rpc-compat.ts), one test each. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { answer, createDevNode, type DevNode, LOCAL, METHODS } from '@deed/chain'
import { beforeAll, describe, expect, it } from 'vitest'
import { difference, importChain, LEFT_OUT, readCases, resultSchemas, runCase } from './rpc-compat.ts'
import { findVectors } from './vectors.ts'

const vectors = findVectors()
const folder = vectors === undefined ? undefined : join(vectors, 'rpc_compat')

if (folder === undefined || !existsSync(folder)) {
  it('official JSON-RPC exchanges: LEFT OUT, for there are no vectors (see DEED_VECTORS in the README)', () => {
    expect(folder === undefined || !existsSync(folder)).toBe(true)
  })
} else {
  describe('official JSON-RPC exchanges', () => {
    let node: DevNode
    beforeAll(async () => {
      node = await importChain(folder)
    })

    const schemas = resultSchemas(folder)
    const cases = readCases(folder)
    for (const one of cases.filter(({ method }) => !(method in LEFT_OUT)))
      it(one.name, async () => {
        expect(await runCase(node, one, schemas)).toBeUndefined()
      })
    it('has answers of the form of openrpc.json on a development chain too', async () => {
      for (const [method, params] of await developmentRequests()) {
        const text = await answer(
          params.context,
          JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: params.values }),
        )
        expect(difference(JSON.parse(text!), { result: null }, schemas.get(method))).toBeUndefined()
      }
    })
    it('has the head that the consensus client of the exchanges chooses', async () => {
      const { method, params } = JSON.parse(readFileSync(join(folder, 'headfcu.json'), 'utf8'))
      const principal = { name: 'consensus client', profile: 'engine' } as const
      const { hash } = node.chain.head
      expect(params[0].headBlockHash).toBe(hash)
      const payloadStatus = { status: 'VALID', latestValidHash: hash, validationError: null }
      expect(await node.request(method, params, principal)).toEqual({ payloadStatus, payloadId: null })
    })
    it('has every eth_ method of openrpc.json', () => {
      const named = [...schemas.keys()].filter((name) => name.startsWith('eth_'))
      expect(named.length).toBeGreaterThan(40)
      expect(named.filter((name) => !(name in METHODS))).toEqual([])
    })
    for (const { name, method } of cases.filter((one) => one.method in LEFT_OUT))
      it.skip(`${name}: left out, ${LEFT_OUT[method]}`)
  })
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
    ['eth_config'],
    ['eth_capabilities'],
  ]
  return requests.map(([method, ...values]) => [method, { context, values }] as const)
}
