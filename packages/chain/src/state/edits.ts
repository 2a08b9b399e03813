/** Changes of a state outside of any transaction: what a developer wants to be so. */
import type { Address, Hex } from '@deed/evm'
import { bytesToHex, hexToBytes, quantity } from '../hex.ts'
import type { Batch, Store } from '../store/store.ts'
import type { AccountOverride, StateOverrides } from './types.ts'

/** Written to in place: what was set last counts. */
export type Edits = Map<Address, Edit>

export interface Edit {
  nonce?: bigint
  balance?: bigint
  code?: Uint8Array
  stateDiff?: Map<bigint, bigint>
}

/** Edits as plain JSON, for recorded inputs. */
export type EditsJson = readonly {
  readonly address: Address
  readonly nonce?: Hex
  readonly balance?: Hex
  readonly code?: Hex
  readonly slots?: readonly (readonly [key: Hex, value: Hex])[]
}[]

/** Adds edits to those there are. Of a slot map, only the given slots change. */
export const addEdits = (into: Edits, more: ReadonlyMap<Address, AccountOverride>): void => {
  for (const [address, { nonce, balance, code, stateDiff }] of more) {
    const edit = into.get(address) ?? {}
    into.set(address, edit)
    if (nonce !== undefined) edit.nonce = nonce
    if (balance !== undefined) edit.balance = balance
    if (code !== undefined) edit.code = code
    if (stateDiff === undefined) continue
    edit.stateDiff ??= new Map()
    for (const [key, value] of stateDiff) edit.stateDiff.set(key, value)
  }
}

export const copyEdits = (edits: StateOverrides): Edits => {
  const copy: Edits = new Map()
  addEdits(copy, edits)
  return copy
}

export const editsToJson = (edits: StateOverrides): EditsJson =>
  [...edits].map(([address, { nonce, balance, code, stateDiff }]) => ({
    address,
    ...(nonce !== undefined && { nonce: quantity(nonce) }),
    ...(balance !== undefined && { balance: quantity(balance) }),
    ...(code !== undefined && { code: bytesToHex(code) }),
    ...(stateDiff && {
      slots: [...stateDiff].map(([key, value]) => [quantity(key), quantity(value)] as const),
    }),
  }))

export const editsFromJson = (json: EditsJson): Edits =>
  new Map(
    json.map(({ address, nonce, balance, code, slots }): [Address, Edit] => [
      address,
      {
        ...(nonce !== undefined && { nonce: BigInt(nonce) }),
        ...(balance !== undefined && { balance: BigInt(balance) }),
        ...(code !== undefined && { code: hexToBytes(code) }),
        ...(slots && { stateDiff: new Map(slots.map(([key, value]) => [BigInt(key), BigInt(value)])) }),
      },
    ]),
  )

/** Puts edits in place of those that are stored. */
export const editsBatch = (stored: StateOverrides, next: StateOverrides): Pick<Batch, 'put' | 'remove'> => ({
  remove: [...stored.keys()].filter((key) => !next.has(key)).map((key) => ({ table: 'edit', key })),
  put: [...next].map(([key, edit]) => {
    return { table: 'edit', key, value: JSON.stringify(editsToJson(new Map([[key, edit]]))) }
  }),
})

export const storedEdits = async (store: Store): Promise<Edits> => {
  const edits: Edits = new Map()
  for (const [, json] of await store.list('edit')) addEdits(edits, editsFromJson(JSON.parse(json)))
  return edits
}
