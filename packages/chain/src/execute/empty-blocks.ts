/**
 * Blocks without transactions, one on top of the other. Nothing happens in them but what the system contracts write,
 * so they are made without drafts, engine or waiting: a day of them takes seconds. {@link ./block.ts} gives the same
 * blocks, and a test holds one against the other.
 */
import { type Address, type Hash, isActive, keccakHash } from '@deed/evm'
import { encodeBlock } from '../block/body.ts'
import { headerHash } from '../block/header.ts'
import { requestsHash } from '../block/requests.ts'
import type { Block, Header } from '../block/types.ts'
import { hexToBytes } from '../hex.ts'
import { createLayer, writeSlots } from '../state/layer.ts'
import { found } from '../state/missing.ts'
import { encodeAccount, hashOf, nodeStore, settleSlots, whole } from '../state/root.ts'
import { readerAt } from '../state/tree.ts'
import type { BlockTrie } from '../state/tries.ts'
import type { BlockRecord } from '../store/store.ts'
import { EMPTY_ROOT, hashOfTrie, rootChild } from '../trie/node.ts'
import { leafOf } from '../trie/proof.ts'
import { updateTrie } from '../trie/update.ts'
import { type Host, openHeader, rulesAfter } from './block.ts'
import {
  BEACON_ROOTS,
  CONSOLIDATION_REQUESTS,
  HISTORY_STORAGE,
  WITHDRAWAL_REQUESTS,
} from './system-contracts.ts'
import { nativeSystemCall } from './system-native.ts'
import type { Executed } from './types.ts'

/**
 * A step: the next block, empty, or `undefined` where that is not so simple: before Prague, or with other system
 * contracts, or while requests wait in them.
 */
export const emptyBlock = (
  { config, store }: Host,
  parent: BlockRecord,
  trie: BlockTrie,
  timestamp: bigint,
  beneficiary: Address,
): Executed | undefined => {
  const rules = rulesAfter(config, parent, timestamp)
  if (!isActive('Prague', rules.fork) || rules.blockRewardWei > 0n) return undefined
  const prevRandao = keccakHash(hexToBytes(parent.hash))
  const opened = openHeader(parent, { timestamp, beneficiary, prevRandao }, rules)

  const state = readerAt(store, parent.position)
  const nodes = nodeStore(store)
  const layer = createLayer()
  const changes = []
  let changed = 0
  for (const [to, input] of CALLS) {
    const account = found(state.account(to))
    const { number } = opened
    const call = { to, state, input: input(opened), number, timestamp, isPartial: nodes.isPartial }
    const written = account && nativeSystemCall(account.codeHash, call)
    if (!written) return undefined
    if (written.size === 0) continue
    const known = whole(leafOf(trie.root, hashOf(to), nodes))?.below
    const before = known ?? rootChild(account.storageRoot)
    const below = settleSlots(nodes, before, written, account.incarnation)
    const after = { ...account, storageRoot: hashOfTrie(below) }
    layer.accounts.set(to, after)
    writeSlots(layer, to, written)
    changes.push({ key: hashOf(to), value: encodeAccount(after), below })
    changed += 1 + written.size
  }
  const root = whole(updateTrie(trie.root, changes, nodes)).root
  const header: Header = {
    ...opened,
    stateRoot: hashOfTrie(root),
    transactionsRoot: EMPTY_ROOT,
    receiptsRoot: EMPTY_ROOT,
    requestsHash: NO_REQUESTS,
  }
  const block: Block = { header, transactions: [], uncles: [], withdrawals: [] }
  return {
    parent: parent.hash,
    block,
    hash: headerHash(header),
    receipts: [],
    senders: [],
    transactionHashes: [],
    totalDifficulty: parent.totalDifficulty,
    size: encodeBlock(block).length,
    requests: [],
    refused: [],
    layer,
    trie: { root, changed: trie.changed + changed, blocks: trie.blocks + 1, held: trie.held },
  }
}

/** What the protocol calls in an empty block, and with which word. */
const CALLS: readonly (readonly [Address, (header: Header) => bigint])[] = [
  [BEACON_ROOTS.address, ({ parentBeaconBlockRoot }) => BigInt(parentBeaconBlockRoot!)],
  [HISTORY_STORAGE.address, ({ parentHash }) => BigInt(parentHash)],
  [WITHDRAWAL_REQUESTS.address, () => 0n],
  [CONSOLIDATION_REQUESTS.address, () => 0n],
]

const NO_REQUESTS: Hash = requestsHash([])
