import type { Address } from '@deed/evm'
import { RPC_CODE, RpcError } from './error.ts'

/** Accounts whose keys the node holds, so that it signs for whoever asks. Development chains only. */
export interface Wallet {
  readonly addresses: readonly Address[]
  /** 32 bytes; `undefined` for an account that is not in the wallet. */
  privateKey(address: Address): Uint8Array | undefined
}

/** The key of an unlocked account. Throws {@link RpcError} `unknown account`. */
export const keyOf = (wallet: Wallet, address: Address): Uint8Array => {
  const key = wallet.privateKey(address)
  if (key === undefined)
    throw new RpcError(
      RPC_CODE.server,
      `unknown account: the node holds no key of ${address}; sign it yourself and use eth_sendRawTransaction`,
      { code: 'DEED_RPC_ACCOUNT' },
    )
  return key
}
