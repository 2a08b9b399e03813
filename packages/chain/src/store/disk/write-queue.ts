/**
 * What is written and not on its way to the disk yet. One batch is written at a time; what comes meanwhile is joined
 * and becomes the next one, so that many who write at once wait for two writes at most, and a row that changes with
 * every block is written once. Everything in it can be read at once.
 */
import type { Operation } from './database.ts'

export interface WriteQueue {
  /** The value that what bears a name is about to have; `null`: none. `undefined`: nothing is about to change. */
  get(name: string): Uint8Array | null | undefined
  /** Resolves when it is written. */
  add(operations: readonly Operation[]): Promise<void>
  /** Resolves when everything is written that was added so far; rejects if it cannot be. `undefined`: it is. */
  settled(): Promise<void> | undefined
  /** The same, whatever came of it. */
  drained(): Promise<void>
}

/** @param write Writes a batch, all or nothing. Where it fails, nothing that was added later is written either. */
export const createWriteQueue = (write: (operations: Operation[]) => Promise<void>): WriteQueue => {
  let next: Joined | undefined
  let current: Joined | undefined

  const run = async (): Promise<void> => {
    for (let joined = take(); joined !== undefined; joined = take()) {
      try {
        await write(joined.operations)
        joined.done.resolve()
      } catch (error) {
        joined.done.reject(error)
        take()?.done.reject(error)
      }
    }
  }

  /** What comes next is what is being written from now on. */
  const take = (): Joined | undefined => {
    current = next
    next = undefined
    return current
  }

  return {
    get(name) {
      const operation = (next && named(next, name)) ?? (current && named(current, name))
      if (operation === undefined) return undefined
      return operation.type === 'put' ? operation.value : null
    },
    add(operations) {
      next ??= { operations: [], places: new Map(), done: Promise.withResolvers<void>() }
      const { operations: joined, places, done } = next
      for (const operation of operations) {
        const { name } = operation
        if (name === undefined) {
          joined.push(operation)
          continue
        }
        const place = places.get(name) ?? joined.length
        joined[place] = operation
        places.set(name, place)
      }
      if (current === undefined) run()
      return done.promise
    },
    settled: () => (next ?? current)?.done.promise,
    async drained() {
      await (next ?? current)?.done.promise.catch(() => {})
    },
  }
}

interface Joined {
  /** Of those with a name, the last. */
  readonly operations: Operation[]
  /** Where those with a name are. */
  readonly places: Map<string, number>
  readonly done: PromiseWithResolvers<void>
}

const named = ({ operations, places }: Joined, name: string): Operation | undefined => {
  const place = places.get(name)
  return place === undefined ? undefined : operations[place]
}
