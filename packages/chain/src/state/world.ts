import { type Hash, MISS, type Miss, type World } from '@deed/evm'
import { found } from './missing.ts'
import type { Reader } from './types.ts'

/** A state as an engine sees it. */
export const worldOf = (state: Reader, blockHash: (number: bigint) => Hash | Miss): World => ({
  account(address) {
    const account = state.account(address)
    if (account === undefined || account === MISS) return account
    return {
      nonce: account.nonce,
      balance: account.balance,
      codeHash: account.codeHash,
      // Only CREATE asks, so it is not worked out before.
      get hasStorage() {
        return found(state.hasStorage(address))
      },
    }
  },
  slot: state.slot,
  code: state.code,
  blockHash,
})
