/** What values can be if their declaration gives no bounds. */
import { LAST_DAY } from '../calendar.ts'

/** Shares are counted in parts of this. */
export const SHARE_PARTS = 1_000_000_000n

/** No act lifts a holding or a debt above this, so that what timers add to it can be counted in 127 bits. */
export const MOST_MONEY = 1n << 120n

/** A deed's years are those in which a block can be: an `uint40` of seconds. */
export const MOST_TODAY = Math.floor(2 ** 40 / 86_400)

export const RANGE = {
  amount: [0n, MOST_MONEY],
  number: [-(1n << 120n), 1n << 120n],
  /** A thousand per cent, in parts. */
  share: [0n, 10n * SHARE_PARTS],
  date: [0n, BigInt(LAST_DAY)],
} as const
