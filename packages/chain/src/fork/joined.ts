/** Answers over a range of blocks that may cross the border between an origin and its fork. */
import type { Address, Hash, Hex } from '@deed/evm'
import { quantity } from '../hex.ts'
import { numberOf } from '../rpc/block-parameter.ts'
import { isObject } from '../rpc/decode.ts'
import type { Context } from '../rpc/method.ts'
import { ethGetLogs } from '../rpc/methods/eth_getLogs.ts'
import { ethFeeHistory, MAX_FEE_HISTORY } from '../rpc/methods/fees.ts'
import { otsSearchTransactionsAfter, otsSearchTransactionsBefore } from '../rpc/methods/ots_search.ts'
import { type TraceFilter, traceFilter } from '../rpc/methods/trace.ts'
import type { BlockParameter, LogQuery } from '../rpc/params.ts'
import type { Origin } from './origin.ts'
import { askFor, type ForkRequest, type Route } from './route.ts'

const logs = async (origin: Origin, context: Context, query: LogQuery) => {
  const { number: last, hash } = origin.block
  const { addresses, topics, blockHash } = query
  const wanted = {
    ...(addresses.length > 0 && { address: addresses }),
    ...(topics.length > 0 && { topics: topics.map((any) => (any.length === 0 ? null : any)) }),
  }
  const { node } = context
  if (blockHash !== undefined) {
    const isHere = blockHash !== hash && (await node.chain.block(blockHash)) !== undefined
    return isHere ? undefined : askFor(origin, 'eth_getLogs', [{ ...wanted, blockHash }])
  }
  const from = numberOf(node, query.fromBlock)
  const to = numberOf(node, query.toBlock)
  if (from > last || from > to || to > node.chain.head.block.header.number) return undefined
  const toBlock = quantity(to < last ? to : last)
  const before = await askFor(origin, 'eth_getLogs', [{ ...wanted, fromBlock: quantity(from), toBlock }])
  if (to <= last) return before
  const range = { fromBlock: { number: last + 1n }, toBlock: { number: to } }
  return { result: [...listOf(before), ...(await ethGetLogs(context, { ...query, ...range }))] }
}

interface FeeHistory {
  readonly oldestBlock: Hex
  readonly reward?: readonly unknown[]
  readonly baseFeePerGas: readonly Hex[]
  readonly gasUsedRatio: readonly number[]
  readonly baseFeePerBlobGas?: readonly Hex[]
  readonly blobGasUsedRatio?: readonly number[]
}

const feeHistory: Route = async (origin, { context, values }) => {
  const [count, newest, percentiles] = values as [number, BlockParameter, readonly number[]]
  const last = origin.block.number
  const to = numberOf(context.node, newest as LogQuery['toBlock'])
  const wanted = Math.min(count, MAX_FEE_HISTORY)
  const fromOrigin = (blocks: number, end: bigint) =>
    askFor(origin, 'eth_feeHistory', [quantity(blocks), quantity(end), percentiles])
  if (to <= last) return fromOrigin(wanted, to)
  const here = Number(to - last)
  if (here >= wanted || to > context.node.chain.head.block.header.number) return undefined
  const { result } = await fromOrigin(wanted - here, last)
  const before = result as FeeHistory
  const after = (await ethFeeHistory(context, here, newest, percentiles)) as FeeHistory
  const blocks = before.gasUsedRatio.length
  const zeros = <T>(zero: T): readonly T[] => Array(blocks).fill(zero)
  return {
    result: {
      oldestBlock: before.oldestBlock,
      ...(after.reward && { reward: [...(before.reward ?? zeros([])), ...after.reward] }),
      // The last of the origin's is of a block after the fork.
      baseFeePerGas: [...before.baseFeePerGas.slice(0, blocks), ...after.baseFeePerGas],
      gasUsedRatio: [...before.gasUsedRatio, ...after.gasUsedRatio],
      baseFeePerBlobGas: [
        ...(before.baseFeePerBlobGas?.slice(0, blocks) ?? zeros(quantity(0))),
        ...(after.baseFeePerBlobGas ?? []),
      ],
      blobGasUsedRatio: [...(before.blobGasUsedRatio ?? zeros(0)), ...(after.blobGasUsedRatio ?? [])],
    },
  }
}

const traces: Route = async (origin, { context, name, values, params }) => {
  const filter = values[0] as TraceFilter
  const last = origin.block.number
  const from = numberOf(context.node, filter.fromBlock)
  const to = numberOf(context.node, filter.toBlock)
  if (from > last || from > to) return undefined
  const range = { fromBlock: quantity(from), toBlock: quantity(to < last ? to : last) }
  const given = params[0] as object
  if (to <= last) return askFor(origin, name, [{ ...given, ...range }])
  // How many the origin left out is not told, so that leaving out is done here.
  const { after, count } = filter
  const all = { after: 0, count: Number.MAX_SAFE_INTEGER }
  const before = await askFor(origin, name, [{ ...given, ...range, after: undefined, count: undefined }])
  const later = await traceFilter(context, { ...filter, ...all, fromBlock: { number: last + 1n } })
  return { result: [...listOf(before), ...later].slice(after, after + count) }
}

interface Page {
  readonly txs: readonly { readonly blockNumber: Hex }[]
  readonly receipts: readonly unknown[]
  readonly firstPage: boolean
  readonly lastPage: boolean
}

/** Newest first: what is here, and then the origin's. */
const searchBefore: Route = async (origin, { context, name, values }) => {
  const [address, number, pageSize] = values as [Address, number, number]
  const last = Number(origin.block.number)
  if (number !== 0 && number <= last + 1) return askFor(origin, name, [address, number, pageSize])
  const here = (await otsSearchTransactionsBefore(context, address, number, pageSize)) as unknown as Page
  const rest = pageSize - here.txs.length
  if (rest <= 0 || !here.lastPage) return { result: { ...here, lastPage: false } }
  const { result } = await askFor(origin, name, [address, last + 1, rest])
  const before = result as Page
  return {
    result: {
      txs: [...here.txs, ...before.txs],
      receipts: [...here.receipts, ...before.receipts],
      firstPage: here.firstPage,
      lastPage: before.lastPage,
    },
  }
}

/** The oldest after a block, newest first: the origin's up to the fork, and after them what is here. */
const searchAfter: Route = async (origin, { context, name, values }) => {
  const [address, number, pageSize] = values as [Address, number, number]
  const last = Number(origin.block.number)
  if (number >= last) return undefined
  const { result } = await askFor(origin, name, [address, number, pageSize])
  const { txs, receipts, lastPage } = result as Page
  // Newest first, so that what came after the fork comes first.
  const later = txs.filter(({ blockNumber }) => Number(blockNumber) > last).length
  const before = { txs: txs.slice(later), receipts: receipts.slice(later) }
  const rest = pageSize - before.txs.length
  if (later === 0 && rest <= 0) return { result: { ...before, firstPage: false, lastPage } }
  const here = (await otsSearchTransactionsAfter(context, address, last, rest)) as unknown as Page
  return {
    result: {
      txs: [...here.txs, ...before.txs],
      receipts: [...here.receipts, ...before.receipts],
      firstPage: here.firstPage,
      lastPage,
    },
  }
}

/** Whether something of an account was so before the fork already: then the origin knows since when. */
const sinceBefore =
  (isSo: (state: { nonce: bigint; isContract: boolean }, request: ForkRequest) => boolean): Route =>
  async (origin, request) => {
    const { chain } = request.context.node
    const address = request.values[0] as Address
    const state = await chain.stateAt(chain.genesis.hash)
    const nonce = (await state.account(address))?.nonce ?? 0n
    const isContract = (await state.code(address)).length > 0
    return isSo({ nonce, isContract }, request) ? askFor(origin, request.name, request.params) : undefined
  }

const isUsedUp = ({ nonce }: { readonly nonce: bigint }, { values }: ForkRequest): boolean =>
  nonce > (values[1] as bigint)

const listOf = ({ result }: { readonly result: unknown }): readonly never[] =>
  Array.isArray(result) ? (result as never[]) : []

export const JOINED: Readonly<Record<string, Route>> = {
  eth_getLogs: (origin, { context, values }) => logs(origin, context, values[0] as LogQuery),
  eth_getFilterLogs: async (origin, { context, values }) => {
    const query = context.node.filters.query(values[0] as Hash)
    return isObject(query) ? logs(origin, context, query as unknown as LogQuery) : undefined
  },
  eth_feeHistory: feeHistory,
  trace_filter: traces,
  ots_searchTransactionsBefore: searchBefore,
  ots_searchTransactionsAfter: searchAfter,
  ots_getContractCreator: sinceBefore(({ isContract }) => isContract),
  ots_getTransactionBySenderAndNonce: sinceBefore(isUsedUp),
  eth_getTransactionBySenderAndNonce: sinceBefore(isUsedUp),
}
