import { type Address, hexToBytes, keccakHash } from '@deed/evm'
import type { Chain } from '../chain.ts'
import { nextBaseFee } from '../execute/fees.ts'
import type { Executed, Refusal } from '../execute/types.ts'
import { type Entry, type Mempool, removeEntry, updateAccount } from '../mempool/mempool.ts'
import { executable, type MempoolOrder } from '../mempool/order.ts'
import { encodeTransaction } from '../transaction/codec.ts'
import { isFault, type TransactionFault, type TransactionFaultCode } from '../transaction/fault.ts'
import { decodePooledTransaction } from '../transaction/sidecar.ts'
import { impersonateSender } from '../transaction/signature.ts'
import type { Transaction } from '../transaction/types.ts'
import type { BlockSettings } from './block-settings.ts'
import type { GivenTransaction } from './input.ts'

/**
 * Executes a block on top of the head: of what waits, best first, or of what is given instead. Nothing changes.
 * Randomness follows from the parent, so that the same chain goes on in the same way. Measured on two busy
 * cores: 0.4 ms for an empty block, 25 µs more for each transfer of a block of 5,000.
 */
export const buildBlock = async (
  chain: Chain,
  pool: Mempool,
  timestamp: bigint,
  settings: BlockSettings,
  order: MempoolOrder,
  given?: readonly Transaction[],
): Promise<{ readonly executed: Executed; readonly entries: readonly Entry[] }> => {
  const { head } = chain
  const limit = Number((settings.gasLimit ?? head.block.header.gasLimit) / LEAST_GAS)
  const { blockSizeCap } = chain.rulesAfter(head, timestamp)
  const baseFee = settings.baseFeePerGas ?? baseFeeAt(chain, timestamp)
  const entries = given ? [] : withinSize(executable(pool, baseFee, limit, order), blockSizeCap)
  const executed = await chain.execute(head.hash, {
    transactions: given ?? entries.map(({ transaction }) => transaction),
    timestamp,
    beneficiary: settings.beneficiary,
    prevRandao: settings.prevRandao ?? keccakHash(hexToBytes(head.hash)),
    ...(settings.gasLimit !== undefined && { gasLimit: settings.gasLimit }),
    ...(settings.baseFeePerGas !== undefined && { baseFeePerGas: settings.baseFeePerGas }),
  })
  return { executed, entries }
}

/** Whether a block of this time would have any of what waits. */
export const hasExecutable = (
  chain: Chain,
  pool: Mempool,
  timestamp: bigint,
  { baseFeePerGas = baseFeeAt(chain, timestamp) }: BlockSettings,
): boolean => pool.byHash.size > 0 && executable(pool, baseFeePerGas, 1).length > 0

/** What left the pool without being in a block, and why. */
export interface Dropped {
  readonly entry: Entry
  readonly fault: Refusal['fault']
}

/** Takes out of the pool what is in the new head or can never be in a block. */
export const settleBlock = async (
  chain: Chain,
  pool: Mempool,
  executed: Executed,
  entries: readonly Entry[],
): Promise<readonly Dropped[]> => {
  const refused = new Map(executed.refused.map(({ index, fault }) => [index, fault]))
  const dropped: Dropped[] = []
  entries.forEach((entry, index) => {
    const fault = refused.get(index)
    if (fault !== undefined && FOR_LATER.has(fault.code)) return
    removeEntry(pool, entry)
    if (fault !== undefined) dropped.push({ entry, fault })
  })
  await refreshPool(chain, pool, executed.layer.accounts.keys())
  return dropped
}

/** A transaction that goes into a block without having waited; blobs go beside it. */
export const decodeGiven = ({ encoded, impersonated }: GivenTransaction): Transaction | TransactionFault => {
  const pooled = decodePooledTransaction(hexToBytes(encoded))
  if (isFault(pooled)) return pooled
  return impersonated ? impersonateSender(pooled.transaction, impersonated) : pooled.transaction
}

/** Holds what waits of these senders against their accounts in the state of the head. */
export const refreshPool = async (chain: Chain, pool: Mempool, senders: Iterable<Address>): Promise<void> => {
  if (pool.queues.size === 0) return
  const state = await chain.stateAt(chain.head.hash)
  for (const sender of senders)
    if (pool.queues.has(sender))
      updateAccount(pool, sender, (await state.account(sender)) ?? { nonce: 0n, balance: 0n })
}

/** As many as fit a block by their bytes (EIP-7934); one that does not waits, and its sender's later ones with it. */
const withinSize = (entries: Entry[], blockSizeCap: number | undefined): Entry[] => {
  let room = (blockSizeCap ?? Number.POSITIVE_INFINITY) - BLOCK_OVERHEAD_BYTES
  return entries.filter(({ transaction, encoded }) => {
    // Blobs travel beside the block and not in it.
    const size = transaction.type === 3 ? encodeTransaction(transaction).length : encoded.length
    if (size + ITEM_OVERHEAD_BYTES > room) return false
    room -= size + ITEM_OVERHEAD_BYTES
    return true
  })
}

/** Header, lists of uncles and withdrawals, and prefixes of a block of this node take some 700 bytes. */
const BLOCK_OVERHEAD_BYTES = 1_024
/** The longest prefix of one transaction in the block's list. */
const ITEM_OVERHEAD_BYTES = 4

const baseFeeAt = ({ head, rulesAfter }: Chain, timestamp: bigint): bigint =>
  nextBaseFee(head.block.header, rulesAfter(head, timestamp)) ?? 0n

/** No transaction uses less. */
const LEAST_GAS = 21_000n

/** The block was full, or a transaction of lower nonce had to wait: a later block may have it. */
const FOR_LATER: ReadonlySet<string> = new Set<TransactionFaultCode>([
  'DEED_TX_GAS_ALLOWANCE_EXCEEDED',
  'DEED_TX_TYPE_3_TX_MAX_BLOB_GAS_ALLOWANCE_EXCEEDED',
  'DEED_TX_INSUFFICIENT_MAX_FEE_PER_BLOB_GAS',
  'DEED_TX_INSUFFICIENT_MAX_FEE_PER_GAS',
  'DEED_TX_NONCE_MISMATCH_TOO_HIGH',
])
