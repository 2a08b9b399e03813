import { bytesToBigint } from '../hex.ts'
import { decodeRlp } from '../rlp.ts'
import type { Store } from '../store/store.ts'
import type { Child, NodeStore } from '../trie/node.ts'
import { proveTrie } from '../trie/proof.ts'
import { overlay } from './layer.ts'
import { found, settle } from './missing.ts'
import { overrideLayer } from './overrides.ts'
import { hashOf, slotHashOf, storageTrie, whole } from './root.ts'
import type { Reader, StateView } from './types.ts'

/** What proofs are made of: a state whose accounts have the roots of their storage, and its trie. */
export interface StateTrie {
  readonly state: Reader
  readonly trie: Child
  readonly nodes: NodeStore
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
        return {
          account,
          nodes: whole(proveTrie(trie, hashOf(address), nodes)).nodes,
          slots: keys.map((key) => {
            const proof = whole(proveTrie(storage, slotHashOf(key), nodes))
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
