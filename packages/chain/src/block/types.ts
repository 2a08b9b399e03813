import type { Address, Hash, Hex, Log } from '@deed/evm'
import type { Transaction, TransactionType } from '../transaction/types.ts'

/** In the order of its RLP. A field of a later fork is `undefined` before it, and then so are all behind it. */
export interface Header {
  readonly parentHash: Hash
  readonly unclesHash: Hash
  readonly beneficiary: Address
  readonly stateRoot: Hash
  readonly transactionsRoot: Hash
  readonly receiptsRoot: Hash
  /** 256 bytes. */
  readonly logsBloom: Uint8Array
  /** Zero since the merge. */
  readonly difficulty: bigint
  readonly number: bigint
  readonly gasLimit: bigint
  readonly gasUsed: bigint
  /** Seconds since 1970. */
  readonly timestamp: bigint
  /** At most 32 bytes. */
  readonly extraData: Uint8Array
  /** `prevRandao` since the merge (EIP-4399). */
  readonly mixHash: Hash
  /** 8 bytes. */
  readonly nonce: Hex
  /** Wei per gas; London, EIP-1559. */
  readonly baseFeePerGas?: bigint | undefined
  /** Shanghai, EIP-4895. */
  readonly withdrawalsRoot?: Hash | undefined
  /** Cancun, EIP-4844. */
  readonly blobGasUsed?: bigint | undefined
  /** Cancun, EIP-4844. */
  readonly excessBlobGas?: bigint | undefined
  /** Cancun, EIP-4788. */
  readonly parentBeaconBlockRoot?: Hash | undefined
  /** Prague, EIP-7685. */
  readonly requestsHash?: Hash | undefined
}

export interface Block {
  readonly header: Header
  readonly transactions: readonly Transaction[]
  readonly uncles: readonly Header[]
  /** Present since Shanghai. */
  readonly withdrawals?: readonly Withdrawal[] | undefined
}

/** EIP-4895. */
export interface Withdrawal {
  readonly index: bigint
  readonly validatorIndex: bigint
  readonly address: Address
  readonly amountGwei: bigint
}

/** Since Byzantium a receipt says whether its transaction succeeded (EIP-658), before it the state root. */
export type Receipt = ReceiptBody & ({ readonly status: 0 | 1 } | { readonly postState: Hash })

interface ReceiptBody {
  readonly type: TransactionType
  /** Gas used in the block up to and with this transaction. */
  readonly cumulativeGasUsed: bigint
  /** 256 bytes. */
  readonly logsBloom: Uint8Array
  readonly logs: readonly Log[]
}

/** A request to the consensus layer: its type and its opaque data (EIP-7685). */
export interface Request {
  readonly type: number
  readonly data: Uint8Array
}
