/** The chain's clock: the wall clock's reading plus an offset that the developer moves. Seconds throughout. */
export interface ChainClock {
  /** How far the chain is ahead of the wall clock; negative if behind. */
  offset: bigint
  /** What the next block's time will be, if that is settled. */
  next: bigint | undefined
  /** Seconds between blocks, if that is settled. */
  interval: bigint | undefined
}

export const createClock = (): ChainClock => ({ offset: 0n, next: undefined, interval: undefined })

/** A block's time: what was settled, else the clock's, and always later than its parent's. */
export const blockTime = (
  { offset, next, interval }: ChainClock,
  wallTime: bigint,
  parentTime: bigint,
): bigint => {
  const time = next ?? (interval === undefined ? wallTime + offset : parentTime + interval)
  return time > parentTime ? time : parentTime + 1n
}

/**
 * Puts the clock ahead: from the last block's time where that is later, as it is after many blocks within
 * one second, so that `seconds` always pass.
 */
export const advanceClock = (
  clock: ChainClock,
  seconds: bigint,
  wallTime: bigint,
  headTime: bigint,
): void => {
  const time = wallTime + clock.offset
  setClock(clock, (time > headTime ? time : headTime) + seconds, wallTime)
}

/** Makes the clock show `time` at this reading of the wall clock. */
export const setClock = (clock: ChainClock, time: bigint, wallTime: bigint): void => {
  clock.offset = time - wallTime
}

/** After a block whose time was settled, the clock goes on from that time. */
export const passBlock = (clock: ChainClock, blockTime: bigint, wallTime: bigint): void => {
  if (clock.next === undefined) return
  clock.next = undefined
  setClock(clock, blockTime, wallTime)
}
