/** geth's 4byteTracer: how often each function was called, by selector and bytes of arguments. */
import { precompilesAt } from '@deed/evm'
import { bytesToHex } from '../hex.ts'
import type { OpenTracing } from './tracing.ts'

export const fourByteTracer: OpenTracing = ({ scope, budget }) => {
  const precompiles = scope.precompiles ?? precompilesAt(scope.rules.fork)
  const counts = new Map<string, number>()
  return {
    enter: ({ kind, to, input }) => {
      budget.check()
      if (!CALLS.has(kind) || input.length < 4 || precompiles.has(to)) return
      const key = `${bytesToHex(input.subarray(0, 4))}-${input.length - 4}`
      if (!counts.has(key)) budget.spend(key.length)
      counts.set(key, (counts.get(key) ?? 0) + 1)
    },
    result: () => Object.fromEntries(counts),
  }
}

const CALLS: ReadonlySet<string> = new Set(['CALL', 'CALLCODE', 'DELEGATECALL', 'STATICCALL'])
