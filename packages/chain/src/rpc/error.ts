import type { Hex } from '@deed/evm'
import type { BlockFault } from '../execute/fault.ts'
import type { PoolFault } from '../mempool/mempool.ts'
import { isFault, type TransactionFault, type TransactionFaultCode } from '../transaction/fault.ts'

/**
 * An answer of JSON-RPC that says no. `data` is the revert data of a call where there is any, as geth gives
 * it, because clients decode custom errors from it; otherwise an object with the stable `DEED_…` code.
 */
export class RpcError extends Error {
  override readonly name = 'RpcError'
  readonly code: number
  readonly data: Hex | { readonly code: string } | undefined
  /** Why, in words of the source, for people: clients do not look at it (./explainer.ts). */
  explanation: string | undefined
  constructor(code: number, message: string, data?: Hex | { readonly code: string }) {
    super(message)
    this.code = code
    this.data = data
  }
}

/** Codes of JSON-RPC 2.0 §5.1, EIP-1474, and geth's 3 for a revert. */
export const RPC_CODE = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  server: -32000,
  notFound: -32001,
  rejected: -32003,
  unsupported: -32004,
  limit: -32005,
  revert: 3,
} as const

/** An error in the form of JSON-RPC. Anything but an {@link RpcError} is a bug and keeps its sentence. */
export const toErrorObject = (
  error: unknown,
): { code: number; message: string; data?: unknown; explanation?: string } => {
  if (error instanceof RpcError) {
    const { code, message, data, explanation } = error
    return {
      code,
      message,
      ...(data !== undefined && { data }),
      ...(explanation !== undefined && { explanation }),
    }
  }
  if (isCoded(error)) return { code: RPC_CODE.server, message: error.message, data: { code: error.code } }
  const message = error instanceof Error ? error.message : String(error)
  return { code: RPC_CODE.internal, message: `internal error: ${message}`, data: { code: 'DEED_INTERNAL' } }
}

export const serverError = (code: `DEED_${string}`, message: string): RpcError =>
  new RpcError(RPC_CODE.server, message, { code })

/** A transaction's fault in the words of geth, which clients match on, followed by our own sentence. */
export const faultError = (fault: TransactionFault | BlockFault | PoolFault): RpcError => {
  const text = FAULT_TEXT[fault.code]
  const code = UNFUNDED.has(fault.code) ? RPC_CODE.rejected : RPC_CODE.server
  return new RpcError(code, text === undefined ? fault.message : `${text}: ${fault.message}`, {
    code: fault.code,
  })
}

/** The value, or its fault thrown as an {@link RpcError}. */
export const orFault = <T extends object>(value: T | TransactionFault | PoolFault): T => {
  if (isFault(value)) throw faultError(value)
  return value as T
}

/** Sentences of go-ethereum (core/error.go, core/txpool/errors.go) for the faults that clients recognise. */
const FAULT_TEXT: {
  readonly [code in TransactionFaultCode | BlockFault['code'] | PoolFault['code']]?: string
} = {
  DEED_POOL_KNOWN: 'already known',
  DEED_POOL_UNDERPRICED: 'replacement transaction underpriced',
  DEED_POOL_FULL: 'txpool is full',
  DEED_POOL_OVERDRAWN: 'insufficient funds for gas * price + value',
  DEED_TX_NONCE_MISMATCH_TOO_LOW: 'nonce too low',
  DEED_TX_NONCE_MISMATCH_TOO_HIGH: 'nonce too high',
  DEED_TX_NONCE_TOO_BIG: 'nonce has max value',
  DEED_TX_GAS_ALLOWANCE_EXCEEDED: 'exceeds block gas limit',
  DEED_TX_GAS_LIMIT_EXCEEDS_MAXIMUM: 'transaction gas limit too high',
  DEED_TX_INSUFFICIENT_ACCOUNT_FUNDS: 'insufficient funds for gas * price + value',
  DEED_TX_INTRINSIC_GAS_TOO_LOW: 'intrinsic gas too low',
  DEED_TX_INTRINSIC_GAS_BELOW_FLOOR_GAS_COST:
    'intrinsic gas too low: insufficient gas for floor data gas cost',
  DEED_TX_INITCODE_SIZE_EXCEEDED: 'max initcode size exceeded',
  DEED_TX_INSUFFICIENT_MAX_FEE_PER_GAS: 'max fee per gas less than block base fee',
  DEED_TX_INSUFFICIENT_MAX_FEE_PER_BLOB_GAS: 'max fee per blob gas less than block blob gas fee',
  DEED_TX_PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS: 'max priority fee per gas higher than max fee per gas',
  DEED_TX_SENDER_NOT_EOA: 'sender not an eoa',
  DEED_TX_INVALID_CHAINID: 'invalid chain id for signer',
  DEED_TX_INVALID_SIGNATURE_VRS: 'invalid transaction v, r, s values',
  DEED_TX_EC_RECOVERY_FAIL: 'invalid sender',
  DEED_TX_TYPE_NOT_SUPPORTED: 'transaction type not supported',
  DEED_TX_TYPE_1_TX_PRE_FORK: 'transaction type not supported',
  DEED_TX_TYPE_2_TX_PRE_FORK: 'transaction type not supported',
  DEED_TX_TYPE_3_TX_PRE_FORK: 'transaction type not supported',
  DEED_TX_TYPE_4_TX_PRE_FORK: 'transaction type not supported',
  DEED_TX_TYPE_3_TX_CONTRACT_CREATION: 'blob transaction of type create',
  DEED_TX_TYPE_3_TX_ZERO_BLOBS: 'blob transaction missing blob hashes',
  DEED_TX_TYPE_3_TX_BLOB_COUNT_EXCEEDED: 'too many blobs in transaction',
  DEED_TX_TYPE_4_TX_CONTRACT_CREATION: 'EIP-7702 transaction cannot be used to create contract',
  DEED_TX_TYPE_4_EMPTY_AUTHORIZATION_LIST: 'EIP-7702 transaction with empty auth list',
}

/** What anvil and Hardhat answer with -32003. */
const UNFUNDED: ReadonlySet<string> = new Set(['DEED_TX_INSUFFICIENT_ACCOUNT_FUNDS', 'DEED_POOL_OVERDRAWN'])

const isCoded = (error: unknown): error is Error & { code: string } =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  error.code.startsWith('DEED_')
