/**
 * Keeps what a development node is set to in the store, so that a node that was killed goes on as it was: clock,
 * settings, snapshots, mempool, impersonated accounts. Each part is written when it has changed, together
 * with the block or the move of the head that changed it.
 */
import type { Address, Hash } from '@deed/evm'
import { bytesToHex, hexToBytes } from '../hex.ts'
import { type Entry, restoreEntry } from '../mempool/mempool.ts'
import { editsFromJson, editsToJson } from '../state/edits.ts'
import { found, settle } from '../state/missing.ts'
import {
  type Batch,
  joinBatches,
  type ListedTable,
  type PoolRecord,
  type Put,
  type Store,
} from '../store/store.ts'
import { transactionHash } from '../transaction/codec.ts'
import { isFault } from '../transaction/fault.ts'
import { decodePooledTransaction } from '../transaction/sidecar.ts'
import { knownSender } from '../transaction/signature.ts'
import { settingsFromJson, settingsToJson } from './block-settings.ts'
import type { ChainClock } from './clock.ts'
import type { Snapshot } from './snapshot.ts'
import type { DevState } from './state.ts'

export interface Saved {
  /** What has changed since the last call; whoever calls writes it. `undefined`: nothing. */
  changes(): Pick<Batch, 'put' | 'remove'> | undefined
  /** The same without snapshots and mempool: all that a block changes, which most of what is new waits to be in. */
  settings(): Pick<Batch, 'put' | 'remove'> | undefined
}

/** Brings what the store has into the state. */
export const openSaved = async (store: Store, state: DevState): Promise<Saved> => {
  const stamps = new Map<string, string>()
  for (const [name, part] of Object.entries(PARTS)) {
    const json = await settle(store, () => found(store.record('meta', metaKey(name))))
    if (json !== undefined) part.restore(state, JSON.parse(json))
    stamps.set(name, part.stamp(state))
  }
  const { snapshots, mempool } = state
  for (const [id, json] of await store.list('snapshot'))
    snapshots.byId.set(BigInt(id), snapshotFromJson(JSON.parse(json)))
  snapshots.changed.clear()
  const stored = { snapshot: new Set([...snapshots.byId.keys()].map(String)), pool: new Set<string>() }
  await restorePool(store, state, stored.pool)

  const puts: Put[] = []
  const removes: { table: ListedTable; key: string }[] = []
  /** A row that came, changed or went, however often: what counts is whether it is there now. */
  const row = <T extends 'snapshot' | 'pool'>(table: T, key: string, put: Put | undefined): void => {
    if (put) {
      puts.push(put)
      stored[table].add(key)
    } else if (stored[table].delete(key)) removes.push({ table, key })
  }

  const takeRows = () =>
    puts.length + removes.length === 0 ? undefined : { put: puts.splice(0), remove: removes.splice(0) }

  const settings: Saved['settings'] = () => {
    for (const [name, part] of Object.entries(PARTS)) {
      const stamp = part.stamp(state)
      if (stamp === stamps.get(name)) continue
      stamps.set(name, stamp)
      puts.push({ table: 'meta', key: metaKey(name), value: JSON.stringify(part.json(state)) })
    }
    return takeRows()
  }

  return {
    settings,
    changes() {
      const parts = settings()
      for (const id of snapshots.changed) {
        const key = String(id)
        const snapshot = snapshots.byId.get(id)
        const value = snapshot && JSON.stringify(snapshotToJson(snapshot))
        row('snapshot', key, value === undefined ? undefined : { table: 'snapshot', key, value })
      }
      for (const hash of mempool.changed) {
        const entry = mempool.byHash.get(hash)
        row('pool', hash, entry && { table: 'pool', key: hash, value: recordOf(entry) })
      }
      snapshots.changed.clear()
      mempool.changed.clear()
      const rows = takeRows()
      return parts && rows ? joinBatches(parts, rows) : (rows ?? parts)
    },
  }
}

/** A part of the state that is one value. `stamp` tells cheaply whether it is another one. */
interface Part {
  stamp(state: DevState): string
  json(state: DevState): unknown
  // biome-ignore lint/suspicious/noExplicitAny: what JSON gives back of what `json` said.
  restore(state: DevState, json: any): void
}

const part = <J>(json: (state: DevState) => J, restore: (state: DevState, json: J) => void): Part => ({
  stamp: (state) => JSON.stringify(json(state)),
  json,
  restore,
})

const PARTS: Readonly<Record<string, Part>> = {
  clock: part(
    ({ clock }) => clockToJson(clock),
    ({ clock }, json) => Object.assign(clock, clockFromJson(json)),
  ),
  settings: part(
    ({ settings }) => settingsToJson(settings),
    (state, json) => {
      state.settings = { ...state.settings, ...settingsFromJson(json) }
    },
  ),
  mining: part(
    ({ automine, intervalMs }) => ({ automine, intervalMs }),
    (state, json) => Object.assign(state, json),
  ),
  lastSnapshot: part(
    ({ snapshots }) => String(snapshots.lastId),
    ({ snapshots }, json) => {
      snapshots.lastId = BigInt(json)
    },
  ),
  impersonation: {
    stamp: ({ impersonation }) => String(impersonation.version),
    json: ({ impersonation: { accounts, isForAll } }) => ({ accounts: [...accounts], isForAll }),
    restore({ impersonation }, json: { accounts: Address[]; isForAll: boolean }) {
      for (const account of json.accounts) impersonation.accounts.add(account)
      impersonation.isForAll = json.isForAll
    },
  },
}

const metaKey = (name: string): string => `dev/${name}`

const clockToJson = ({ offset, next, interval }: Readonly<ChainClock>) => ({
  offset: String(offset),
  next: next === undefined ? null : String(next),
  interval: interval === undefined ? null : String(interval),
})
const clockFromJson = ({ offset, next, interval }: ReturnType<typeof clockToJson>): ChainClock => ({
  offset: BigInt(offset),
  next: next === null ? undefined : BigInt(next),
  interval: interval === null ? undefined : BigInt(interval),
})

const snapshotToJson = ({ head, clock, entries, edits, settings }: Snapshot) => ({
  head,
  clock: clockToJson(clock),
  entries: entries.map((entry) => ({ ...recordOf(entry), encoded: bytesToHex(entry.encoded) })),
  edits: editsToJson(edits),
  settings: settingsToJson(settings),
})
const snapshotFromJson = (json: ReturnType<typeof snapshotToJson>): Snapshot => ({
  head: json.head as Hash,
  clock: clockFromJson(json.clock),
  entries: json.entries.map((entry) => entryOf({ ...entry, encoded: hexToBytes(entry.encoded) })),
  edits: editsFromJson(json.edits),
  settings: { ...settingsFromJson(json.settings), beneficiary: json.settings.beneficiary! },
})

const recordOf = ({ encoded, sender, arrival }: Entry): PoolRecord => ({ encoded, sender, arrival })

const entryOf = ({ encoded, sender, arrival }: PoolRecord): Entry => {
  const pooled = decodePooledTransaction(encoded)
  if (isFault(pooled)) throw pooled
  const { transaction } = pooled
  knownSender(transaction, sender)
  return { transaction, hash: transactionHash(transaction), sender, encoded, arrival }
}

/** What waited waits again, unless a block has it: that is written before the mempool is. */
const restorePool = async (
  store: Store,
  { chain, mempool }: DevState,
  stored: Set<string>,
): Promise<void> => {
  const rows = await store.list('pool')
  if (rows.length === 0) return
  const state = await chain.stateAt(chain.head.hash)
  for (const [hash, record] of rows.toSorted(([, a], [, b]) => a.arrival - b.arrival)) {
    stored.add(hash)
    const entry = entryOf(record)
    mempool.arrivals = entry.arrival
    const account = (await state.account(entry.sender)) ?? { nonce: 0n, balance: 0n }
    if (entry.transaction.nonce >= account.nonce) restoreEntry(mempool, entry, account)
    mempool.changed.add(entry.hash)
  }
}
