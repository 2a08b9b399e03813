import type { Address } from '@deed/evm'
import { bytesToBigint } from '../hex.ts'
import { decodeRlp } from '../rlp.ts'
import type { Store } from '../store/store.ts'
import type { Child } from '../trie/node.ts'
import { proveTrie } from '../trie/proof.ts'
import { overlay } from './layer.ts'
import { found, settle } from './missing.ts'
import { overrideLayer } from './overrides.ts'
import { hashOf, ORIGIN_LIFE, type StateNodes, slotHashOf, storageTrie, whole } from './root.ts'
import type { Reader, StateView } from './types.ts'

/** What proofs are made of: a state whose accounts have the roots of their storage, and its trie. */
export interface StateTrie {
  readonly state: Reader
  readonly trie: Child
  readonly nodes: StateNodes
}

/**
 * A state for whoever may wait.
 *
 * @param open Gives the state; a step, so it may give up.
 * @param openTrie Gives what proofs are made of.
 */
export const viewOf = (store: Store, open: () => Reader, openTrie: () => Promise<StateTrie>): StateView => {
  let opened: Reader | undefined
  const state = (): Reader => {
    opened ??= open()
    return opened
  }
  return {
    account: (address) => settle(store, () => found(state().account(address))),
    slot: (address, key) => settle(store, () => found(state().slot(address, key))),
    code: (address) =>
      settle(store, () => {
        const account = found(state().account(address))
        return account === undefined ? NO_CODE : found(state().code(account.codeHash))
      }),
    proof: async (address, keys) => {
      const { state: proven, trie, nodes } = await openTrie()
      return settle(store, () => {
        const account = found(proven.account(address))
        const storage = account && storageTrie(nodes, trie, address, account.storageRoot)
        const proof = whole(proveTrie(trie, hashOf(address), nodes))
        if (nodes.isPartial && (proof.value === undefined || account === undefined))
          throw new NotProven(address)
        const isOrigins = nodes.isPartial && account?.incarnation === ORIGIN_LIFE
        return {
          account,
          nodes: proof.nodes,
          slots: keys.map((key) => {
            const proof = whole(proveTrie(storage, slotHashOf(key), nodes))
            if (isOrigins && proof.value === undefined) throw new NotProven(address, key)
            const value = proof.value ? bytesToBigint(decodeRlp(proof.value) as Uint8Array) : 0n
            return { key, value, nodes: proof.nodes }
          }),
        }
      })
    },
    with: (overrides) => {
      const assumed = () => overlay(state(), overrideLayer(state(), overrides))
      return viewOf(store, assumed, openTrie)
    },
  }
}

const NO_CODE = new Uint8Array(0)

/** On a fork, of what was not written since. */
class NotProven extends Error {
  override readonly name = 'NotProven'
  readonly code = 'DEED_FORK_PROOF'
  constructor(address: Address, key?: bigint) {
    const what = key === undefined ? `account ${address}` : `slot 0x${key.toString(16)} of ${address}`
    super(
      `${what} has no proof against a block of this fork: it was not written since the fork, and the roots of its blocks prove only what was. Ask for the proof at the fork's block or before, which the origin gives`,
    )
  }
}
