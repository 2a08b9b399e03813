/** A consensus client's journey on a port of its own: who is let in, blocks given, chosen and asked for. */
import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDevNode, type DevNode } from '../dev/node.ts'
import { jwtRefusal, parseSecret } from './jwt.ts'
import { type RpcServer, startServer } from './server.ts'

const SECRET = 'ab'.repeat(32)
const NOW = Math.floor(Date.now() / 1_000)
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const token = (claims: object, { secret = SECRET, alg = 'HS256' } = {}) => {
  const text = `${part({ alg, typ: 'JWT' })}.${part(claims)}`
  return `${text}.${createHmac('sha256', Buffer.from(secret, 'hex')).update(text).digest('base64url')}`
}

const TIME = 1_700_000_000n
let node: DevNode
let builder: DevNode
let server: RpcServer
beforeAll(async () => {
  const options = { wallTime: () => TIME, automine: false }
  node = await createDevNode(options)
  builder = await createDevNode(options)
  server = await startServer({
    node,
    principal: { name: 'consensus client', profile: 'engine' },
    port: 0,
    jwtSecret: parseSecret(`0x${SECRET}\n`),
  })
})
afterAll(async () => {
  await server.close()
  await node.close()
  await builder.close()
})

const post = async (method: string, params: unknown[], bearer: string | undefined = token({ iat: NOW })) => {
  const response = await fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(bearer && { authorization: `Bearer ${bearer}` }) },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  return {
    status: response.status,
    ...((await response.json()) as { result?: never; error?: { code: unknown } }),
  }
}
const engine = async (method: string, ...params: unknown[]) =>
  (await post(`engine_${method}`, params)).result as never as {
    status: string
    latestValidHash: string | null
    validationError: string | null
    payloadStatus: { status: string }
    payloadId: string
    executionPayload: Record<string, unknown> & { blockHash: string; transactions: string[] }
    blockValue: string
    executionRequests: string[]
  }
const code = async (method: string, ...params: unknown[]) =>
  (await post(`engine_${method}`, params)).error?.code

describe('the token', () => {
  it('must be signed with the secret, and fresh', async () => {
    const refused = (authorization?: string) => jwtRefusal(authorization, parseSecret(SECRET), 1_000)
    expect(refused(`Bearer ${token({ iat: 1_060 })}`)).toBeUndefined()
    expect(refused(`Bearer ${token({ iat: 1_061 })}`)).toMatch(/seconds old/)
    expect(refused(`Bearer ${token({ iat: 939 })}`)).toMatch(/seconds old/)
    expect(refused(`Bearer ${token({ iat: 1_000, exp: 999 })}`)).toMatch(/expired/)
    expect(refused(`Bearer ${token({ iat: '1000' })}`)).toMatch(/iat/)
    expect(refused(`Bearer ${token({ iat: 1_000 }, { secret: 'cd'.repeat(32) })}`)).toMatch(/another secret/)
    expect(refused(`Bearer ${token({ iat: 1_000 }, { alg: 'none' })}`)).toMatch(/HS256/)
    expect(refused('Bearer a.b')).toMatch(/three parts/)
    expect(refused()).toMatch(/missing token/)
    expect(() => parseSecret('ab')).toThrow(/64 hexadecimal digits/)
    expect(await post('eth_chainId', [], token({ iat: NOW - 120 }))).toMatchObject({
      status: 401,
      error: { code: 'DEED_HTTP_TOKEN' },
    })
    expect(await post('eth_chainId', [])).toMatchObject({ status: 200, result: '0x7a69' })
  })

  it('opens the Engine API and no power of a developer, and nothing else opens it', async () => {
    expect((await post('evm_mine', [])).error?.code).toBe(-32601)
    await expect(node.request('engine_exchangeCapabilities', [[]])).rejects.toMatchObject({ code: -32601 })
    expect((await engine('exchangeCapabilities', [])) as unknown).toContain('engine_newPayloadV4')
  })
})

describe('blocks', () => {
  const choice = (head: string) => ({ headBlockHash: head, safeBlockHash: head, finalizedBlockHash: head })
  const attributes = (parent: string, timestamp: bigint) => ({
    timestamp: `0x${timestamp.toString(16)}`,
    prevRandao: parent,
    suggestedFeeRecipient: `0x${'fe'.repeat(20)}`,
    withdrawals: [{ index: '0x0', validatorIndex: '0x1', address: `0x${'aa'.repeat(20)}`, amount: '0x3' }],
    parentBeaconBlockRoot: parent,
  })

  it('are taken in, chosen, and built from what waits', async () => {
    const genesis = builder.chain.head.hash
    const [from, to] = (await builder.request('eth_accounts')) as string[]
    await builder.request('eth_sendTransaction', [{ from, to, value: '0x7' }])
    const first = attributes(genesis, TIME + 12n)
    const { executionPayload: payload } = (await builder.request('testing_buildBlockV1', [
      genesis,
      first,
      null,
    ])) as Awaited<ReturnType<typeof engine>>
    expect(payload.transactions).toHaveLength(1)

    const valid = { status: 'VALID', latestValidHash: payload.blockHash, validationError: null }
    expect(await engine('newPayloadV4', payload, [], genesis, [])).toEqual(valid)
    expect(node.chain.head.hash).toBe(genesis)
    expect(await engine('forkchoiceUpdatedV3', choice(payload.blockHash), null)).toEqual({
      payloadStatus: valid,
      payloadId: null,
    })
    expect(node.chain.head.hash).toBe(payload.blockHash)
    expect(await node.request('eth_getBalance', [`0x${'aa'.repeat(20)}`])).toBe('0xb2d05e00') // 3 gwei

    await node.request('eth_sendTransaction', [{ from: to, to: from, value: '0x8' }])
    const { payloadId } = await engine(
      'forkchoiceUpdatedV3',
      choice(payload.blockHash),
      attributes(payload.blockHash, TIME + 24n),
    )
    const built = await engine('getPayloadV5', payloadId)
    expect(built.executionPayload).toMatchObject({
      parentHash: payload.blockHash,
      blockNumber: '0x2',
      gasUsed: '0x5208',
    })
    expect(BigInt(built.blockValue)).toBe(21_000n * 1_000_000_000n)
    expect(built.executionRequests).toEqual([])
    expect(await engine('newPayloadV4', built.executionPayload, [], payload.blockHash, [])).toMatchObject({
      status: 'VALID',
    })
    await engine('forkchoiceUpdatedV3', choice(built.executionPayload.blockHash), null)
    expect(node.mempool.byHash.size).toBe(0)

    const bodies = (await engine('getPayloadBodiesByRangeV1', '0x1', '0x9')) as unknown
    expect(bodies).toEqual([
      { transactions: payload.transactions, withdrawals: first.withdrawals },
      { transactions: built.executionPayload.transactions, withdrawals: first.withdrawals },
    ])
    expect(
      (await engine('getPayloadBodiesByHashV1', [payload.blockHash, `0x${'00'.repeat(32)}`])) as unknown,
    ).toEqual([{ transactions: payload.transactions, withdrawals: first.withdrawals }, null])
    // An older head is left as it is.
    expect(await engine('forkchoiceUpdatedV3', choice(payload.blockHash), null)).toMatchObject({
      payloadStatus: { status: 'VALID' },
    })
    expect(node.chain.head.hash).toBe(built.executionPayload.blockHash)
  })

  it('that are wrong are told from those whose parent is missing', async () => {
    const parent = node.chain.head.hash
    const { executionPayload: payload } = (await node.request('testing_buildBlockV1', [
      parent,
      attributes(parent, TIME + 36n),
      [],
    ])) as Awaited<ReturnType<typeof engine>>
    const give = (change: object, beacon = parent) =>
      engine('newPayloadV4', { ...payload, ...change }, [], beacon, [])
    expect(await give({ gasUsed: '0x1' })).toMatchObject({
      status: 'INVALID',
      latestValidHash: null,
      validationError: expect.stringMatching(/blockhash mismatch/),
    })
    expect(await give({}, `0x${'01'.repeat(32)}`)).toMatchObject({
      status: 'INVALID',
      validationError: expect.stringMatching(/blockhash mismatch/),
    })
    // Its hash holds, its state does not.
    const stateRoot = `0x${'02'.repeat(32)}`
    const { validationError } = await give({ stateRoot })
    const blockHash = /got (0x\w+)/.exec(validationError!)![1]
    expect(await give({ stateRoot, blockHash })).toMatchObject({ status: 'INVALID', latestValidHash: parent })
    const stray = await give({ parentHash: stateRoot })
    const strayHash = /got (0x\w+)/.exec(stray.validationError!)![1]
    expect(await give({ parentHash: stateRoot, blockHash: strayHash })).toMatchObject({
      status: 'SYNCING',
      latestValidHash: null,
    })
    expect(await engine('forkchoiceUpdatedV3', choice(stateRoot), null)).toMatchObject({
      payloadStatus: { status: 'SYNCING' },
    })
    expect(node.chain.head.hash).toBe(parent)
  })

  it('of another fork, and what cannot be asked, have their codes', async () => {
    const parent = node.chain.head.hash
    const { executionPayload: payload } = (await node.request('testing_buildBlockV1', [
      parent,
      attributes(parent, TIME + 36n),
      [],
    ])) as Awaited<ReturnType<typeof engine>>
    expect(await code('newPayloadV2', payload)).toBe(-38005)
    expect(await code('newPayloadV3', payload, [], parent)).toBe(-38005)
    expect(await code('newPayloadV4', { ...payload, withdrawals: undefined }, [], parent, [])).toBe(-32602)
    expect(await code('getPayloadV5', '0x0102030405060708')).toBe(-38001)
    expect(
      await code('forkchoiceUpdatedV3', { ...choice(parent), safeBlockHash: `0x${'09'.repeat(32)}` }, null),
    ).toBe(-38002)
    expect(await code('forkchoiceUpdatedV3', choice(parent), attributes(parent, TIME))).toBe(-38003)
    expect(await code('forkchoiceUpdatedV2', choice(parent), attributes(parent, TIME + 36n))).toBe(-38003)
    expect(await code('getPayloadBodiesByRangeV1', '0x1', '0x401')).toBe(-38004)
  })
})
