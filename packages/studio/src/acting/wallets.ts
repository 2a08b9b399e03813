/**
 * The wallets of the browser. Each announces itself (EIP-6963), so that several can live side by side; one that only
 * takes the old place `window.ethereum` is found there.
 */
import { useSyncExternalStore } from 'react'
import { type Address, numberToHex } from 'viem'

/** EIP-1193. */
export interface Provider {
  request(asked: { readonly method: string; readonly params?: unknown }): Promise<unknown>
}

export interface Wallet {
  readonly id: string
  readonly name: string
  /** A `data:` address. */
  readonly icon?: string
  readonly provider: Provider
}

interface Announcement extends Event {
  readonly detail?: {
    readonly info: { readonly uuid: string; readonly name: string; readonly icon: string }
    readonly provider: Provider
  }
}

/** Wallets that announce themselves do so at once; only then the old place is looked at. */
const ANNOUNCED_MS = 400
const MOST_WALLETS = 20

let wallets: readonly Wallet[] = []
const listeners = new Set<() => void>()
let looking = false

const add = (wallet: Wallet): void => {
  if (wallets.length >= MOST_WALLETS || wallets.some(({ id }) => id === wallet.id)) return
  wallets = [...wallets, wallet]
  for (const listener of listeners) listener()
}

const look = (): void => {
  addEventListener('eip6963:announceProvider', (event) => {
    const { detail } = event as Announcement
    if (!detail?.info?.uuid || typeof detail.provider?.request !== 'function') return
    const { uuid, name, icon } = detail.info
    const shown = /^data:image\//.test(icon) ? { icon } : {}
    add({ id: uuid, name: String(name).slice(0, 40), provider: detail.provider, ...shown })
  })
  dispatchEvent(new Event('eip6963:requestProvider'))
  setTimeout(() => {
    const { ethereum } = window as { ethereum?: Provider }
    if (wallets.length === 0 && ethereum) add({ id: 'injected', name: 'Browser wallet', provider: ethereum })
  }, ANNOUNCED_MS)
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  if (!looking) look()
  looking = true
  return () => {
    listeners.delete(listener)
  }
}

export const useWallets = (): readonly Wallet[] => useSyncExternalStore(subscribe, () => wallets)

/** EIP-3326: the wallet does not know the chain. */
const UNKNOWN_CHAIN = 4902

/** Asks the wallet for an account, and to be on this page's chain. @throws what the wallet answers. */
export const connect = async ({ provider }: Wallet, chainId: number): Promise<Address> => {
  const [address] = (await provider.request({ method: 'eth_requestAccounts' })) as Address[]
  if (!address) throw new Error('The wallet gave no account.')
  await onChain(provider, chainId)
  return address.toLowerCase() as Address
}

/** A wallet may have gone to another chain since; what it signs there would be worth nothing here. */
export const onChain = async (provider: Provider, chainId: number): Promise<void> => {
  const now = Number(await provider.request({ method: 'eth_chainId' }))
  if (now === chainId) return
  const wanted = numberToHex(chainId)
  try {
    await provider.request({ method: 'wallet_switchEthereumChain', params: [{ chainId: wanted }] })
  } catch (error) {
    if ((error as { code?: number }).code !== UNKNOWN_CHAIN) throw error
    const chain = {
      chainId: wanted,
      chainName: `Deed ${chainId}`,
      rpcUrls: [location.origin],
      nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    }
    await provider.request({ method: 'wallet_addEthereumChain', params: [chain] })
  }
}
