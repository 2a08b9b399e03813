/**
 * A wallet as a browser extension is one to a page: it announces itself (EIP-6963), asks its owner, signs, and knows
 * chains of its own. No extension can be installed here, so its owner says yes or no by `window.walletSays`, and the
 * development chain signs for it.
 */
import type { Page } from 'playwright-core'

export interface WalletOptions {
  readonly name: string
  readonly account: string
  readonly rpc: string
}

/** Before the page is loaded. */
export const installWallet = (page: Page, options: WalletOptions): Promise<unknown> =>
  page.addInitScript(({ name, account, rpc }) => {
    let chain = '0x1'
    const known = new Set(['0x1'])
    const state = window as unknown as { walletSays: 'yes' | 'no'; walletAsked: string[] }
    state.walletSays = 'yes'
    state.walletAsked = []
    const refuse = (code: number, message: string) =>
      Promise.reject(Object.assign(new Error(message), { code }))
    const forward = async (method: string, params: unknown) => {
      const response = await fetch(rpc, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      })
      const { result, error } = await response.json()
      if (error) throw Object.assign(new Error(error.message), { code: error.code })
      return result
    }
    const provider = {
      request: async ({ method, params = [] }: { method: string; params?: unknown[] }) => {
        state.walletAsked.push(method)
        const wanted = (params[0] as { chainId?: string } | undefined)?.chainId
        if (method === 'eth_chainId') return chain
        if (state.walletSays === 'no') return refuse(4001, 'User rejected the request.')
        if (method === 'eth_requestAccounts') return [account]
        if (method === 'wallet_switchEthereumChain') {
          if (!known.has(wanted!)) return refuse(4902, 'Unrecognized chain ID.')
          chain = wanted!
          return null
        }
        if (method === 'wallet_addEthereumChain') {
          known.add(wanted!)
          chain = wanted!
          return null
        }
        return forward(method, params)
      },
    }
    const info = {
      uuid: 'a-wallet',
      name,
      icon: 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg"/>',
      rdns: 'wallet.test',
    }
    const announce = () =>
      dispatchEvent(
        new CustomEvent('eip6963:announceProvider', { detail: Object.freeze({ info, provider }) }),
      )
    addEventListener('eip6963:requestProvider', announce)
    announce()
  }, options)
