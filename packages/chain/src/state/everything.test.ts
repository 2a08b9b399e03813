import { type Address, interpreter } from '@deed/evm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Chain, openChain } from '../chain.ts'
import { executeGenesis } from '../genesis.ts'
import { devGenesis } from '../genesis-dev.ts'
import { createTestDisk } from '../store/disk/disk.fixture.ts'
import { createDiskStore } from '../store/disk/store.ts'
import { createForgetfulStore } from '../store/forgetful.fixture.ts'
import { createMemoryStore } from '../store/memory.ts'

const STORES = {
  memory: async () => createMemoryStore(),
  'memory, nothing at hand': async () => createForgetfulStore(createMemoryStore()),
  disk: async () => createDiskStore(createTestDisk(), 'a test'),
}
const address = (index: number): Address => `0x${(index + 0x1000).toString(16).padStart(40, '0')}`

/** The root of a state that is made anew of nothing but these accounts. */
const rootOf = async (chain: Chain) => {
  const accounts = await Array.fromAsync(chain.everyAccount())
  expect(new Set(accounts.map((account) => account.address)).size).toBe(accounts.length)
  const alloc = new Map(accounts.map(({ address, ...account }) => [address, account]))
  return executeGenesis(createMemoryStore(), devGenesis({ bare: true, alloc })).block.header.stateRoot
}

/** What is done to the chain: on which block, what is changed there, and whether a block takes it in. */
const steps = fc.array(
  fc.record({
    parent: fc.nat(20),
    account: fc.nat(4),
    balance: fc.nat(3),
    slots: fc.array(fc.tuple(fc.nat(3), fc.nat(2)), { maxLength: 3 }),
    code: fc.boolean(),
  }),
  { minLength: 1, maxLength: 15 },
)

describe.each(Object.entries(STORES))('all of a state over a store: %s', (_, makeStore) => {
  it('is what its root says, on any branch, with edits and without', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const chain = await openChain({
          genesis: devGenesis(),
          store: await makeStore(),
          engine: interpreter,
        })
        const blocks = [chain.genesis.hash]
        for (const { parent, account, balance, slots, code } of all) {
          const on = blocks[parent % blocks.length]!
          await chain.setHead(on)
          const stateDiff = new Map(slots.map(([key, value]) => [BigInt(key), BigInt(value)]))
          const change = {
            nonce: 1n,
            balance: BigInt(balance),
            stateDiff,
            ...(code && { code: Uint8Array.of(1) }),
          }
          await chain.edit(new Map([[address(account), change]]))
          const edited = await rootOf(chain)
          const { timestamp } = chain.head.block.header
          const executed = await chain.execute(on, {
            transactions: [],
            timestamp: timestamp + BigInt(blocks.length),
            beneficiary: address(0),
            prevRandao: on,
          })
          await chain.commit(executed)
          await chain.setHead(executed.hash)
          blocks.push(executed.hash)
          expect(await rootOf(chain)).toBe(executed.block.header.stateRoot)
          expect(edited).not.toBe(executed.block.header.stateRoot)
        }
      }),
      { numRuns: 25 },
    )
  })
})
