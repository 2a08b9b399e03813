/** What clients hear over WebSocket: through reorganisations, and after the connection was lost. */

import { createDevNode, type DevNode, LOCAL } from '@deed/chain'
import { type RpcServer, startServer } from '@deed/chain/server'
import { WebSocketProvider } from 'ethers'
import { createPublicClient, type Log, parseAbi, webSocket } from 'viem'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { COUNTER_ABI, COUNTER_BYTECODE } from '../../packages/chain/src/server/counter.fixture.ts'

const abi = parseAbi(COUNTER_ABI)

let node: DevNode
let server: RpcServer
let from: string
let counter: `0x${string}`
beforeEach(async () => {
  node = await createDevNode({ wallTime: () => 1_700_000_000n })
  server = await startServer({ node, principal: LOCAL, port: 0 })
  ;[from] = (await node.request('eth_accounts')) as [string]
  counter = (await send({ data: COUNTER_BYTECODE })).contractAddress
})
afterEach(async () => {
  await server.close()
  await node.close()
})

const send = async (fields: object) => {
  const hash = await node.request('eth_sendTransaction', [{ from, ...fields }])
  return (await node.request('eth_getTransactionReceipt', [hash])) as {
    contractAddress: `0x${string}`
    transactionHash: string
  }
}
const raise = (by: number) => send({ to: counter, data: `0x004f4803${by.toString(16).padStart(64, '0')}` })
const address = () => server.url.replace('http', 'ws')

it('viem goes on to hear after the connection was lost and came back', async () => {
  const client = createPublicClient({
    transport: webSocket(address(), { reconnect: { delay: 20, attempts: 100 } }),
  })
  const counts: (bigint | undefined)[] = []
  const heads: bigint[] = []
  client.watchContractEvent({
    abi,
    address: counter,
    eventName: 'Raised',
    onLogs: (logs) => counts.push(...logs.map(({ args }) => args.count)),
  })
  client.watchBlockNumber({ onBlockNumber: (number) => heads.push(number) })
  /** Raises until the client hears of it: it may have begun to listen a moment later. */
  const raiseUntilHeard = async () => {
    const before = counts.length
    await expect
      .poll(async () => {
        await raise(1)
        return counts.length
      })
      .toBeGreaterThan(before)
  }
  await raiseUntilHeard()
  const { port } = server
  await server.close()
  await raise(1)
  const missed = BigInt((await node.request('eth_call', [{ to: counter, data: '0x06661abd' }])) as string)
  server = await startServer({ node, principal: LOCAL, port })
  await raiseUntilHeard()
  // What came while nobody listened is not told again; what came then is, once and in order.
  expect(counts).toEqual([...counts].sort((a, b) => Number(a! - b!)))
  expect(new Set(counts).size).toBe(counts.length)
  expect(counts).not.toContain(missed)
  expect(heads.length).toBeGreaterThan(1)
  ;(await client.transport.getRpcClient()).close()
})

it('a reorganisation is told: logs that are gone, then those that came', async () => {
  const client = createPublicClient({ transport: webSocket(address(), { reconnect: false }) })
  const heard: Pick<Log, 'removed' | 'data'>[] = []
  const { subscribe } = client.transport
  await subscribe({
    params: ['logs', { address: counter }] as never,
    onData: ({ result }: { result: Log }) => heard.push({ removed: result.removed, data: result.data }),
    onError: () => {},
  } as never)
  await raise(5)
  const call = { from, to: counter, data: `0x004f4803${'6'.padStart(64, '0')}`, gas: '0x30d40' }
  await node.request('anvil_reorg', [1, [[call, 0]]])
  const word = (value: number) => `0x${value.toString(16).padStart(64, '0')}`
  await expect
    .poll(() => heard)
    .toEqual([
      { removed: false, data: word(5) },
      { removed: true, data: word(5) },
      { removed: false, data: word(6) },
    ])
  ;(await client.transport.getRpcClient()).close()
})

it('ethers hears of waiting transactions and blocks, and stops when it is told to', async () => {
  const provider = new WebSocketProvider(address())
  const blocks: number[] = []
  const waiting: string[] = []
  await provider.on('block', (number: number) => blocks.push(number))
  await provider.on('pending', (hash: string) => waiting.push(hash))
  await provider.send('eth_chainId', [])
  await new Promise((resolve) => setTimeout(resolve, 50))
  const { transactionHash } = await raise(4)
  await expect.poll(() => waiting).toEqual([transactionHash])
  await expect.poll(() => blocks).toEqual([2])
  await provider.removeAllListeners()
  await provider.send('eth_chainId', [])
  await raise(4)
  await provider.send('eth_chainId', [])
  expect([waiting.length, blocks.length]).toEqual([1, 1])
  await provider.destroy()
})
