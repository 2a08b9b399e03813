/** Advances a stage from one instant at which something happens to the next, until there is none. */
import { deedAbi } from '@deed/agreement'
import { CommandError } from '../fault.ts'
import { act, type Play, type RefusedAct } from './play.ts'
import { signingTime, signPlay } from './signing.ts'
import { headTime, type Stage, shownTime, travel } from './stage.ts'
import { takeTurn } from './turn.ts'

export interface Direction {
  /** Nothing after this instant is played, in seconds. Default: to the end of every play. */
  readonly until?: number
  /** Called before the stage moves to an instant: a live performance waits here. */
  readonly pace?: (seconds: number) => Promise<void>
  /** Called after each instant, for the play that it belonged to. */
  readonly report: (play: Play, refused?: RefusedAct) => Promise<void>
  readonly signal?: AbortSignal
}

/** A play that joins the stage at `time`, in seconds: `enter` deploys its deed. */
export interface Entrance {
  readonly time: number
  readonly enter: () => Promise<Play>
}

/** What happens next: a party signs or acts, or a timer of the deed is due. */
interface Moment {
  /** None for an entrance: its play is not there yet. */
  readonly play?: Play
  readonly time: number
  /** Ties go by this order, then by the order of the plays. */
  readonly rank: number
  readonly happen: () => Promise<RefusedAct | undefined>
}

/** A deed with nothing due says this. */
const NEVER = 2 ** 40 - 1

/**
 * @returns the plays in the order of their entrances.
 * @throws DEED_NOT_ENDED if a play's last instant has come and its deed has not ended.
 */
export const run = async (
  stage: Stage,
  entrances: readonly Entrance[],
  direction: Direction,
): Promise<Play[]> => {
  const { until = Number.POSITIVE_INFINITY, pace, report, signal } = direction
  const plays: Play[] = []
  const waiting = [...entrances]
  const signed = new Set<Play>()
  while (!signal?.aborted) {
    const now = await headTime(stage)
    const moments = (await Promise.all(plays.map((play) => momentsOf(stage, play, signed, now)))).flat()
    if (waiting[0]) moments.push(entranceOf(stage, waiting, plays))
    const next = moments.sort((a, b) => a.time - b.time || a.rank - b.rank)[0]
    if (!next || next.time > until) break
    await pace?.(next.time)
    if (signal?.aborted) break
    const refused = await next.happen()
    const play = next.play ?? plays.at(-1)!
    if (!isAsleep(stage, play, next.time)) await stage.settle(plays)
    await report(play, refused)
  }
  if (signal?.aborted) return plays
  if (until !== Number.POSITIVE_INFINITY) {
    await travel(stage, until)
    await stage.settle(plays)
  }
  for (const play of plays) await report(play)
  return plays
}

const entranceOf = (stage: Stage, waiting: Entrance[], plays: Play[]): Moment => {
  const { time, enter } = waiting[0]!
  const happen = async () => {
    waiting.shift()
    await travel(stage, time)
    plays.push(await enter())
    return undefined
  }
  return { time, rank: 0, happen }
}

const momentsOf = async (stage: Stage, play: Play, signed: Set<Play>, now: number): Promise<Moment[]> => {
  if (!signed.has(play)) {
    const happen = async () => {
      await signPlay(stage, play)
      signed.add(play)
      return undefined
    }
    return [{ play, time: signingTime(play), rank: 1, happen }]
  }
  const moments: Moment[] = []
  const due = await dueTime(stage, play)
  if (due !== undefined) {
    if (due <= now && !isAsleep(stage, play, now)) throw keeperStopped(play, due)
    const time = wakingTime(stage, play, Math.max(due, now))
    if (time > play.until) throw notEnded(play, due)
    const happen = async () => {
      await travel(stage, time)
      return undefined
    }
    moments.push({ play, time, rank: 2, happen })
  }
  const action = play.actions[0]
  if (action) {
    const happen = async () => {
      play.actions.shift()
      return 'act' in action ? act(stage, play, action) : takeTurn(stage, play, action)
    }
    moments.push({ play, time: action.time, rank: 3, happen })
  }
  return moments
}

/** When the next timer of the deed runs out; undefined if none runs. */
const dueTime = async ({ client }: Stage, { deed }: Play): Promise<number | undefined> => {
  const [, time] = await client.readContract({ address: deed, abi: deedAbi, functionName: 'due' })
  return time === NEVER ? undefined : time
}

const spanAt = (stage: Stage, play: Play, time: number) =>
  stage.keeperIsOurs ? play.asleep.find(({ from, to }) => from <= time && time < to) : undefined

const isAsleep = (stage: Stage, play: Play, time: number): boolean => spanAt(stage, play, time) !== undefined

/** When a keeper that may be asleep at `time` is awake. */
const wakingTime = (stage: Stage, play: Play, time: number): number => spanAt(stage, play, time)?.to ?? time

const keeperStopped = ({ deed }: Play, due: number) =>
  new CommandError(
    'DEED_KEEPER_STOPPED',
    `The deed ${deed} has been due since ${shownTime(due)}, and the keeper does not call it. See /api/keeper for what it says, or perform without --rpc.`,
  )

const notEnded = ({ scenario, until }: Play, due: number) =>
  new CommandError(
    'DEED_NOT_ENDED',
    `Scenario "${scenario.name}" ends at ${shownTime(until)}, and its deed still waits, next until ${shownTime(due)}. Set "until" later, or let the parties act.`,
  )
