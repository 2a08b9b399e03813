import type { Address, Hash, Hex, Log, Outcome } from '@deed/evm'
import type { Block, Header, Receipt, Request, Withdrawal } from '../block/types.ts'
import type { BlockTrie } from '../state/tries.ts'
import type { Layer, StateOverrides } from '../state/types.ts'
import type { TransactionFault } from '../transaction/fault.ts'
import type { AccessList, Authorization, Transaction } from '../transaction/types.ts'
import type { BlockFault } from './fault.ts'
import type { MessageTracer } from './message.ts'

/** What goes into a block besides its parent. The same parent and inputs give the same block. */
export interface BlockInputs {
  readonly transactions: readonly Transaction[]
  /** Seconds since 1970. */
  readonly timestamp: bigint
  readonly beneficiary: Address
  /** Default: the parent's. */
  readonly gasLimit?: bigint
  readonly extraData?: Uint8Array
  /** RANDAO mix since the merge; the mix hash before. */
  readonly prevRandao?: Hash
  /** Since Shanghai. */
  readonly withdrawals?: readonly Withdrawal[]
  /** Since Cancun. */
  readonly parentBeaconBlockRoot?: Hash
  /** Before the merge. */
  readonly uncles?: readonly Header[]
  /** Before the merge; default: what the fork's formula says. */
  readonly difficulty?: bigint
  /** Before the merge. */
  readonly nonce?: Hex
  /** Default: what EIP-1559 says. For tests and for a developer's next block. */
  readonly baseFeePerGas?: bigint
  /** A developer's changes of the parent's state, made before anything else. No other client takes such a block. */
  readonly edits?: StateOverrides
}

/** A block that was executed and not committed. */
export interface Executed {
  readonly parent: Hash
  /** Changes of the parent's state that came before the block. */
  readonly edits?: StateOverrides
  readonly block: Block
  readonly hash: Hash
  readonly receipts: readonly Receipt[]
  readonly senders: readonly Address[]
  readonly transactionHashes: readonly Hash[]
  readonly totalDifficulty: bigint
  /** Bytes of the block's encoding. */
  readonly size: number
  readonly requests: readonly Request[]
  /** Transactions that could not be part of the block. */
  readonly refused: readonly Refusal[]
  /** What the block changed in its parent's state, with storage roots and incarnations settled. */
  readonly layer: Layer
  readonly trie: BlockTrie
}

/** Why a transaction was left out of a block. */
export interface Refusal {
  /** In the inputs. */
  readonly index: number
  /** Of the block where the transaction by itself is well and its logs would make the block invalid. */
  readonly fault: TransactionFault | BlockFault
  /** What was thrown, where that is the fault: a bug of the engine. */
  readonly cause?: unknown
}

/** A call that nobody signed, as `eth_call` and `eth_estimateGas` run it. */
export interface CallRequest {
  readonly from: Address
  /** `undefined`: create a contract. */
  readonly to: Address | undefined
  readonly data: Uint8Array
  readonly value: bigint
  readonly gasLimit: bigint
  /** Wei per gas that the call pretends to pay. Zero (the default) means no fees, and a base fee of zero. */
  readonly gasPrice?: bigint
  readonly nonce?: bigint
  readonly accessList?: AccessList
  readonly blobVersionedHashes?: readonly Hash[]
  readonly authorizationList?: readonly Authorization[]
}

export interface BlockOverrides {
  readonly number?: bigint
  readonly timestamp?: bigint
  readonly beneficiary?: Address
  readonly gasLimit?: bigint
  readonly baseFeePerGas?: bigint
  readonly blobBaseFee?: bigint
  readonly prevRandao?: Hash
  readonly difficulty?: bigint
  /** Of a simulated block alone. */
  readonly withdrawals?: readonly Withdrawal[]
}

export interface CallOptions {
  readonly state?: StateOverrides
  readonly block?: BlockOverrides
  readonly tracer?: MessageTracer
  /** Logs and layer are not asked for. */
  readonly resultOnly?: boolean
  /** See `Scope`. */
  readonly watch?: () => () => void
  /** Assumed before `state`: what an earlier call left, for instance. */
  readonly layer?: Layer
}

export interface CallResult {
  readonly status: 'success' | 'revert' | 'halt'
  readonly reason?: Extract<Outcome, { status: 'halt' }>['reason']
  readonly output: Uint8Array
  /** With intrinsic gas, after refunds and not below the floor (EIP-7623). */
  readonly gasUsed: bigint
  /** What the call needed at its peak, before refunds. */
  readonly gasPeak: bigint
  readonly logs: readonly Log[]
  readonly layer: Layer
}
