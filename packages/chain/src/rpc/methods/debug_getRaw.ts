import type { Hash } from '@deed/evm'
import { encodeBlock } from '../../block/body.ts'
import { encodeHeader } from '../../block/header.ts'
import { encodeReceipt } from '../../block/receipt.ts'
import { bytesToHex } from '../../hex.ts'
import { encodeTransaction } from '../../transaction/codec.ts'
import { blockAt, isPending } from '../block-parameter.ts'
import type { Context } from '../method.ts'
import type { BlockParameter } from '../params.ts'

export const debugGetRawBlock = async ({ node }: Context, at: BlockParameter) =>
  bytesToHex(encodeBlock((await blockAt(node, at)).block))

export const debugGetRawHeader = async ({ node }: Context, at: BlockParameter) =>
  bytesToHex(encodeHeader((await blockAt(node, at)).block.header))

export const debugGetRawReceipts = async ({ node }: Context, at: BlockParameter) => {
  const block = await blockAt(node, at)
  const receipts = isPending(block) ? block.receipts : ((await node.chain.receipts(block.hash)) ?? [])
  return receipts.map((receipt) => bytesToHex(encodeReceipt(receipt)))
}

/** Mined or waiting; empty for one that is not known. */
export const debugGetRawTransaction = async ({ node }: Context, hash: Hash) => {
  const place = await node.chain.transaction(hash)
  const block = place && (await node.chain.block(place.blockHash))
  const transaction = block?.block.transactions[place!.index] ?? node.mempool.byHash.get(hash)?.transaction
  return transaction === undefined ? '0x' : bytesToHex(encodeTransaction(transaction))
}
