import { bytesToHex, type Hash, keccak256, keccakHash } from '@deed/evm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeRlp, type RlpInput } from '../rlp.ts'
import { listRoot } from './build.ts'
import { type Child, hashOfTrie, isMissing, rootChild } from './node.ts'
import { proveTrie, readTrie, verifyTrieProof } from './proof.ts'
import { eachNewNode } from './stored.ts'
import { type TrieChange, updateTrie } from './update.ts'
import { entriesFrom } from './walk.ts'

type Pairs = Map<string, Uint8Array>

/**
 * The trie of the Yellow Paper, appendix D, from its definition over the whole map: no nodes, no updates.
 * `nibbles` are strings of hexadecimal digits.
 */
const definedRoot = (pairs: Pairs): Hash => {
  const all = [...pairs].map(([hex, value]) => ({ nibbles: hex, value }))
  return all.length === 0 ? keccakHash(Uint8Array.of(0x80)) : keccakHash(encodeRlp(structure(all)))
}

const structure = (pairs: { nibbles: string; value: Uint8Array }[]): RlpInput => {
  const [first] = pairs
  if (pairs.length === 1) return [hexPrefix(first!.nibbles, 2), first!.value]
  let shared = 0
  while (first!.nibbles[shared] && pairs.every(({ nibbles }) => nibbles[shared] === first!.nibbles[shared]))
    shared++
  const cut = (length: number, some = pairs) =>
    some.map(({ nibbles, value }) => ({ nibbles: nibbles.slice(length), value }))
  if (shared > 0) return [hexPrefix(first!.nibbles.slice(0, shared), 0), composed(cut(shared))]
  const ways = [...'0123456789abcdef'].map((digit) => pairs.filter(({ nibbles }) => nibbles[0] === digit))
  const here = pairs.find(({ nibbles }) => nibbles === '')
  return [...ways.map((some) => composed(cut(1, some))), here?.value ?? '0x']
}

const composed = (pairs: { nibbles: string; value: Uint8Array }[]): RlpInput => {
  if (pairs.length === 0) return '0x'
  const plain = structure(pairs)
  const encoded = encodeRlp(plain)
  return encoded.length < 32 ? plain : keccak256(encoded)
}

const hexPrefix = (nibbles: string, flag: number): `0x${string}` =>
  nibbles.length % 2 ? `0x${flag + 1}${nibbles}` : `0x${flag}0${nibbles}`

const text = (hex: string): string => hex.slice(2)

/** Short keys from few nibbles collide and nest; long ones are like hashed addresses. */
const key = fc.oneof(
  fc
    .array(fc.constantFrom(0x00, 0x01, 0x10, 0x11, 0x1f), { minLength: 1, maxLength: 4 })
    .map((a) => Uint8Array.from(a)),
  fc.nat({ max: 60 }).map((n) => keccak256(Uint8Array.of(n))),
)
const value = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 3 }),
  fc.uint8Array({ minLength: 30, maxLength: 40 }),
)
const changes = fc
  .uniqueArray(fc.record({ key, value: fc.option(value, { nil: undefined }) }), {
    maxLength: 25,
    selector: (change) => bytesToHex(change.key),
  })
  .map((list): TrieChange[] => list)

const applied = (pairs: Pairs, batch: readonly TrieChange[]): void => {
  for (const change of batch) {
    const name = text(bytesToHex(change.key))
    if (change.value === undefined) pairs.delete(name)
    else pairs.set(name, change.value)
  }
}

/** The trie after a batch: in memory, by its hash, and the nodes that are new. */
const update = (trie: Child, batch: readonly TrieChange[], store: Map<Hash, Uint8Array>) => {
  const updated = updateTrie(trie, batch, store)
  if (isMissing(updated)) throw new Error(`missing ${updated.missing}`)
  const nodes = new Map<Hash, Uint8Array>()
  eachNewNode(updated.root, (hash, node) => nodes.set(hash, node))
  const hash = hashOfTrie(updated.root)
  return { trie: updated.root, hash, root: rootChild(hash), nodes }
}

describe('Merkle Patricia trie', () => {
  it('has the defined root after any batches, in memory or from a store, and every key reads and proves', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ batch: changes, isStored: fc.boolean() }), { maxLength: 6 }),
        key,
        (batches, other) => {
          const store = new Map<Hash, Uint8Array>()
          const pairs: Pairs = new Map()
          let trie: Child
          for (const { batch, isStored } of batches) {
            const updated = update(trie, batch, store)
            applied(pairs, batch)
            expect(updated.hash).toBe(definedRoot(pairs))
            trie = updated.trie
            if (!isStored) continue
            for (const [hash, node] of updated.nodes) {
              expect(keccakHash(node)).toBe(hash)
              store.set(hash, node)
            }
            trie = updated.root
          }
          const keys = [...batches.flatMap(({ batch }) => batch.map((change) => change.key)), other]
          for (const asked of keys) {
            const expected = pairs.get(text(bytesToHex(asked)))
            expect(readTrie(trie, asked, store)).toEqual({ value: expected })
            const proof = proveTrie(trie, asked, store)
            if (isMissing(proof)) throw new Error('missing')
            expect(verifyTrieProof(hashOfTrie(trie), asked, proof.nodes)).toEqual({ value: expected })
          }
          const sorted = [...pairs].sort(([a], [b]) => (a < b ? -1 : 1))
          const entries = entriesFrom(trie, new Uint8Array(0), 1000, store)
          if (isMissing(entries)) throw new Error('missing')
          expect(entries.map((entry) => [text(bytesToHex(entry.key)), entry.value])).toEqual(sorted)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('names the node that is missing, whichever it is, and then goes on when it is there', () => {
    fc.assert(
      fc.property(changes, changes, (before, after) => {
        const whole = new Map<Hash, Uint8Array>()
        const { root, nodes } = update(undefined, before, whole)
        for (const [hash, node] of nodes) whole.set(hash, node)
        // Nothing is at hand at first; each missing node is fetched when it is named.
        const fetched = new Map<Hash, Uint8Array>()
        let updated = updateTrie(root, after, fetched)
        while (isMissing(updated)) {
          expect(fetched.has(updated.missing)).toBe(false)
          fetched.set(updated.missing, whole.get(updated.missing)!)
          updated = updateTrie(root, after, fetched)
        }
        expect(hashOfTrie(updated.root)).toBe(update(root, after, whole).hash)
      }),
    )
  })

  it('writes each shared node once however many keys change', () => {
    // Values are long and distinct, so that no node is inlined and no two are the same.
    const change = (i: number, fill: number): TrieChange => ({
      key: keccak256(Uint8Array.of(i >> 8, i & 255)),
      value: Uint8Array.of(i >> 8, i & 255, ...new Uint8Array(70).fill(fill)),
    })
    const batch = Array.from({ length: 2000 }, (_, i) => change(i, 1))
    const { root, nodes } = update(undefined, batch, new Map())
    const store = new Map(nodes)
    const changed = batch.map((_, i) => change(i, 2))
    const reads = new Map<Hash, number>()
    const counting = {
      get: (hash: Hash) => {
        reads.set(hash, (reads.get(hash) ?? 0) + 1)
        return store.get(hash)
      },
    }
    const updated = updateTrie(root, changed, counting)
    if (isMissing(updated)) throw new Error('missing')
    expect(Math.max(...reads.values())).toBe(1)
    const written = new Map<Hash, Uint8Array>()
    eachNewNode(updated.root, (hash, node) => written.set(hash, node))
    expect(written.size).toBe(nodes.size)
    expect(update(updated.root, batch, new Map([...store, ...written])).root).toEqual(root)
  })

  it('writes nothing when nothing changes', () => {
    const batch = Array.from({ length: 50 }, (_, i) => ({
      key: keccak256(Uint8Array.of(i)),
      value: Uint8Array.of(i + 1),
    }))
    const { root, nodes } = update(undefined, batch, new Map())
    const store = new Map(nodes)
    expect(update(root, batch, store)).toMatchObject({ root, nodes: new Map() })
    const absent = [{ key: keccak256(Uint8Array.of(99)), value: undefined }]
    expect(update(root, absent, store)).toMatchObject({ root, nodes: new Map() })
  })

  it('refuses a proof with a byte changed, a node too few or a node too many', () => {
    const batch = Array.from({ length: 300 }, (_, i) => ({
      key: keccak256(Uint8Array.of(i >> 8, i)),
      value: Uint8Array.of(1, i),
    }))
    const { root, hash, nodes } = update(undefined, batch, new Map())
    const asked = batch[7]!.key
    const proof = proveTrie(root, asked, new Map(nodes))
    if (isMissing(proof)) throw new Error('missing')
    expect(proof.nodes.length).toBeGreaterThan(2)
    expect(verifyTrieProof(hash, asked, proof.nodes)).toEqual({ value: batch[7]!.value })
    for (const [index, node] of proof.nodes.entries()) {
      const bent = proof.nodes.map((other) => other.slice())
      bent[index]![node.length - 1]! ^= 1
      expect(verifyTrieProof(hash, asked, bent)).toBeUndefined()
    }
    expect(verifyTrieProof(hash, asked, proof.nodes.slice(0, -1))).toBeUndefined()
    expect(verifyTrieProof(hash, asked, [...proof.nodes, proof.nodes[0]!])).toBeUndefined()
  })

  it('has the defined root of lists at every length where the order of keys turns', () => {
    for (const length of [0, 1, 2, 127, 128, 129, 130, 255, 256, 257, 300]) {
      const items = Array.from({ length }, (_, i) => new Uint8Array(1 + (i % 40)).fill(i + 1))
      const pairs: Pairs = new Map(items.map((item, i) => [text(bytesToHex(encodeRlp(BigInt(i)))), item]))
      expect(listRoot(items)).toBe(definedRoot(pairs))
    }
  })
})
