import type { Hash } from '@deed/evm'
import type { Executed } from '../execute/types.ts'
import type { StateView } from '../state/types.ts'
import type { BlockRecord } from '../store/store.ts'
import { serverError } from './error.ts'
import type { Node } from './node.ts'
import type { BlockParameter } from './params.ts'

/** A block that has its hash for good, whether it is kept in the chain or only simulated. */
export type SealedBlock = Omit<BlockRecord, 'position'>

/** A block as the methods look at it: sealed, or executed and pending. */
export type SomeBlock = SealedBlock | Executed

export const isPending = (block: SomeBlock): block is Executed => 'layer' in block

/**
 * The block that a parameter names; `undefined` where there is none. Every block is final once it stands
 * on a chain with one writer, so `safe` and `finalized` are the head.
 */
export const findBlock = async (node: Node, at: BlockParameter): Promise<SomeBlock | undefined> => {
  const { chain } = node
  if ('number' in at) return chain.blockByNumber(at.number)
  if ('tag' in at) {
    if (at.tag === 'pending') return node.pending()
    return at.tag === 'earliest' ? chain.genesis : chain.head
  }
  const record = await chain.block(at.hash)
  if (record === undefined || !at.requireCanonical) return record
  const canonical = await chain.canonicalHash(record.block.header.number)
  if (canonical === record.hash) return record
  throw serverError('DEED_RPC_NOT_CANONICAL', `hash ${at.hash} is not currently canonical`)
}

/** As {@link findBlock}; throws in the words of geth where there is no such block. */
export const blockAt = async (node: Node, at: BlockParameter): Promise<SomeBlock> => {
  const block = await findBlock(node, at)
  if (block !== undefined) return block
  const name = 'hash' in at ? at.hash : 'number' in at ? `number ${at.number}` : at.tag
  throw serverError(
    'DEED_RPC_BLOCK',
    `header not found: there is no block ${name}; the head is ${node.chain.head.block.header.number}`,
  )
}

/** The state after a block. */
export const stateAt = async (node: Node, at: BlockParameter): Promise<StateView> => {
  const block = await blockAt(node, at)
  return isPending(block) ? node.chain.stateOf(block) : node.chain.stateAt(block.hash)
}

/** Numbers of a range's ends; a missing end or a tag that stands for the head is the head. */
export const numberOf = (node: Node, at: Exclude<BlockParameter, { hash: Hash }> | undefined): bigint => {
  if (at === undefined) return node.chain.head.block.header.number
  if ('number' in at) return at.number
  return at.tag === 'earliest' ? 0n : node.chain.head.block.header.number
}
