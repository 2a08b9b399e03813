import type { Hash } from '@deed/evm'
import type { Chain } from '../chain.ts'
import { createMempool, type Entry, type Mempool, restoreEntry } from '../mempool/mempool.ts'
import { RPC_CODE, RpcError } from '../rpc/error.ts'
import { copyEdits } from '../state/edits.ts'
import type { StateOverrides } from '../state/types.ts'
import type { BlockSettings } from './block-settings.ts'
import type { ChainClock } from './clock.ts'

/** Snapshots kept at once. */
const MAX_SNAPSHOTS = 10_000

/** Head, clock and mempool at one moment. Its cost is that of what waits in the mempool: mostly nothing. */
interface Snapshot {
  readonly head: Hash
  readonly clock: Readonly<ChainClock>
  readonly entries: readonly Entry[]
  readonly edits: StateOverrides
  readonly settings: BlockSettings
}

/** Snapshots by rising id. */
export interface Snapshots {
  readonly byId: Map<bigint, Snapshot>
  lastId: bigint
}

export const createSnapshots = (): Snapshots => ({ byId: new Map(), lastId: 0n })

export const takeSnapshot = (
  snapshots: Snapshots,
  chain: Chain,
  clock: ChainClock,
  pool: Mempool,
  settings: BlockSettings,
): bigint => {
  if (snapshots.byId.size >= MAX_SNAPSHOTS)
    throw new RpcError(
      RPC_CODE.limit,
      `too many snapshots: at most ${MAX_SNAPSHOTS} are kept; go back to one with evm_revert`,
      { code: 'DEED_DEV_SNAPSHOTS' },
    )
  const id = ++snapshots.lastId
  snapshots.byId.set(id, {
    head: chain.head.hash,
    clock: { ...clock },
    entries: [...pool.byHash.values()],
    edits: copyEdits(chain.edits),
    settings,
  })
  return id
}

/**
 * Goes back to a snapshot, which is used up with all later ones; the blocks since then are forgotten.
 * `undefined`: there is none of that id.
 */
export const revertTo = async (
  snapshots: Snapshots,
  id: bigint,
  chain: Chain,
  clock: ChainClock,
  pool: Mempool,
): Promise<Snapshot | undefined> => {
  const snapshot = snapshots.byId.get(id)
  if (snapshot === undefined) return undefined
  for (const other of [...snapshots.byId.keys()]) if (other >= id) snapshots.byId.delete(other)

  const record = await chain.block(snapshot.head)
  const child = await chain.canonicalHash(record!.block.header.number + 1n)
  await chain.setHead(snapshot.head)
  if (child !== undefined) await chain.forget(child)
  chain.clearEdits()
  await chain.edit(snapshot.edits)
  Object.assign(clock, snapshot.clock)
  const { version, arrivals } = pool
  Object.assign(pool, createMempool(), { version: version + 1, arrivals })
  const state = await chain.stateAt(snapshot.head)
  for (const entry of snapshot.entries)
    restoreEntry(pool, entry, (await state.account(entry.sender)) ?? { nonce: 0n, balance: 0n })
  return snapshot
}

/** Drops the snapshots whose block is gone. */
export const dropLostSnapshots = async ({ byId }: Snapshots, chain: Chain): Promise<void> => {
  for (const [id, { head }] of byId) if ((await chain.block(head)) === undefined) byId.delete(id)
}
