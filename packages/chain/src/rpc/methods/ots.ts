/** What the block explorer Otterscan asks of transactions and blocks (its JSON-RPC extensions, level 8). */
import type { Address, Hash } from '@deed/evm'
import { quantity } from '../../hex.ts'
import { type Call, callTree } from '../../trace/call-tree.ts'
import { effectiveGasPrice } from '../../transaction/price.ts'
import { findBlock, type SomeBlock, stateAt } from '../block-parameter.ts'
import { serverError } from '../error.ts'
import { formatBlock, formatReceipts, type Json } from '../format.ts'
import type { Context } from '../method.ts'
import type { Node } from '../node.ts'
import type { BlockParameter } from '../params.ts'
import { budgetOf, traceMined } from '../replayed.ts'

export const otsGetApiLevel = () => 8

export const otsHasCode = async ({ node }: Context, address: Address, at: BlockParameter) =>
  (await (await stateAt(node, at)).code(address)).length > 0

/** Ether that contracts sent, contracts that contracts made, and those that ended. */
export const otsGetInternalOperations = async ({ node }: Context, hash: Hash) => {
  const operations: Json[] = []
  visit(await callsOf(node, hash), (call, depth) => {
    const type = OPERATIONS[call.kind]
    if (depth === 0 || type === undefined || (call.kind === 'CALL' && call.value === 0n)) return
    operations.push({ type, from: call.from, to: call.to, value: quantity(call.value) })
  })
  return operations
}

const OPERATIONS: { readonly [kind in Call['kind']]?: number } = {
  CALL: 0,
  SELFDESTRUCT: 1,
  CREATE: 2,
  CREATE2: 3,
}

/** What the transaction reverted with; `0x` if it did not. */
export const otsGetTransactionError = async ({ node }: Context, hash: Hash) => {
  const { error, output } = await callsOf(node, hash)
  return error === undefined ? '0x' : output
}

/** All calls, parents first, but for those of precompiles. */
export const otsTraceTransaction = async ({ node }: Context, hash: Hash) => {
  const entries: Json[] = []
  visit(await callsOf(node, hash), (call, depth) => {
    if (call.isPrecompile && depth > 0) return
    const { kind: type, from, to, input, output } = call
    const value = VALUELESS.has(type) ? null : quantity(call.value)
    entries.push({ type, depth, from, to, value, input, output })
  })
  return entries
}

const VALUELESS: ReadonlySet<Call['kind']> = new Set(['DELEGATECALL', 'STATICCALL'])

export const otsGetBlockDetails = async ({ node }: Context, at: BlockParameter) => {
  const some = await findBlock(node, at)
  if (some === undefined) return null
  const { block, receipts } = await withReceipts(node, some)
  const { header } = block
  let fees = 0n
  let before = 0n
  for (const [index, { cumulativeGasUsed }] of receipts.entries()) {
    fees += effectiveGasPrice(block.transactions[index]!, header.baseFeePerGas) * (cumulativeGasUsed - before)
    before = cumulativeGasUsed
  }
  return { block: slimBlock(some), issuance: await issuanceOf(node, some), totalFees: quantity(fees) }
}

export const otsGetBlockDetailsByHash = (context: Context, hash: Hash) =>
  otsGetBlockDetails(context, { hash, requireCanonical: false })

/** A page of a block's transactions, of which the last ones are on page 0. */
export const otsGetBlockTransactions = async (
  { node }: Context,
  at: BlockParameter,
  page: number,
  pageSize: number,
) => {
  const some = await findBlock(node, at)
  if (some === undefined) return null
  const { receipts, rules } = await withReceipts(node, some)
  const end = Math.max(0, receipts.length - page * pageSize)
  const start = Math.max(0, end - pageSize)
  const { transactions } = formatBlock(some, true) as { transactions: { input: string }[] }
  return {
    fullblock: {
      ...slimBlock(some),
      transactions: transactions.slice(start, end).map((one) => ({ ...one, input: one.input.slice(0, 10) })),
    },
    receipts: formatReceipts(some, receipts, rules)
      .slice(start, end)
      .map((receipt) => ({ ...(receipt as object), logs: null, logsBloom: null })),
  }
}

/** A block without what is large. */
const slimBlock = (some: SomeBlock) => {
  const { transactions, ...rest } = formatBlock(some, false) as { transactions: Hash[] }
  return {
    ...rest,
    logsBloom: null,
    totalDifficulty: quantity(some.totalDifficulty),
    transactionCount: transactions.length,
  }
}

const issuanceOf = async (node: Node, { block }: SomeBlock) => {
  const { header, uncles } = block
  const parent = await node.chain.block(header.parentHash)
  const reward = parent ? node.chain.rulesAfter(parent, header.timestamp).blockRewardWei : 0n
  const blockReward = reward + (reward / 32n) * BigInt(uncles.length)
  let uncleReward = 0n
  for (const { number } of uncles) uncleReward += (reward * (8n + number - header.number)) / 8n
  return {
    blockReward: quantity(blockReward),
    uncleReward: quantity(uncleReward),
    issuance: quantity(blockReward + uncleReward),
  }
}

const withReceipts = async (node: Node, some: SomeBlock) => {
  const { chain } = node
  const { block, hash } = some
  const parent = await chain.block(block.header.parentHash)
  const rules = parent ? chain.rulesAfter(parent, block.header.timestamp) : chain.rulesOf(chain.genesis)
  const receipts = 'receipts' in some ? some.receipts : ((await chain.receipts(hash)) ?? [])
  return { block, rules, receipts }
}

const callsOf = async (node: Node, hash: Hash): Promise<Call> => {
  const traced = await traceMined(node, hash, callTree, budgetOf(node))
  if (traced === undefined) throw serverError('DEED_RPC_TRANSACTION', `transaction ${hash} not found`)
  return traced.result
}

/** Parents before their calls. */
const visit = (call: Call, look: (call: Call, depth: number) => void, depth = 0): void => {
  look(call, depth)
  for (const inner of call.calls) visit(inner, look, depth + 1)
}
