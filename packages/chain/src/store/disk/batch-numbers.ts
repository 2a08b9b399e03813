/**
 * Every batch writes its number into one of a ring of places. LevelDB passes over a damaged part in the middle of
 * its journal, and with it over batches that were written; when the chain is opened, the last numbers must have
 * no gap. The ring is longer than any journal: LevelDB begins a new one at 4 MB, and a block's two batches
 * are never below 1 KB together.
 */
import { allOf, type Database, type Operation } from './database.ts'
import { damaged } from './error.ts'
import { KIND, NUMBER_BYTES, numberAt, numberKey, putNumber } from './keys.ts'
import { seal, unseal } from './seal.ts'

const RING = 8_192

export const batchNumber = (number: number): Operation => {
  const key = numberKey(KIND.batch, number % RING)
  const value = new Uint8Array(NUMBER_BYTES)
  putNumber(value, 0, number)
  return { type: 'put', key, value: seal(key, value) }
}

/** The number of the last batch; zero for none. */
export const lastBatchNumber = async (database: Database, folder: string): Promise<number> => {
  const numbers: number[] = []
  for await (const [key, sealed] of database.iterator(allOf(KIND.batch))) {
    const value = unseal(key, sealed)
    if (!value) throw damaged(folder, 'the number of a batch is unreadable')
    numbers.push(numberAt(value, 0))
  }
  const last = numbers.reduce((a, b) => Math.max(a, b), 0)
  const expected = Math.min(last, RING)
  if (numbers.length !== expected || numbers.some((number) => number <= last - RING))
    throw damaged(folder, `of the last ${expected} batches ${missing(numbers, last)} missing`)
  return last
}

const missing = (numbers: readonly number[], last: number): string => {
  const count = Math.min(last, RING) - numbers.filter((number) => number > last - RING).length
  return count === 1 ? '1 is' : `${count} are`
}
