import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { type Hash, keccak256 } from '@deed/evm'
import { hexToBytes } from '../../packages/chain/src/hex.ts'
import {
  type Child,
  EMPTY_ROOT,
  hashOfTrie,
  isMissing,
  rootChild,
} from '../../packages/chain/src/trie/node.ts'
import { proveTrie, verifyTrieProof } from '../../packages/chain/src/trie/proof.ts'
import { eachNewNode } from '../../packages/chain/src/trie/stored.ts'
import { type TrieChange, updateTrie } from '../../packages/chain/src/trie/update.ts'
import { neighbours } from '../../packages/chain/src/trie/walk.ts'
import { type CaseResult, check, differ, isWanted, type RunOptions } from './case.ts'

type Text = string
type RootVectors = Record<
  string,
  { in: Record<Text, Text | null> | readonly (readonly [Text, Text | null])[]; root: Hash }
>
/** The keys of a trie, and for other keys the key before and after them, empty where there is none. */
type NeighbourVectors = Record<
  string,
  { in: readonly Text[]; tests: readonly (readonly [Text, Text, Text])[] }
>

export function* run(file: string, options: RunOptions): Iterable<CaseResult> {
  const name = basename(file)
  const content: unknown = JSON.parse(readFileSync(file, 'utf8'))
  const isSecure = /secure/i.test(name)
  for (const [id, vector] of Object.entries(content as RootVectors | NeighbourVectors)) {
    if (!isWanted(id, options)) continue
    if ('tests' in vector) yield* runNeighbours(id, vector)
    else yield* runRoot(id, vector, isSecure, !name.includes('anyorder') && !name.startsWith('hex_'))
  }
}

/** One update per pair, all pairs in one update, and where order is free the other way round. */
function* runRoot(
  id: string,
  { in: pairs, root }: RootVectors[string],
  isSecure: boolean,
  isOrdered: boolean,
): Iterable<CaseResult> {
  const changes = (Array.isArray(pairs) ? pairs : Object.entries(pairs)).map(([key, value]) => ({
    key: isSecure ? keccak256(toBytes(key)) : toBytes(key),
    value: value === null ? undefined : toBytes(value),
  }))
  const steps = changes.map((change) => [change])
  const last = [...new Map(changes.map((change) => [change.key.join(), change])).values()]
  yield check(`${id}, one by one`, () => differ('root', root, grow(steps).root))
  yield check(`${id}, at once`, () => differ('root', root, grow([last]).root))
  if (!isOrdered) yield check(`${id}, reversed`, () => differ('root', root, grow(steps.toReversed()).root))
  yield check(`${id}, proofs`, () => {
    const { trie, store } = grow([last])
    for (const { key, value } of last) {
      const proof = proveTrie(trie, key, store)
      if (isMissing(proof)) return `node ${proof.missing} is missing`
      const verified = verifyTrieProof(root, key, proof.nodes)
      const difference = differ(`proven value of ${key}`, String(value), String(verified?.value))
      if (difference !== undefined) return difference
    }
    return undefined
  })
}

function* runNeighbours(id: string, { in: keys, tests }: NeighbourVectors[string]): Iterable<CaseResult> {
  const { trie, store } = grow([keys.map((key) => ({ key: toBytes(key), value: toBytes(key) }))])
  for (const [key, before, after] of tests) {
    yield check(`${id}, around "${key}"`, () => {
      const found = neighbours(trie, toBytes(key), store)
      if (isMissing(found)) return `node ${found.missing} is missing`
      return (
        differ('previous', String(toBytes(before)), String(found.previous ?? '')) ??
        differ('next', String(toBytes(after)), String(found.next ?? ''))
      )
    })
  }
}

/** The trie after each update in turn, every one read from the store that the one before was written to. */
const grow = (
  updates: readonly (readonly TrieChange[])[],
): { root: Hash; trie: Child; store: Map<Hash, Uint8Array> } => {
  const store = new Map<Hash, Uint8Array>()
  let root = EMPTY_ROOT
  for (const changes of updates) {
    const updated = updateTrie(rootChild(root), changes, store)
    if (isMissing(updated)) throw new Error(`node ${updated.missing} is missing`)
    eachNewNode(updated.root, (hash, node) => store.set(hash, node))
    root = hashOfTrie(updated.root)
  }
  return { root, trie: rootChild(root), store }
}

/** Text in UTF-8, or hexadecimal behind 0x. */
const toBytes = (text: Text): Uint8Array =>
  text.startsWith('0x') ? hexToBytes(text) : new TextEncoder().encode(text)
