/**
 * How the driver deals with values that are not at hand. Its steps are synchronous and without effects; one
 * that reads a `MISS` is given up, the store loads what was asked for, and the step runs again.
 */
import type { Miss } from '@deed/evm'
import { MISS } from '@deed/evm'
import type { Store } from '../store/store.ts'

/** Runs a step until nothing that it reads is missing. */
export const settle = async <T>(store: Pick<Store, 'load' | 'guessed'>, step: () => T): Promise<T> => {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    try {
      const result = step()
      if (!store.guessed?.()) return result
    } catch (error) {
      // What a guess led to is no error.
      if (error !== GIVEN_UP && !store.guessed?.()) throw error
    }
    await store.load()
  }
  throw new MissingForEver()
}

/** The value, or gives the step up. */
export const found = <T>(value: T | Miss): T => {
  if (value === MISS) throw GIVEN_UP
  return value as T
}

/** Whether what was caught is a step being given up: whoever catches it must throw it on. */
export const isGivenUp = (error: unknown): boolean => error === GIVEN_UP

/** Gives the running step up, after somebody else saw the miss. */
export const giveUp = (): never => {
  throw GIVEN_UP
}

/** A step reads at most so many values one after the other: 30 million gas buy 14,285 cold slots. */
const MAX_ROUNDS = 100_000

/** Not an error but a way out of a step; a constant, because a stack trace would cost more than the step. */
const GIVEN_UP = Symbol('given up')

class MissingForEver extends Error {
  override readonly name = 'MissingForEver'
  readonly code = 'DEED_STORE_NEVER_LOADS'
  constructor() {
    super(`a value was still missing after it was loaded ${MAX_ROUNDS} times: the store is broken`)
  }
}
