/** Accounts in whose name transactions are taken without a key. */
import type { Address } from '@deed/evm'
import { RPC_CODE, RpcError } from '../rpc/error.ts'

/** Impersonated accounts at once. */
const MAX_IMPERSONATED = 100_000

export interface Impersonation {
  readonly accounts: Set<Address>
  /** Every account is. */
  isForAll: boolean
  /** Rises with every change. */
  version: number
}

export const createImpersonation = (): Impersonation => ({ accounts: new Set(), isForAll: false, version: 0 })

export const isImpersonated = ({ accounts, isForAll }: Impersonation, address: Address): boolean =>
  isForAll || accounts.has(address)

export const impersonate = (impersonation: Impersonation, address: Address): void => {
  const { accounts } = impersonation
  if (accounts.size >= MAX_IMPERSONATED)
    throw new RpcError(
      RPC_CODE.limit,
      `too many impersonated accounts: at most ${MAX_IMPERSONATED}; stop some with hardhat_stopImpersonatingAccount`,
      { code: 'DEED_DEV_IMPERSONATED' },
    )
  accounts.add(address)
  impersonation.version++
}

/** Whether it was impersonated. */
export const stopImpersonating = (impersonation: Impersonation, address: Address): boolean => {
  impersonation.version++
  return impersonation.accounts.delete(address)
}

export const impersonateAll = (impersonation: Impersonation, on: boolean): void => {
  impersonation.isForAll = on
  impersonation.version++
}

export const clearImpersonation = (impersonation: Impersonation): void => {
  impersonation.accounts.clear()
  impersonateAll(impersonation, false)
}
