/** Uncles: blocks of work that came too late. Since the merge there are none. */
import type { Hash } from '@deed/evm'
import { encodeHeader, headerHash } from '../../block/header.ts'
import { quantity } from '../../hex.ts'
import { findBlock } from '../block-parameter.ts'
import { formatHeader } from '../format.ts'
import type { Context } from '../method.ts'
import type { BlockParameter } from '../params.ts'

export const ethGetUncleCount = async ({ node }: Context, at: BlockParameter) => {
  const block = await findBlock(node, at)
  return block === undefined ? null : quantity(block.block.uncles.length)
}

export const ethGetUncleCountByHash = (context: Context, hash: Hash) =>
  ethGetUncleCount(context, { hash, requireCanonical: false })

/** An uncle as a block without transactions; only its header is kept. */
export const ethGetUncle = async ({ node }: Context, at: BlockParameter, index: number) => {
  const header = (await findBlock(node, at))?.block.uncles[index]
  if (header === undefined) return null
  const size = quantity(encodeHeader(header).length)
  return { ...formatHeader(header, headerHash(header)), size, uncles: [], transactions: [] }
}

export const ethGetUncleByHash = (context: Context, hash: Hash, index: number) =>
  ethGetUncle(context, { hash, requireCanonical: false }, index)
