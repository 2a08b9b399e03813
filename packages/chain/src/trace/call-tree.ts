/** The tree of calls of one message, on which the tracers that are about calls stand. */
import type { Address, HaltReason, Hash, Hex, TraceFrame, Tracer } from '@deed/evm'
import { precompilesAt } from '@deed/evm'
import { bytesToHex } from '../hex.ts'
import { faultText } from './fault-text.ts'
import type { OpenTracing, TraceStart } from './tracing.ts'

export interface Call {
  readonly kind: TraceFrame['kind']
  readonly from: Address
  readonly to: Address
  readonly value: bigint
  /** As it enters the frame. */
  readonly gas: bigint
  readonly input: Hex
  readonly isPrecompile: boolean
  readonly calls: Call[]
  readonly logs: CallLog[]
  gasUsed: bigint
  output: Hex
  /** Why it failed; `undefined` if it did not. */
  error: string | undefined
  reason: HaltReason | undefined
}

interface CallLog {
  readonly address: Address
  readonly topics: readonly Hash[]
  readonly data: Hex
  /** In the block, counting those before it that were not undone. */
  readonly index: number
  /** Calls of its frame before it. */
  readonly position: number
}

export interface CallTree {
  readonly hooks: Required<Pick<Tracer, 'enter' | 'exit' | 'log'>>
  /** The outermost call, when it has ended. */
  root(): Call
}

/** @param deepest Calls below this depth are not noted; the outermost has depth 1. */
export const growCallTree = ({ scope, place, budget }: TraceStart, deepest = Infinity): CallTree => {
  const { fork } = scope.rules
  const precompiles = scope.precompiles ?? precompilesAt(fork)
  const open: { call: Call; firstLog: number }[] = []
  let logs = place.firstLogIndex
  let root: Call | undefined

  return {
    hooks: {
      enter: ({ kind, from, to, value, gas, input }) => {
        budget.check()
        const call: Call = {
          kind,
          from,
          to,
          value,
          gas,
          input: bytesToHex(input),
          isPrecompile: kind !== 'SELFDESTRUCT' && precompiles.has(to),
          calls: [],
          logs: [],
          gasUsed: 0n,
          output: '0x',
          error: undefined,
          reason: undefined,
        }
        if (open.length < deepest) {
          budget.spend(CALL_CHARACTERS + call.input.length)
          open.at(-1)?.call.calls.push(call)
        }
        open.push({ call, firstLog: logs })
      },
      exit: (result) => {
        const { call, firstLog } = open.pop()!
        call.gasUsed = result.gasUsed
        call.output = bytesToHex(result.output)
        call.error = faultText(result, fork, call.to, (call.input.length - 2) / 2)
        call.reason = result.reason
        if (call.error !== undefined) {
          logs = firstLog
          dropLogs(call)
        }
        budget.spend(call.output.length)
        if (open.length === 0) root = call
      },
      log: ({ address, topics, data }) => {
        const { call } = open.at(-1)!
        const log = { address, topics, data: bytesToHex(data), index: logs++, position: call.calls.length }
        budget.spend(CALL_CHARACTERS + log.data.length)
        call.logs.push(log)
      },
    },
    root: () => root!,
  }
}

/** The tree itself, for whoever works on calls. */
export const callTree: OpenTracing<Call> = (start) => {
  const { hooks, root } = growCallTree(start)
  return { enter: hooks.enter, exit: hooks.exit, result: root }
}

/** What a frame logged is undone when it fails, with what its calls logged. */
const dropLogs = (call: Call): void => {
  call.logs.length = 0
  for (const inner of call.calls) dropLogs(inner)
}

/** About what a call is in JSON, besides its data. */
const CALL_CHARACTERS = 300
