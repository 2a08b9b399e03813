/**
 * Why a transaction cannot be part of a block: an expected outcome, so a value. The names behind `DEED_TX_`
 * are those of the official tests (`TransactionException.…`), one to one.
 */
export interface TransactionFault {
  readonly code: TransactionFaultCode
  /** One sentence with the values and what would be right. */
  readonly message: string
}

export type TransactionFaultCode = `DEED_TX_${FaultName}`

export type FaultName =
  // Encoding.
  | 'RLP_ERROR_EOF'
  | 'RLP_ERROR_SIZE'
  | 'RLP_ERROR_SIZE_LEADING_ZEROS'
  | 'RLP_INVALID_HEADER'
  | 'RLP_TOO_FEW_ELEMENTS'
  | 'RLP_TOO_MANY_ELEMENTS'
  | `RLP_INVALID_${FieldName}`
  | `RLP_LEADING_ZEROS_${FieldName}`
  /** The field's length prefix is not the shortest. */
  | `RLP_LEADING_ZEROS_${FieldName}_SIZE`
  | `RLP_INVALID_ACCESS_LIST_${'ADDRESS' | 'STORAGE'}_TOO_${'LONG' | 'SHORT'}`
  | `ADDRESS_TOO_${'LONG' | 'SHORT'}`
  | `${FieldName}_OVERFLOW`
  | 'TYPE_NOT_SUPPORTED'
  // Signature.
  | 'INVALID_SIGNATURE_VRS'
  | 'EC_RECOVERY_FAIL'
  | 'INVALID_CHAINID'
  // What a transaction says by itself, at a fork.
  | `TYPE_${1 | 2 | 3 | 4}_TX_PRE_FORK`
  | 'NONCE_TOO_BIG'
  | 'INTRINSIC_GAS_TOO_LOW'
  | 'INTRINSIC_GAS_BELOW_FLOOR_GAS_COST'
  | 'GAS_LIMIT_EXCEEDS_MAXIMUM'
  | 'GASLIMIT_PRICE_PRODUCT_OVERFLOW'
  | 'PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS'
  | 'INITCODE_SIZE_EXCEEDED'
  | 'TYPE_3_TX_CONTRACT_CREATION'
  | 'TYPE_3_TX_ZERO_BLOBS'
  | 'TYPE_3_TX_BLOB_COUNT_EXCEEDED'
  | 'TYPE_3_TX_INVALID_BLOB_VERSIONED_HASH'
  | 'TYPE_4_TX_CONTRACT_CREATION'
  | 'TYPE_4_EMPTY_AUTHORIZATION_LIST'
  // The blobs that travel with a transaction of type 3; blocks do not have them, so these names are ours.
  | 'SIDECAR_INVALID'
  | 'SIDECAR_WRONG_VERSION'
  | 'SIDECAR_PROOF_INVALID'
  // Against the block and the sender's account.
  | 'GAS_ALLOWANCE_EXCEEDED'
  | 'INSUFFICIENT_MAX_FEE_PER_GAS'
  | 'INSUFFICIENT_MAX_FEE_PER_BLOB_GAS'
  | 'TYPE_3_TX_MAX_BLOB_GAS_ALLOWANCE_EXCEEDED'
  | 'NONCE_MISMATCH_TOO_LOW'
  | 'NONCE_MISMATCH_TOO_HIGH'
  | 'SENDER_NOT_EOA'
  | 'INSUFFICIENT_ACCOUNT_FUNDS'
  // The engine threw while it ran: a bug, which one transaction must not turn into one of the whole chain.
  | 'ENGINE_FAILED'

/** A transaction's fields as the official tests name them. */
export type FieldName =
  | 'CHAINID'
  | 'NONCE'
  | 'GASPRICE'
  | 'PRIORITY_FEE'
  | 'PRIORITY'
  | 'BASEFEE'
  | 'GASLIMIT'
  | 'TO'
  | 'VALUE'
  | 'DATA'
  | 'ACCESS_LIST'
  | 'BLOB_FEE'
  | 'BLOB_HASHES'
  | 'AUTHORIZATION_LIST'
  | 'V'
  | 'R'
  | 'S'
  | 'SIGNATURE_R'
  | 'SIGNATURE_S'

export const fault = (name: FaultName, message: string): TransactionFault => ({
  code: `DEED_TX_${name}`,
  message,
})

/** Tells a fault from the value that a function returns otherwise. */
export const isFault = (value: object): value is TransactionFault => 'code' in value && 'message' in value
