/** Every method by name: what it may do, what it costs, what it takes, and who answers it. */
import { DEBUG_METHODS } from './debug-methods.ts'
import {
  address,
  anything,
  boolean,
  bytes,
  count,
  hash,
  list,
  maybe,
  number,
  orElse,
  param,
  quantity64,
  record,
  slot,
  text,
} from './decode.ts'
import { DEV_METHODS } from './dev-methods.ts'
import { ENGINE_METHODS } from './engine-methods.ts'
import { type Method, method } from './method.ts'
import * as account from './methods/account.ts'
import * as block from './methods/block.ts'
import * as raw from './methods/debug_getRaw.ts'
import { ethCall, isSteadyCall } from './methods/eth_call.ts'
import { ethCapabilities } from './methods/eth_capabilities.ts'
import { ethConfig } from './methods/eth_config.ts'
import { ethCreateAccessList } from './methods/eth_createAccessList.ts'
import { ethEstimateGas } from './methods/eth_estimateGas.ts'
import { ethGetLogs } from './methods/eth_getLogs.ts'
import { ethGetProof, MAX_PROOF_KEYS, storageKey } from './methods/eth_getProof.ts'
import * as filter from './methods/eth_newFilter.ts'
import { ethSimulate, simulationRequest } from './methods/eth_simulateV1.ts'
import { ethSubscribe, ethUnsubscribe } from './methods/eth_subscribe.ts'
import * as fees from './methods/fees.ts'
import * as identity from './methods/identity.ts'
import * as encoded from './methods/raw.ts'
import * as send from './methods/send.ts'
import * as sign from './methods/sign.ts'
import { MAX_BUILD_TRANSACTIONS, testingBuildBlock } from './methods/testing_buildBlock.ts'
import * as transaction from './methods/transaction.ts'
import * as txpool from './methods/txpool.ts'
import * as uncle from './methods/uncle.ts'
import {
  blockNumberOrTag,
  blockOverrides,
  blockParameter,
  LATEST,
  logQuery,
  PENDING,
  stateOverrides,
  transactionRequest,
} from './params.ts'
import { payloadAttributes } from './payload.ts'

// Parameters that many methods take. A block that is not named is the head.
const who = param('address', address)
const at = param('block', orElse(blockParameter, LATEST))
const which = param('block', blockParameter)
const blockHash = param('blockHash', hash)
const blockNumber = param('block', blockNumberOrTag)
const filterId = param('filterId', text)
const hydrated = param('hydrated', orElse(boolean, false))
const index = param('index', count)
const request = param('transaction', transactionRequest)
const state = param('stateOverrides', maybe(stateOverrides))
const overrides = param('blockOverrides', maybe(blockOverrides))
const timeoutMs = param('timeoutMs', maybe(count))
const transactionHash = param('transactionHash', hash)

export const METHODS: Readonly<Record<string, Method>> = {
  web3_clientVersion: method('read', 1, [], identity.web3ClientVersion),
  web3_sha3: method('read', 1, [param('data', bytes)], identity.web3Sha3),
  rpc_modules: method('read', 1, [], ({ principal }) => identity.modulesOf(METHODS, principal)),
  net_version: method('read', 1, [], identity.netVersion),
  net_listening: method('read', 1, [], identity.netListening),
  net_peerCount: method('read', 1, [], identity.netPeerCount),

  eth_networkId: method('read', 1, [], identity.netVersion),
  eth_protocolVersion: method('read', 1, [], identity.ethProtocolVersion),
  eth_mining: method('read', 1, [], identity.ethMining),
  eth_hashrate: method('read', 1, [], identity.ethHashrate),
  eth_chainId: method('read', 1, [], identity.ethChainId),
  eth_syncing: method('read', 1, [], identity.ethSyncing),
  eth_accounts: method('read', 1, [], identity.ethAccounts),
  eth_requestAccounts: method('read', 1, [], identity.ethAccounts),
  eth_coinbase: method('read', 1, [], identity.ethCoinbase),
  eth_config: method('read', 5, [], ethConfig),
  eth_capabilities: method('read', 1, [], ethCapabilities),
  eth_blockNumber: method('read', 1, [], block.ethBlockNumber),

  eth_getBalance: method('read', 1, [who, at], account.ethGetBalance),
  eth_getTransactionCount: method('read', 1, [who, at], account.ethGetTransactionCount),
  eth_getCode: method('read', 2, [who, at], account.ethGetCode),
  eth_getAccount: method('read', 2, [who, at], account.ethGetAccount),
  eth_getAccountInfo: method('read', 2, [who, at], account.ethGetAccountInfo),
  eth_getStorageAt: method('read', 1, [who, param('slot', slot), at], account.ethGetStorageAt),
  eth_getStorageValues: method(
    'read',
    10,
    [param('requests', record(address, list(slot, account.MAX_SLOTS), account.MAX_SLOTS)), at],
    account.ethGetStorageValues,
  ),
  eth_getProof: method(
    'read',
    20,
    [who, param('storageKeys', list(storageKey, MAX_PROOF_KEYS)), at],
    ethGetProof,
  ),

  eth_getBlockByHash: method('read', 5, [blockHash, hydrated], block.ethGetBlockByHash),
  eth_getBlockByNumber: method('read', 5, [blockNumber, hydrated], block.ethGetBlock),
  eth_getHeaderByHash: method('read', 2, [blockHash], block.ethGetHeaderByHash),
  eth_getHeaderByNumber: method('read', 2, [blockNumber], block.ethGetHeader),
  eth_getBlockTransactionCountByHash: method('read', 1, [blockHash], block.ethGetBlockTransactionCountByHash),
  eth_getBlockTransactionCountByNumber: method('read', 1, [blockNumber], block.ethGetBlockTransactionCount),
  eth_getBlockReceipts: method('read', 10, [which], transaction.ethGetBlockReceipts),
  eth_getBlockAccessList: method('read', 1, [which], block.ethGetBlockAccessList),
  eth_getTransactionByHash: method('read', 2, [transactionHash], transaction.ethGetTransactionByHash),
  eth_getTransactionByBlockHashAndIndex: method(
    'read',
    2,
    [blockHash, index],
    transaction.ethGetTransactionByBlockHashAndIndex,
  ),
  eth_getTransactionByBlockNumberAndIndex: method(
    'read',
    2,
    [blockNumber, index],
    transaction.ethGetTransactionByBlockAndIndex,
  ),
  eth_getTransactionBySenderAndNonce: method(
    'read',
    50,
    [who, param('nonce', quantity64)],
    transaction.ethGetTransactionBySenderAndNonce,
  ),
  eth_getRawTransactionByHash: method('read', 2, [transactionHash], encoded.ethGetRawTransactionByHash),
  eth_getRawTransactionByBlockHashAndIndex: method(
    'read',
    2,
    [blockHash, index],
    encoded.ethGetRawTransactionByBlockHashAndIndex,
  ),
  eth_getRawTransactionByBlockNumberAndIndex: method(
    'read',
    2,
    [blockNumber, index],
    encoded.ethGetRawTransactionByBlockAndIndex,
  ),
  eth_getUncleCountByBlockHash: method('read', 1, [blockHash], uncle.ethGetUncleCountByHash),
  eth_getUncleCountByBlockNumber: method('read', 1, [blockNumber], uncle.ethGetUncleCount),
  eth_getUncleByBlockHashAndIndex: method('read', 2, [blockHash, index], uncle.ethGetUncleByHash),
  eth_getUncleByBlockNumberAndIndex: method('read', 2, [blockNumber, index], uncle.ethGetUncle),
  eth_getTransactionReceipt: method('read', 2, [transactionHash], transaction.ethGetTransactionReceipt),
  eth_getLogs: method('read', 50, [param('filter', logQuery)], ethGetLogs),

  eth_call: {
    ...method('read', 20, [request, at, state, overrides], ethCall),
    isSteady: isSteadyCall,
  },
  eth_estimateGas: method(
    'read',
    60,
    [request, param('block', orElse(blockParameter, PENDING)), state, overrides],
    ethEstimateGas,
  ),
  eth_simulateV1: method('read', 500, [param('simulation', simulationRequest), at], ethSimulate),
  eth_createAccessList: method(
    'read',
    60,
    [request, param('block', orElse(blockParameter, PENDING))],
    ethCreateAccessList,
  ),
  eth_fillTransaction: method('read', 60, [request], send.ethFillTransaction),

  eth_gasPrice: method('read', 1, [], fees.ethGasPrice),
  eth_maxPriorityFeePerGas: method('read', 1, [], fees.ethMaxPriorityFeePerGas),
  eth_baseFee: method('read', 1, [], fees.ethBaseFee),
  eth_blobBaseFee: method('read', 1, [], fees.ethBlobBaseFee),
  eth_feeHistory: method(
    'read',
    20,
    [
      param('blockCount', count),
      param('newestBlock', blockNumberOrTag),
      param('rewardPercentiles', orElse(list(number, fees.MAX_PERCENTILES), [])),
    ],
    fees.ethFeeHistory,
  ),

  eth_newFilter: method('read', 5, [param('filter', logQuery)], filter.ethNewFilter),
  eth_newBlockFilter: method('read', 5, [], filter.ethNewBlockFilter),
  eth_newPendingTransactionFilter: method('read', 5, [], filter.ethNewPendingTransactionFilter),
  eth_getFilterChanges: method('read', 2, [filterId], filter.ethGetFilterChanges),
  eth_getFilterLogs: method('read', 50, [filterId], filter.ethGetFilterLogs),
  eth_uninstallFilter: method('read', 1, [filterId], filter.ethUninstallFilter),
  eth_subscribe: method('read', 5, [param('topic', text), param('options', anything)], ethSubscribe),
  eth_unsubscribe: method('read', 1, [param('subscription', text)], ethUnsubscribe),

  eth_sendRawTransaction: method('write', 50, [param('transaction', bytes)], send.ethSendRawTransaction),
  eth_sendRawTransactionSync: method(
    'write',
    60,
    [param('transaction', bytes), timeoutMs],
    send.ethSendRawTransactionSync,
  ),
  eth_sendTransactionSync: method('dev', 110, [request, timeoutMs], send.ethSendTransactionSync),
  eth_sendTransaction: method('dev', 100, [request], send.ethSendTransaction),
  eth_sendUnsignedTransaction: method('dev', 100, [request], send.ethSendUnsignedTransaction),
  eth_signTransaction: method('dev', 60, [request], send.ethSignTransaction),
  eth_sign: method('dev', 20, [who, param('message', bytes)], sign.ethSign),
  // A password opens nothing here, where accounts are unlocked; web3.js sends one as geth takes it.
  personal_sign: method(
    'dev',
    20,
    [param('message', bytes), who, param('password', maybe(text))],
    sign.personalSign,
  ),
  eth_signTypedData: method('dev', 20, [who, param('typedData', anything)], sign.ethSignTypedData),
  eth_signTypedData_v3: method('dev', 20, [who, param('typedData', anything)], sign.ethSignTypedDataV3),
  eth_signTypedData_v4: method('dev', 20, [who, param('typedData', anything)], sign.ethSignTypedData),

  eth_pendingTransactions: method('read', 50, [], txpool.ethPendingTransactions),
  txpool_status: method('read', 2, [], txpool.txpoolStatus),
  txpool_content: method('read', 50, [], txpool.txpoolContent),
  txpool_inspect: method('read', 50, [], txpool.txpoolInspect),
  txpool_contentFrom: method('read', 10, [who], txpool.txpoolContentFrom),

  testing_buildBlockV1: method(
    'debug',
    100,
    [
      param('parentHash', hash),
      param('attributes', payloadAttributes),
      param('transactions', maybe(list(bytes, MAX_BUILD_TRANSACTIONS))),
      param('extraData', maybe(bytes)),
    ],
    testingBuildBlock,
  ),
  admin_nodeInfo: method('debug', 1, [], identity.adminNodeInfo),
  admin_peers: method('debug', 1, [], identity.adminPeers),
  debug_getRawBlock: method('debug', 10, [which], raw.debugGetRawBlock),
  debug_getRawHeader: method('debug', 2, [which], raw.debugGetRawHeader),
  debug_getRawReceipts: method('debug', 10, [which], raw.debugGetRawReceipts),
  debug_getRawTransaction: method('debug', 2, [transactionHash], raw.debugGetRawTransaction),
  ...DEBUG_METHODS,

  ...DEV_METHODS,
  ...ENGINE_METHODS,
}
