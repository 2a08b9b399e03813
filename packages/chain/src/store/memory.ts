/** A store in memory: values are kept as they are, nothing is encoded, nothing is ever missing. */
import type { Address } from '@deed/evm'
import type { Account } from '../state/types.ts'
import type { Batch, Position, StateWrite, Store, Table, Tables } from './store.ts'

export const createMemoryStore = (): Store => {
  const records = new Map<Table, Map<string, unknown>>()
  /** How often a trie node was put, for those put more than once. */
  const copies = new Map<string, number>()
  const branches = new Map<number, BranchState>()

  const table = <T extends Table>(name: T): Map<string, Tables[T]> => {
    let rows = records.get(name)
    if (!rows) {
      rows = new Map()
      records.set(name, rows)
    }
    return rows as Map<string, Tables[T]>
  }

  return {
    record: (name, key) => table(name).get(key),

    account({ branch, height }, address) {
      const versions = branches.get(branch)?.accounts.get(address)
      return versions && newest(versions, height)
    },

    slot({ branch, height }, address, incarnation, key) {
      const versions = branches.get(branch)?.slots.get(address)?.get(incarnation)?.get(key)
      return versions && newest(versions, height)
    },

    async *addresses(branch) {
      yield* branches.get(branch)?.accounts.keys() ?? []
    },
    async *slotKeys(branch, address, incarnation) {
      yield* branches.get(branch)?.slots.get(address)?.get(incarnation)?.keys() ?? []
    },

    load: async () => {},

    async written({ branch, height }) {
      const write = branches.get(branch)?.writes.findLast(({ position }) => position.height === height)
      return {
        accounts: write?.accounts.map(([address]) => address) ?? [],
        slots:
          write?.slots.map(({ slots, ...owner }) => {
            return { ...owner, keys: [...slots.keys()] }
          }) ?? [],
      }
    },

    list: async (name) => [...table(name)],

    async write({ put, remove = [], state, truncate = [] }: Batch) {
      for (const position of truncate) truncateBranch(branches, position)
      for (const { table: name, key } of remove) {
        const count = name === 'node' ? (copies.get(key) ?? 1) : 1
        if (count > 1) copies.set(key, count - 1)
        else table(name).delete(key)
      }
      for (const { table: name, key, value } of put) {
        const rows = table(name) as Map<string, unknown>
        if (name === 'node' && rows.has(key)) copies.set(key, (copies.get(key) ?? 1) + 1)
        rows.set(key, value)
      }
      if (state) writeState(branches, state)
    },

    settled: () => undefined,

    close: async () => {},
  }
}

interface BranchState {
  readonly accounts: Map<Address, Versions<Account | null>>
  /** By address, then by incarnation. */
  readonly slots: Map<Address, Map<number, Map<bigint, Versions<bigint>>>>
  /** What was written at which height, so that taking it back costs what writing it did. */
  readonly writes: StateWrite[]
}

/** Values by ascending height. */
interface Versions<T> {
  readonly heights: number[]
  readonly values: T[]
}

/** The value at the greatest height that is not above the one asked for. */
const newest = <T>({ heights, values }: Versions<T>, height: number): T | undefined => {
  let high = heights.length - 1
  // Almost every read is at the head of its branch.
  if (heights[high]! <= height) return values[high]
  let low = 0
  while (low <= high) {
    const middle = (low + high) >> 1
    if (heights[middle]! <= height) low = middle + 1
    else high = middle - 1
  }
  return values[high]
}

const writeState = (branches: Map<number, BranchState>, write: StateWrite): void => {
  const { branch, height } = write.position
  let target = branches.get(branch)
  if (!target) {
    target = { accounts: new Map(), slots: new Map(), writes: [] }
    branches.set(branch, target)
  }
  for (const [address, account] of write.accounts) append(target.accounts, address, height, account)
  for (const { address, incarnation, slots } of write.slots) {
    const lives = target.slots.get(address) ?? new Map<number, Map<bigint, Versions<bigint>>>()
    target.slots.set(address, lives)
    const life = lives.get(incarnation) ?? new Map<bigint, Versions<bigint>>()
    lives.set(incarnation, life)
    for (const [key, value] of slots) append(life, key, height, value)
  }
  target.writes.push(write)
}

const append = <K, T>(map: Map<K, Versions<T>>, key: K, height: number, value: T): void => {
  const versions = map.get(key)
  if (!versions) {
    map.set(key, { heights: [height], values: [value] })
    return
  }
  versions.heights.push(height)
  versions.values.push(value)
}

const truncateBranch = (branches: Map<number, BranchState>, { branch, height }: Position): void => {
  const target = branches.get(branch)
  if (!target) return
  while (target.writes.length > 0 && target.writes.at(-1)!.position.height > height) {
    const { accounts, slots } = target.writes.pop()!
    for (const [address] of accounts) dropLast(target.accounts, address)
    for (const written of slots) {
      const lives = target.slots.get(written.address)!
      const life = lives.get(written.incarnation)!
      for (const key of written.slots.keys()) dropLast(life, key)
      if (life.size === 0) lives.delete(written.incarnation)
    }
  }
  if (target.writes.length === 0) branches.delete(branch)
}

const dropLast = <K, T>(map: Map<K, Versions<T>>, key: K): void => {
  const versions = map.get(key)!
  versions.heights.pop()
  versions.values.pop()
  if (versions.heights.length === 0) map.delete(key)
}
