import { type Hash, keccak256 } from '@deed/evm'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Entry } from './build.ts'
import { type Child, hashOfTrie, isMissing, rootChild, toNibbles } from './node.ts'
import { createTrieRun } from './run.ts'
import { eachNewNode } from './stored.ts'
import { type TrieChange, updateTrie } from './update.ts'
import { entriesFrom } from './walk.ts'

const hashed = fc.nat({ max: 60 }).map((n) => keccak256(Uint8Array.of(n)))
/** Short keys from few nibbles collide and nest, so that extensions and values in branches come about. */
const short = fc
  .array(fc.constantFrom(0x00, 0x01, 0x10, 0x11, 0x1f), { minLength: 1, maxLength: 4 })
  .map((bytes) => Uint8Array.from(bytes))
const value = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 3 }),
  fc.uint8Array({ minLength: 30, maxLength: 40 }),
)
const batchOf = (key: fc.Arbitrary<Uint8Array>) =>
  fc.uniqueArray(fc.record({ key, value }), { maxLength: 6, selector: ({ key: bytes }) => bytes.toString() })

const update = (root: Child, changes: readonly TrieChange[], store: Map<Hash, Uint8Array>): Child => {
  const updated = updateTrie(root, changes, store)
  if (isMissing(updated)) throw new Error(`missing ${updated.missing}`)
  return updated.root
}
const entryOf = ({ key, value: bytes }: { key: Uint8Array; value: Uint8Array }): Entry => ({
  path: toNibbles(key),
  value: bytes,
  below: undefined,
})
const inOrder = (a: Entry, b: Entry): number => (a.path.toString() < b.path.toString() ? -1 : 1)
const pairsOf = (root: Child, store: Map<Hash, Uint8Array>) => {
  const entries = entriesFrom(root, new Uint8Array(0), 1000, store)
  if (isMissing(entries)) throw new Error('missing')
  return entries.map(({ key, value: bytes }) => [key.toString(), bytes])
}

const scenario = fc.constantFrom(hashed, short).chain((key) =>
  fc.record({
    start: batchOf(key),
    isStored: fc.boolean(),
    batches: fc.array(batchOf(key), { maxLength: 6 }),
  }),
)

it('gives the root of an update each time, leaves what it began with alone, and can be stored', () => {
  fc.assert(
    fc.property(scenario, ({ start, isStored, batches }) => {
      const store = new Map<Hash, Uint8Array>()
      const first = update(undefined, start, store)
      eachNewNode(first, (hash, node) => store.set(hash, node))
      const begun = isStored ? rootChild(hashOfTrie(first)) : first
      const before = pairsOf(begun, store)

      const run = createTrieRun(begun, store)
      let expected = begun
      for (const batch of batches) {
        expect(run.set(batch.map(entryOf).sort(inOrder))).toBeUndefined()
        expected = update(expected, batch, store)
        expect(hashOfTrie(run.root)).toBe(hashOfTrie(expected))
      }
      expect(pairsOf(begun, store)).toEqual(before)
      expect(hashOfTrie(update(begun, [], store))).toBe(hashOfTrie(first))

      eachNewNode(run.root, (hash, node) => store.set(hash, node))
      expect(pairsOf(rootChild(hashOfTrie(run.root)), store)).toEqual(pairsOf(expected, store))
    }),
    { numRuns: 300 },
  )
})

it('names a node that is missing', () => {
  const changes = Array.from({ length: 40 }, (_, n) => ({
    key: keccak256(Uint8Array.of(n)),
    value: Uint8Array.of(1, n),
  }))
  const root = update(undefined, changes, new Map())
  const run = createTrieRun(rootChild(hashOfTrie(root)), new Map())
  expect(run.set([entryOf(changes[0]!)])).toEqual({ missing: hashOfTrie(root) })
})
