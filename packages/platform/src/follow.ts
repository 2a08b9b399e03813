/**
 * Runs steps with the chain: at new heads, when the next thing falls due, and now and then in case a hint was lost.
 * Between them it sleeps; it never polls single deeds.
 */
import { isAway } from './chain/client.ts'
import { type Heads, watchHeads } from './chain/heads.ts'
import type { Log } from './log.ts'

export interface FollowOptions {
  /** Where heads can be subscribed to; polled without it. */
  readonly url: string | undefined
  readonly log: Log
  readonly step: () => Promise<StepResult>
}

interface StepResult {
  readonly sent: number
  readonly open: number
  readonly now: number
  readonly next: number | undefined
}

/** A clock that somebody moved (`evm_increaseTime`) is noticed after this time at the latest. */
const LONGEST_SLEEP_MS = 15_000
/** Without a subscription. */
const POLL_MS = 1_000
/** While transactions wait for their block. */
const OPEN_POLL_MS = 500
const FIRST_RETRY_MS = 250
const LONGEST_RETRY_MS = 15_000

export const followChain = ({ url, log, step }: FollowOptions): { stop: () => Promise<void> } => {
  let stopped = false
  let hinted = false
  let wake = () => {}
  const hint = () => {
    hinted = true
    wake()
  }
  const heads: Heads | undefined = url === undefined ? undefined : watchHeads(url, hint)

  const sleep = async (milliseconds: number) => {
    if (!hinted && !stopped)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    hinted = false
  }

  const run = async () => {
    let retryMs = FIRST_RETRY_MS
    let said: string | undefined
    while (!stopped) {
      hinted = false
      try {
        const result = await step()
        if (said) log('info', 'platform: goes on')
        said = undefined
        retryMs = FIRST_RETRY_MS
        await sleep(pause(result, heads?.subscribed() ?? false))
      } catch (error) {
        if (stopped) return
        const message = isAway(error)
          ? 'the chain does not answer. Everything goes on by itself when it is back.'
          : (error as Error).message
        // Once for each cause: the same trouble every few seconds tells nobody anything.
        if (message !== said)
          log(isAway(error) ? 'warn' : 'error', `platform: ${message}`, errorValues(error))
        said = message
        await sleep(retryMs)
        retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)
      }
    }
  }
  const running = run()
  return {
    async stop() {
      stopped = true
      heads?.close()
      wake()
      await running
    },
  }
}

/** How long nothing needs to be looked at. Chain time is taken to run as fast as the clock on the wall. */
const pause = ({ sent, open, now, next }: StepResult, subscribed: boolean): number => {
  if (sent > 0) return 0
  if (open > 0) return OPEN_POLL_MS
  const untilDue = next === undefined ? Number.POSITIVE_INFINITY : (next - now) * 1000
  return Math.max(0, Math.min(untilDue, subscribed ? LONGEST_SLEEP_MS : POLL_MS))
}

const errorValues = (error: unknown) => {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? { code } : {}
}
