import type { Address } from '@deed/evm'
import type { Genesis } from '../../packages/chain/src/genesis.ts'
import { hexToBytes } from '../../packages/chain/src/hex.ts'

/** Accounts as the official tests write them, before and after. */
export type Accounts = Readonly<Record<Address, AccountFields>>

interface AccountFields {
  readonly nonce: string
  readonly balance: string
  readonly code: string
  readonly storage: Readonly<Record<string, string>>
}

export const allocOf = (accounts: Accounts): Genesis['alloc'] =>
  new Map(
    Object.entries(accounts).map(([address, { nonce, balance, code, storage }]) => [
      address as Address,
      {
        nonce: BigInt(nonce),
        balance: BigInt(balance),
        code: hexToBytes(code),
        storage: new Map(Object.entries(storage).map(([key, value]) => [BigInt(key), BigInt(value)])),
      },
    ]),
  )
