import type { BlockRecord, Store } from '../store/store.ts'
import { createLayer, mergeLayer, overlay } from './layer.ts'
import { settle } from './missing.ts'
import { type Settled, settleLayer } from './root.ts'
import { readerAt } from './tree.ts'
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
  settle(): Promise<Settled>
}

export const openDraft = async (store: Store, parent: BlockRecord): Promise<Draft> => {
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
    settle: () => {
      const { stateRoot, number } = parent.block.header
      return settle(store, () => settleLayer(store, stateRoot, below, layer, Number(number) + 1))
    },
  }
}
