import type { Hash } from '@deed/evm'
import type { Chain } from '../chain.ts'
import { clearMempool, type Entry, restoreEntry } from '../mempool/mempool.ts'
import { RPC_CODE, RpcError } from '../rpc/error.ts'
import { copyEdits } from '../state/edits.ts'
import type { StateOverrides } from '../state/types.ts'
import type { BlockSettings } from './block-settings.ts'
import type { ChainClock } from './clock.ts'
import { moveHead } from './move-head.ts'
import type { Saved } from './saved.ts'
import type { DevState } from './state.ts'

/** Snapshots kept at once. */
const MAX_SNAPSHOTS = 10_000

/** Head, clock and mempool at one moment. Its cost is that of what waits in the mempool: mostly nothing. */
export interface Snapshot {
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
  /** Ids of those that came or went since somebody last looked. */
  readonly changed: Set<bigint>
}

export const createSnapshots = (): Snapshots => ({ byId: new Map(), lastId: 0n, changed: new Set() })

export const takeSnapshot = ({ snapshots, chain, clock, mempool, settings }: DevState): bigint => {
  if (snapshots.byId.size >= MAX_SNAPSHOTS)
    throw new RpcError(
      RPC_CODE.limit,
      `too many snapshots: at most ${MAX_SNAPSHOTS} are kept; go back to one with evm_revert`,
      { code: 'DEED_DEV_SNAPSHOTS' },
    )
  const id = ++snapshots.lastId
  snapshots.changed.add(id)
  snapshots.byId.set(id, {
    head: chain.head.hash,
    clock: { ...clock },
    entries: [...mempool.byHash.values()],
    edits: copyEdits(chain.edits),
    settings,
  })
  return id
}

/**
 * Goes back to a snapshot, which is used up with all later ones; the blocks since then are forgotten.
 * `false`: there is none of that id.
 */
export const revertTo = async (state: DevState, saved: Saved, id: bigint): Promise<boolean> => {
  const { snapshots, chain, clock, mempool } = state
  const snapshot = snapshots.byId.get(id)
  if (snapshot === undefined) return false
  const then = await chain.stateAt(snapshot.head)
  const accounts = new Map<Entry, { nonce: bigint; balance: bigint }>()
  for (const entry of snapshot.entries)
    accounts.set(entry, (await then.account(entry.sender)) ?? { nonce: 0n, balance: 0n })

  for (const other of [...snapshots.byId.keys()]) if (other >= id) dropSnapshot(snapshots, other)
  Object.assign(clock, snapshot.clock)
  state.settings = snapshot.settings
  clearMempool(mempool)
  for (const [entry, account] of accounts) restoreEntry(mempool, entry, account)
  await moveHead(chain, snapshot.head, { edits: snapshot.edits, also: saved.changes() })
  return true
}

export const dropSnapshot = (snapshots: Snapshots, id: bigint): void => {
  snapshots.byId.delete(id)
  snapshots.changed.add(id)
}

/** Drops the snapshots whose block comes after that of a number. */
export const dropSnapshotsAfter = async (
  snapshots: Snapshots,
  chain: Chain,
  number: bigint,
): Promise<void> => {
  for (const [id, { head }] of snapshots.byId) {
    const record = await chain.block(head)
    if (record === undefined || record.block.header.number > number) dropSnapshot(snapshots, id)
  }
}
