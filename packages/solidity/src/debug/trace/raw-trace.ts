/** What a node tells of one message: geth's formats, and the path through the code. */

export type Hex = `0x${string}`

/** geth's callTracer with logs. */
export interface CallFrame {
  readonly type: string
  readonly from: Hex
  /** Missing where a creation failed. */
  readonly to?: Hex
  readonly value?: Hex
  readonly gas: Hex
  readonly gasUsed: Hex
  readonly input: Hex
  readonly output?: Hex
  readonly error?: string
  readonly calls?: readonly CallFrame[]
  readonly logs?: readonly FrameLog[]
}

export interface FrameLog {
  readonly address: Hex
  readonly topics: readonly Hex[]
  readonly data: Hex
  /** How many calls of the frame came before it. */
  readonly position?: Hex | number
}

interface AccountState {
  readonly balance?: Hex
  readonly nonce?: number
  readonly code?: Hex
  readonly storage?: Readonly<Record<Hex, Hex>>
}

/** geth's prestateTracer. */
export type States = Readonly<Record<Hex, AccountState>>

/** What `deedTracer` tells, and its twin in JavaScript for other nodes (./path-tracer.js). */
export interface Paths {
  /** Of each call in the order in which they began, precompiles too. */
  readonly frames: readonly FramePath[]
  /** What was hashed. */
  readonly images: readonly Hex[]
  /** There was more than is told. */
  readonly isCut?: boolean
}

export interface FramePath {
  /** Byte of the code at which each of its calls was made. */
  readonly calls: readonly number[]
  /** Of a frame that failed: first and last byte of each stretch of code without a jump. */
  readonly runs?: readonly number[]
  /** Stretches left out of the middle. */
  readonly left?: number
  /** The last EXTCODESIZE: where, and of which account. */
  readonly probe?: readonly [pc: number, address: string]
  /** Slots that were written. */
  readonly writes?: readonly string[]
}

export interface RawTrace {
  readonly call: CallFrame
  /** The state before of every account and slot that was looked at. */
  readonly before?: States
  /** What changed. */
  readonly changes?: { readonly pre: States; readonly post: States }
  readonly paths?: Paths
  /** A sentence for each thing that the node could not tell. */
  readonly missing?: readonly string[]
}
