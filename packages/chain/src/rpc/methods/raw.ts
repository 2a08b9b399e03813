import type { Hash } from '@deed/evm'
import { bytesToHex } from '../../hex.ts'
import { encodeTransaction } from '../../transaction/codec.ts'
import { findBlock } from '../block-parameter.ts'
import type { Context } from '../method.ts'
import type { BlockParameter } from '../params.ts'

/** A transaction's encoding, in a block or waiting; null where there is none. */
export const ethGetRawTransactionByHash = async ({ node }: Context, hash: Hash) => {
  const place = await node.chain.transaction(hash)
  const block = place && (await node.chain.block(place.blockHash))
  const transaction = block
    ? block.block.transactions[place!.index]
    : node.mempool.byHash.get(hash)?.transaction
  return transaction === undefined ? null : bytesToHex(encodeTransaction(transaction))
}

export const ethGetRawTransactionByBlockAndIndex = async (
  { node }: Context,
  at: BlockParameter,
  index: number,
) => {
  const transaction = (await findBlock(node, at))?.block.transactions[index]
  return transaction === undefined ? null : bytesToHex(encodeTransaction(transaction))
}

export const ethGetRawTransactionByBlockHashAndIndex = (context: Context, hash: Hash, index: number) =>
  ethGetRawTransactionByBlockAndIndex(context, { hash, requireCanonical: false }, index)
