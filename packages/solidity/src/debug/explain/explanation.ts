/** What became of a message, as plain data that can be sent, kept and drawn: the result of ./explain.ts. */
import type { Reason } from '../decode/reason.ts'
import type { ShownValue } from '../decode/value.ts'
import type { Hex } from '../trace/raw-trace.ts'

export interface Explanation {
  readonly status: 'success' | 'failed'
  readonly call: ExplainedCall
  /** Why it failed, from where the failure began. */
  readonly failure?: Failure
  readonly storage: readonly AccountStorage[]
  readonly balances: readonly BalanceChange[]
  /** Accounts by what they are, for all that appear and are known. */
  readonly contracts: Readonly<Record<Hex, KnownAccount>>
  /** What could not be told and why, each a sentence. */
  readonly notes: readonly string[]
}

export interface KnownAccount {
  readonly name: string
  /** `src/Bank.sol`; missing for what was not compiled here. */
  readonly source?: string
  /** What it hands its calls on to. */
  readonly proxyOf?: string
}

export interface ExplainedCall {
  readonly kind: string
  readonly from: Hex
  /** Whose code ran, or what was created; missing where a creation failed. */
  readonly to?: Hex
  readonly contract?: string
  /** `transfer`, `constructor`, `receive`, `fallback`, or a precompile's name. */
  readonly function?: string
  readonly signature?: string
  readonly args?: readonly ShownValue[]
  /** What could not be decoded, cut. */
  readonly input?: string
  /** Wei in decimal. */
  readonly value: string
  readonly gas: number
  readonly gasUsed: number
  readonly returns?: readonly ShownValue[]
  readonly output?: string
  /** It was called with data, and there is no contract: nothing was run. */
  readonly hasNoCode?: true
  readonly error?: Reason
  /** The line of its own code at which it failed. */
  readonly failedAt?: SourceLine
  /** The line of the caller's code at which it was called. */
  readonly at?: SourceLine
  /** Calls and events in the order in which they happened. */
  readonly items: readonly ExplainedItem[]
}

export type ExplainedItem =
  | ({ readonly is: 'call' } & ExplainedCall)
  | ({ readonly is: 'event' } & ExplainedEvent)
  /** What was left out here: calls with all that they called, or events. */
  | { readonly is: 'more'; readonly calls: number; readonly events: number }

export interface ExplainedEvent {
  readonly address: Hex
  readonly contract?: string
  readonly name?: string
  readonly args?: readonly ShownValue[]
  /** Of an event that nobody knows. */
  readonly topics?: readonly Hex[]
  readonly data?: string
}

export interface SourceLine {
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1, in characters. */
  readonly column: number
}

export interface Failure {
  readonly reason: Reason
  /** Whose code failed. */
  readonly address?: Hex
  readonly contract?: string
  readonly code?: CodeFrame
  /** Functions that were active, the innermost first, through all calls. */
  readonly stack: readonly StackLine[]
  /** The failure of a call that made this one fail in its turn. */
  readonly cause?: Failure
}

export interface StackLine {
  /** `Bank.withdraw` */
  readonly function: string
  readonly address?: Hex
  readonly at?: SourceLine
}

/** Lines of the source around the one that failed. */
export interface CodeFrame extends SourceLine {
  /** Characters that are marked in it. */
  readonly width: number
  readonly lines: readonly { readonly number: number; readonly text: string }[]
}

export interface AccountStorage {
  readonly address: Hex
  readonly contract?: string
  readonly changes: readonly StorageChange[]
  /** Changes that were left out. */
  readonly more?: number
}

export interface StorageChange {
  /** `balances[0x…].amount`; the slot where no variable is known. */
  readonly variable: string
  readonly type?: string
  readonly before: ShownValue
  readonly after: ShownValue
  /** Slots that it lies in. */
  readonly slots: readonly Hex[]
}

export interface BalanceChange {
  readonly address: Hex
  /** Wei in decimal. */
  readonly before: string
  readonly after: string
}
