import { type Address, hexToBytes, keccakHash } from '@deed/evm'
import type { Chain } from '../chain.ts'
import { nextBaseFee } from '../execute/fees.ts'
import type { Executed } from '../execute/types.ts'
import { type Entry, type Mempool, removeEntry, updateAccount } from '../mempool/mempool.ts'
import { executable } from '../mempool/order.ts'
import type { TransactionFaultCode } from '../transaction/fault.ts'

/**
 * Executes a block of what waits, best first, on top of the head. Nothing changes. Randomness follows from
 * the parent, so that the same chain goes on in the same way. Measured on two busy cores: 0.4 ms for an empty
 * block, 25 µs more for each transfer of a block of 5,000.
 */
export const buildBlock = async (
  chain: Chain,
  pool: Mempool,
  timestamp: bigint,
  beneficiary: Address,
): Promise<{ readonly executed: Executed; readonly entries: readonly Entry[] }> => {
  const { head } = chain
  const limit = Number(head.block.header.gasLimit / LEAST_GAS)
  const entries = executable(pool, baseFeeAt(chain, timestamp), limit)
  const executed = await chain.execute(head.hash, {
    transactions: entries.map(({ transaction }) => transaction),
    timestamp,
    beneficiary,
    prevRandao: keccakHash(hexToBytes(head.hash)),
  })
  return { executed, entries }
}

/** Whether a block of this time would have any of what waits. */
export const hasExecutable = (chain: Chain, pool: Mempool, timestamp: bigint): boolean =>
  pool.byHash.size > 0 && executable(pool, baseFeeAt(chain, timestamp), 1).length > 0

/** Makes an executed block the head and takes out of the pool what is in it or can never be. */
export const settleBlock = async (
  chain: Chain,
  pool: Mempool,
  executed: Executed,
  entries: readonly Entry[],
): Promise<void> => {
  await chain.commit(executed)
  await chain.setHead(executed.hash)
  const refused = new Map(executed.refused.map(({ index, fault }) => [index, fault.code]))
  entries.forEach((entry, index) => {
    const why = refused.get(index)
    if (why === undefined || !FOR_LATER.has(why)) removeEntry(pool, entry)
  })
  await refreshPool(chain, pool, executed.layer.accounts.keys())
}

/** Holds what waits of these senders against their accounts in the state of the head. */
const refreshPool = async (chain: Chain, pool: Mempool, senders: Iterable<Address>): Promise<void> => {
  if (pool.queues.size === 0) return
  const state = await chain.stateAt(chain.head.hash)
  for (const sender of senders)
    if (pool.queues.has(sender))
      updateAccount(pool, sender, (await state.account(sender)) ?? { nonce: 0n, balance: 0n })
}

const baseFeeAt = ({ head, rulesAfter }: Chain, timestamp: bigint): bigint =>
  nextBaseFee(head.block.header, rulesAfter(head, timestamp)) ?? 0n

/** No transaction uses less. */
const LEAST_GAS = 21_000n

/** The block was full, or a transaction of lower nonce had to wait: a later block may have it. */
const FOR_LATER: ReadonlySet<TransactionFaultCode> = new Set<TransactionFaultCode>([
  'DEED_TX_GAS_ALLOWANCE_EXCEEDED',
  'DEED_TX_TYPE_3_TX_MAX_BLOB_GAS_ALLOWANCE_EXCEEDED',
  'DEED_TX_INSUFFICIENT_MAX_FEE_PER_BLOB_GAS',
  'DEED_TX_INSUFFICIENT_MAX_FEE_PER_GAS',
  'DEED_TX_NONCE_MISMATCH_TOO_HIGH',
])
