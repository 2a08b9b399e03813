import type { Address, Hash } from '@deed/evm'

/**
 * A transaction of any type before it is signed. `to` is `undefined` for a contract creation. Types that
 * may not create (3 and 4) share the field, so that such a transaction can be named and refused
 * ({@link ./validate.ts}) rather than be unspeakable.
 */
export type UnsignedTransaction =
  | LegacyTransaction
  | AccessListTransaction
  | FeeMarketTransaction
  | BlobTransaction
  | SetCodeTransaction

export type Transaction = UnsignedTransaction & Signature

export type TransactionType = UnsignedTransaction['type']

/** ECDSA over secp256k1. For a type 0 transaction `v` follows from `yParity` and `chainId` (EIP-155). */
export interface Signature {
  readonly yParity: 0 | 1
  readonly r: bigint
  readonly s: bigint
}

/** Type 0. */
interface LegacyTransaction extends Payload {
  readonly type: 0
  /** `undefined`: unprotected, as all were before EIP-155. */
  readonly chainId: bigint | undefined
  readonly gasPrice: bigint
}

/** Type 1, EIP-2930. */
interface AccessListTransaction extends Payload {
  readonly type: 1
  readonly chainId: bigint
  readonly gasPrice: bigint
  readonly accessList: AccessList
}

/** Type 2, EIP-1559. */
interface FeeMarketTransaction extends DynamicFeePayload {
  readonly type: 2
}

/** Type 3, EIP-4844, without its blobs: those travel in the sidecar ({@link ./sidecar.ts}). */
export interface BlobTransaction extends DynamicFeePayload {
  readonly type: 3
  /** Wei per blob gas. */
  readonly maxFeePerBlobGas: bigint
  readonly blobVersionedHashes: readonly Hash[]
}

/** Type 4, EIP-7702. */
export interface SetCodeTransaction extends DynamicFeePayload {
  readonly type: 4
  readonly authorizationList: readonly Authorization[]
}

export type AccessList = readonly AccessListEntry[]

interface AccessListEntry {
  readonly address: Address
  readonly storageKeys: readonly Hash[]
}

/**
 * An account's consent to run the code of `address` (EIP-7702). One that does not hold is skipped, not an
 * error, so values that no valid signature has are kept as they came.
 */
export interface Authorization {
  /** Zero: any chain. */
  readonly chainId: bigint
  readonly address: Address
  readonly nonce: bigint
  /** 0 to 255; only 0 and 1 can hold. */
  readonly yParity: number
  readonly r: bigint
  readonly s: bigint
}

interface Payload {
  readonly nonce: bigint
  readonly gasLimit: bigint
  readonly to: Address | undefined
  /** Wei. */
  readonly value: bigint
  readonly data: Uint8Array
}

interface DynamicFeePayload extends Payload {
  readonly chainId: bigint
  /** Wei per gas. */
  readonly maxPriorityFeePerGas: bigint
  /** Wei per gas. */
  readonly maxFeePerGas: bigint
  readonly accessList: AccessList
}
