/** What Parity's `trace_` methods tell of one message: its calls, what it changed, its instructions. */
import { bytesToHex } from '../hex.ts'
import type { Json } from '../rpc/format.ts'
import { growCallTree } from './call-tree.ts'
import { type FlatCall, flatten } from './flat-calls.ts'
import { muxTracer } from './mux.ts'
import { stateDiff } from './state-diff.ts'
import type { OpenTracing } from './tracing.ts'
import { vmTrace } from './vm-trace.ts'

export const PARITY_TRACES = ['trace', 'stateDiff', 'vmTrace'] as const
export type ParityTrace = (typeof PARITY_TRACES)[number]
type ParityTraces = { readonly [name in ParityTrace | 'output']: Json }

/** What was asked for by its name, `null` in place of the rest, and the output. */
export const parityTraces = (wanted: readonly ParityTrace[]): OpenTracing<ParityTraces> => {
  const named = wanted.map((name) => [name, TRACERS[name]] as const)
  const all = muxTracer({ ...Object.fromEntries(named), output })
  return (start) => {
    const tracing = all(start)
    return {
      ...tracing,
      result: () => ({ output: '0x', trace: [], stateDiff: null, vmTrace: null, ...tracing.result() }),
    }
  }
}

/** The calls one after the other; gas is each frame's own, without what the transaction paid before. */
export const parityCalls: OpenTracing<readonly FlatCall[]> = (start) => {
  const tree = growCallTree(start)
  const { enter, exit } = tree.hooks
  const options = { convertParityErrors: true, includePrecompiles: false }
  const result = () =>
    flatten(tree.root(), options).map((call): FlatCall => ({ ...call, result: call.result ?? null }))
  return { enter, exit, result }
}

const output: OpenTracing = () => {
  let data: Uint8Array = new Uint8Array()
  return {
    end: ({ outcome }) => {
      data = outcome.output
    },
    result: () => bytesToHex(data),
  }
}

const TRACERS: Readonly<Record<ParityTrace, OpenTracing>> = { trace: parityCalls, stateDiff, vmTrace }
