import type { Chain } from '../chain.ts'
import type { Mempool } from '../mempool/mempool.ts'
import { serverError } from '../rpc/error.ts'
import { refreshPool } from './miner.ts'
import { dropLostSnapshots, type Snapshots } from './snapshot.ts'

/**
 * Lets the newest blocks go with what was in them, and the snapshots that stood on them. What waits in the mempool
 * stays as far as it still may be mined.
 */
export const rollBack = async (
  chain: Chain,
  pool: Mempool,
  snapshots: Snapshots,
  blocks: number,
): Promise<void> => {
  const { number } = chain.head.block.header
  const to = number - BigInt(blocks)
  const target = to < 0n ? undefined : await chain.canonicalHash(to)
  if (target === undefined)
    throw serverError('DEED_DEV_ROLLBACK', `cannot go back ${blocks} blocks: the head is block ${number}`)
  const child = await chain.canonicalHash(to + 1n)
  await chain.setHead(target)
  if (child !== undefined) await chain.forget(child)
  await dropLostSnapshots(snapshots, chain)
  await refreshPool(chain, pool, [...pool.queues.keys()])
}
