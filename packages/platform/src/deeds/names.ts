/** Who is who in a deed: the names of its text for the addresses that it has agreed on. */
import type { Outline } from '@deed/agreement'
import { type Hex, parseAbi } from 'viem'
import type { Chain } from '../chain/client.ts'
import type { Party, Token } from '../gateway/api.ts'

export interface DeedNames {
  readonly parties: readonly Party[]
  readonly tokens: readonly Token[]
  readonly of: (address: string) => string | undefined
}

/** Addresses are fixed when a deed is deployed, so they are asked for once. */
const KEPT = 500
const kept = new WeakMap<Chain, Map<string, Promise<DeedNames>>>()

export const readNames = (chain: Chain, deed: Hex, outline: Outline): Promise<DeedNames> => {
  const ofChain = kept.get(chain) ?? new Map<string, Promise<DeedNames>>()
  kept.set(chain, ofChain)
  const key = `${deed} ${outline.text}`
  const known = ofChain.get(key)
  if (known) return known
  if (ofChain.size >= KEPT) ofChain.clear()
  const names = read(chain, deed, outline)
  ofChain.set(key, names)
  names.catch(() => ofChain.delete(key))
  return names
}

/** After blocks were taken back, another deed may stand at an address. */
export const forgetNames = (chain: Chain): void => {
  kept.delete(chain)
}

const read = async (chain: Chain, deed: Hex, outline: Outline): Promise<DeedNames> => {
  const address = async (getter: string): Promise<Hex> => {
    const abi = parseAbi([`function ${getter}() view returns (address)`])
    const value = await chain.readContract({ abi, address: deed, functionName: getter as never })
    return (value as string).toLowerCase() as Hex
  }
  const [parties, tokens] = await Promise.all([
    Promise.all(
      outline.parties.map(async ({ name, getter, role }) => ({ name, role, address: await address(getter) })),
    ),
    Promise.all(
      outline.tokens.map(async ({ name, getter, decimals }) => ({
        name,
        decimals,
        address: await address(getter),
      })),
    ),
  ])
  const byAddress = new Map([...tokens, ...parties].map(({ name, address }) => [address as string, name]))
  return { parties, tokens, of: (address) => byAddress.get(address.toLowerCase()) }
}
