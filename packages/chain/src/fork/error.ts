/** What can go wrong between a fork and its origin. No message ever holds the origin's path, query or headers. */

export type ForkErrorCode =
  /** The address of the origin, or a header for it, is not one. */
  | 'DEED_FORK_URL'
  | 'DEED_FORK_HEADER'
  /** The origin did not answer, however often it was asked. */
  | 'DEED_FORK_ORIGIN_AWAY'
  /** The origin answered nothing but that it is asked too often. */
  | 'DEED_FORK_ORIGIN_BUSY'
  /** The origin lets nobody in without the right key. */
  | 'DEED_FORK_ORIGIN_DENIED'
  /** What the origin answers is not JSON-RPC, or not what was asked for. */
  | 'DEED_FORK_ORIGIN_GARBAGE'
  | 'DEED_FORK_ORIGIN_TOO_LARGE'
  /** The origin answers JSON-RPC and refuses what a fork cannot do without. */
  | 'DEED_FORK_ORIGIN_REFUSED'
  /** The origin has no longer the state of that block. */
  | 'DEED_FORK_PRUNED'
  /** The origin has no such block. */
  | 'DEED_FORK_BLOCK'
  /** The block is another one than before, or of another chain. */
  | 'DEED_FORK_ORIGIN_CHANGED'
  /** There is no fork, or there can be none. */
  | 'DEED_FORK_NONE'
  /** What is not known of the origin without asking for all of it. */
  | 'DEED_FORK_UNKNOWN'

export class ForkError extends Error {
  override readonly name = 'ForkError'
  readonly code: ForkErrorCode
  constructor(code: ForkErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/** What the origin answered with an error of JSON-RPC that is for whoever asked. */
export class OriginRefusal extends Error {
  override readonly name = 'OriginRefusal'
  readonly error: JsonRpcError
  constructor(error: JsonRpcError) {
    super(error.message)
    this.error = error
  }
}

export interface JsonRpcError {
  readonly code: number
  readonly message: string
  readonly data?: unknown
}
