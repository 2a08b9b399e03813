import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Address, Hash } from '@deed/evm'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { headerHash } from '../block/header.ts'
import { change } from '../execute/message.ts'
import type { Executed } from '../execute/types.ts'
import { executeGenesis, type GenesisAccount } from '../genesis.ts'
import { devGenesis } from '../genesis-dev.ts'
import { commitBlock, forgetBatch } from '../store/commit.ts'
import { openDiskStore } from '../store/disk/store.ts'
import { createForgetfulStore } from '../store/forgetful.fixture.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { BlockRecord, Store } from '../store/store.ts'
import { verifyTrieProof } from '../trie/proof.ts'
import { clearStorage, createLayer, deleteAccount, overlay, writeSlots } from './layer.ts'
import { found, settle } from './missing.ts'
import { hashOf, nodeStore, settleLayer } from './root.ts'
import { readerAt } from './tree.ts'
import { createTries, type Tries } from './tries.ts'
import type { Layer, Reader } from './types.ts'
import { viewOf } from './view.ts'

/** A whole state, copied for every block: what the tree must not differ from. */
type Model = ReadonlyMap<Address, { readonly balance: bigint; readonly slots: ReadonlyMap<bigint, bigint> }>

type Edit =
  | { readonly kind: 'pay'; readonly who: number; readonly balance: bigint }
  | { readonly kind: 'write'; readonly who: number; readonly key: bigint; readonly value: bigint }
  | { readonly kind: 'delete'; readonly who: number }
  | { readonly kind: 'recreate'; readonly who: number; readonly key: bigint; readonly value: bigint }

type Step =
  | { readonly kind: 'commit'; readonly parent: number; readonly edits: readonly Edit[] }
  | { readonly kind: 'forget'; readonly target: number; readonly head: number }

const ADDRESSES = [1, 2, 3, 4].map((n): Address => `0x${String(n).repeat(40)}`)
const KEYS = [0n, 1n, 2n, 2n ** 255n]

const who = fc.nat({ max: ADDRESSES.length - 1 })
const key = fc.constantFrom(...KEYS)
const value = fc.bigInt({ min: 0n, max: 3n })
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ kind: fc.constant('pay' as const), who, balance: fc.bigInt({ min: 1n, max: 9n }) }),
  fc.record({ kind: fc.constant('write' as const), who, key, value }),
  fc.record({ kind: fc.constant('delete' as const), who }),
  fc.record({ kind: fc.constant('recreate' as const), who, key, value }),
)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('commit' as const),
      parent: fc.nat(),
      edits: fc.array(edit, { maxLength: 5 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('forget' as const), target: fc.nat(), head: fc.nat() }),
  },
)

describe('the tree of states', () => {
  const folder = mkdtempSync(join(tmpdir(), 'deed-tree-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  for (const [name, open] of [
    ['a store in memory', async () => createMemoryStore()],
    ['a store that misses first', async () => createForgetfulStore(createMemoryStore())],
    ['a store on disk', () => openDiskStore(mkdtempSync(join(folder, 'tree-')))],
  ] as const) {
    test(`over ${name}, every block reads as a model that copies whole states`, async () => {
      const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
        const store = await open()
        try {
          await run(store, steps)
        } finally {
          await store.close()
        }
      })
      await fc.assert(property, { numRuns: 60 })
    })
  }
})

interface Known {
  readonly record: BlockRecord
  readonly model: Model
  readonly parent: Known | undefined
}

/** So few that tries are stored, forgotten and made again all the time. */
const BOUNDS = { blocks: 3, changed: 20, kept: 2, nodes: 12 }

const run = async (store: Store, steps: readonly Step[]): Promise<void> => {
  const tries = createTries(store, BOUNDS)
  const genesis = executeGenesis(store, { ...devGenesis(), alloc: new Map() })
  let known: Known[] = [
    { record: await commitBlock(store, tries, genesis), model: new Map(), parent: undefined },
  ]
  for (const [salt, each] of steps.entries()) {
    if (each.kind === 'commit') {
      const parent = known[each.parent % known.length]!
      known.push({
        record: await commitBlock(store, tries, await childOf(store, tries, parent.record, each.edits, salt)),
        model: each.edits.reduce(edited, parent.model),
        parent,
      })
    } else {
      const target = known[each.target % known.length]!
      const head = known[each.head % known.length]!
      const { record } = target
      const batch = await settle(store, () => forgetBatch(store, record.position, head.record.position))
      // The head itself cannot be forgotten, nor anything below it.
      expect(batch === undefined).toBe(descends(head, target))
      if (!batch) continue
      await store.write(batch)
      known = known.filter((one) => !descends(one, target))
    }
  }
  for (const one of known) await compare(store, createTries(store, BOUNDS), one)
}

const descends = (one: Known | undefined, from: Known): boolean =>
  one !== undefined && (one === from || descends(one.parent, from))

const compare = async (store: Store, tries: Tries, { record, model }: Known): Promise<void> => {
  const read = await settle(store, () => {
    const reader = readerAt(store, record.position)
    return ADDRESSES.map((address) => ({
      balance: found(reader.account(address))?.balance,
      slots: KEYS.map((slot) => found(reader.slot(address, slot))),
      hasStorage: found(reader.hasStorage(address)),
    }))
  })
  const expected = ADDRESSES.map((address) => {
    const account = model.get(address)
    const slots = KEYS.map((slot) => account?.slots.get(slot) ?? 0n)
    return { balance: account?.balance, slots, hasStorage: slots.some((one) => one !== 0n) }
  })
  expect(read).toEqual(expected)
  const { stateRoot } = record.block.header
  expect(stateRoot).toBe(rootFromScratch(model))
  // Trie nodes that other blocks share stay when one of these is forgotten.
  const open = () => readerAt(store, record.position)
  const view = viewOf(store, open, async () => {
    const { root } = await tries.of(record)
    return { state: await settle(store, open), trie: root, nodes: nodeStore(store) }
  })
  for (const address of ADDRESSES) {
    const { nodes, slots } = await view.proof(address, KEYS)
    expect(verifyTrieProof(stateRoot, hashOf(address), nodes)?.value !== undefined).toBe(model.has(address))
    expect(slots.map((slot) => slot.value)).toEqual(
      KEYS.map((key) => model.get(address)?.slots.get(key) ?? 0n),
    )
  }
}

const rootFromScratch = (model: Model): Hash => {
  const alloc = new Map<Address, GenesisAccount>(
    [...model].map(([address, { balance, slots }]) => [address, { balance, storage: slots }]),
  )
  return executeGenesis(createMemoryStore(), { ...devGenesis(), alloc }).block.header.stateRoot
}

/** A block that nobody executed: only its state matters. `salt` tells blocks with the same edits apart. */
const childOf = async (
  store: Store,
  tries: Tries,
  parent: BlockRecord,
  edits: readonly Edit[],
  salt: number,
): Promise<Executed> => {
  const { header } = parent.block
  const number = header.number + 1n
  const above = await tries.of(parent)
  const { root, layer, trie, changed } = await settle(store, () => {
    const below = readerAt(store, parent.position)
    const changed = createLayer()
    for (const each of edits) EDITS[each.kind](changed, overlay(below, changed), each as never)
    return settleLayer(nodeStore(store), above.root, below, changed, Number(number))
  })
  const child = {
    ...header,
    parentHash: parent.hash,
    number,
    stateRoot: root,
    extraData: Uint8Array.of(salt),
  }
  return {
    block: { header: child, transactions: [], uncles: [] },
    hash: headerHash(child),
    parent: parent.hash,
    receipts: [],
    senders: [],
    transactionHashes: [],
    totalDifficulty: 0n,
    size: 0,
    requests: [],
    refused: [],
    layer,
    trie: { root: trie, changed: above.changed + changed, blocks: above.blocks + 1, held: above.held },
  }
}

const EDITS: {
  [K in Edit['kind']]: (layer: Layer, state: Reader, edit: Extract<Edit, { kind: K }>) => void
} = {
  pay: (layer, state, { who: index, balance }) =>
    change(layer, state, ADDRESSES[index]!, () => ({ balance })),
  write: (layer, state, { who: index, key: slot, value: word }) => {
    const address = ADDRESSES[index]!
    if (found(state.account(address))) writeSlots(layer, address, new Map([[slot, word]]))
  },
  delete: (layer, _state, { who: index }) => deleteAccount(layer, ADDRESSES[index]!),
  recreate: (layer, state, { who: index, key: slot, value: word }) => {
    const address = ADDRESSES[index]!
    clearStorage(layer, address)
    change(layer, state, address, () => ({ balance: 5n }))
    writeSlots(layer, address, new Map([[slot, word]]))
  },
}

const edited = (model: Model, each: Edit): Model => {
  const next = new Map(model)
  const address = ADDRESSES[each.who]!
  const before = model.get(address)
  if (each.kind === 'delete') next.delete(address)
  if (each.kind === 'pay') next.set(address, { slots: before?.slots ?? new Map(), balance: each.balance })
  if (each.kind === 'write' && before)
    next.set(address, { ...before, slots: new Map([...before.slots, [each.key, each.value]]) })
  if (each.kind === 'recreate') next.set(address, { balance: 5n, slots: new Map([[each.key, each.value]]) })
  return next
}
