import type { Hash } from '@deed/evm'
import { quantity } from '../../hex.ts'
import { blockAt, findBlock } from '../block-parameter.ts'
import { RPC_CODE, RpcError } from '../error.ts'
import { formatBlock, formatHeader } from '../format.ts'
import type { Context } from '../method.ts'
import type { BlockParameter } from '../params.ts'

export const ethBlockNumber = ({ node }: Context) => quantity(node.chain.head.block.header.number)

export const ethGetBlock = async ({ node }: Context, at: BlockParameter, hydrated: boolean) => {
  const block = await findBlock(node, at)
  return block === undefined ? null : formatBlock(block, hydrated)
}

export const ethGetBlockByHash = (context: Context, hash: Hash, hydrated: boolean) =>
  ethGetBlock(context, { hash, requireCanonical: false }, hydrated)

/** A block without its body. By this Otterscan tells whether a node is there at all. */
export const ethGetHeader = async ({ node }: Context, at: BlockParameter) => {
  const block = await findBlock(node, at)
  return block === undefined ? null : formatHeader(block.block.header, block.hash)
}

export const ethGetHeaderByHash = (context: Context, hash: Hash) =>
  ethGetHeader(context, { hash, requireCanonical: false })

export const ethGetBlockTransactionCount = async ({ node }: Context, at: BlockParameter) => {
  const block = await findBlock(node, at)
  return block === undefined ? null : quantity(block.block.transactions.length)
}

export const ethGetBlockTransactionCountByHash = (context: Context, hash: Hash) =>
  ethGetBlockTransactionCount(context, { hash, requireCanonical: false })

/** Blocks carry access lists from Amsterdam on (EIP-7928); the forks of this node end with Osaka. */
export const ethGetBlockAccessList = async ({ node }: Context, at: BlockParameter) => {
  const { block } = await blockAt(node, at)
  throw new RpcError(
    RPC_CODE.notFound,
    `Resource not found: block ${block.header.number} has no access list; blocks have one since Amsterdam (EIP-7928)`,
    { code: 'DEED_RPC_NO_ACCESS_LIST' },
  )
}
