/** How fast an origin is asked: it learns from what the origin says. */

export interface Pace {
  /** Exchanges that may be under way at once. */
  readonly concurrency: number
  /** Milliseconds until the next one may begin. */
  waitMs(): number
  /** The origin answered. */
  succeeded(): void
  /** Asked too often: it is left alone, for as long as it says, and then asked less at a time. */
  busy(retryAfterMs: number | undefined): void
  /** It did not answer, or nonsense. */
  failed(): void
}

/** Doubled with each failure in a row, and a random part of up to a half taken off, so that clients part. */
const FIRST_WAIT_MS = 250
const MAX_WAIT_MS = 10_000
const MAX_CONCURRENCY = 16
/** Answers in a row after which one more exchange may be under way. */
const GROWTH = 8

export const createPace = (nowMs: () => number, random: () => number): Pace => {
  let concurrency = MAX_CONCURRENCY
  let failures = 0
  let successes = 0
  let notBeforeMs = 0

  const wait = (leastMs: number): void => {
    const backoffMs = Math.min(FIRST_WAIT_MS * 2 ** failures, MAX_WAIT_MS) * (1 - random() / 2)
    failures++
    successes = 0
    notBeforeMs = Math.max(notBeforeMs, nowMs() + Math.max(leastMs, backoffMs))
  }
  return {
    get concurrency() {
      return concurrency
    },
    waitMs: () => Math.max(0, notBeforeMs - nowMs()),
    succeeded() {
      failures = 0
      if (++successes % GROWTH === 0) concurrency = Math.min(MAX_CONCURRENCY, concurrency + 1)
    },
    busy(retryAfterMs = 0) {
      // Of many exchanges that the origin refuses at one moment, only the first says something new.
      if (notBeforeMs > nowMs() && retryAfterMs === 0) return
      concurrency = Math.max(1, concurrency >> 1)
      wait(retryAfterMs)
    },
    failed() {
      if (notBeforeMs <= nowMs()) wait(0)
    },
  }
}
