import type { Address, Hash } from '@deed/evm'
import { max } from '../bigint.ts'
import { maxCostWei } from '../transaction/price.ts'
import type { Transaction } from '../transaction/types.ts'
import { makeRoom, noteEntry } from './evict.ts'

/** What a pool holds at most. */
export interface MempoolBounds {
  /** Transactions of one sender, mined next or behind a gap of nonces. */
  readonly perSender: number
  /** Transactions of all senders. */
  readonly transactions: number
  /** Bytes of all of them in their network encoding, blobs with them. */
  readonly bytes: number
}

const BOUNDS: MempoolBounds = { perSender: 16_384, transactions: 65_536, bytes: 256 * 1024 * 1024 }

/** Percent by which each of its prices must rise for a transaction to be replaced; with blobs, double. */
const PRICE_BUMP_PERCENT = 10n
const BLOB_PRICE_BUMP_PERCENT = 100n

/** A transaction that waits. */
export interface Entry {
  readonly transaction: Transaction
  readonly hash: Hash
  readonly sender: Address
  /** Network encoding; of a blob transaction with its sidecar. */
  readonly encoded: Uint8Array
  /** Rises by one with each transaction taken in: among equal tips the first comes first. */
  readonly arrival: number
}

/** The waiting transactions of one sender. */
export interface Queue {
  /** Nonce and balance of the account in the state of the head. */
  nonce: bigint
  balance: bigint
  /** The first nonce from the account's on that nothing waits for. */
  next: bigint
  /** What all of the entries may cost at most, in wei. */
  costWei: bigint
  readonly entries: Map<bigint, Entry>
}

/**
 * Transactions by sender and nonce. Plain data: the functions beside it change it and raise `version`, so
 * that what was worked out from it can be kept for as long as it is the same.
 */
export interface Mempool {
  readonly bounds: MempoolBounds
  readonly queues: Map<Address, Queue>
  readonly byHash: Map<Hash, Entry>
  bytes: number
  arrivals: number
  version: number
  /** Heap of entries by who gives way first (./evict.ts); there since the pool was full for the first time. */
  cheapest: Entry[] | undefined
  /** Hashes of those that came or went since somebody last looked; they may have done both. */
  readonly changed: Set<Hash>
}

/** Why the pool does not take a transaction. */
export interface PoolFault {
  readonly code: 'DEED_POOL_KNOWN' | 'DEED_POOL_UNDERPRICED' | 'DEED_POOL_FULL' | 'DEED_POOL_OVERDRAWN'
  readonly message: string
}

export const createMempool = (bounds: MempoolBounds = BOUNDS): Mempool => ({
  bounds,
  queues: new Map(),
  byHash: new Map(),
  bytes: 0,
  arrivals: 0,
  version: 0,
  cheapest: undefined,
  changed: new Set(),
})

/**
 * Takes in a transaction that is valid against its sender's account, or says why not. One of the same
 * sender and nonce gives way if the new one pays enough more. In a full pool the cheapest give way, but not to one
 * that is behind a gap of nonces.
 */
export const addEntry = (
  pool: Mempool,
  { transaction, hash, sender, encoded }: Omit<Entry, 'arrival'>,
  account: { readonly nonce: bigint; readonly balance: bigint },
): Entry | PoolFault => {
  if (pool.byHash.has(hash)) return { code: 'DEED_POOL_KNOWN', message: `${hash} waits in the mempool` }
  const queue = pool.queues.get(sender) ?? emptyQueue(account)
  const replaced = queue.entries.get(transaction.nonce)
  if (replaced !== undefined && !outbids(transaction, replaced.transaction))
    return {
      code: 'DEED_POOL_UNDERPRICED',
      message: `to replace ${replaced.hash} raise every fee by at least ${bumpOf(replaced.transaction)}%`,
    }
  const freedWei = replaced === undefined ? 0n : maxCostWei(replaced.transaction)
  const costWei = queue.costWei - freedWei + maxCostWei(transaction)
  if (costWei > account.balance)
    return {
      code: 'DEED_POOL_OVERDRAWN',
      message: `${sender} has ${account.balance} wei, this transaction with those that wait before and behind it may cost ${costWei} wei`,
    }
  const victims = roomFor(pool, queue, { transaction, sender, encoded }, replaced)
  if (victims === undefined)
    return {
      code: 'DEED_POOL_FULL',
      message: `it holds ${pool.byHash.size} transactions, ${queue.entries.size} of ${sender}; offer more per gas, or wait for blocks`,
    }
  if (replaced !== undefined) removeEntry(pool, replaced)
  for (const victim of victims) removeEntry(pool, victim)
  const entry: Entry = { transaction, hash, sender, encoded, arrival: ++pool.arrivals }
  insert(pool, queue, entry)
  return entry
}

/** Puts an entry back as it was, for instance from a snapshot. */
export const restoreEntry = (
  pool: Mempool,
  entry: Entry,
  account: { readonly nonce: bigint; readonly balance: bigint },
): void => {
  insert(pool, pool.queues.get(entry.sender) ?? emptyQueue(account), entry)
}

export const removeEntry = (pool: Mempool, { hash, sender, transaction, encoded }: Entry): void => {
  const queue = pool.queues.get(sender)
  if (!pool.byHash.delete(hash) || queue === undefined) return
  queue.entries.delete(transaction.nonce)
  if (transaction.nonce < queue.next && transaction.nonce >= queue.nonce) queue.next = transaction.nonce
  queue.costWei -= maxCostWei(transaction)
  if (queue.entries.size === 0) pool.queues.delete(sender)
  pool.bytes -= encoded.length
  pool.version++
  pool.changed.add(hash)
}

/** Drops what an account's new nonce has overtaken and what its new balance cannot pay any more. */
export const updateAccount = (
  pool: Mempool,
  sender: Address,
  account: { readonly nonce: bigint; readonly balance: bigint },
): void => {
  const queue = pool.queues.get(sender)
  if (queue === undefined) return
  queue.nonce = account.nonce
  queue.balance = account.balance
  queue.next = account.nonce
  for (const entry of [...queue.entries.values()])
    if (entry.transaction.nonce < account.nonce || maxCostWei(entry.transaction) > account.balance)
      removeEntry(pool, entry)
  passWaiting(queue)
}

/** Lets everything go. */
export const clearMempool = (pool: Mempool): void => {
  for (const entry of [...pool.byHash.values()]) removeEntry(pool, entry)
}

/** The nonce that the sender should use next: behind everything that waits without a gap. */
export const nextNonce = (pool: Mempool, sender: Address, accountNonce: bigint): bigint => {
  const queue = pool.queues.get(sender)
  if (queue === undefined) return accountNonce
  // Where a block was just mined, the account is ahead of its queue for a moment.
  let nonce = max(queue.next, accountNonce)
  while (queue.entries.has(nonce)) nonce++
  return nonce
}

/** The next nonce is kept rather than looked for: a sender of 5,000 transactions asks 5,000 times. */
const passWaiting = (queue: Queue): void => {
  while (queue.entries.has(queue.next)) queue.next++
}

const emptyQueue = ({ nonce, balance }: { readonly nonce: bigint; readonly balance: bigint }): Queue => ({
  nonce,
  balance,
  next: nonce,
  costWei: 0n,
  entries: new Map(),
})

const insert = (pool: Mempool, queue: Queue, entry: Entry): void => {
  queue.entries.set(entry.transaction.nonce, entry)
  passWaiting(queue)
  queue.costWei += maxCostWei(entry.transaction)
  pool.queues.set(entry.sender, queue)
  pool.byHash.set(entry.hash, entry)
  pool.bytes += entry.encoded.length
  pool.version++
  pool.changed.add(entry.hash)
  noteEntry(pool, entry)
}

/** Which entries make room for a transaction; `undefined`: none may. */
const roomFor = (
  pool: Mempool,
  queue: Queue,
  newcomer: Pick<Entry, 'transaction' | 'sender' | 'encoded'>,
  replaced: Entry | undefined,
): readonly Entry[] | undefined => {
  const { bounds } = pool
  if (replaced === undefined && queue.entries.size >= bounds.perSender) return undefined
  const excess = {
    transactions: pool.byHash.size + (replaced === undefined ? 1 : 0) - bounds.transactions,
    bytes: pool.bytes + newcomer.encoded.length - (replaced?.encoded.length ?? 0) - bounds.bytes,
  }
  if (excess.transactions <= 0 && excess.bytes <= 0) return []
  return newcomer.transaction.nonce > queue.next ? undefined : makeRoom(pool, newcomer, excess)
}

const bumpOf = (transaction: Transaction): bigint =>
  transaction.type === 3 ? BLOB_PRICE_BUMP_PERCENT : PRICE_BUMP_PERCENT

/** Whether every price of the new transaction is enough above the old one's. */
const outbids = (next: Transaction, old: Transaction): boolean => {
  const percent = 100n + bumpOf(old)
  const before = pricesOf(old)
  return pricesOf(next).every((price, index) => price * 100n >= (before[index] ?? 0n) * percent)
}

const pricesOf = (transaction: Transaction): readonly bigint[] => {
  if ('gasPrice' in transaction) return [transaction.gasPrice, transaction.gasPrice]
  const { maxFeePerGas, maxPriorityFeePerGas } = transaction
  return transaction.type === 3
    ? [maxFeePerGas, maxPriorityFeePerGas, transaction.maxFeePerBlobGas]
    : [maxFeePerGas, maxPriorityFeePerGas]
}
