import type { Hash } from '@deed/evm'
import type { MessageStart, MessageTracer } from '../execute/message.ts'
import type { Json } from '../rpc/format.ts'
import type { Budget } from './budget.ts'

/** What a tracing may look at from its first moment on. */
export interface TraceStart extends MessageStart {
  readonly place: TracePlace
  readonly budget: Budget
}

/** Where the message stands. A call that nobody signed stands nowhere. */
export interface TracePlace {
  readonly blockHash?: Hash
  readonly blockNumber?: bigint
  readonly transactionHash?: Hash
  readonly transactionIndex?: number
  /** Logs of the block before the message. */
  readonly firstLogIndex: number
}

/** Follows one run of one message. */
export interface Tracing<T = Json> extends Omit<MessageTracer, 'begin'> {
  /** After the end. */
  result(): T
}

export type OpenTracing<T = Json> = (start: TraceStart) => Tracing<T>

export interface Following<T> {
  readonly tracer: MessageTracer
  result(): T
}

/**
 * A tracer for one message that opens a new tracing each time the message begins, so that a run which was
 * given up for a missing value leaves nothing behind.
 */
export const follow = <T>(open: OpenTracing<T>, place: TracePlace, budget: Budget): Following<T> => {
  let tracing: Tracing<T> | undefined
  const tracer: { -readonly [K in keyof MessageTracer]: MessageTracer[K] } = {
    begin: (start) => {
      const opened = open({ ...start, place, budget })
      tracing = opened
      // An engine takes its slower path only for a hook that is there.
      for (const hook of HOOKS) tracer[hook] = opened[hook] as never
    },
  }
  return {
    tracer,
    result: () => {
      if (tracing === undefined) throw new NothingRan()
      return tracing.result()
    },
  }
}

const HOOKS = ['step', 'enter', 'exit', 'log', 'end'] as const

class NothingRan extends Error {
  override readonly name = 'NothingRan'
  readonly code = 'DEED_TRACE_NOTHING'
  constructor() {
    super('The message that was to be traced never began: ask for the result after it ran')
  }
}
