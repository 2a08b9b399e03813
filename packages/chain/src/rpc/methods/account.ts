import { type Address, EMPTY_CODE_HASH } from '@deed/evm'
import { bytesToHex, quantity, wordToHash } from '../../hex.ts'
import { nextNonce } from '../../mempool/mempool.ts'
import { EMPTY_ROOT } from '../../trie/node.ts'
import { stateAt } from '../block-parameter.ts'
import { RPC_CODE, RpcError } from '../error.ts'
import type { Context } from '../method.ts'
import type { BlockParameter } from '../params.ts'

export const ethGetBalance = async ({ node }: Context, address: Address, at: BlockParameter) => {
  const account = await (await stateAt(node, at)).account(address)
  return quantity(account?.balance ?? 0n)
}

/** At `pending`, what waits in the mempool counts too, so that a sender can go on without waiting. */
export const ethGetTransactionCount = async ({ node }: Context, address: Address, at: BlockParameter) => {
  const isNext = 'tag' in at && at.tag === 'pending'
  const state = await stateAt(node, isNext ? { tag: 'latest' } : at)
  const nonce = (await state.account(address))?.nonce ?? 0n
  return quantity(isNext ? nextNonce(node.mempool, address, nonce) : nonce)
}

export const ethGetCode = async ({ node }: Context, address: Address, at: BlockParameter) =>
  bytesToHex(await (await stateAt(node, at)).code(address))

export const ethGetStorageAt = async ({ node }: Context, address: Address, key: bigint, at: BlockParameter) =>
  wordToHash(await (await stateAt(node, at)).slot(address, key))

export const ethGetStorageValues = async (
  { node }: Context,
  requests: ReadonlyMap<Address, readonly bigint[]>,
  at: BlockParameter,
) => {
  let total = 0
  for (const keys of requests.values()) total += keys.length
  if (total === 0 || total > MAX_SLOTS)
    throw new RpcError(
      RPC_CODE.invalidParams,
      total === 0
        ? 'empty request: name at least one slot'
        : `too many slots: ${total}, at most ${MAX_SLOTS}`,
      { code: 'DEED_RPC_PARAMS' },
    )
  const state = await stateAt(node, at)
  const values: Record<Address, string[]> = {}
  for (const [address, keys] of requests) {
    values[address] = []
    for (const key of keys) values[address].push(wordToHash(await state.slot(address, key)))
  }
  return values
}

/** Slots of one request. geth: 1,024. */
export const MAX_SLOTS = 1_024

/** Everything about an account but its storage (geth's eth_getAccount); an empty one where there is none. */
export const ethGetAccount = async ({ node }: Context, address: Address, at: BlockParameter) => {
  const account = await (await stateAt(node, at)).account(address)
  return {
    balance: quantity(account?.balance ?? 0n),
    nonce: quantity(account?.nonce ?? 0n),
    codeHash: account?.codeHash ?? EMPTY_CODE_HASH,
    storageRoot: account?.storageRoot ?? EMPTY_ROOT,
  }
}

/** Balance, nonce and code in one answer, as anvil and reth have it. */
export const ethGetAccountInfo = async ({ node }: Context, address: Address, at: BlockParameter) => {
  const state = await stateAt(node, at)
  const account = await state.account(address)
  return {
    balance: quantity(account?.balance ?? 0n),
    nonce: quantity(account?.nonce ?? 0n),
    code: bytesToHex(await state.code(address)),
  }
}
