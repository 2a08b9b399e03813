import type { BlockRecord, Store } from '../store/store.ts'
import { createLayer, mergeLayer, overlay } from './layer.ts'
import { settle } from './missing.ts'
import { nodeStore, type Settled, settleLayer } from './root.ts'
import { readerAt } from './tree.ts'
import type { BlockTrie, Tries } from './tries.ts'
import type { Layer, Reader } from './types.ts'

/** The state that a block in the making works on: its parent's, with a layer that grows. */
export interface Draft {
  readonly state: Reader
  /**
   * Runs a step with a layer of its own, over the draft's state, which becomes part of the draft when the step
   * is through: until then it can be given up and run again.
   */
  step<T>(work: (layer: Layer, state: Reader) => T): Promise<T>
  /** Takes in what was worked out on the draft's state. */
  merge(layer: Layer): void
  /** The root of the draft as it is. */
  settle(): Promise<SettledDraft>
}

interface SettledDraft extends Omit<Settled, 'trie'> {
  /** As the trie of a block after the parent. */
  readonly trie: BlockTrie
}

export const openDraft = async (
  { store, tries }: { readonly store: Store; readonly tries: Tries },
  parent: BlockRecord,
): Promise<Draft> => {
  const below = await settle(store, () => readerAt(store, parent.position))
  const layer = createLayer()
  const state = overlay(below, layer)
  return {
    state,
    step: async (work) => {
      const { own, result } = await settle(store, () => {
        const fresh = createLayer()
        return { own: fresh, result: work(fresh, overlay(state, fresh)) }
      })
      mergeLayer(layer, own)
      return result
    },
    merge: (later) => mergeLayer(layer, later),
    settle: async () => {
      const { root, changed, blocks, held } = await tries.of(parent)
      const height = Number(parent.block.header.number) + 1
      const settled = await settle(store, () => settleLayer(nodeStore(store), root, below, layer, height))
      const trie = { root: settled.trie, changed: changed + settled.changed, blocks: blocks + 1, held }
      return { ...settled, trie }
    },
  }
}
