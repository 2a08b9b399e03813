import type { Address, Hash } from '@deed/evm'
import { findBlock, isPending, type SomeBlock } from '../block-parameter.ts'
import { formatMined, formatReceipt, formatReceipts, formatWaiting } from '../format.ts'
import type { Context } from '../method.ts'
import type { Node } from '../node.ts'
import type { BlockParameter } from '../params.ts'
import { otsGetTransactionBySenderAndNonce } from './ots_search.ts'

export const ethGetTransactionByHash = async ({ node }: Context, hash: Hash) => {
  const place = await node.chain.transaction(hash)
  if (place !== undefined) {
    const block = await node.chain.block(place.blockHash)
    return block === undefined ? null : formatMined(block, place.index)
  }
  const waiting = node.mempool.byHash.get(hash)
  return waiting === undefined ? null : formatWaiting(waiting.transaction, waiting.sender)
}

/** The transaction that uses up a nonce of an account, waiting or mined. */
export const ethGetTransactionBySenderAndNonce = async (context: Context, sender: Address, nonce: bigint) => {
  const waiting = context.node.mempool.queues.get(sender)?.entries.get(nonce)
  if (waiting !== undefined) return formatWaiting(waiting.transaction, sender)
  const hash = await otsGetTransactionBySenderAndNonce(context, sender, nonce)
  return hash === null ? null : ethGetTransactionByHash(context, hash)
}

export const ethGetTransactionByBlockAndIndex = async (
  { node }: Context,
  at: BlockParameter,
  index: number,
) => {
  const block = await findBlock(node, at)
  return block === undefined || index >= block.block.transactions.length ? null : formatMined(block, index)
}

export const ethGetTransactionByBlockHashAndIndex = (context: Context, hash: Hash, index: number) =>
  ethGetTransactionByBlockAndIndex(context, { hash, requireCanonical: false }, index)

export const ethGetTransactionReceipt = async ({ node }: Context, hash: Hash) => {
  const place = await node.chain.transaction(hash)
  if (place === undefined) return null
  const block = await node.chain.block(place.blockHash)
  const receipts = await node.chain.receipts(place.blockHash)
  if (block === undefined || receipts === undefined) return null
  let logs = 0
  for (const receipt of receipts.slice(0, place.index)) logs += receipt.logs.length
  return formatReceipt(block, receipts, place.index, node.chain.rulesOf(block), logs)
}

export const ethGetBlockReceipts = async ({ node }: Context, at: BlockParameter) => {
  const block = await findBlock(node, at)
  if (block === undefined) return null
  const receipts = await receiptsOf(node, block)
  const rules = isPending(block)
    ? node.chain.rulesAfter(node.chain.head, block.block.header.timestamp)
    : node.chain.rulesOf(block)
  return formatReceipts(block, receipts, rules)
}

const receiptsOf = async (node: Node, block: SomeBlock) =>
  isPending(block) ? block.receipts : ((await node.chain.receipts(block.hash)) ?? [])
