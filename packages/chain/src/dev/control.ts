import type { Control } from '../rpc/node.ts'
import { editsToJson } from '../state/edits.ts'
import type { Turns } from '../turns.ts'
import { settingsToJson } from './block-settings.ts'
import type { Effects } from './effects.ts'
import { impersonate, impersonateAll, stopImpersonating } from './impersonation.ts'
import type { Input } from './input.ts'
import { toSeconds } from './seconds.ts'
import type { DevState } from './state.ts'
import type { Timer } from './timer.ts'

/** Power over time and blocks, for the methods by which developers drive a chain. */
export const createControl = (
  state: DevState,
  effects: Effects,
  inTurn: Turns,
  {
    wallTime,
    timer,
    mineWaiting,
    gather,
  }: {
    readonly wallTime: () => bigint
    readonly timer: Timer
    readonly mineWaiting: () => Promise<void>
    readonly gather: () => Promise<void>
  },
): Control => {
  const { chain, clock, snapshots, impersonation } = state
  const { enact } = effects
  const effect = (input: Input) => inTurn(async () => void (await enact(input)))
  /** Changes what no input records, because no block depends on it. */
  const set = <T>(change: () => T): Promise<T> =>
    inTurn(async () => {
      const result = change()
      await effects.save()
      return result
    })

  return {
    mine: (blocks, timestamp, interval) =>
      inTurn(async () => {
        let left = blocks
        while (left > 0) {
          const headTime = chain.head.block.header.timestamp
          const time = left === blocks ? timestamp : interval && headTime + interval
          if (time !== undefined) await enact({ kind: 'nextTime', time: toSeconds(time) })
          await effects.mineBlock(wallTime())
          left--
          // Others may want to read meanwhile; and no more waits for the disk than it can take.
          for (let mined = 1; left > 0 && mined > 0; left -= mined) {
            await Promise.all([gather(), chain.settled()])
            mined = await effects.mineEmpty(Math.min(left, EMPTY_AT_ONCE), wallTime(), interval)
          }
          await gather()
        }
      }),
    increaseTime: (seconds) =>
      inTurn(async () => {
        // However often it is asked for, a header's time stays below 2^64.
        toSeconds(effects.nextTime() + seconds)
        await enact({ kind: 'increaseTime', seconds: toSeconds(seconds), wallTime: Number(wallTime()) })
        return clock.offset
      }),
    setTime: (time) =>
      inTurn(async () => {
        await enact({ kind: 'setTime', time: toSeconds(time), wallTime: Number(wallTime()) })
        return clock.offset
      }),
    setNextBlockTimestamp: (time) =>
      inTurn(async () => void (await enact({ kind: 'nextTime', time: toSeconds(time) }))),
    snapshot: () => inTurn(async () => (await enact({ kind: 'snapshot' })) as bigint),
    revert: (id) =>
      inTurn(
        async () => id <= snapshots.lastId && ((await enact({ kind: 'revert', id: Number(id) })) as boolean),
      ),
    edit: (edits) => effect({ kind: 'edit', accounts: editsToJson(edits) }),
    setBlocks: (changed) => effect({ kind: 'settings', settings: settingsToJson(changed) }),
    setBlockInterval: (seconds) =>
      inTurn(async () => {
        await enact({ kind: 'interval', seconds: seconds === undefined ? null : toSeconds(seconds) })
      }),
    drop: (hashes) => inTurn(async () => (await enact({ kind: 'drop', hashes })) as number),
    mineGiven: (given) => inTurn(async () => void (await effects.mineBlock(wallTime(), given))),
    rollback: (blocks) => effect({ kind: 'rollback', blocks }),
    reset: () => effect({ kind: 'reset' }),

    impersonation,
    impersonate: (address) => set(() => impersonate(impersonation, address)),
    stopImpersonating: (address) => set(() => stopImpersonating(impersonation, address)),
    impersonateAll: (on) => set(() => impersonateAll(impersonation, on)),
    isAutomine: () => state.automine,
    setAutomine: async (on) => {
      await set(() => {
        state.automine = on
      })
      if (on) await mineWaiting()
    },
    intervalMs: () => state.intervalMs,
    setIntervalMining: async (intervalMs) => {
      await set(() => {
        state.intervalMs = intervalMs
      })
      timer.set(intervalMs)
    },
  }
}

/** Blocks between two turns of others: some 5 ms. */
const EMPTY_AT_ONCE = 128
