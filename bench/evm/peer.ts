/** Programs that run a contract: ours, and others'. */
import type { Processor } from './processor.ts'
import type { Program } from './programs.ts'

export interface Peer {
  readonly name: string
  /** So slow that it is asked only a few times. */
  readonly isSlow?: boolean
  /** Makes the contract ready; what comes back runs the call once. */
  prepare(program: Program): Promise<() => Promise<Run>>
  /** How much of a processor it uses; not of all can that be told. */
  readonly processor?: Processor
  /** Of the process that does the work. */
  memoryMb(): number
  close(): Promise<void>
}

export interface Run {
  readonly milliseconds: number
  /** 0x…, to see that all did the same. */
  readonly output: string
}

export const hexOf = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString('hex')}`
