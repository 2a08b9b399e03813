import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createDevNode, LOCAL } from '../dev/node.ts'
import { answer } from './dispatch.ts'
import { METHODS } from './methods.ts'

const ADDRESS = `0x${'12'.repeat(20)}`
const HASH = `0x${'34'.repeat(32)}`

/** Values that methods take, values that are nearly so, and nonsense. */
const value = (addresses: readonly string[], hashes: readonly string[]) =>
  fc.letrec<{ any: unknown; leaf: unknown; request: object }>((tie) => ({
    leaf: fc.oneof(
      fc.constantFrom(...addresses, ...hashes, ADDRESS, HASH),
      fc.constantFrom(
        'latest',
        'pending',
        'earliest',
        'safe',
        'finalized',
        '0x0',
        '0x1',
        '0x',
        '',
        '0x99',
        `0x${'f'.repeat(64)}`,
      ),
      fc.constantFrom(null, true, false, 0, 1, -1, 1.5, 2 ** 53, 1e300),
      fc.bigInt({ min: 0n, max: 2n ** 70n }).map((number) => `0x${number.toString(16)}`),
      fc.uint8Array({ maxLength: 80 }).map((bytes) => `0x${Buffer.from(bytes).toString('hex')}`),
      fc.string({ maxLength: 5 }),
      fc.constantFrom('newHeads', 'logs', 'newPendingTransactions'),
    ),
    request: fc.record(
      {
        from: tie('leaf'),
        to: tie('leaf'),
        gas: tie('leaf'),
        gasPrice: tie('leaf'),
        maxFeePerGas: tie('leaf'),
        value: tie('leaf'),
        nonce: tie('leaf'),
        data: tie('leaf'),
        type: fc.constantFrom('0x0', '0x1', '0x2', '0x3', '0x4', '0x5'),
        accessList: fc.array(
          fc.record({ address: tie('leaf'), storageKeys: fc.array(tie('leaf'), { maxLength: 2 }) }),
          { maxLength: 2 },
        ),
        authorizationList: fc.constantFrom(
          [],
          [{ chainId: '0x1', address: ADDRESS, nonce: '0x0', yParity: '0xff', r: '0x0', s: '0x0' }],
        ),
        blobVersionedHashes: fc.constantFrom([], [HASH]),
        address: tie('leaf'),
        topics: fc.array(tie('any'), { maxLength: 3 }),
        fromBlock: tie('leaf'),
        toBlock: tie('leaf'),
        blockHash: tie('leaf'),
        types: fc.constantFrom({}, { A: [{ name: 'a', type: 'A' }] }, { EIP712Domain: [] }),
        primaryType: fc.constantFrom('A', 'EIP712Domain', 'B'),
        domain: fc.constantFrom({}, { name: 'x' }),
        message: fc.constantFrom({}, { a: { a: null } }),
      },
      { requiredKeys: [] },
    ),
    any: fc.oneof(
      { maxDepth: 3 },
      tie('leaf'),
      tie('request'),
      fc.array(tie('any'), { maxLength: 4 }),
      fc.dictionary(tie('leaf') as fc.Arbitrary<string>, tie('any'), { maxKeys: 3 }),
    ),
  })).any

/** They mine or wait, so that a random number of blocks or a timer would end the test rather than test. */
const SLOW: ReadonlySet<string> = new Set(['hardhat_mine', 'anvil_mine', 'evm_mine', 'evm_setIntervalMining'])

it('answers any parameters of any method with a result or a coded refusal, never with a failure of its own', async () => {
  const node = await createDevNode({ wallTime: () => 1_700_000_000n })
  const accounts = (await node.request('eth_accounts')) as string[]
  const sent = await node.request('eth_sendTransaction', [{ from: accounts[0], to: ADDRESS, value: '0x1' }])
  const hashes = [sent as string, node.chain.head.hash]
  const names = Object.keys(METHODS).filter((name) => !SLOW.has(name))
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...names),
      fc.array(value(accounts.slice(0, 2), hashes), { maxLength: 4 }),
      async (method, params) => {
        const text = await answer(
          { node, principal: LOCAL },
          JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
        )
        const { result, error } = JSON.parse(text!)
        if (error === undefined) {
          expect(result).toBeDefined()
          return
        }
        expect(error.code, error.message).not.toBe(-32603)
        if (error.code !== 3) expect(error.data.code).toMatch(/^DEED_[A-Z0-9_]+$/)
      },
    ),
    { numRuns: 3_000 },
  )
  await node.close()
})

it('answers what is nested deeper than the stack', async () => {
  const node = await createDevNode({ wallTime: () => 1_700_000_000n })
  const deep = `${'['.repeat(500_000)}${']'.repeat(500_000)}`
  const ask = async (body: string) => JSON.parse((await answer({ node, principal: LOCAL }, body))!)
  expect(await ask(deep)).toMatchObject([{ error: { code: -32600 } }])
  expect(await ask(`{"jsonrpc":"2.0","id":1,"method":"eth_call","params":[${deep}]}`)).toMatchObject({
    error: { code: -32602 },
  })
  expect(
    await ask(
      `{"jsonrpc":"2.0","id":1,"method":"eth_signTypedData_v4","params":["${ADDRESS}",{"types":{},"primaryType":"A","domain":{},"message":{"a":${deep}}}]}`,
    ),
  ).toHaveProperty('error')
})
