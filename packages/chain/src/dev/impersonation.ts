/** Accounts in whose name transactions are taken without a key. */
import type { Address } from '@deed/evm'
import { RPC_CODE, RpcError } from '../rpc/error.ts'

/** Impersonated accounts at once. */
const MAX_IMPERSONATED = 100_000

export interface Impersonation {
  readonly accounts: Set<Address>
  /** Every account is. */
  isForAll: boolean
}

export const createImpersonation = (): Impersonation => ({ accounts: new Set(), isForAll: false })

export const isImpersonated = ({ accounts, isForAll }: Impersonation, address: Address): boolean =>
  isForAll || accounts.has(address)

export const impersonate = ({ accounts }: Impersonation, address: Address): void => {
  if (accounts.size >= MAX_IMPERSONATED)
    throw new RpcError(
      RPC_CODE.limit,
      `too many impersonated accounts: at most ${MAX_IMPERSONATED}; stop some with hardhat_stopImpersonatingAccount`,
      { code: 'DEED_DEV_IMPERSONATED' },
    )
  accounts.add(address)
}
