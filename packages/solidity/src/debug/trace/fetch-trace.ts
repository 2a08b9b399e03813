/** Asks a node for all that it can tell of a transaction that was mined. */
import { PATH_TRACER, pathsOf, structLogs } from './local-tracer.ts'
import type { CallFrame, Hex, Paths, RawTrace, States } from './raw-trace.ts'
import { type Rpc, RpcFault } from './rpc.ts'

export interface FetchOptions {
  /** Ask for what changed, too. */
  readonly storage: boolean
}

/** How long a node may take for one trace, as it is told; ours takes 5 s at most if it is not. */
const TIMEOUT = '30s'

/** @throws RpcFault `DEED_RPC_ERROR` if the node does not trace at all. */
export const fetchTrace = async (rpc: Rpc, hash: Hex, { storage }: FetchOptions): Promise<RawTrace> => {
  const missing: string[] = []
  const trace = (config: object) =>
    rpc.call('debug_traceTransaction', [hash, { timeout: TIMEOUT, ...config }])
  const tell = async <T>(what: string, config: object): Promise<T | undefined> => {
    try {
      return (await trace(config)) as T
    } catch (error) {
      if (!(error instanceof RpcFault) || error.code !== 'DEED_RPC_ERROR') throw error
      missing.push(`The node does not say ${what} (${error.message.slice(0, MAX_REASON)}).`)
      return undefined
    }
  }
  const call = (await trace({ tracer: 'callTracer', tracerConfig: { withLog: true } })) as CallFrame
  const before =
    (await tell<States>('what code ran when', { tracer: 'prestateTracer' })) ??
    (await presentCodes(rpc, call))
  const changes = storage
    ? await tell<RawTrace['changes']>('what changed', {
        tracer: 'prestateTracer',
        tracerConfig: { diffMode: true },
      })
    : undefined
  const paths = await fetchPaths(rpc, hash, call)
  if (!paths)
    missing.push(
      'The node lists no instructions, so lines are not known. (anvil does with --steps-tracing; others have to allow tracers in JavaScript, or struct logs.)',
    )
  return { call, missing, ...(before && { before }), ...(changes && { changes }), ...(paths && { paths }) }
}

const MAX_REASON = 200

/** Code as it is now, of the accounts that were called. */
const presentCodes = async (rpc: Rpc, call: CallFrame): Promise<States> => {
  const addresses = new Set<Hex>()
  const visit = (one: CallFrame) => {
    if (one.to && addresses.size < MAX_CODES) addresses.add(one.to)
    for (const inner of one.calls ?? []) visit(inner)
  }
  visit(call)
  const states: Record<Hex, { code: Hex }> = {}
  for (const address of addresses)
    states[address] = { code: (await rpc.call('eth_getCode', [address, 'latest'])) as Hex }
  return states
}

const MAX_CODES = 100

/** The best way first: our own tracer, the same in JavaScript, and every instruction. */
const fetchPaths = async (rpc: Rpc, hash: Hex, call: CallFrame): Promise<Paths | undefined> => {
  for (const tracer of ['deedTracer', PATH_TRACER]) {
    try {
      const paths = await rpc.call('debug_traceTransaction', [hash, { timeout: TIMEOUT, tracer }])
      if (isPaths(paths)) return paths
    } catch (error) {
      if (!(error instanceof RpcFault) || error.code !== 'DEED_RPC_ERROR') throw error
    }
  }
  const options = { timeout: TIMEOUT, disableStorage: true, disableMemory: true, enableReturnData: false }
  return pathsOf(call, structLogs(rpc.stream('debug_traceTransaction', [hash, options])))
}

const isPaths = (value: unknown): value is Paths =>
  typeof value === 'object' && value !== null && Array.isArray((value as Partial<Paths>).frames)
