import type { Address, Hash } from '@deed/evm'
import { bytesToBigint } from '../hex.ts'
import { decodeRlp } from '../rlp.ts'
import type { Store } from '../store/store.ts'
import { EMPTY_ROOT, isMissing, type NodeStore } from '../trie/node.ts'
import { proveTrie, type TrieProof } from '../trie/proof.ts'
import { overlay } from './layer.ts'
import { found, settle } from './missing.ts'
import { overrideLayer } from './overrides.ts'
import { hashOf, MissingTrieNode, ORIGIN_LIFE, slotHashOf } from './root.ts'
import type { Reader, StateView } from './types.ts'

/** What proofs are made of: a state whose accounts have the roots of their storage, and the nodes of its trie. */
export interface StateTrie {
  readonly state: Reader
  readonly root: Hash
  readonly trie: NodeStore
}

/**
 * A state for whoever may wait.
 *
 * @param open Gives the state; a step, so it may give up.
 * @param openTrie Gives what proofs are made of; a step too.
 */
export const viewOf = (store: Store, open: () => Reader, openTrie: () => StateTrie): StateView => {
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
    proof: (address, keys) =>
      settle(store, () => {
        const proven = openTrie()
        const { root, trie } = proven
        const account = found(proven.state.account(address))
        const isPartial = store.origin !== undefined
        const whole = prove(trie, root, hashOf(address))
        if (isPartial && (whole.value === undefined || account === undefined)) throw new NotProven(address)
        return {
          account,
          nodes: whole.nodes,
          slots: keys.map((key) => {
            const { value, nodes } = prove(trie, account?.storageRoot ?? EMPTY_ROOT, slotHashOf(key))
            if (isPartial && value === undefined && account?.incarnation === ORIGIN_LIFE)
              throw new NotProven(address, key)
            return { key, value: value ? bytesToBigint(decodeRlp(value) as Uint8Array) : 0n, nodes }
          }),
        }
      }),
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

const prove = (trie: NodeStore, root: Hash, key: Uint8Array): TrieProof => {
  const proof = proveTrie(root, key, trie)
  if (isMissing(proof)) throw new MissingTrieNode(proof.missing)
  return proof
}
