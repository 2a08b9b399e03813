/**
 * What every engine is: bytecode + message + world -> outcome.
 *
 * An engine owns everything that lives as long as one transaction (journal, warm and cold sets, transient
 * storage, original values) and reads the rest from a {@link World}, which it never writes. What it changed
 * comes back as {@link Changes}; whoever drives the engine decides what becomes of them.
 */
import type { Fork } from './forks.ts'
import type { PrecompileTable } from './precompiles/table.ts'

/** 0x-prefixed hexadecimal, lower case. */
export type Hex = `0x${string}`
/** 20 bytes as lower-case {@link Hex}. */
export type Address = Hex
/** 32 bytes as lower-case {@link Hex}. */
export type Hash = Hex

/** An account as the engine needs it: chain data such as the storage root stays outside. */
export interface WorldAccount {
  readonly nonce: bigint
  readonly balance: bigint
  readonly codeHash: Hash
  /** Whether any slot is non-zero: CREATE onto such an address is a collision (EIP-7610). */
  readonly hasStorage: boolean
}

/** The answer of a {@link World} that does not hold a value yet. */
export const MISS: unique symbol = Symbol('miss')
export type Miss = typeof MISS

/**
 * The state before the message, read synchronously. A value that is not at hand (it is on a disk or in
 * another node) is answered with {@link MISS}: the engine stops with a `miss` outcome that names it, the
 * driver fetches it and runs the same call again.
 */
export interface World {
  /** `undefined`: no such account. */
  account(address: Address): WorldAccount | undefined | Miss
  /** Zero for a slot that was never written. */
  slot(address: Address, key: bigint): bigint | Miss
  code(hash: Hash): Uint8Array | Miss
  /** Hash of one of the 256 blocks before this one. The engine has checked the range. */
  blockHash(number: bigint): Hash | Miss
}

export interface BlockContext {
  readonly number: bigint
  /** Seconds since 1970. */
  readonly timestamp: bigint
  readonly beneficiary: Address
  readonly gasLimit: bigint
  /** Wei; zero before London. */
  readonly baseFeePerGas: bigint
  /** Before the merge; zero afterwards. */
  readonly difficulty: bigint
  /** RANDAO mix since the merge; as a word. */
  readonly prevRandao: bigint
  /** Wei per blob gas; zero before Cancun. */
  readonly blobBaseFee: bigint
  readonly chainId: bigint
}

export interface TransactionContext {
  readonly origin: Address
  /** Effective gas price in wei. */
  readonly gasPrice: bigint
  readonly blobVersionedHashes: readonly Hash[]
}

/**
 * The outermost frame. Its sender has already paid for gas and its nonce is already raised in the world;
 * intrinsic gas is already taken from `gas`. The engine moves `value`.
 */
export type Message =
  | {
      readonly kind: 'call'
      readonly caller: Address
      /** Account whose storage and balance are used; its code (or its EIP-7702 delegate's) runs. */
      readonly to: Address
      readonly value: bigint
      readonly data: Uint8Array
      readonly gas: bigint
    }
  | {
      readonly kind: 'create'
      readonly caller: Address
      /** Address of the new account, worked out by the driver from the sender's nonce. */
      readonly created: Address
      readonly value: bigint
      /** Initialisation code. */
      readonly data: Uint8Array
      readonly gas: bigint
    }

/** Addresses and slots that start warm (EIP-2929, 2930, 3651, 7702). Precompiles are warmed by the engine. */
export interface WarmSet {
  readonly addresses: readonly Address[]
  readonly slots: readonly { readonly address: Address; readonly keys: readonly bigint[] }[]
}

export interface EngineCall {
  readonly fork: Fork
  readonly world: World
  readonly block: BlockContext
  readonly transaction: TransactionContext
  readonly message: Message
  readonly warm: WarmSet
  readonly tracer?: Tracer
  /** In place of the fork's own, whose addresses stay warm: a simulation moves or replaces some. */
  readonly precompiles?: PrecompileTable
  /** Only result and gas are asked for: logs, changes and deletions, which take time to tell, are left empty. */
  readonly resultOnly?: boolean
  /**
   * Called every millisecond or so of a run, and before each precompile, so that a host can end one that takes too long:
   * what it throws ends the run and reaches whoever called. Nothing has changed then.
   */
  readonly check?: () => void
}

export interface Log {
  readonly address: Address
  readonly topics: readonly Hash[]
  readonly data: Uint8Array
}

/** The last state of one account that the call touched. */
export interface AccountChange {
  /** `undefined`: the account does not exist (it was touched only, or its creation was reverted). */
  readonly account: { readonly nonce: bigint; readonly balance: bigint; readonly codeHash: Hash } | undefined
  /** Present if the code was set by this call. */
  readonly code?: Uint8Array
  /** Slots that differ from the world, by key. Zero means cleared. */
  readonly storage: ReadonlyMap<bigint, bigint>
  /** The slots from before the call are void: the account was created anew. */
  readonly storageCleared: boolean
}

/** Every account touched in the sense of EIP-161, changed or not; in order of first touch. */
export type Changes = ReadonlyMap<Address, AccountChange>

export type HaltReason =
  | 'out of gas'
  | 'stack underflow'
  | 'stack overflow'
  | 'invalid jump destination'
  | 'invalid opcode'
  | 'write protection'
  | 'return data out of bounds'
  | 'contract address collision'
  | 'max code size exceeded'
  | 'contract creation code storage out of gas'
  | 'max initcode size exceeded'
  | 'invalid code: must not begin with 0xef'
  | 'precompile failed'
  // A call that is not made, as a tracer is told of it; its gas comes back.
  | 'max call depth exceeded'
  | 'insufficient balance for transfer'
  | 'nonce overflow'

interface Ended {
  /** Gas of the message that was not used, before refunds. */
  readonly gasLeft: bigint
  /** Refund counter (never negative); how much of it counts is the driver's rule (EIP-3529). */
  readonly gasRefund: bigint
  /** Return data, revert data, or for a successful create the deployed code. */
  readonly output: Uint8Array
  /** Empty unless successful. */
  readonly logs: readonly Log[]
  readonly changes: Changes
  /** Accounts to delete at the end of the transaction, after fees were paid (SELFDESTRUCT). */
  readonly destroyed: readonly Address[]
}

/** One value that a {@link World} answered with {@link MISS}. */
export type Missing =
  | { readonly kind: 'account'; readonly address: Address }
  | { readonly kind: 'slot'; readonly address: Address; readonly key: bigint }
  | { readonly kind: 'code'; readonly hash: Hash }
  | { readonly kind: 'blockHash'; readonly number: bigint }

export type Outcome =
  | ({ readonly status: 'success' } & Ended)
  | ({ readonly status: 'revert' } & Ended)
  /** An exceptional halt: all gas of the frame is gone. */
  | ({ readonly status: 'halt'; readonly reason: HaltReason } & Ended)
  | { readonly status: 'miss'; readonly missing: readonly Missing[] }

export interface Engine {
  readonly name: string
  run(call: EngineCall): Outcome
}

/** What a tracer is told. Values are the engine's own and valid only during the call: copy what is kept. */
export interface Tracer {
  /** Before an instruction. */
  step?(step: TraceStep): void
  /**
   * After the frame's gas and value are fixed, before its first instruction. A call that is refused for depth,
   * balance or nonce is told of too: it halts without having used any gas.
   */
  enter?(frame: TraceFrame): void
  exit?(result: TraceResult): void
  /** After a LOG instruction; it is undone if its frame or one around it fails. */
  log?(log: Log): void
}

export interface TraceStep {
  readonly pc: number
  readonly opcode: number
  readonly gasLeft: bigint
  readonly gasCost: bigint
  /** With what this instruction adds. */
  readonly gasRefund: bigint
  /** The outermost frame has depth 1. */
  readonly depth: number
  /** Why it will not be executed: its operands or its price did not hold. */
  readonly fault?: HaltReason
  /** Top is last. */
  readonly stack: readonly bigint[]
  readonly memory: Uint8Array
  readonly returnData: Uint8Array
  /** Whose storage and balance the frame works on. */
  readonly address: Address
  /** The present value of one of that account's slots. */
  slot(key: bigint): bigint
}

export interface TraceFrame {
  readonly kind: 'CALL' | 'CALLCODE' | 'DELEGATECALL' | 'STATICCALL' | 'CREATE' | 'CREATE2' | 'SELFDESTRUCT'
  readonly depth: number
  /** The account that calls; of a DELEGATECALL too, whose CALLER is another. */
  readonly from: Address
  /** The account that was named: whose code runs, or who is made, or who gets the balance. */
  readonly to: Address
  /** What CALLVALUE says. */
  readonly value: bigint
  readonly gas: bigint
  readonly input: Uint8Array
  /** What it runs; empty for a precompile, and for whatever runs nothing. */
  readonly code: Uint8Array
}

export interface TraceResult {
  readonly status: 'success' | 'revert' | 'halt'
  readonly reason?: HaltReason
  /** The instruction at which the frame halted, unless it halted before its first or after its last. */
  readonly fault?: TraceFault
  readonly gasUsed: bigint
  readonly output: Uint8Array
}

export interface TraceFault {
  readonly opcode: number
  /** Words on the stack. */
  readonly stackSize: number
  /** Without the instruction's static gas if that could be paid. */
  readonly gasLeft: bigint
}
