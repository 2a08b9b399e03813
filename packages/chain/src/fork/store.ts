import { ORIGIN_LIFE } from '../state/root.ts'
import type { Store } from '../store/store.ts'
import type { OriginState } from './state.ts'

/** The branch that a chain begins on. */
const ROOT_BRANCH = 0

/** A store in which the root of the tree of states stands on the state of an origin. */
export const createForkStore = (local: Store, origin: OriginState): Store => ({
  ...local,
  origin,
  guessed: origin.guessed,
  record(table, key) {
    const own = local.record(table, key)
    return own !== undefined || table !== 'code' ? own : (origin.code(key as `0x${string}`) as typeof own)
  },
  account(position, address) {
    const own = local.account(position, address)
    return own !== undefined || position.branch !== ROOT_BRANCH ? own : origin.account(address)
  },
  slot(position, address, incarnation, key) {
    const own = local.slot(position, address, incarnation, key)
    const isOrigins = incarnation === ORIGIN_LIFE && position.branch === ROOT_BRANCH
    return own === undefined && isOrigins ? origin.slot(address, key) : own
  },
  async load() {
    await Promise.all([local.load(), origin.load()])
  },
})
