import { min } from '../bigint.ts'
import { maxGasPrice } from '../transaction/price.ts'
import type { Transaction } from '../transaction/types.ts'
import { popHeap, pushHeap } from './heap.ts'
import type { Entry, Mempool } from './mempool.ts'

/**
 * What could be mined now, best first: the sender's nonces in order, across senders the highest tip, among
 * equal tips the earliest arrival. A transaction that does not pay the base fee holds back its sender's
 * later ones. A heap of one entry a sender: n log s for n transactions of s senders.
 *
 * @param limit how many at most.
 * @param order `fifo`: the earliest arrival first, whatever it pays.
 */
export const executable = (
  pool: Mempool,
  baseFeePerGas: bigint,
  limit: number,
  order: MempoolOrder = 'fees',
): Entry[] => {
  const heap: Candidate[] = []
  const offer = (entry: Entry | undefined): void => {
    const tipWei = entry === undefined ? undefined : tipOf(entry.transaction, baseFeePerGas)
    // First come, first served is an order of equal tips.
    if (entry !== undefined && tipWei !== undefined)
      pushHeap(heap, { entry, tipWei: order === 'fifo' ? 0n : tipWei }, isBefore)
  }
  for (const queue of pool.queues.values()) offer(queue.entries.get(queue.nonce))
  const chosen: Entry[] = []
  while (heap.length > 0 && chosen.length < limit) {
    const { entry } = popHeap(heap, isBefore)
    chosen.push(entry)
    offer(pool.queues.get(entry.sender)!.entries.get(entry.transaction.nonce + 1n))
  }
  return chosen
}

export type MempoolOrder = 'fees' | 'fifo'

/** Wei per gas for the block's beneficiary; `undefined` if the base fee is not met. */
export const tipOf = (transaction: Transaction, baseFeePerGas: bigint): bigint | undefined => {
  const room = maxGasPrice(transaction) - baseFeePerGas
  if (room < 0n) return undefined
  return 'gasPrice' in transaction ? room : min(transaction.maxPriorityFeePerGas, room)
}

interface Candidate {
  readonly entry: Entry
  readonly tipWei: bigint
}

const isBefore = (a: Candidate, b: Candidate): boolean =>
  a.tipWei === b.tipWei ? a.entry.arrival < b.entry.arrival : a.tipWei > b.tipWei
