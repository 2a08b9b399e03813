/** What clients say about the trace that they want: geth's TraceConfig. */
import type { BlockOverrides } from '../execute/types.ts'
import type { StateOverrides } from '../state/types.ts'
import { DEFAULT_TIMEOUT_MS, MAX_TIMEOUT_MS } from '../trace/budget.ts'
import { callTracer } from '../trace/call-tracer.ts'
import { flatCallTracer } from '../trace/flat-calls.ts'
import { fourByteTracer } from '../trace/four-byte.ts'
import { muxTracer } from '../trace/mux.ts'
import { pathTracer } from '../trace/paths.ts'
import { prestateTracer } from '../trace/prestate.ts'
import { structLogs } from '../trace/struct-logs.ts'
import type { OpenTracing } from '../trace/tracing.ts'
import {
  anything,
  boolean,
  count,
  type Decoder,
  maybe,
  object,
  orElse,
  record,
  refuse,
  text,
} from './decode.ts'
import { blockOverrides, stateOverrides } from './params.ts'

export interface TraceConfig {
  readonly open: OpenTracing
  readonly timeoutMs: number
}

export const traceConfig: Decoder<TraceConfig> = (value, at) => {
  const { tracer, tracerConfig, timeout, ...options } = TRACE_CONFIG(value ?? {}, at)
  return {
    open: tracer === undefined ? structLogs(options) : openTracer(tracer, tracerConfig, at),
    timeoutMs: timeout,
  }
}

export interface TraceCallConfig extends TraceConfig {
  readonly stateOverrides: StateOverrides | undefined
  readonly blockOverrides: BlockOverrides | undefined
  /** Stand before this transaction of the block. */
  readonly txIndex: number | undefined
}

export const traceCallConfig: Decoder<TraceCallConfig> = (value, at) => ({
  ...traceConfig(value, at),
  ...CALL_CONFIG(value ?? {}, at),
})

const openTracer = (name: string, config: unknown, at: string): OpenTracing => {
  const open = Object.hasOwn(TRACERS, name) ? TRACERS[name] : undefined
  return (
    open?.(config ?? {}, `${at}.tracerConfig`) ??
    refuse(`${at}.tracer`, `one of ${Object.keys(TRACERS).join(', ')}`, name)
  )
}

const flag = orElse(boolean, false)

const CALL_TRACER = object({ onlyTopCall: flag, withLog: flag })
const FLAT_CALL_TRACER = object({ convertParityErrors: flag, includePrecompiles: flag })
const PRESTATE_TRACER = object({
  diffMode: flag,
  disableCode: flag,
  disableStorage: flag,
  includeEmpty: flag,
})
const MAX_TRACERS = 16
const MUX_TRACER = record(text as Decoder<string>, anything, MAX_TRACERS)

/** By geth's names, and one of our own. */
const TRACERS: Readonly<Record<string, (config: unknown, at: string) => OpenTracing>> = {
  callTracer: (config, at) => callTracer(CALL_TRACER(config, at)),
  flatCallTracer: (config, at) => flatCallTracer(FLAT_CALL_TRACER(config, at)),
  prestateTracer: (config, at) => {
    const options = PRESTATE_TRACER(config, at)
    return options.diffMode && options.includeEmpty
      ? refuse(at, 'diffMode or includeEmpty, but not both', config)
      : prestateTracer(options)
  },
  '4byteTracer': () => fourByteTracer,
  deedTracer: () => pathTracer,
  noopTracer: () => () => ({ result: () => ({}) }),
  muxTracer: (config, at) =>
    muxTracer(
      Object.fromEntries(
        [...MUX_TRACER(config, at)].map(([name, own]) => [
          name,
          // A mux of muxes would be as deep as a request may nest, and says nothing that one does not.
          name === 'muxTracer'
            ? refuse(at, 'tracers other than muxTracer', name)
            : openTracer(name, own, `${at}.${name}`),
        ]),
      ),
    ),
}

/** A duration as Go writes it: `5s`, `1m30s`, `300ms`. */
const duration: Decoder<number> = (value, at) => {
  if (typeof value !== 'string' || !/^(\d{1,9}(\.\d{1,9})?(ms|s|m|h))+$/.test(value))
    return refuse(at, 'a duration such as 5s, 1m30s or 300ms', value)
  let ms = 0
  for (const [, amount, unit] of value.matchAll(/([\d.]+)(ms|s|m|h)/g)) ms += Number(amount) * UNITS[unit!]!
  return Math.min(ms, MAX_TIMEOUT_MS)
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

const TRACE_CONFIG = object({
  tracer: maybe(text),
  tracerConfig: anything,
  timeout: orElse(duration, DEFAULT_TIMEOUT_MS),
  disableStack: flag,
  enableMemory: flag,
  disableStorage: flag,
  enableReturnData: flag,
  limit: orElse(count, 0),
})

const CALL_CONFIG = object({
  stateOverrides: maybe(stateOverrides),
  blockOverrides: maybe(blockOverrides),
  txIndex: maybe(count),
})
