/** What travels between ./recovery.ts and its threads. */
export interface RecoveryJob {
  readonly number: number
  readonly transactions: readonly Uint8Array[]
}

export interface RecoveryResult {
  readonly number: number
  /** 20 bytes a transaction; zeros where there is no sender. */
  readonly senders: Uint8Array
}

export const ADDRESS_BYTES = 20
