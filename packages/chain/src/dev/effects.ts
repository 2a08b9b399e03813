import { type Address, bytesToHex, hexToBytes } from '@deed/evm'
import { admit } from '../mempool/admit.ts'
import { clearMempool, type Entry, removeEntry } from '../mempool/mempool.ts'
import { faultError, orFault, type RpcError } from '../rpc/error.ts'
import { editsFromJson } from '../state/edits.ts'
import type { Store } from '../store/store.ts'
import { afterBlock, settingsFromJson } from './block-settings.ts'
import { advanceClock, blockTime, createClock, passBlock, setClock } from './clock.ts'
import { clearImpersonation } from './impersonation.ts'
import type { GivenTransaction, Input } from './input.ts'
import { buildBlock, decodeGiven, refreshPool, settleBlock } from './miner.ts'
import { rollBack } from './rollback.ts'
import { openSaved } from './saved.ts'
import { checkTime } from './seconds.ts'
import { dropSnapshot, revertTo, takeSnapshot } from './snapshot.ts'
import type { DevState } from './state.ts'

/** Whom effects tell, and what they ask outside of the chain. */
export interface Surroundings {
  readonly wallTime: () => bigint
  /** Is told of each input when it has taken effect. */
  readonly record: (input: Input) => void
  /** Is told of each transaction that enters the mempool. */
  readonly entered: (entry: Entry) => void
  /** Is told why a transaction that was taken in will never be mined. */
  readonly dropped: (entry: Entry, error: RpcError) => void
}

/** What changes a development chain. One at a time: whoever calls gives each its turn. */
export interface Effects {
  /** Does an input; what comes of it is kept when the promise is settled. */
  enact(input: Input): Promise<unknown>
  /** Takes one transaction in. {@link Effects.save} keeps it. */
  takeIn(encoded: Uint8Array, isUrgent: boolean, impersonated?: Address): Promise<Entry>
  /** Mines one block of what waits, or of what is given and must be possible; how many transactions it has. */
  mineBlock(now: bigint, given?: readonly GivenTransaction[]): Promise<number>
  /**
   * Mines empty blocks, as long as it is sure that nothing would be in them; how many it was.
   *
   * @param interval seconds between them; `undefined`: as the clock says.
   */
  mineEmpty(blocks: number, now: bigint, interval: bigint | undefined): Promise<number>
  /** Writes what has changed in the node's state since it was last written. */
  save(): Promise<void>
  /** The next block's time, as things stand. */
  nextTime(): bigint
}

export const openEffects = async (
  store: Store,
  state: DevState,
  { wallTime, record, entered, dropped }: Surroundings,
): Promise<Effects> => {
  const { chain, mempool, clock, snapshots, impersonation, order } = state
  const saved = await openSaved(store, state)
  const headTime = () => chain.head.block.header.timestamp
  const nextTime = (now = wallTime()) => blockTime(clock, now, headTime())

  /** Who asked waits until it is written, see ../rpc/dispatch.ts. */
  const save = async (): Promise<void> => {
    const changes = saved.changes()
    if (!changes) return
    const writing = store.write(changes)
    if (store.settled() === undefined) await writing
    else writing.catch(() => {})
  }

  const takeIn: Effects['takeIn'] = async (encoded, isUrgent, impersonated) => {
    const entry = orFault(await admit(chain, mempool, encoded, nextTime(), isUrgent, impersonated))
    record({ kind: 'transaction', encoded: bytesToHex(encoded), ...(impersonated && { impersonated }) })
    entered(entry)
    return entry
  }

  const mineBlock: Effects['mineBlock'] = async (now, given) => {
    const ready = given?.map((one) => orFault(decodeGiven(one)))
    const { settings } = state
    const { executed, entries } = await buildBlock(chain, mempool, nextTime(now), settings, order, ready)
    const refused = given && executed.refused[0]
    if (refused) throw faultError(refused.fault)
    state.settings = afterBlock(state.settings)
    passBlock(clock, executed.block.header.timestamp, now)
    // What the mempool loses is written afterwards: a node that dies in between finds it in the block.
    await chain.extend(executed, saved.settings())
    for (const { entry, fault } of await settleBlock(chain, mempool, executed, entries))
      dropped(entry, faultError(fault))
    await save()
    record({ kind: 'block', wallTime: Number(now), ...(given && { given }) })
    return executed.block.transactions.length
  }

  const mineEmpty: Effects['mineEmpty'] = async (blocks, now, interval) => {
    const { beneficiary, gasLimit, baseFeePerGas, prevRandao } = state.settings
    if (gasLimit ?? baseFeePerGas ?? prevRandao ?? clock.next) return 0
    if (mempool.byHash.size > 0 || chain.edits.size > 0) return 0
    const times: bigint[] = []
    let time = headTime()
    for (let i = 0; i < blocks; i++) {
      time = interval === undefined ? blockTime(clock, now, time) : time + interval
      times.push(time)
    }
    const mined = await chain.extendEmpty(times, beneficiary)
    for (const one of times.slice(0, mined)) {
      if (interval !== undefined) {
        setClock(clock, one, now)
        record({ kind: 'nextTime', time: Number(one) })
      }
      record({ kind: 'block', wallTime: Number(now) })
    }
    await save()
    return mined
  }

  const effects: { readonly [K in Input['kind']]: (input: Extract<Input, { kind: K }>) => Promise<unknown> } =
    {
      transaction: ({ encoded, impersonated }) => takeIn(hexToBytes(encoded), false, impersonated),
      block: ({ wallTime: now, given }) => mineBlock(BigInt(now), given),
      increaseTime: async ({ seconds, wallTime: now }) =>
        advanceClock(clock, BigInt(seconds), BigInt(now), headTime()),
      setTime: async ({ time, wallTime: now }) => setClock(clock, BigInt(time), BigInt(now)),
      nextTime: async ({ time }) => {
        checkTime(BigInt(time), headTime())
        clock.next = BigInt(time)
      },
      interval: async ({ seconds }) => {
        clock.interval = seconds === null ? undefined : BigInt(seconds)
      },
      edit: async ({ accounts }) => {
        const edits = editsFromJson(accounts)
        await chain.edit(edits)
        state.changes++
        await refreshPool(chain, mempool, edits.keys())
      },
      settings: async ({ settings }) => {
        state.settings = { ...state.settings, ...settingsFromJson(settings) }
        state.changes++
      },
      drop: async ({ hashes }) => {
        const entries = hashes.flatMap((hash) => mempool.byHash.get(hash) ?? [])
        for (const entry of entries) removeEntry(mempool, entry)
        return entries.length
      },
      rollback: ({ blocks }) => rollBack(state, saved, blocks),
      reset: async () => {
        for (const id of [...snapshots.byId.keys()]) dropSnapshot(snapshots, id)
        clearMempool(mempool)
        clearImpersonation(impersonation)
        Object.assign(clock, createClock())
        state.settings = state.usual
        state.changes++
        const blocks = chain.head.block.header.number - chain.genesis.block.header.number
        await rollBack(state, saved, Number(blocks), new Map())
      },
      snapshot: async () => takeSnapshot(state),
      revert: async ({ id }) => {
        if (!(await revertTo(state, saved, BigInt(id)))) return false
        state.changes++
        return true
      },
    }
  /** These record by themselves. */
  const RECORDED: ReadonlySet<Input['kind']> = new Set(['transaction', 'block'])

  return {
    enact: async (input) => {
      const result = await effects[input.kind](input as never)
      await save()
      if (!RECORDED.has(input.kind) && result !== false) record(input)
      return result
    },
    takeIn,
    mineBlock,
    mineEmpty,
    save,
    nextTime: () => nextTime(),
  }
}
