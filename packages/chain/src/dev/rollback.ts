import { serverError } from '../rpc/error.ts'
import type { StateOverrides } from '../state/types.ts'
import { refreshPool } from './miner.ts'
import { moveHead } from './move-head.ts'
import type { Saved } from './saved.ts'
import { dropSnapshotsAfter } from './snapshot.ts'
import type { DevState } from './state.ts'

/**
 * Lets the newest blocks go with what was in them, and the snapshots that stood on them. What waits in the mempool
 * stays as far as it still may be mined.
 */
export const rollBack = async (
  { chain, mempool, snapshots }: DevState,
  saved: Saved,
  blocks: number,
  edits?: StateOverrides,
): Promise<void> => {
  const { number } = chain.head.block.header
  const to = number - BigInt(blocks)
  const target = to < 0n ? undefined : await chain.canonicalHash(to)
  if (target === undefined)
    throw serverError('DEED_DEV_ROLLBACK', `cannot go back ${blocks} blocks: the head is block ${number}`)
  await dropSnapshotsAfter(snapshots, chain, to)
  await moveHead(chain, target, { also: saved.changes(), ...(edits && { edits }) })
  await refreshPool(chain, mempool, [...mempool.queues.keys()])
}
