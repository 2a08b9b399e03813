import type { Hash } from '@deed/evm'
import type { Also, Chain } from '../chain.ts'
import type { StateOverrides } from '../state/types.ts'

/**
 * Makes an ancestor of the head the head, with whatever else is written in the same moment; then the blocks above
 * it are forgotten. Should the process die in between, they are left as a side branch.
 */
export const moveHead = async (
  chain: Chain,
  target: Hash,
  options: { readonly edits?: StateOverrides; readonly also: Also | undefined },
): Promise<void> => {
  const { number } = (await chain.block(target))!.block.header
  const child = await chain.canonicalHash(number + 1n)
  const { edits, also } = options
  await chain.setHead(target, { ...(edits && { edits }), ...(also && { also }) })
  if (child !== undefined) await chain.forget(child)
}
