/** The methods that run transactions again to look inside: rows of the table in ./methods.ts. */
import { PARITY_TRACES } from '../trace/parity.ts'
import {
  address,
  bytes,
  count,
  hash,
  list,
  maybe,
  object,
  oneOf,
  oneOrMany,
  orElse,
  pair,
  param,
  quantity64,
} from './decode.ts'
import { type Method, method } from './method.ts'
import { ethGetHeader } from './methods/block.ts'
import * as state from './methods/debug_state.ts'
import * as trace from './methods/debug_trace.ts'
import * as ots from './methods/ots.ts'
import * as search from './methods/ots_search.ts'
import * as parity from './methods/trace.ts'
import { blockNumberOrTag, blockParameter, LATEST, transactionRequest } from './params.ts'
import { traceCallConfig, traceConfig } from './trace-config.ts'

/** Addresses of one filter; steps of a path; calls of one request. */
const MAX_ADDRESSES = 1_000
const MAX_PATH = 1_024
const MAX_CALLS = 100

const at = param('block', orElse(blockParameter, LATEST))
const which = param('block', blockParameter)
const who = param('address', address)
const blockHash = param('blockHash', hash)
const blockNumber = param('block', blockNumberOrTag)
const options = param('options', traceConfig)
const page = param('pageSize', count)
const request = param('transaction', transactionRequest)
const transactionHash = param('transactionHash', hash)
const traceTypes = list(oneOf(PARITY_TRACES), PARITY_TRACES.length)
const types = param('traceTypes', traceTypes)

const traceFilter = object({
  fromBlock: maybe(blockNumberOrTag),
  toBlock: maybe(blockNumberOrTag),
  fromAddress: maybe(oneOrMany(address, MAX_ADDRESSES)),
  toAddress: maybe(oneOrMany(address, MAX_ADDRESSES)),
  mode: maybe(oneOf(['union', 'intersection'])),
  after: orElse(count, 0),
  count: orElse(count, Number.MAX_SAFE_INTEGER),
})

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
  debug_storageRangeAt: method(
    'debug',
    200,
    [blockHash, param('index', count), who, param('start', bytes), param('limit', count)],
    state.debugStorageRangeAt,
  ),
  debug_getBadBlocks: method('debug', 1, [], state.debugGetBadBlocks),
  debug_codeByHash: method('debug', 2, [param('codeHash', hash), at], state.debugCodeByHash),
  debug_dbGet: method('debug', 2, [param('key', bytes)], state.debugDbGet),

  trace_transaction: method('debug', 200, [transactionHash], parity.traceTransaction),
  trace_get: method('debug', 200, [transactionHash, param('path', list(count, MAX_PATH))], parity.traceGet),
  trace_block: method('debug', 1000, [which], parity.traceBlock),
  trace_filter: method('debug', 5000, [param('filter', traceFilter)], parity.traceFilter),
  trace_call: method('debug', 200, [request, types, at], parity.traceCall),
  trace_callMany: method(
    'debug',
    1000,
    [param('calls', list(pair(transactionRequest, traceTypes), MAX_CALLS)), at],
    parity.traceCallMany,
  ),
  trace_rawTransaction: method(
    'debug',
    200,
    [param('transaction', bytes), types, at],
    parity.traceRawTransaction,
  ),
  trace_replayTransaction: method('debug', 200, [transactionHash, types], parity.traceReplayTransaction),
  trace_replayBlockTransactions: method('debug', 1000, [which, types], parity.traceReplayBlockTransactions),

  erigon_getHeaderByNumber: method('debug', 5, [blockNumber], ethGetHeader),
  ots_getApiLevel: method('debug', 1, [], ots.otsGetApiLevel),
  ots_hasCode: method('debug', 1, [who, at], ots.otsHasCode),
  ots_getInternalOperations: method('debug', 200, [transactionHash], ots.otsGetInternalOperations),
  ots_getTransactionError: method('debug', 200, [transactionHash], ots.otsGetTransactionError),
  ots_traceTransaction: method('debug', 200, [transactionHash], ots.otsTraceTransaction),
  ots_getBlockDetails: method('debug', 10, [blockNumber], ots.otsGetBlockDetails),
  ots_getBlockDetailsByHash: method('debug', 10, [blockHash], ots.otsGetBlockDetailsByHash),
  ots_getBlockTransactions: method(
    'debug',
    10,
    [blockNumber, param('page', count), page],
    ots.otsGetBlockTransactions,
  ),
  ots_searchTransactionsBefore: method(
    'debug',
    5000,
    [who, param('blockNumber', count), page],
    search.otsSearchTransactionsBefore,
  ),
  ots_searchTransactionsAfter: method(
    'debug',
    5000,
    [who, param('blockNumber', count), page],
    search.otsSearchTransactionsAfter,
  ),
  ots_getTransactionBySenderAndNonce: method(
    'debug',
    50,
    [who, param('nonce', quantity64)],
    search.otsGetTransactionBySenderAndNonce,
  ),
  ots_getContractCreator: method('debug', 1000, [who], search.otsGetContractCreator),
}
