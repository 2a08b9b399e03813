/**
 * From what a block changed to the new state root. Roots are computed once a block from its changes; reading
 * never walks a trie.
 */
import { type Address, type Hash, keccak256, MISS } from '@deed/evm'
import { hexToBytes, wordToHash } from '../hex.ts'
import { encodeRlp } from '../rlp.ts'
import type { Store } from '../store/store.ts'
import { EMPTY_ROOT, isMissing, type NodeStore } from '../trie/node.ts'
import { type TrieChange, type TrieUpdate, updateTrie } from '../trie/update.ts'
import { found, giveUp } from './missing.ts'
import type { Account, Layer, Reader } from './types.ts'

export interface Settled {
  readonly root: Hash
  /** The layer given, its accounts with their new storage roots and incarnations. */
  readonly layer: Layer
  /** Trie nodes that are new. */
  readonly nodes: Map<Hash, Uint8Array>
}

/** The state of `layer` over the state `root`, which `below` reads. `height`: of the block that it becomes. */
export const settleLayer = (
  store: Store,
  root: Hash,
  below: Reader,
  layer: Layer,
  height: number,
): Settled => {
  const nodes = new Map<Hash, Uint8Array>()
  const trie = nodeStore(store)
  const accounts = new Map<Address, Account | undefined>()
  const changes: TrieChange[] = []

  for (const address of new Set([...layer.accounts.keys(), ...layer.storage.keys(), ...layer.cleared])) {
    const before = found(below.account(address))
    const written = layer.accounts.get(address)
    const account = written ?? (layer.accounts.has(address) ? undefined : before)
    if (account === undefined && before === undefined) continue
    const after = account && withStorageRoot(account, before, layer, address, height, trie, nodes)
    accounts.set(address, after)
    changes.push({ key: hashOf(address), value: after && encodeAccount(after) })
  }

  return {
    root: collect(updateTrie(root, changes, trie), nodes),
    layer: { ...layer, accounts },
    nodes,
  }
}

/** As it stands in the state trie (Yellow Paper 4.1). */
const encodeAccount = ({ nonce, balance, storageRoot, codeHash }: Account): Uint8Array =>
  encodeRlp([nonce, balance, storageRoot, codeHash])

/** Key of an account in the state trie. */
export const hashOf = (address: Address): Uint8Array => keccak256(hexToBytes(address))

/** Key of a slot in its account's trie. */
export const slotHashOf = (key: bigint): Uint8Array => keccak256(hexToBytes(wordToHash(key)))

export const nodeStore = (store: Store): NodeStore => ({
  get(hash) {
    const node = store.record('node', hash)
    return node === MISS ? giveUp() : node
  },
})

const withStorageRoot = (
  account: Account,
  before: Account | undefined,
  layer: Layer,
  address: Address,
  height: number,
  trie: NodeStore,
  nodes: Map<Hash, Uint8Array>,
): Account => {
  const lives = before !== undefined && !layer.cleared.has(address)
  const storageRoot = lives ? before.storageRoot : EMPTY_ROOT
  const incarnation = lives ? before.incarnation : height
  const slots = layer.storage.get(address)
  if (!slots) return { ...account, storageRoot, incarnation }
  const changes: TrieChange[] = []
  for (const [key, value] of slots)
    changes.push({ key: slotHashOf(key), value: value === 0n ? undefined : encodeRlp(value) })
  return { ...account, storageRoot: collect(updateTrie(storageRoot, changes, trie), nodes), incarnation }
}

const collect = (update: TrieUpdate | { missing: Hash }, nodes: Map<Hash, Uint8Array>): Hash => {
  if (isMissing(update)) throw new MissingTrieNode(update.missing)
  for (const [hash, node] of update.nodes) nodes.set(hash, node)
  return update.root
}

export class MissingTrieNode extends Error {
  override readonly name = 'MissingTrieNode'
  readonly code = 'DEED_STATE_MISSING_NODE'
  constructor(hash: Hash) {
    super(`trie node ${hash} of a committed state is not in the store: the store is damaged`)
  }
}
