/** All of a state, one account after the other: for whoever takes it elsewhere. */
import type { Address } from '@deed/evm'
import type { Position, Store } from '../store/store.ts'
import { found, settle } from './missing.ts'
import { pathOf } from './tree.ts'
import type { Reader, StateOverrides } from './types.ts'

export interface WholeAccount {
  readonly address: Address
  readonly nonce: bigint
  /** Wei. */
  readonly balance: bigint
  readonly code: Uint8Array
  /** Slots that are not zero. */
  readonly storage: ReadonlyMap<bigint, bigint>
}

/**
 * Every account of the state at a position, in no order. What is held in memory is one account with its storage.
 *
 * @param open gives that state, with the edits on it; a step.
 * @param edits what was changed in it outside of any block.
 */
export async function* everyAccount(
  store: Store,
  position: Position,
  open: () => Reader,
  edits: StateOverrides,
): AsyncGenerator<WholeAccount> {
  const state = await settle(store, open)
  const path = await settle(store, () => pathOf(store, position))
  const whole = async (address: Address): Promise<WholeAccount | undefined> => {
    const account = await settle(store, () => found(state.account(address)))
    if (account === undefined) return undefined
    const code = await settle(store, () => found(state.code(account.codeHash)))
    const storage = new Map<bigint, bigint>()
    const keep = async (key: bigint): Promise<void> => {
      const value = await settle(store, () => found(state.slot(address, key)))
      if (value !== 0n) storage.set(key, value)
    }
    for (const { branch } of path)
      for await (const key of store.slotKeys(branch, address, account.incarnation)) await keep(key)
    for (const key of edits.get(address)?.stateDiff?.keys() ?? []) await keep(key)
    return { address, nonce: account.nonce, balance: account.balance, code, storage }
  }
  const isIn = (parts: readonly Position[], address: Address): Promise<boolean> =>
    settle(store, () => parts.some((part) => found(store.account(part, address)) !== undefined))

  for (const [index, part] of path.entries())
    for await (const address of store.addresses(part.branch)) {
      // It is younger than this state, or was given when its newer version was come upon.
      if (!(await isIn([part], address)) || (await isIn(path.slice(0, index), address))) continue
      const account = await whole(address)
      if (account !== undefined) yield account
    }
  for (const address of edits.keys()) {
    if (await isIn(path, address)) continue
    const account = await whole(address)
    if (account !== undefined) yield account
  }
}
