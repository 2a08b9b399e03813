import type { TransactionFault } from '../transaction/fault.ts'

/**
 * Why a block cannot follow its parent: an expected outcome, so a value. Names behind `DEED_BLOCK_` follow
 * the official tests (`BlockException.…`) where those are about one rule.
 */
export interface BlockFault {
  readonly code: `DEED_BLOCK_${BlockFaultName}`
  /** One sentence with the values and what would be right. */
  readonly message: string
  /** Of the transaction that does not belong in the block. */
  readonly transaction?: { readonly index: number; readonly fault: TransactionFault }
}

export type BlockFaultName =
  | 'UNKNOWN_PARENT'
  | 'INVALID_BLOCK_NUMBER'
  | 'INVALID_TIMESTAMP'
  | 'INVALID_GASLIMIT'
  | 'GASLIMIT_TOO_BIG'
  | 'GAS_USED_OVER_LIMIT'
  | 'EXTRA_DATA_TOO_BIG'
  | 'EXTRA_DATA_INVALID_DAO'
  | 'INVALID_DIFFICULTY'
  | 'INVALID_NONCE'
  | 'INVALID_BASEFEE_PER_GAS'
  | 'INVALID_EXCESS_BLOB_GAS'
  | 'INVALID_BLOB_GAS_USED'
  | 'WRONG_FIELDS'
  | 'INVALID_UNCLES_HASH'
  | 'INVALID_UNCLE'
  | 'INVALID_TRANSACTIONS_ROOT'
  | 'INVALID_WITHDRAWALS_ROOT'
  | 'INVALID_TRANSACTION'
  | 'INVALID_STATE_ROOT'
  | 'INVALID_RECEIPTS_ROOT'
  | 'INVALID_LOG_BLOOM'
  | 'INVALID_GAS_USED'
  | 'INVALID_REQUESTS'
  | 'SYSTEM_CONTRACT_EMPTY'
  | 'SYSTEM_CONTRACT_CALL_FAILED'
  | 'INVALID_DEPOSIT_EVENT_LAYOUT'
  | 'BLOCK_SIZE_OVER_CAP'

export const blockFault = (
  name: BlockFaultName,
  message: string,
  transaction?: BlockFault['transaction'],
): BlockFault => ({ code: `DEED_BLOCK_${name}`, message, ...(transaction && { transaction }) })

/** Tells a fault from the value that a function returns otherwise. */
export const isBlockFault = (value: object): value is BlockFault => 'code' in value && 'message' in value
