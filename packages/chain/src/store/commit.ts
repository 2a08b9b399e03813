/** What is written when a block is committed, becomes the head, or is forgotten. */
import type { Address, Hash } from '@deed/evm'
import type { Executed } from '../execute/types.ts'
import { editsToJson } from '../state/edits.ts'
import { found, settle } from '../state/missing.ts'
import { branchOf, childPosition, pathOf } from '../state/tree.ts'
import type { Tries } from '../state/tries.ts'
import { eachNewNode } from '../trie/stored.ts'
import { type Batch, type BlockRecord, type Position, type Put, positionKey, type Store } from './store.ts'

/** Writes a block with its state next to its parent's. Of a block that is there already nothing is written. */
export const commitBlock = async (store: Store, tries: Tries, executed: Executed): Promise<BlockRecord> => {
  const { record, batch } = await settle(store, () => commitBatch(store, tries, executed))
  if (batch) {
    await store.write(batch)
    tries.keep(executed.hash, executed.trie)
  }
  return record
}

/** How the canonical chain gets from one head to another; both lists ascend. */
export interface Move {
  readonly added: readonly BlockRecord[]
  readonly removed: readonly BlockRecord[]
}

export const pathBetween = (store: Store, from: BlockRecord, to: BlockRecord): Move => {
  const added: BlockRecord[] = []
  const removed: BlockRecord[] = []
  const parentOf = ({ block }: BlockRecord) => found(store.record('block', block.header.parentHash))!
  let [old, next] = [from, to]
  while (old.hash !== next.hash) {
    const [oldNumber, nextNumber] = [old.block.header.number, next.block.header.number]
    if (nextNumber >= oldNumber) {
      added.push(next)
      next = parentOf(next)
    }
    if (oldNumber >= nextNumber) {
      removed.push(old)
      old = parentOf(old)
    }
  }
  return { added: added.reverse(), removed: removed.reverse() }
}

/** Which block a number stands for follows from the head's place, and is not written. */
export const canonicalBatch = (to: BlockRecord, { added, removed }: Move): Batch => ({
  remove: removed.flatMap(({ transactionHashes }) =>
    transactionHashes.map((key) => ({ table: 'transaction' as const, key })),
  ),
  put: [
    ...added.flatMap(({ hash, block, transactionHashes }) =>
      transactionHashes.map((key, index): Put => {
        return {
          table: 'transaction',
          key,
          value: { blockHash: hash, blockNumber: block.header.number, index },
        }
      }),
    ),
    { table: 'meta', key: 'head', value: to.hash },
  ],
})

/** `undefined`: the head is among what would be forgotten. Code stays: it is small, and others may share it. */
export const forgetBatch = (store: Store, target: Position, head: Position): Batch | undefined => {
  /** Of each branch that loses blocks, the height of the first that goes. */
  const from = new Map([[target.branch, target.height]])
  const end = nextBranch(store)
  for (let branch = target.branch + 1; branch < end; branch++) {
    const parent = found(store.record('branch', String(branch)))?.parent
    if (parent && parent.height >= (from.get(parent.branch) ?? Infinity)) from.set(branch, parent.height + 1)
  }
  if (pathOf(store, head).some(({ branch, height }) => height >= (from.get(branch) ?? Infinity)))
    return undefined

  const put: Put[] = []
  const remove: NonNullable<Batch['remove']>[number][] = []
  for (const [branch, first] of from) {
    const { parent, tip } = branchOf(store, branch)
    for (let height = first; height <= tip; height++) {
      const place = positionKey({ branch, height })
      const hash = found(store.record('position', place))!
      remove.push(
        { table: 'block', key: hash },
        { table: 'receipts', key: hash },
        { table: 'position', key: place },
        { table: 'nodesOf', key: hash },
        { table: 'meta', key: editsKey(hash) },
        ...(found(store.record('nodesOf', hash)) ?? []).map((key) => ({ table: 'node' as const, key })),
      )
    }
    const isAll = parent ? first === parent.height + 1 : first === 0
    if (isAll) remove.push({ table: 'branch', key: String(branch) })
    else put.push({ table: 'branch', key: String(branch), value: { parent, tip: first - 1 } })
  }
  return { put, remove, truncate: [...from].map(([branch, first]) => ({ branch, height: first - 1 })) }
}

/** A step: the record of a block, and what writes it where it is not there yet. */
export const commitBatch = (
  store: Store,
  tries: Tries,
  executed: Executed,
): { record: BlockRecord; batch?: Batch } => {
  const present = found(store.record('block', executed.hash))
  if (present) return { record: present }
  const { hash, block, senders, transactionHashes, totalDifficulty, size, requests, layer } = executed
  const parent = found(store.record('block', executed.parent))
  const fresh = nextBranch(store)
  const { position, branch } = parent
    ? childPosition(store, parent.position, fresh)
    : { position: { branch: fresh, height: 0 }, branch: { parent: undefined, tip: 0 } }
  const record = { hash, block, senders, transactionHashes, totalDifficulty, size, requests, position }
  const put: Put[] = [
    { table: 'block', key: hash, value: record },
    { table: 'branch', key: String(position.branch), value: branch },
    { table: 'position', key: positionKey(position), value: hash },
  ]
  if (executed.receipts.length > 0) put.push({ table: 'receipts', key: hash, value: executed.receipts })
  if (executed.edits)
    put.push({ table: 'meta', key: editsKey(hash), value: JSON.stringify(editsToJson(executed.edits)) })
  if (position.branch === fresh) put.push({ table: 'meta', key: 'nextBranch', value: String(fresh + 1) })
  if (tries.isStored(executed.trie)) put.push(...trieRows(executed))
  for (const [key, value] of layer.codes) put.push({ table: 'code', key, value })
  const accounts = [...layer.accounts].map(([address, account]) => [address, account ?? null] as const)
  const slots = [...layer.storage].flatMap(([address, written]) => {
    // Whoever set no slots at all wrote nothing that could be taken back.
    if (written.size === 0) return []
    return { address, incarnation: incarnationOf(layer.accounts, address), slots: written }
  })
  return { record, batch: { put, state: { position, accounts, slots } } }
}

/** All that is new since a trie was stored, which may be of blocks before. */
const trieRows = ({ hash, trie }: Executed): Put[] => {
  const nodes: Put[] = []
  const hashes: Hash[] = []
  eachNewNode(trie.root, (key, value) => {
    hashes.push(key)
    nodes.push({ table: 'node', key, value })
  })
  return [...nodes, { table: 'nodesOf', key: hash, value: hashes }]
}

/** Where the edits before a block are: without them it cannot be run again. */
export const editsKey = (hash: Hash): string => `edits/${hash}`

const nextBranch = (store: Store): number => Number(found(store.record('meta', 'nextBranch')) ?? 0)

/** Slots are only written to accounts that are there at the end: whatever is deleted loses its slots. */
const incarnationOf = (accounts: Executed['layer']['accounts'], address: Address): number =>
  accounts.get(address)!.incarnation
