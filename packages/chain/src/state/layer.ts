import type { Address } from '@deed/evm'
import type { Layer, Reader } from './types.ts'

export const createLayer = (): Layer => ({
  accounts: new Map(),
  storage: new Map(),
  cleared: new Set(),
  codes: new Map(),
})

/** The state below with a layer on top. Later writes to the layer show. */
export const overlay = (below: Reader, layer: Layer): Reader => ({
  account(address) {
    const account = layer.accounts.get(address)
    return account !== undefined || layer.accounts.has(address) ? account : below.account(address)
  },
  slot(address, key) {
    const value = layer.storage.get(address)?.get(key)
    if (value !== undefined) return value
    return layer.cleared.has(address) ? 0n : below.slot(address, key)
  },
  code: (hash) => layer.codes.get(hash) ?? below.code(hash),
  // A layer has slots only where something non-zero was written. That all of them may have been cleared
  // again is not looked into: only an account without code is ever asked about (EIP-7610), and nothing can
  // clear the slots of such a one.
  hasStorage(address) {
    if (layer.storage.has(address)) return true
    return layer.cleared.has(address) ? false : below.hasStorage(address)
  },
})

/** Writes a later layer into the one it was built on. */
export const mergeLayer = (into: Layer, later: Layer): void => {
  for (const address of later.cleared) clearStorage(into, address)
  for (const [address, account] of later.accounts) into.accounts.set(address, account)
  for (const [address, slots] of later.storage) writeSlots(into, address, slots)
  for (const [hash, code] of later.codes) into.codes.set(hash, code)
}

export const writeSlots = (layer: Layer, address: Address, slots: ReadonlyMap<bigint, bigint>): void => {
  const written = layer.storage.get(address)
  if (!written) layer.storage.set(address, new Map(slots))
  else for (const [key, value] of slots) written.set(key, value)
}

export const clearStorage = (layer: Layer, address: Address): void => {
  layer.cleared.add(address)
  layer.storage.delete(address)
}

/** Deletes an account with everything that belongs to it. */
export const deleteAccount = (layer: Layer, address: Address): void => {
  layer.accounts.set(address, undefined)
  clearStorage(layer, address)
}
