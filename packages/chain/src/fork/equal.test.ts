/**
 * A chain and a fork of it that are told the same go on in the same way: whatever comes cold from the origin, by
 * guesses, misses and reruns, costs and leaves what it does where it is at hand.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { encodeFunctionData, type Hex, parseAbi, toHex } from 'viem'
import { afterAll, expect, it } from 'vitest'
import { createForkableNode } from '../dev/forkable.ts'
import { createDevNode, type DevNode, LOCAL } from '../dev/node.ts'
import { DEV_ACCOUNTS } from '../genesis-dev.ts'
import { startServer } from '../server/server.ts'
import { openDiskStore } from '../store/disk/store.ts'
import { createForgetfulStore } from '../store/forgetful.fixture.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Store } from '../store/store.ts'
import { COIN_ABI, COIN_BYTECODE, SHELF_ABI, shelfBytecode } from './contracts.fixture.ts'
import type { Answer } from './origin.fixture.ts'

const coinAbi = parseAbi(COIN_ABI)
const shelfAbi = parseAbi(SHELF_ABI)
const [rich, ...others] = DEV_ACCOUNTS as [Hex, ...Hex[]]
const fresh = (index: number): Hex => `0x${(index + 0xabcd).toString(16).padStart(40, '5')}`
const ADDRESSES = [rich, others[0]!, fresh(0), fresh(1)]
const SLOTS = 12

interface Place {
  readonly coin: Hex
  readonly shelf: Hex
}

/** One thing to do: requests, in which the places of the contracts are filled in. */
type Act = (place: Place) => readonly (readonly [method: string, params: readonly unknown[]])[]

const account = fc.constantFrom(...ADDRESSES)
const slot = fc.nat(SLOTS - 1)
const word = fc.oneof(fc.constant(0n), fc.bigInt(0n, 20n), fc.bigInt(0n, (1n << 256n) - 1n))
const send = (transaction: object): readonly [string, readonly unknown[]] => [
  'eth_sendTransaction',
  [{ from: rich, gas: '0xf4240', ...transaction }],
]
const call = (functionName: string, args: readonly unknown[], abi: readonly unknown[] = shelfAbi): Hex =>
  encodeFunctionData({ abi, functionName, args } as never)
const hex = (value: bigint | number) => toHex(value, { size: 32 })

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.tuple(account, fc.bigInt(0n, 10n ** 18n)).map(
    ([to, value]): Act =>
      () => [send({ to, value: toHex(value) })],
  ),
  fc.tuple(account, fc.bigInt(0n, 10n ** 25n)).map(
    ([to, value]): Act =>
      ({ coin }) => [send({ to: coin, data: call('transfer', [to, value], coinAbi) })],
  ),
  fc.tuple(account, word).map(
    ([to, value]): Act =>
      ({ coin }) => [send({ to: coin, data: call('approve', [to, value], coinAbi) })],
  ),
  fc.tuple(slot, word).map(
    ([index, value]): Act =>
      ({ shelf }) => [send({ to: shelf, data: call('put', [BigInt(index), value]) })],
  ),
  fc.nat(4).map(
    (values): Act =>
      () => [send({ data: shelfBytecode(values) })],
  ),
  // Not the length of the array: to sum it up would read 20,000 slots.
  fc.tuple(fc.integer({ min: 1, max: SLOTS - 1 }), word).map(
    ([index, value]): Act =>
      ({ shelf }) => [['hardhat_setStorageAt', [shelf, hex(index), hex(value)]]],
  ),
  fc.tuple(account, fc.bigInt(10n ** 20n, 10n ** 22n)).map(
    ([to, wei]): Act =>
      () => [['hardhat_setBalance', [to, toHex(wei)]]],
  ),
  fc.nat(3).map(
    (blocks): Act =>
      () => [['hardhat_mine', [toHex(blocks)]]],
  ),
  fc.constant<Act>(() => [
    ['evm_snapshot', []],
    send({ to: fresh(2), value: '0x1' }),
    ['evm_revert', ['0x1']],
  ]),
)

const tell = async (node: DevNode, method: string, params: readonly unknown[]): Promise<unknown> => {
  try {
    const answer = await node.request(method, params)
    if (method !== 'eth_sendTransaction') return answer
    const receipt = (await node.request('eth_getTransactionReceipt', [answer])) as Answer
    for (const one of [receipt, ...receipt.logs]) delete one.blockHash
    return receipt
  } catch (error) {
    return String(error)
  }
}

/** Everything that the acts can have changed. */
const stateOf = async (node: DevNode, { coin, shelf }: Place): Promise<unknown[]> => {
  const asked: [string, unknown[]][] = [
    ...ADDRESSES.flatMap((address): [string, unknown[]][] => [
      ['eth_getBalance', [address]],
      ['eth_getTransactionCount', [address]],
      ['eth_call', [{ to: coin, data: call('balanceOf', [address], coinAbi) }]],
    ]),
    ...Array.from({ length: SLOTS }, (_, index): [string, unknown[]] => [
      'eth_getStorageAt',
      [shelf, hex(index)],
    ]),
    ...Array.from({ length: SLOTS }, (_, index): [string, unknown[]] => [
      'eth_call',
      [{ to: shelf, data: call('values', [BigInt(index)]) }],
    ]),
    ['eth_call', [{ to: shelf, data: call('sum', []) }]],
    ['eth_getBlockByNumber', ['latest', true]],
  ]
  const answers: unknown[] = []
  for (const [method, params] of asked) answers.push(await tell(node, method, params))
  const block = answers.pop() as Answer
  // The root is that of what is local, and hashes and randomness follow from it.
  for (const name of ['hash', 'parentHash', 'stateRoot', 'mixHash']) delete block[name]
  for (const transaction of block.transactions) delete transaction.blockHash
  return [...answers, block]
}

const scratch = mkdtempSync(join(tmpdir(), 'deed-equal-'))
afterAll(() => rmSync(scratch, { recursive: true }))

/** Clocks that agree, whoever is asked how often. */
const TIME = 1_700_000_000n
const wallTime = () => TIME

it('a fork does what its origin does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 12 }), async (acts) => {
      const origin = await createDevNode({ wallTime, genesisTime: TIME })
      const server = await startServer({ node: origin, principal: LOCAL, port: 0 })
      const deploy = async (data: Hex): Promise<Hex> =>
        ((await tell(origin, 'eth_sendTransaction', [{ from: rich, data, gas: '0xf00000' }])) as Answer)
          .contractAddress
      const place = { coin: await deploy(COIN_BYTECODE), shelf: await deploy(shelfBytecode(SLOTS)) }
      // The fork gives its unlocked accounts what a new chain gives them.
      for (const address of DEV_ACCOUNTS)
        await origin.request('hardhat_setBalance', [address, toHex(10_000n * 10n ** 18n)])
      await origin.request('hardhat_mine', ['0x1'])
      const settings = { url: server.url, blockNumber: 3n }
      // A store that misses at every first read, and one on a disk, which is opened once more.
      const folder = mkdtempSync(join(scratch, 'chain-'))
      const onDisk = await openDiskStore(folder)
      const stores = [createMemoryStore(), createForgetfulStore(createMemoryStore()), onDisk]
      const open = (store: Store) => createForkableNode({ wallTime, store, fork: settings })
      const forks = await Promise.all(stores.map(open))
      for (const one of acts)
        for (const [method, params] of one(place)) {
          const expected = await tell(origin, method, params)
          for (const fork of forks) expect(await tell(fork, method, params)).toEqual(expected)
        }
      const expected = await stateOf(origin, place)
      for (const fork of forks) expect(await stateOf(fork, place)).toEqual(expected)

      // Forks agree to the last hash, whether their tries are at hand or made again from what is stored.
      const mine = async (timestamp: bigint) => {
        for (const fork of forks) await fork.request('evm_mine', [toHex(timestamp)])
        expect(new Set(forks.map((fork) => fork.chain.head.hash)).size).toBe(1)
      }
      await mine(TIME + 100_000n)
      await forks.pop()!.close()
      forks.push(await open(await openDiskStore(folder)))
      await mine(TIME + 200_000n)
      for (const fork of forks) await fork.close()
      await server.close()
      await origin.close()
    }),
    { numRuns: 12 },
  )
})
