/** Runs asynchronous work one piece after the other, in the order in which it came. */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>

export const createTurns = (): Turns => {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const turn = last.then(work)
    last = turn.catch(() => {})
    return turn
  }
}

/**
 * Shares work among those who ask before it begins: what came in the same turn of the event loop is done
 * once for all of it.
 *
 * @param gather what is waited for before the work gets its turn.
 */
export const createShared = (
  turns: Turns,
  gather: () => Promise<void>,
  work: () => Promise<void>,
): (() => Promise<void>) => {
  let planned: Promise<void> | undefined
  return () => {
    planned ??= gather().then(() =>
      turns(() => {
        planned = undefined
        return work()
      }),
    )
    return planned
  }
}
