/** State that a developer sets: `hardhat_setBalance` and the like. The next block takes it in. */
import type { Address } from '@deed/evm'
import type { AccountOverride } from '../../state/types.ts'
import { controlOf } from '../control.ts'
import { refuse } from '../decode.ts'
import type { Context } from '../method.ts'

const edit = async ({ node }: Context, address: Address, change: AccountOverride) => {
  await controlOf(node).edit(new Map([[address, change]]))
  return true
}

export const setBalance = (context: Context, address: Address, balance: bigint) =>
  edit(context, address, { balance })

/** `tenderly_setBalance`: one account or many. */
export const setBalances = async ({ node }: Context, addresses: readonly Address[], balance: bigint) => {
  await controlOf(node).edit(new Map(addresses.map((address) => [address, { balance }])))
  return true
}

export const addBalance = async (context: Context, addresses: readonly Address[], wei: bigint) => {
  const { chain } = context.node
  const state = await chain.stateAt(chain.head.hash)
  for (const address of addresses) {
    const balance = ((await state.account(address))?.balance ?? 0n) + wei
    if (balance >= 2n ** 256n) refuse('argument 1 (wei)', 'a balance below 2^256 afterwards', wei)
    await edit(context, address, { balance })
  }
  return true
}

export const setCode = (context: Context, address: Address, code: Uint8Array) =>
  edit(context, address, { code })

export const setNonce = (context: Context, address: Address, nonce: bigint) =>
  edit(context, address, { nonce })

export const setStorageAt = (context: Context, address: Address, key: bigint, value: bigint) =>
  edit(context, address, { stateDiff: new Map([[key, value]]) })
