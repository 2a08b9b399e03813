/** Parity's `trace_` methods, as Erigon and reth answer them too. */
import type { Address, Hash } from '@deed/evm'
import type { Block } from '../../block/types.ts'
import type { CallRequest } from '../../execute/types.ts'
import { quantity } from '../../hex.ts'
import { createLayer, mergeLayer } from '../../state/layer.ts'
import type { Budget } from '../../trace/budget.ts'
import type { FlatCall } from '../../trace/flat-calls.ts'
import { type ParityTrace, parityCalls, parityTraces } from '../../trace/parity.ts'
import { follow } from '../../trace/tracing.ts'
import { decodeTransaction } from '../../transaction/codec.ts'
import { isFault } from '../../transaction/fault.ts'
import { effectiveGasPrice } from '../../transaction/price.ts'
import { recoverSender } from '../../transaction/signature.ts'
import type { Transaction } from '../../transaction/types.ts'
import { blockAt, findBlock, numberOf, type SomeBlock } from '../block-parameter.ts'
import { faultError, orFault, RPC_CODE, RpcError, serverError } from '../error.ts'
import type { Json } from '../format.ts'
import type { Context } from '../method.ts'
import type { Node } from '../node.ts'
import type { BlockParameter, TransactionRequest } from '../params.ts'
import { budgetOf, type Traced, traceEach, traceMined } from '../replayed.ts'
import { CALL_GAS_CAP, callRequest, runCall } from './eth_call.ts'

/** Milliseconds: these methods have no option for it, and a filter goes over many blocks. */
const TIMEOUT_MS = 30_000
/** Blocks and calls of one filter. */
const MAX_BLOCKS = 100_000n
const MAX_CALLS = 100_000

export interface TraceFilter {
  readonly fromBlock: Exclude<BlockParameter, { hash: Hash }> | undefined
  readonly toBlock: Exclude<BlockParameter, { hash: Hash }> | undefined
  readonly fromAddress: readonly Address[] | undefined
  readonly toAddress: readonly Address[] | undefined
  /** Whether one of both lists is enough. */
  readonly mode: string | undefined
  readonly after: number
  readonly count: number
}

export const traceTransaction = async ({ node }: Context, hash: Hash) => {
  const traced = await traceMined(node, hash, parityCalls, budgetOf(node, TIMEOUT_MS))
  return traced === undefined ? null : callsOf(traced)
}

/** One call of a transaction by the path to it. */
export const traceGet = async (context: Context, hash: Hash, path: readonly number[]) => {
  const calls = await traceTransaction(context, hash)
  const isThere = ({ traceAddress }: FlatCall) =>
    traceAddress.length === path.length && traceAddress.every((step, index) => step === path[index])
  return calls?.find(isThere) ?? null
}

export const traceBlock = async ({ node }: Context, at: BlockParameter) => {
  const some = await findBlock(node, at)
  return some === undefined ? null : callsOfBlock(node, some, budgetOf(node, TIMEOUT_MS))
}

export const traceFilter = async ({ node }: Context, filter: TraceFilter) => {
  const from = numberOf(node, filter.fromBlock)
  const to = numberOf(node, filter.toBlock)
  if (to - from >= MAX_BLOCKS)
    throw serverError(
      'DEED_TRACE_RANGE',
      `${to - from + 1n} blocks are more than ${MAX_BLOCKS}: ask for fewer`,
    )
  const budget = budgetOf(node, TIMEOUT_MS)
  const matching: Json[] = []
  let skipped = 0
  for (let number = from; number <= to; number++) {
    await budget.rest()
    const record = await node.chain.blockByNumber(number)
    if (record === undefined) break
    for (const call of await callsOfBlock(node, record, budget)) {
      if (!matches(filter, call)) continue
      if (skipped++ < filter.after || filter.count === 0) continue
      matching.push(call)
      if (matching.length === filter.count) return matching
      if (matching.length > MAX_CALLS)
        throw new RpcError(
          RPC_CODE.limit,
          `more than ${MAX_CALLS} calls match: ask for fewer blocks, or page by after and count`,
          { code: 'DEED_TRACE_SIZE' },
        )
    }
    // The calls that do not match are gone again.
    budget.refund()
  }
  return matching
}

export const traceCall = async (
  { node }: Context,
  request: TransactionRequest,
  wanted: readonly ParityTrace[],
  at: BlockParameter,
) => {
  const some = await blockAt(node, at)
  const [only] = await traceCalls(node, some, [[toCall(request, some), wanted]])
  return only!
}

/** Calls one after the other, each on what those before it left. */
export const traceCallMany = async (
  { node }: Context,
  requests: readonly (readonly [TransactionRequest, readonly ParityTrace[]])[],
  at: BlockParameter,
) => {
  const some = await blockAt(node, at)
  return traceCalls(
    node,
    some,
    requests.map(([request, wanted]) => [toCall(request, some), wanted]),
  )
}

/** A signed transaction that is not sent, on the state of the head. */
export const traceRawTransaction = async (
  { node }: Context,
  encoded: Uint8Array,
  wanted: readonly ParityTrace[],
  at: BlockParameter,
) => {
  const transaction = orFault(decodeTransaction(encoded))
  const from = recoverSender(transaction)
  if (typeof from !== 'string') throw faultError(from)
  const some = await blockAt(node, at)
  const [only] = await traceCalls(node, some, [[signedCall(transaction, from, some), wanted]])
  return only!
}

export const traceReplayTransaction = async (
  { node }: Context,
  hash: Hash,
  wanted: readonly ParityTrace[],
) => {
  const traced = await traceMined(node, hash, parityTraces(wanted), budgetOf(node, TIMEOUT_MS))
  if (traced === undefined) throw serverError('DEED_RPC_TRANSACTION', 'transaction not found')
  return traced.result
}

export const traceReplayBlockTransactions = async (
  { node }: Context,
  at: BlockParameter,
  wanted: readonly ParityTrace[],
) => {
  const { block } = await blockAt(node, at)
  const answers: Json[] = []
  for await (const { place, result } of traceEach(
    node,
    block,
    parityTraces(wanted),
    budgetOf(node, TIMEOUT_MS),
  ))
    answers.push({ ...result, transactionHash: place.transactionHash })
  return answers
}

const traceCalls = async (
  node: Node,
  some: SomeBlock,
  calls: readonly (readonly [CallRequest, readonly ParityTrace[]])[],
): Promise<Json[]> => {
  const budget = budgetOf(node, TIMEOUT_MS)
  const layer = createLayer()
  const answers: Json[] = []
  for (const [request, wanted] of calls) {
    const { tracer, result } = follow(parityTraces(wanted), { firstLogIndex: 0 }, budget)
    const ran = await runCall(node, request, some, { tracer, layer })
    if (isFault(ran)) throw faultError(ran)
    mergeLayer(layer, ran.layer)
    answers.push(result())
  }
  return answers
}

const toCall = (request: TransactionRequest, { block }: SomeBlock): CallRequest =>
  callRequest(request, block.header, request.gas ?? CALL_GAS_CAP)

const signedCall = (transaction: Transaction, from: Address, { block }: SomeBlock): CallRequest => ({
  from,
  to: transaction.to,
  data: transaction.data,
  value: transaction.value,
  gasLimit: transaction.gasLimit,
  gasPrice: effectiveGasPrice(transaction, block.header.baseFeePerGas),
  nonce: transaction.nonce,
  ...('accessList' in transaction && { accessList: transaction.accessList }),
  ...(transaction.type === 3 && { blobVersionedHashes: transaction.blobVersionedHashes }),
  ...(transaction.type === 4 && { authorizationList: transaction.authorizationList }),
})

const callsOf = ({ place, result }: Traced<readonly FlatCall[]>): FlatCall[] =>
  result.map((call) => ({
    ...call,
    blockHash: place.blockHash,
    blockNumber: Number(place.blockNumber),
    transactionHash: place.transactionHash,
    transactionPosition: place.transactionIndex,
  }))

/** The calls of all transactions, and before the merge what the miners got. */
const callsOfBlock = async (node: Node, { block, hash }: SomeBlock, budget: Budget): Promise<FlatCall[]> => {
  if (block.header.number === 0n) return []
  let calls: FlatCall[] = []
  // Not by push, whose arguments go on the stack: one transaction may make 100,000 calls.
  for await (const traced of traceEach(node, block, parityCalls, budget))
    calls = calls.concat(callsOf(traced))
  const parent = await node.chain.block(block.header.parentHash)
  const reward = parent && node.chain.rulesAfter(parent, block.header.timestamp).blockRewardWei
  return reward ? [...calls, ...rewardsOf(block, hash, reward)] : calls
}

const rewardsOf = ({ header, uncles }: Block, blockHash: Hash, reward: bigint): FlatCall[] => {
  const rewardOf = (author: Address, rewardType: string, value: bigint): FlatCall => ({
    action: { author, rewardType, value: quantity(value) },
    blockHash,
    blockNumber: Number(header.number),
    result: null,
    subtraces: 0,
    traceAddress: [],
    transactionHash: null,
    transactionPosition: null,
    type: 'reward',
  })
  return [
    rewardOf(header.beneficiary, 'block', reward + (reward / 32n) * BigInt(uncles.length)),
    ...uncles.map((uncle) =>
      rewardOf(uncle.beneficiary, 'uncle', (reward * (8n + uncle.number - header.number)) / 8n),
    ),
  ]
}

/** Without a list anybody matches; with both, both must match unless the mode is `union`. */
const matches = ({ fromAddress, toAddress, mode }: TraceFilter, { action, result }: FlatCall): boolean => {
  const { from, address, to, refundAddress, author } = action as Record<string, Address | undefined>
  const created = (result as { address?: Address } | null | undefined)?.address
  const has = (list: readonly Address[], ...parties: (Address | undefined)[]) =>
    parties.some((party) => party !== undefined && list.includes(party))
  const isFrom = fromAddress && has(fromAddress, from, address)
  const isTo = toAddress && has(toAddress, to, created, refundAddress, author)
  if (mode === 'union' && isFrom !== undefined && isTo !== undefined) return isFrom || isTo
  return (isFrom ?? true) && (isTo ?? true)
}
