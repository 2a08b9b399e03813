/**
 * The tree of states. Every committed block names a state; a state is a position (branch, height), and a
 * branch is a run of blocks that starts above a block of its parent branch. A value as of a state is its
 * newest version on the way from there to genesis. So side branches, reorganisations, snapshots and old
 * blocks are one mechanism: reading the head is one look-up, reverting moves a name, history stays readable.
 */
import { MISS } from '@deed/evm'
import type { Branch, Position, Store } from '../store/store.ts'
import { EMPTY_ROOT } from '../trie/node.ts'
import { found } from './missing.ts'
import type { Reader } from './types.ts'

/** The state at a position. */
export const readerAt = (store: Store, position: Position): Reader => {
  const path = pathOf(store, position)

  const account: Reader['account'] = (address) => {
    for (const part of path) {
      const version = store.account(part, address)
      if (version !== undefined) return version === null ? undefined : version
    }
    return undefined
  }

  return {
    account,
    slot(address, key) {
      const owner = account(address)
      if (owner === MISS) return MISS
      if (owner === undefined) return 0n
      for (const part of path) {
        const version = store.slot(part, address, owner.incarnation, key)
        if (version !== undefined) return version
      }
      return 0n
    },
    code: (hash) => store.record('code', hash) ?? NO_CODE,
    hasStorage(address) {
      const owner = account(address)
      return owner === MISS ? MISS : owner !== undefined && owner.storageRoot !== EMPTY_ROOT
    },
  }
}

/** Where the child of a position goes: on the same branch if it is the tip, else onto a new one. */
export const childPosition = (
  store: Store,
  parent: Position,
  newBranch: number,
): { position: Position; branch: Branch } => {
  const height = parent.height + 1
  const { tip, parent: origin } = branchOf(store, parent.branch)
  return tip === parent.height
    ? { position: { branch: parent.branch, height }, branch: { parent: origin, tip: height } }
    : { position: { branch: newBranch, height }, branch: { parent, tip: height } }
}

/** Where the parent of a position is. Genesis has none. */
export const parentPosition = (store: Store, { branch, height }: Position): Position => {
  const { parent } = branchOf(store, branch)
  return parent && parent.height === height - 1 ? parent : { branch, height: height - 1 }
}

/** The parts of branches that a state consists of, newest first. */
export const pathOf = (store: Store, position: Position): readonly Position[] => {
  const path: Position[] = []
  for (let part: Position | undefined = position; part; part = branchOf(store, part.branch).parent)
    path.push(part)
  return path
}

export const branchOf = (store: Store, branch: number): Branch =>
  found(store.record('branch', String(branch)))!

const NO_CODE = new Uint8Array(0)
