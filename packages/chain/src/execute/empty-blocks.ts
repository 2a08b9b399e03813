/**
 * Blocks without transactions, one on top of the other. Nothing happens in them but what the system contracts write,
 * so they are made without drafts, engine or waiting, on tries that change in place. {@link ./block.ts} gives the same
 * blocks, and a test holds one against the other.
 */
import { type Address, type Hash, isActive, keccakHash } from '@deed/evm'
import { encodeHeader } from '../block/header.ts'
import { requestsHash } from '../block/requests.ts'
import type { Header } from '../block/types.ts'
import { type ChainConfig, type Rules, rulesAt } from '../forks.ts'
import { hexToBytes } from '../hex.ts'
import { found } from '../state/missing.ts'
import {
  encodeAccount,
  hashOf,
  nodeStore,
  type StateNodes,
  slotHashOf,
  slotValue,
  whole,
} from '../state/root.ts'
import { readerAt } from '../state/tree.ts'
import type { BlockTrie } from '../state/tries.ts'
import type { Account, Reader } from '../state/types.ts'
import type { BlockRecord, StateWrite } from '../store/store.ts'
import type { Entry } from '../trie/build.ts'
import { EMPTY_ROOT, hashOfTrie, rootChild, toNibbles } from '../trie/node.ts'
import { leafOf } from '../trie/proof.ts'
import { createTrieRun } from '../trie/run.ts'
import { type Host, openHeader, rulesAfter } from './block.ts'
import {
  BEACON_ROOTS,
  CONSOLIDATION_REQUESTS,
  HISTORY_STORAGE,
  WITHDRAWAL_REQUESTS,
} from './system-contracts.ts'
import { nativeSystemCall, type Slots } from './system-native.ts'

/** A run of blocks. */
export interface EmptyBlocks {
  readonly blocks: readonly EmptyBlock[]
  /** Of the last. */
  readonly trie: BlockTrie
}

interface EmptyBlock {
  readonly record: Omit<BlockRecord, 'position'>
  readonly written: Omit<StateWrite, 'position'>
}

/**
 * A step: the next blocks, empty, at the first of these times, as many as have the same rules. None where that is not
 * so simple: before Prague, or with other system contracts, or while requests wait in them.
 */
export const emptyBlocks = (
  { config, store }: Host,
  parent: BlockRecord,
  trie: BlockTrie,
  times: readonly bigint[],
  beneficiary: Address,
): EmptyBlocks => {
  const nothing: EmptyBlocks = { blocks: [], trie }
  const rules = rulesAfter(config, parent, times[0]!)
  if (!isActive('Prague', rules.fork) || rules.blockRewardWei > 0n) return nothing
  const nodes = nodeStore(store)
  const state = readerAt(store, parent.position)
  const first = openHeader(parent, { timestamp: times[0]!, beneficiary }, rules)
  for (const address of QUEUES) {
    const account = found(state.account(address))
    if (account === undefined || callOf(address, account, state, 0n, first, nodes)?.size !== 0) return nothing
  }
  const rings: Ring[] = []
  for (const { address, input } of RINGS) {
    const account = found(state.account(address))
    if (!account) return nothing
    rings.push(openRing(address, account, input, trie, nodes))
  }

  const accounts = createTrieRun(trie.root, nodes)
  const blocks: EmptyBlock[] = []
  let last: Omit<BlockRecord, 'position'> = parent
  for (const timestamp of times.slice(0, sameRules(config, rules, first.number, times))) {
    const opened = openHeader(
      last,
      { timestamp, beneficiary, prevRandao: keccakHash(hexToBytes(last.hash)) },
      rules,
    )
    const written = rings.map((ring) => ring.next(opened))
    if (!written.every((slots) => slots !== undefined)) break
    const entries = rings.map((ring, index) => ring.set(written[index]!))
    whole(accounts.set(entries.sort(byPath)))
    last = recordOf(
      {
        ...opened,
        stateRoot: hashOfTrie(accounts.root),
        transactionsRoot: EMPTY_ROOT,
        receiptsRoot: EMPTY_ROOT,
        requestsHash: NO_REQUESTS,
      },
      last,
    )
    blocks.push({
      record: last,
      written: {
        accounts: rings.map(({ address, account }) => [address, account]),
        slots: rings.map(({ address, account: { incarnation } }, index) => {
          return { address, incarnation, slots: written[index]! }
        }),
      },
    })
  }
  const changed = trie.changed + blocks.length
  return { blocks, trie: { root: accounts.root, changed, blocks: trie.blocks, held: trie.held } }
}

/** How many of the blocks that begin with this one are sure to have its rules: those up to one that has them too. */
const sameRules = (config: ChainConfig, rules: Rules, number: bigint, times: readonly bigint[]): number => {
  let count = times.length
  while (count > 1) {
    const place = { number: number + BigInt(count - 1), timestamp: times[count - 1]!, merged: true }
    const { fork, blobs } = rulesAt(config, place)
    if (fork === rules.fork && blobs === rules.blobs) break
    count >>= 1
  }
  return count
}

/** What the protocol calls in an empty block with a word, which the contract keeps. */
const RINGS: readonly { readonly address: Address; readonly input: (header: Header) => bigint }[] = [
  { address: BEACON_ROOTS.address, input: ({ parentBeaconBlockRoot }) => BigInt(parentBeaconBlockRoot!) },
  { address: HISTORY_STORAGE.address, input: ({ parentHash }) => BigInt(parentHash) },
]
/** And what it asks for requests, of which there are none before somebody sends a transaction. */
const QUEUES = [WITHDRAWAL_REQUESTS.address, CONSOLIDATION_REQUESTS.address]

/** One of the rings while blocks are made. */
interface Ring {
  readonly address: Address
  readonly account: Account
  /** What the next block writes. `undefined`: it is not that simple. */
  next(opened: Header): Slots | undefined
  /** Writes it; the account as it then stands in the trie. */
  set(written: Slots): Entry
}

const openRing = (
  address: Address,
  start: Account,
  input: (header: Header) => bigint,
  trie: BlockTrie,
  nodes: StateNodes,
): Ring => {
  const path = toNibbles(hashOf(address))
  const known = whole(leafOf(trie.root, hashOf(address), nodes))?.below
  const slots = createTrieRun(known ?? rootChild(start.storageRoot), nodes)
  const encodedOf = (value: bigint) => slotValue(nodes, value, start.incarnation)
  /** As of the block before; whoever calls wants to know no more than whether a slot is there. */
  const state: Pick<Reader, 'slot'> = {
    slot: (_, slot) => (whole(leafOf(slots.root, slotHashOf(slot), nodes)) ? 1n : 0n),
  }
  let account = start
  return {
    address,
    get account() {
      return account
    },
    next(opened) {
      const written = callOf(address, start, state, input(opened), opened, nodes)
      for (const value of written?.values() ?? []) if (encodedOf(value) === undefined) return undefined
      return written
    },
    set(written) {
      const entries: Entry[] = []
      for (const [slot, value] of written)
        entries.push({ path: toNibbles(slotHashOf(slot)), value: encodedOf(value)!, below: undefined })
      whole(slots.set(entries.sort(byPath)))
      account = { ...account, storageRoot: hashOfTrie(slots.root) }
      return { path, value: encodeAccount(account), below: slots.root }
    },
  }
}

const callOf = (
  to: Address,
  { codeHash }: Account,
  state: Pick<Reader, 'slot'>,
  input: bigint,
  { number, timestamp }: Header,
  { isPartial }: StateNodes,
): Slots | undefined => nativeSystemCall(codeHash, { to, state, input, number, timestamp, isPartial })

/** The block of a header that is whole, after its parent's record. */
const recordOf = (
  header: Header,
  { totalDifficulty }: Pick<BlockRecord, 'totalDifficulty'>,
): Omit<BlockRecord, 'position'> => {
  const encoded = encodeHeader(header)
  return {
    hash: keccakHash(encoded),
    block: { header, transactions: [], uncles: [], withdrawals: [] },
    senders: [],
    transactionHashes: [],
    totalDifficulty,
    size: LIST_PREFIX_BYTES + encoded.length + EMPTY_LISTS_BYTES,
    requests: [],
  }
}

const byPath = (a: Entry, b: Entry): number => {
  let at = 0
  while (a.path[at] === b.path[at]) at++
  return a.path[at]! - b.path[at]!
}

const NO_REQUESTS: Hash = requestsHash([])
/** Transactions, uncles and withdrawals, a byte each. */
const EMPTY_LISTS_BYTES = 3
/** A header has more than 255 bytes, which its bloom alone has, and less than 2^16. */
const LIST_PREFIX_BYTES = 3
