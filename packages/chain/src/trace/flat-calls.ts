/** geth's flatCallTracer: the calls one after the other, each with the path to it, as Parity told them. */
import { quantity } from '../hex.ts'
import type { Json } from '../rpc/format.ts'
import { type Call, growCallTree } from './call-tree.ts'
import { REVERTED } from './fault-text.ts'
import type { OpenTracing, TracePlace } from './tracing.ts'

export interface FlatCallOptions {
  /** Errors in Parity's words. */
  readonly convertParityErrors: boolean
  readonly includePrecompiles: boolean
}

export const flatCallTracer =
  (options: FlatCallOptions): OpenTracing =>
  (start) => {
    const tree = growCallTree(start)
    const { enter, exit } = tree.hooks
    let gasUsed = 0n
    return {
      enter,
      exit,
      end: (ran) => {
        gasUsed = ran.gasUsed
      },
      result: () => {
        const root = { ...tree.root(), gas: start.message.gasLimit, gasUsed }
        const placed = formatPlace(start.place)
        return flatten(root, options).map((call) => ({ ...call, ...placed }))
      },
    }
  }

export type FlatCall = { readonly [field: string]: Json | undefined } & { readonly traceAddress: number[] }

/** A call and all below it, parents first. */
export const flatten = (call: Call, options: FlatCallOptions, path: readonly number[] = []): FlatCall[] => {
  const inner = options.includePrecompiles ? call.calls : call.calls.filter((one) => !isHidden(one))
  const { error } = call
  const own: FlatCall = {
    ...SHAPES[call.kind](call),
    ...(error !== undefined && { error: options.convertParityErrors ? parityError(error) : error }),
    // What reverted says why; what halted has no result.
    ...(error !== undefined && error !== REVERTED && { result: undefined }),
    subtraces: inner.length,
    traceAddress: [...path],
  }
  return [own, ...inner.flatMap((one, index) => flatten(one, options, [...path, index]))]
}

const formatPlace = ({ blockHash, blockNumber, transactionHash, transactionIndex }: TracePlace) => ({
  blockHash: blockHash ?? null,
  blockNumber: Number(blockNumber ?? 0n),
  transactionHash: transactionHash ?? null,
  transactionPosition: transactionIndex ?? 0,
})

/** Parity never told calls of precompiles, unless they run as somebody's own code. */
const isHidden = ({ kind, isPrecompile }: Call): boolean =>
  isPrecompile && (kind === 'CALL' || kind === 'STATICCALL')

const asCall = (call: Call) => ({
  action: {
    callType: call.kind.toLowerCase(),
    from: call.from,
    gas: quantity(call.gas),
    input: call.input,
    to: call.to,
    value: quantity(call.kind === 'STATICCALL' ? 0n : call.value),
  },
  result: { gasUsed: quantity(call.gasUsed), output: call.output },
  type: 'call',
})

const asCreate = (call: Call) => ({
  action: {
    creationMethod: call.kind.toLowerCase(),
    from: call.from,
    gas: quantity(call.gas),
    init: call.input,
    value: quantity(call.value),
  },
  result: {
    ...(call.error === undefined && { address: call.to }),
    code: call.output,
    gasUsed: quantity(call.gasUsed),
  },
  type: 'create',
})

const asSuicide = (call: Call) => ({
  action: { address: call.from, balance: quantity(call.value), refundAddress: call.to },
  result: undefined,
  type: 'suicide',
})

const SHAPES: Readonly<Record<Call['kind'], (call: Call) => { readonly [field: string]: Json | undefined }>> =
  {
    CALL: asCall,
    CALLCODE: asCall,
    DELEGATECALL: asCall,
    STATICCALL: asCall,
    CREATE: asCreate,
    CREATE2: asCreate,
    SELFDESTRUCT: asSuicide,
  }

const parityError = (error: string): string =>
  PARITY_ERRORS.find(([beginning]) => error.startsWith(beginning))?.[1] ?? error

/** By how the error begins; the first that fits. */
const PARITY_ERRORS: readonly (readonly [beginning: string, parity: string])[] = [
  ['contract creation code storage out of gas', 'Out of gas'],
  ['out of gas', 'Out of gas'],
  ['max code size exceeded', 'Out of gas'],
  ['invalid jump destination', 'Bad jump destination'],
  [REVERTED, 'Reverted'],
  ['return data out of bounds', 'Out of bounds'],
  ['stack limit reached', 'Out of stack'],
  ['stack underflow', 'Stack underflow'],
  ['invalid opcode', 'Bad instruction'],
  ['invalid input length', 'Built-in failed'],
  ['precompile failed', 'Built-in failed'],
]
