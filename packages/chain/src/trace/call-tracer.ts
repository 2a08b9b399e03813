/** geth's callTracer: the tree of calls. */
import type { Hex } from '@deed/evm'
import { hexToBytes, quantity } from '../hex.ts'
import type { Json } from '../rpc/format.ts'
import { revertReason } from '../rpc/revert.ts'
import { type Call, growCallTree } from './call-tree.ts'
import { REVERTED } from './fault-text.ts'
import type { OpenTracing } from './tracing.ts'

export interface CallTracerOptions {
  readonly onlyTopCall: boolean
  readonly withLog: boolean
}

export const callTracer =
  ({ onlyTopCall, withLog }: CallTracerOptions): OpenTracing =>
  (start) => {
    const tree = growCallTree(start, onlyTopCall ? 1 : undefined)
    const { enter, exit, log } = tree.hooks
    let gasUsed = 0n
    return {
      enter,
      exit,
      ...(withLog && { log }),
      end: (ran) => {
        gasUsed = ran.gasUsed
      },
      // The outermost call is told with the whole transaction's gas.
      result: () => formatCall(tree.root(), start.message.gasLimit, gasUsed),
    }
  }

const formatCall = (call: Call, gas: bigint, gasUsed: bigint): Json => ({
  from: call.from,
  gas: quantity(gas),
  gasUsed: quantity(gasUsed),
  ...(!(isCreate(call) && call.error !== undefined) && { to: call.to }),
  input: call.input,
  ...(call.output !== '0x' && { output: call.output }),
  ...(call.error !== undefined && { error: call.error, ...reasonOf(call.error, call.output) }),
  ...(call.calls.length > 0 && {
    calls: call.calls.map((inner) => formatCall(inner, inner.gas, inner.gasUsed)),
  }),
  ...(call.logs.length > 0 && {
    logs: call.logs.map(({ address, topics, data, index, position }) => ({
      address,
      topics,
      data,
      index: quantity(index),
      position: quantity(position),
    })),
  }),
  ...(call.kind !== 'STATICCALL' && { value: quantity(call.value) }),
  type: call.kind,
})

const isCreate = ({ kind }: Call): boolean => kind === 'CREATE' || kind === 'CREATE2'

const reasonOf = (error: string, output: Hex): { revertReason?: string } => {
  if (error !== REVERTED) return {}
  const reason = revertReason(hexToBytes(output))
  return reason === undefined ? {} : { revertReason: reason }
}
