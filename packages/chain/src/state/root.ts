/**
 * From what a block changed to the new state root. Roots are computed once a block from its changes; reading
 * never walks a trie.
 *
 * On a fork the tries hold only what was written since: nobody has the rest of the origin's. What is not in such a
 * trie may be anything, so what was voided stands in it as {@link NOTHING}. The root then commits to everything that
 * differs from the origin's state, to which the chain of parents commits.
 */
import { type Address, type Hash, keccak256, MISS } from '@deed/evm'
import { hexToBytes, wordToHash } from '../hex.ts'
import { encodeRlp } from '../rlp.ts'
import type { Store } from '../store/store.ts'
import {
  type Child,
  EMPTY_ROOT,
  hashOfTrie,
  isMissing,
  type MissingNode,
  type NodeStore,
  rootChild,
} from '../trie/node.ts'
import { leafOf } from '../trie/proof.ts'
import { type TrieChange, updateTrie } from '../trie/update.ts'
import { found, giveUp } from './missing.ts'
import type { Account, Layer, Reader } from './types.ts'

export interface Settled {
  readonly root: Hash
  /** The trie of accounts, each with its storage's. */
  readonly trie: Child
  /** The layer given, its accounts with their new storage roots and incarnations. */
  readonly layer: Layer
  /** How many values changed in the tries. */
  readonly changed: number
}

/** The state of `layer` over the state of `trie`, which `below` reads. `height`: of the block that it becomes. */
export const settleLayer = (
  nodes: StateNodes,
  trie: Child,
  below: Reader,
  layer: Layer,
  height: number,
): Settled => {
  const accounts = new Map<Address, Account | undefined>()
  const changes: TrieChange[] = []
  let changed = 0

  const settleAccount = (address: Address): void => {
    const before = found(below.account(address))
    const written = layer.accounts.get(address)
    const account = written ?? (layer.accounts.has(address) ? undefined : before)
    if (account === undefined && before === undefined && !nodes.isPartial) return
    const key = hashOf(address)
    changed++
    if (account === undefined) {
      accounts.set(address, undefined)
      changes.push({ key, value: nodes.isPartial ? NOTHING : undefined })
      return
    }
    const lives = before !== undefined && !layer.cleared.has(address)
    const incarnation = lives ? before.incarnation : height
    const storageBefore = lives ? before.storageRoot : EMPTY_ROOT
    const slots = layer.storage.get(address)
    const known = lives ? whole(leafOf(trie, key, nodes))?.below : undefined
    const storage = known ?? rootChild(storageBefore)
    const storageAfter = slots ? settleSlots(nodes, storage, slots, lives ? incarnation : undefined) : storage
    const storageRoot = slots ? hashOfTrie(storageAfter) : storageBefore
    const after = { ...account, storageRoot, incarnation }
    changed += slots?.size ?? 0
    accounts.set(address, after)
    changes.push({ key, value: encodeAccount(after), below: storageAfter })
  }

  for (const address of layer.accounts.keys()) settleAccount(address)
  for (const address of layer.storage.keys()) if (!layer.accounts.has(address)) settleAccount(address)
  for (const address of layer.cleared)
    if (!layer.accounts.has(address) && !layer.storage.has(address)) settleAccount(address)

  const after = whole(updateTrie(trie, changes, nodes)).root
  return { root: hashOfTrie(after), trie: after, layer: { ...layer, accounts }, changed }
}

/** RLP of the empty string, which reads as zero: a voided slot or account in a fork's trie. */
const NOTHING = Uint8Array.of(0x80)

/** On a fork, the incarnation of what lives since before it. */
export const ORIGIN_LIFE = 0

/** As it stands in the state trie (Yellow Paper 4.1). */
export const encodeAccount = ({ nonce, balance, storageRoot, codeHash }: Account): Uint8Array =>
  encodeRlp([nonce, balance, storageRoot, codeHash])

/** Key of an account in the state trie. */
export const hashOf = (address: Address): Uint8Array => remembered(ADDRESS_HASHES, address, hexToBytes)

/** Key of a slot in its account's trie. */
export const slotHashOf = (key: bigint): Uint8Array => remembered(SLOT_HASHES, key, slotBytes)

/** The same few accounts and slots change in most blocks. */
const remembered = <K>(known: Map<K, Uint8Array>, key: K, bytesOf: (key: K) => Uint8Array): Uint8Array => {
  let hash = known.get(key)
  if (hash === undefined) {
    hash = keccak256(bytesOf(key))
    if (known.size >= MAX_REMEMBERED) known.clear()
    known.set(key, hash)
  }
  return hash
}

const slotBytes = (key: bigint): Uint8Array => hexToBytes(wordToHash(key))
const ADDRESS_HASHES = new Map<Address, Uint8Array>()
const SLOT_HASHES = new Map<bigint, Uint8Array>()
/** Some 150 bytes each. */
const MAX_REMEMBERED = 50_000

/** Nodes of a state's tries. */
export interface StateNodes extends NodeStore {
  /** Whether they hold only what a fork has written. */
  readonly isPartial: boolean
}

export const nodeStore = (store: Store): StateNodes => ({
  isPartial: store.origin !== undefined,
  get(hash) {
    const node = store.record('node', hash)
    return node === MISS ? giveUp() : node
  },
})

/** @param incarnation of the account's life; `undefined` when it begins. */
export const settleSlots = (
  nodes: StateNodes,
  storage: Child,
  slots: ReadonlyMap<bigint, bigint>,
  incarnation: number | undefined,
): Child => {
  const voided = nodes.isPartial && incarnation === ORIGIN_LIFE ? NOTHING : undefined
  const changes: TrieChange[] = []
  for (const [key, value] of slots)
    changes.push({ key: slotHashOf(key), value: value === 0n ? voided : encodeRlp(value) })
  return whole(updateTrie(storage, changes, nodes)).root
}

/** The trie of an account's storage, within that of the state. */
export const storageTrie = (nodes: NodeStore, trie: Child, address: Address, storageRoot: Hash): Child =>
  whole(leafOf(trie, hashOf(address), nodes))?.below ?? rootChild(storageRoot)

/** What came of a walk through a trie of which every node is stored or in memory. */
export const whole = <T extends object | undefined>(outcome: T | MissingNode): T => {
  if (outcome !== undefined && isMissing(outcome)) throw new MissingTrieNode(outcome.missing)
  return outcome as T
}

class MissingTrieNode extends Error {
  override readonly name = 'MissingTrieNode'
  readonly code = 'DEED_STATE_MISSING_NODE'
  constructor(hash: Hash) {
    super(`trie node ${hash} of a committed state is not in the store: the store is damaged`)
  }
}
