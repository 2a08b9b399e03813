import { MISS } from '@deed/evm'
import type { Store } from './store.ts'

/** A store that has nothing at hand until it was asked for and loaded: every first read is a miss. */
export const createForgetfulStore = (store: Store): Store & { readonly loads: () => number } => {
  const atHand = new Set<string>()
  const asked = new Set<string>()
  let loads = 0
  const once = <T>(key: string, read: () => T): T | typeof MISS => {
    if (atHand.has(key)) return read()
    asked.add(key)
    return MISS
  }
  return {
    record: (table, key) => once(`${table} ${key}`, () => store.record(table, key)),
    account: (position, address) =>
      once(`${position.branch} ${position.height} ${address}`, () => store.account(position, address)),
    slot: (position, address, incarnation, key) =>
      once(`${position.branch} ${position.height} ${address} ${incarnation} ${key}`, () =>
        store.slot(position, address, incarnation, key),
      ),
    addresses: (branch) => store.addresses(branch),
    slotKeys: (branch, address, incarnation) => store.slotKeys(branch, address, incarnation),
    async load() {
      loads++
      for (const key of asked) atHand.add(key)
      asked.clear()
    },
    written: (position) => store.written(position),
    list: (table) => store.list(table),
    // What is at hand may have changed, so all of it is forgotten.
    async write(batch) {
      await store.write(batch)
      atHand.clear()
    },
    settled: () => store.settled(),
    close: () => store.close(),
    loads: () => loads,
  }
}
