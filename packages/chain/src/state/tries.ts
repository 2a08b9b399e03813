/**
 * The tries of committed blocks. Only that of every so-many-th block is stored: the nodes near a root change with
 * each block, and a block of one transfer would write 5 KB of them. Those since then are in memory, where blocks
 * share what they have not changed. A trie that is neither is made again from what the blocks since wrote, in one
 * update, and held against the header's root.
 */
import { type Address, type Hash, MISS, type Miss } from '@deed/evm'
import { type BlockRecord, positionKey, type Store } from '../store/store.ts'
import { type Child, hashOfTrie, rootChild } from '../trie/node.ts'
import { asRead } from '../trie/stored.ts'
import { createLayer } from './layer.ts'
import { found, giveUp, settle } from './missing.ts'
import { nodeStore, settleLayer } from './root.ts'
import { parentPosition, readerAt } from './tree.ts'

/** The trie of a block's state. */
export interface BlockTrie {
  readonly root: Child
  /** Values that changed, and blocks, since a trie was stored. */
  readonly changed: number
  readonly blocks: number
  /** Nodes of it that were in memory when it was stored, at most. */
  readonly held: number
}

export interface Tries {
  of(record: BlockRecord): Promise<BlockTrie>
  /** Whether a block's trie is stored with it. */
  isStored(trie: BlockTrie): boolean
  /** Remembers the trie of a block that was just committed. */
  keep(hash: Hash, trie: BlockTrie): void
}

const BOUNDS = {
  /** Blocks from one stored trie to the next. */
  blocks: 128,
  /** Changed values after which a trie is stored all the same; each has some 8 nodes above it, of 500 bytes. */
  changed: 10_000,
  /** Tries in memory; they share most of what they are. */
  kept: 512,
  /** Values in which the tries in memory differ from the one before, in all; each takes 1 KB with its nodes. */
  values: 20_000,
  /** Nodes that stay in memory when a trie is stored, of 1 KB at most; the rings of system contracts have 25,000. */
  nodes: 40_000,
}

/** The trie of a block whose nodes are all in the store. */
const storedTrie = (root: Hash): BlockTrie => ({ root: rootChild(root), changed: 0, blocks: 0, held: 0 })

/** The trie of a block that was stored just now: in memory until that is too much. */
const stored = (trie: BlockTrie, bound: number): BlockTrie => {
  const { root, count } = asRead(trie.root)
  const held = trie.held + count
  return held > bound ? storedTrie(hashOfTrie(root)) : { root, changed: 0, blocks: 0, held }
}

export const createTries = (store: Store, bounds = BOUNDS): Tries => {
  const kept = new Map<Hash, BlockTrie & { readonly values: number }>()
  let values = 0
  let lastChanged = 0
  const isStored: Tries['isStored'] = ({ blocks, changed }) =>
    blocks >= bounds.blocks || changed >= bounds.changed
  const remember = (hash: Hash, trie: BlockTrie): void => {
    const { changed } = trie
    const own = changed > lastChanged ? changed - lastChanged : changed
    values += own - (kept.get(hash)?.values ?? 0)
    lastChanged = changed
    kept.delete(hash)
    kept.set(hash, { ...trie, values: own })
    for (const [old, { values: gone }] of kept) {
      if (kept.size <= 1 || (kept.size <= bounds.kept && values <= bounds.values)) break
      kept.delete(old)
      values -= gone
    }
  }
  return {
    isStored,
    keep: (hash, trie) => remember(hash, isStored(trie) ? stored(trie, bounds.nodes) : trie),
    of: async (record) => {
      const known = kept.get(record.hash)
      if (known) return known
      const trie = await remake(store, record)
      // However much it differs from the one that is stored: it is not, before a block on top of it is.
      remember(record.hash, trie)
      return trie
    },
  }
}

/** The trie of a block from the stored one of the nearest ancestor, or of its own. */
const remake = async (store: Store, record: BlockRecord): Promise<BlockTrie> => {
  const accounts = new Set<Address>()
  const slots = new Map<Address, Map<bigint, number>>()
  let { hash, position } = record
  let blocks = 0
  // By places alone: a block is a hundred times as much to read, and there may be thousands.
  while (!(await settle(store, () => found(store.record('nodesOf', hash))))) {
    const written = await store.written(position)
    for (const address of written.accounts) accounts.add(address)
    for (const { address, incarnation, keys } of written.slots) {
      const known = slots.get(address) ?? new Map<bigint, number>()
      slots.set(address, known)
      // The newest life that wrote the slot comes first on this way, and is the only one that counts.
      for (const key of keys) if (!known.has(key)) known.set(key, incarnation)
    }
    position = await settle(store, () => parentPosition(store, position))
    hash = (await settle(store, () => found(store.record('position', positionKey(position)))))!
    blocks++
  }
  if (blocks === 0) return storedTrie(record.block.header.stateRoot)
  const base = (await settle(store, () => found(store.record('block', hash))))!

  const [before, after] = await settle(store, () => [
    readerAt(store, base.position),
    readerAt(store, record.position),
  ])
  // What is missing is asked for all at once: there may be thousands, and each round reads everything again.
  const layer = await settle(store, () => {
    let isMissing = false
    const at = <T>(value: T | Miss): T | undefined => {
      if (value !== MISS) return value as T
      isMissing = true
      return undefined
    }
    const changes = createLayer()
    for (const address of accounts) {
      const account = at(after.account(address))
      changes.accounts.set(address, account)
      const old = at(before.account(address))
      if (old && old.incarnation !== account?.incarnation) changes.cleared.add(address)
      if (!account) continue
      const written = new Map<bigint, bigint>()
      for (const [key, incarnation] of slots.get(address) ?? [])
        if (incarnation === account.incarnation) written.set(key, at(after.slot(address, key)) ?? 0n)
      if (written.size > 0) changes.storage.set(address, written)
    }
    if (isMissing) giveUp()
    return changes
  })
  const { root, trie, changed } = await settle(store, () =>
    settleLayer(nodeStore(store), rootChild(base.block.header.stateRoot), before, layer, 0),
  )
  const expected = record.block.header.stateRoot
  if (root !== expected) throw new OtherRoot(record.hash, root, expected)
  return { root: trie, changed, blocks, held: 0 }
}

class OtherRoot extends Error {
  override readonly name = 'OtherRoot'
  readonly code = 'DEED_STORE_DAMAGED'
  constructor(hash: Hash, root: Hash, expected: Hash) {
    super(
      `The state that is stored for block ${hash} has the root ${root}, and its header says ${expected}: ` +
        'the store is damaged. Put a copy of it back, or begin a new chain',
    )
  }
}
