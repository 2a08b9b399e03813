/** A database in memory that fails when it is told to: the disk of tests about disks. */
import { bytesToHex, hexToBytes } from '../../hex.ts'
import type { Database, Operation } from './database.ts'

export interface TestDisk extends Database {
  /** By key in hexadecimal. */
  readonly rows: Map<string, Uint8Array>
  /** The next write fails as LevelDB's does. */
  failWith: string | undefined
  readonly syncs: number
}

export const createTestDisk = (rows = new Map<string, Uint8Array>()): TestDisk => {
  let syncs = 0
  const disk: TestDisk = {
    rows,
    failWith: undefined,
    get syncs() {
      return syncs
    },
    getSync: (key) => rows.get(bytesToHex(key))?.slice(),
    async batch(operations: Operation[], { sync }) {
      // As over a real disk, it takes a while, during which others read.
      await new Promise((resolve) => setImmediate(resolve))
      if (disk.failWith) throw new Error('Batch failed', { cause: new Error(disk.failWith) })
      if (sync) syncs++
      for (const operation of operations) {
        const key = bytesToHex(operation.key)
        if (operation.type === 'put') rows.set(key, operation.value.slice())
        else rows.delete(key)
      }
    },
    async *iterator({ gte, lte, reverse = false, limit = Infinity }) {
      const [from, to] = [bytesToHex(gte), bytesToHex(lte)]
      const keys = [...rows.keys()].filter((key) => key >= from && key <= to).sort()
      for (const key of (reverse ? keys.reverse() : keys).slice(0, limit)) {
        const value = rows.get(key)
        if (value) yield [hexToBytes(key as `0x${string}`), value.slice()] as [Uint8Array, Uint8Array]
      }
    },
    close: async () => {},
  }
  return disk
}
