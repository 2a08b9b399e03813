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
  const isPartial = store.origin !== undefined

  for (const address of new Set([...layer.accounts.keys(), ...layer.storage.keys(), ...layer.cleared])) {
    const before = found(below.account(address))
    const written = layer.accounts.get(address)
    const account = written ?? (layer.accounts.has(address) ? undefined : before)
    if (account === undefined && before === undefined && !isPartial) continue
    const after = account && withStorageRoot(account, before, layer, address, height, trie, nodes, isPartial)
    accounts.set(address, after)
    changes.push({
      key: hashOf(address),
      value: after ? encodeAccount(after) : isPartial ? NOTHING : undefined,
    })
  }

  return {
    root: collect(updateTrie(root, changes, trie), nodes),
    layer: { ...layer, accounts },
    nodes,
  }
}

/** RLP of the empty string, which reads as zero: a voided slot or account in a fork's trie. */
const NOTHING = Uint8Array.of(0x80)

/** On a fork, the incarnation of what lives since before it. */
export const ORIGIN_LIFE = 0

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
  isPartial: boolean,
): Account => {
  const lives = before !== undefined && !layer.cleared.has(address)
  const storageRoot = lives ? before.storageRoot : EMPTY_ROOT
  const incarnation = lives ? before.incarnation : height
  const slots = layer.storage.get(address)
  if (!slots) return { ...account, storageRoot, incarnation }
  const changes: TrieChange[] = []
  const voided = isPartial && lives && incarnation === ORIGIN_LIFE ? NOTHING : undefined
  for (const [key, value] of slots)
    changes.push({ key: slotHashOf(key), value: value === 0n ? voided : encodeRlp(value) })
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
