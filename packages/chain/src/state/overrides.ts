import { EMPTY_CODE_HASH, keccakHash } from '@deed/evm'
import { EMPTY_ROOT } from '../trie/node.ts'
import { clearStorage, createLayer, writeSlots } from './layer.ts'
import { found } from './missing.ts'
import type { Account, Layer, Reader, StateOverrides } from './types.ts'

/** What a caller assumes of a state, as a layer on it. */
export const overrideLayer = (state: Reader, overrides: StateOverrides): Layer => {
  const layer = createLayer()
  for (const [address, { nonce, balance, code, state: all, stateDiff: some }] of overrides) {
    const before = found(state.account(address)) ?? NO_ACCOUNT
    const codeHash = code ? keccakHash(code) : before.codeHash
    if (code) layer.codes.set(codeHash, code)
    if (all) clearStorage(layer, address)
    if (all ?? some) writeSlots(layer, address, (all ?? some)!)
    // Whoever only moves a precompile says nothing about the account: none comes into being.
    if ((nonce ?? balance ?? code ?? all ?? some) === undefined) continue
    layer.accounts.set(address, {
      ...before,
      nonce: nonce ?? before.nonce,
      balance: balance ?? before.balance,
      codeHash,
    })
  }
  return layer
}

/** The account that every address has until something happens to it. */
export const NO_ACCOUNT: Account = {
  nonce: 0n,
  balance: 0n,
  codeHash: EMPTY_CODE_HASH,
  storageRoot: EMPTY_ROOT,
  incarnation: 0,
}
