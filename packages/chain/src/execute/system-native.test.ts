import { type Address, interpreter } from '@deed/evm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rulesAt } from '../forks.ts'
import { executeGenesis } from '../genesis.ts'
import { devGenesis } from '../genesis-dev.ts'
import { hexToBytes, wordToHash } from '../hex.ts'
import { createLayer, overlay, writeSlots } from '../state/layer.ts'
import { readerAt } from '../state/tree.ts'
import { createTries } from '../state/tries.ts'
import { commitBlock } from '../store/commit.ts'
import { createMemoryStore } from '../store/memory.ts'
import { blockContext } from './block.ts'
import { runSystemCall, type Scope } from './message.ts'
import { BEACON_ROOTS, HISTORY_STORAGE, SYSTEM_CONTRACTS } from './system-contracts.ts'

/** Those that are called with a word; the others with nothing. */
const takesWord = [BEACON_ROOTS.address, HISTORY_STORAGE.address]
/** A jump destination nobody jumps to, at the end of the code, so that nothing knows it by its hash. */
const JUMPDEST = 0x5b

describe('a native system call', () => {
  const slot = fc.oneof(fc.nat(40).map(BigInt), fc.nat(3).map(BigInt), fc.bigInt(0n, 16_382n))
  const state = fc.array(fc.tuple(slot, fc.oneof(fc.bigInt(0n, 30n), fc.bigInt(0n, 2n ** 256n - 1n))), {
    maxLength: 6,
  })
  it.each(SYSTEM_CONTRACTS.map(({ address }) => address))(
    'of %s does what the code does, whatever its state',
    async (address: Address) => {
      const store = createMemoryStore()
      const genesis = devGenesis()
      const record = await commitBlock(store, createTries(store), executeGenesis(store, genesis))
      const reader = readerAt(store, record.position)
      const account = reader.account(address)
      if (typeof account !== 'object') throw new Error('no system contract')
      const { code } = SYSTEM_CONTRACTS.find((one) => one.address === address)!
      const property = fc.property(
        state,
        fc.bigInt(1n, 2n ** 40n),
        fc.bigInt(1n, 2n ** 40n),
        fc.oneof(fc.constant(0n), fc.bigInt(0n, 2n ** 256n - 1n)),
        (slots, number, timestamp, input) => {
          const rules = rulesAt(genesis.config, { number, timestamp, merged: true })
          const block = { ...blockContext(record.block.header, rules), number, timestamp }
          const scope: Scope = {
            engine: interpreter,
            rules,
            block,
            isPartial: false,
            blockHash: () => wordToHash(0n),
          }
          const run = (codes: Map<`0x${string}`, Uint8Array>, codeHash: `0x${string}`) => {
            const below = createLayer()
            below.accounts.set(address, { ...account, codeHash })
            for (const [hash, bytes] of codes) below.codes.set(hash, bytes)
            writeSlots(below, address, new Map(slots))
            const layer = createLayer()
            const seen = overlay(overlay(reader, below), layer)
            const data = hexToBytes(wordToHash(input)).slice(0, takesWord.includes(address) ? 32 : 0)
            const outcome = runSystemCall(scope, layer, seen, address, data)
            return {
              status: outcome?.status,
              output: outcome?.output,
              storage: new Map([...(layer.storage.get(address) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))),
            }
          }
          const plain = hexToBytes(code)
          const other = Uint8Array.of(...plain, JUMPDEST)
          const native = run(new Map(), account.codeHash)
          expect(run(new Map([[wordToHash(1n), other]]), wordToHash(1n))).toEqual(native)
        },
      )
      fc.assert(property, { numRuns: 200 })
    },
  )
})
