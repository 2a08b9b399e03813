/** Who gives way when the pool is full: the one that offers least per gas, and of equals the one that came last. */
import { maxGasPrice } from '../transaction/price.ts'
import { popHeap, pushHeap } from './heap.ts'
import type { Entry, Mempool } from './mempool.ts'

/**
 * The cheapest entries whose leaving frees so much, all of which offer less than the newcomer does and are of others:
 * without its sender's earlier ones it could not be mined. `undefined` where there are not enough. Nothing is taken
 * out yet. Costs log n for each, and once n for a pool of n that was never full before.
 */
export const makeRoom = (
  pool: Mempool,
  { transaction, sender }: Pick<Entry, 'transaction' | 'sender'>,
  excess: { readonly transactions: number; readonly bytes: number },
): Entry[] | undefined => {
  const heap = cheapest(pool)
  const victims: Entry[] = []
  const spared: Entry[] = []
  /** One that left the pool and was put back, as by a snapshot, is in the heap twice. */
  const seen = new Set<Entry>()
  let { transactions, bytes } = excess
  while (transactions > 0 || bytes > 0) {
    const entry = heap.length === 0 ? undefined : popHeap(heap, goesBefore)
    if (entry !== undefined && (pool.byHash.get(entry.hash) !== entry || seen.has(entry))) continue
    if (entry !== undefined) seen.add(entry)
    if (entry !== undefined && entry.sender === sender) spared.push(entry)
    else if (entry !== undefined && maxGasPrice(entry.transaction) < maxGasPrice(transaction)) {
      victims.push(entry)
      transactions--
      bytes -= entry.encoded.length
    } else {
      if (entry !== undefined) spared.push(entry)
      spared.push(...victims)
      break
    }
  }
  for (const entry of spared) pushHeap(heap, entry, goesBefore)
  return transactions > 0 || bytes > 0 ? undefined : victims
}

/** Takes note of a new entry. */
export const noteEntry = (pool: Mempool, entry: Entry): void => {
  if (pool.cheapest !== undefined) pushHeap(pool.cheapest, entry, goesBefore)
}

/** A heap of all entries, made when it is needed first. What has left the pool stays in it until it is come upon. */
const cheapest = (pool: Mempool): Entry[] => {
  if (pool.cheapest !== undefined && pool.cheapest.length <= MAX_STALE * pool.byHash.size)
    return pool.cheapest
  const heap: Entry[] = []
  for (const entry of pool.byHash.values()) pushHeap(heap, entry, goesBefore)
  pool.cheapest = heap
  return heap
}

/** How many times larger than the pool the heap may become before it is made anew. */
const MAX_STALE = 4

const goesBefore = (a: Entry, b: Entry): boolean => {
  const [priceA, priceB] = [maxGasPrice(a.transaction), maxGasPrice(b.transaction)]
  return priceA === priceB ? a.arrival > b.arrival : priceA < priceB
}
