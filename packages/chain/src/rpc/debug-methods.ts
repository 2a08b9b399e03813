/** The methods that run transactions again to look inside; rows of {@link METHODS}. */
import { bytes, hash, orElse, param } from './decode.ts'
import { type Method, method } from './method.ts'
import * as trace from './methods/debug_trace.ts'
import { blockNumberOrTag, blockParameter, LATEST, transactionRequest } from './params.ts'
import { traceCallConfig, traceConfig } from './trace-config.ts'

const at = param('block', orElse(blockParameter, LATEST))
const blockHash = param('blockHash', hash)
const blockNumber = param('block', blockNumberOrTag)
const options = param('options', traceConfig)
const request = param('transaction', transactionRequest)
const transactionHash = param('transactionHash', hash)

export const DEBUG_METHODS: Readonly<Record<string, Method>> = {
  debug_traceTransaction: method('debug', 200, [transactionHash, options], trace.debugTraceTransaction),
  debug_traceCall: method(
    'debug',
    200,
    [request, at, param('options', traceCallConfig)],
    trace.debugTraceCall,
  ),
  debug_traceBlock: method('debug', 1000, [param('block', bytes), options], trace.debugTraceRawBlock),
  debug_traceBlockByHash: method('debug', 1000, [blockHash, options], trace.debugTraceBlockByHash),
  debug_traceBlockByNumber: method('debug', 1000, [blockNumber, options], trace.debugTraceBlock),
}
