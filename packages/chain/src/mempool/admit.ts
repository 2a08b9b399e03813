import { type Address, delegationTarget, EMPTY_CODE_HASH, type Fork } from '@deed/evm'
import type { Chain } from '../chain.ts'
import { blobBaseFee, nextBaseFee, nextExcessBlobGas } from '../execute/fees.ts'
import { transactionHash } from '../transaction/codec.ts'
import { fault, isFault, type TransactionFault } from '../transaction/fault.ts'
import { loadKzg } from '../transaction/kzg.ts'
import { maxCostWei, maxGasPrice } from '../transaction/price.ts'
import { decodePooledTransaction, type Sidecar, validateSidecar } from '../transaction/sidecar.ts'
import { impersonateSender, recoverSender } from '../transaction/signature.ts'
import type { Transaction } from '../transaction/types.ts'
import { validateTransaction } from '../transaction/validate.ts'
import { addEntry, type Entry, type Mempool, type PoolFault } from './mempool.ts'

/**
 * Takes a transaction in its network encoding into the pool, or says why not. It is held against the rules
 * of the block after the head and against its sender's account.
 *
 * @param nextTime seconds since 1970 at which the next block will be.
 * @param isUrgent refuse too what pays less than the next block's fees and so would wait: with automine
 *   nobody ever mines the empty blocks that would lower them.
 * @param impersonated whose transaction it is, whatever its signature says.
 */
export const admit = async (
  chain: Chain,
  pool: Mempool,
  encoded: Uint8Array,
  nextTime: bigint,
  isUrgent: boolean,
  impersonated?: Address,
): Promise<Entry | TransactionFault | PoolFault> => {
  const { head } = chain
  const rules = chain.rulesAfter(head, nextTime)
  const pooled = decodePooledTransaction(encoded)
  if (isFault(pooled)) return pooled
  const { sidecar } = pooled
  const transaction = impersonated ? impersonateSender(pooled.transaction, impersonated) : pooled.transaction
  const hash = transactionHash(transaction)
  if (pool.byHash.has(hash)) return { code: 'DEED_POOL_KNOWN', message: `${hash} waits in the mempool` }
  const invalid = validateTransaction(transaction, rules)
  if (invalid !== undefined) return invalid
  const { gasLimit } = head.block.header
  if (transaction.gasLimit > gasLimit)
    return fault(
      'GAS_ALLOWANCE_EXCEEDED',
      `the transaction may use ${transaction.gasLimit} gas, a block has ${gasLimit}`,
    )
  if (isUrgent) {
    const unpaid = underpriced(chain, transaction, nextTime)
    if (unpaid !== undefined) return unpaid
  }
  const sender = recoverSender(transaction)
  if (typeof sender !== 'string') return sender

  const state = await chain.stateAt(head.hash)
  const account = (await state.account(sender)) ?? { nonce: 0n, balance: 0n, codeHash: EMPTY_CODE_HASH }
  if (transaction.nonce < account.nonce)
    return fault(
      'NONCE_MISMATCH_TOO_LOW',
      `next nonce ${account.nonce}, tx nonce ${transaction.nonce}; use ${account.nonce} (${sender})`,
    )
  const mayBeContract = account.codeHash === EMPTY_CODE_HASH || impersonated !== undefined
  if (!mayBeContract && delegationTarget(await state.code(sender)) === undefined)
    return fault('SENDER_NOT_EOA', `${sender} is a contract and cannot send (EIP-3607)`)
  const costWei = maxCostWei(transaction)
  if (costWei > account.balance)
    return fault(
      'INSUFFICIENT_ACCOUNT_FUNDS',
      `${sender} has ${account.balance} wei, the transaction may cost ${costWei} wei`,
    )
  // Last, because a proof costs more than all else together.
  const unproven = await checkBlobs(transaction, sidecar, rules.fork)
  if (unproven !== undefined) return unproven
  return addEntry(pool, { transaction, hash, sender, encoded }, account)
}

const checkBlobs = async (
  transaction: Transaction,
  sidecar: Sidecar | undefined,
  fork: Fork,
): Promise<TransactionFault | undefined> => {
  if (transaction.type !== 3) return undefined
  if (sidecar === undefined)
    return fault('SIDECAR_INVALID', 'A blob transaction is sent with its blobs, commitments and proofs')
  return validateSidecar(transaction, sidecar, fork, await loadKzg())
}

const underpriced = (
  chain: Chain,
  transaction: Transaction,
  nextTime: bigint,
): TransactionFault | undefined => {
  const { header } = chain.head.block
  const rules = chain.rulesAfter(chain.head, nextTime)
  const baseFee = nextBaseFee(header, rules) ?? 0n
  const maxFee = maxGasPrice(transaction)
  if (maxFee < baseFee)
    return fault(
      'INSUFFICIENT_MAX_FEE_PER_GAS',
      `the transaction pays at most ${maxFee} wei per gas, the next block's base fee is ${baseFee}`,
    )
  if (transaction.type !== 3) return undefined
  const blobFee = blobBaseFee({ excessBlobGas: nextExcessBlobGas(header, rules) }, rules)
  if (transaction.maxFeePerBlobGas >= blobFee) return undefined
  return fault(
    'INSUFFICIENT_MAX_FEE_PER_BLOB_GAS',
    `the transaction pays at most ${transaction.maxFeePerBlobGas} wei per blob gas, the next block takes ${blobFee}`,
  )
}
