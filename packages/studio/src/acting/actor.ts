/** Who the person before the page is: an account of the development chain, or one of a wallet. */
import { queryOptions, useQuery } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import type { Address } from 'viem'
import { client } from '../chain/client.ts'
import type { Provider } from './wallets.ts'

export interface Actor {
  readonly address: Address
  readonly provider: Provider
  /** Name of the wallet; a development account has none. */
  readonly wallet?: string
}

/** The chain's own unlocked accounts; there are none but on a development chain. */
const accountsQuery = queryOptions({
  queryKey: ['chain', 'accounts'],
  queryFn: async () => {
    const accounts = await client.request({ method: 'eth_accounts' } as never).catch((error) => {
      // A node that refuses has none for us; one that does not answer is asked again.
      if (typeof error.code === 'number') return []
      throw error
    })
    return (accounts as Address[]).map((address) => address.toLowerCase() as Address)
  },
  staleTime: Number.POSITIVE_INFINITY,
})

export const useDevelopmentAccounts = (): readonly Address[] => useQuery(accountsQuery).data ?? []

/** The chain itself signs for its unlocked accounts. */
export const developmentActor = (address: Address): Actor => ({
  address,
  provider: { request: (asked) => client.request(asked as never) },
})

let actor: Actor | undefined
const listeners = new Set<() => void>()

export const become = (next: Actor | undefined): void => {
  actor = next
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
  }
}

export const useActor = (): Actor | undefined => useSyncExternalStore(subscribe, () => actor)
