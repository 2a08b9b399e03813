/**
 * What is written and not on its way to the disk yet. One batch is written at a time; what comes meanwhile is joined
 * and becomes the next one, so that many who write at once wait for two writes at most, and a row that changes with
 * every block is written once. Everything in it can be read at once.
 */
import type { Operation } from './database.ts'

export interface WriteQueue {
  /** The value that a key is about to have; `null`: none. `undefined`: nothing is about to change. */
  get(key: Uint8Array): Uint8Array | null | undefined
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
        await write([...joined.operations.values()])
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
    get(key) {
      if (current === undefined) return undefined
      const name = nameOf(key)
      const operation = next?.operations.get(name) ?? current.operations.get(name)
      if (operation === undefined) return undefined
      return operation.type === 'put' ? operation.value : null
    },
    add(operations) {
      next ??= { operations: new Map(), done: Promise.withResolvers<void>() }
      const { operations: joined, done } = next
      for (const operation of operations) joined.set(nameOf(operation.key), operation)
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
  /** The last operation on each key. */
  readonly operations: Map<string, Operation>
  readonly done: PromiseWithResolvers<void>
}

const nameOf = (key: Uint8Array): string =>
  Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1')
