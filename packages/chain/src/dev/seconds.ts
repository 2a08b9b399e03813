/** Times that a developer may set. */
import { serverError } from '../rpc/error.ts'

/** Seconds that a recorded input can hold exactly. */
export const toSeconds = (time: bigint): number => {
  if (time <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(time)
  throw serverError('DEED_DEV_TIME', `time ${time} is too far off: expected seconds below 2^53`)
}

/** A block's time is later than its parent's. */
export const checkTime = (time: bigint, headTime: bigint): void => {
  if (time > headTime) return
  throw serverError(
    'DEED_DEV_TIME',
    `Timestamp ${time} is lower than or equal to previous block's timestamp ${headTime}: give a later one`,
  )
}
