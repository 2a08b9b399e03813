/** What becomes of a trie in memory when it is stored. */
import type { Hash } from '@deed/evm'
import { type Child, type Extension, encodeNode, hashOfTrie, isHashed, referenceOf } from './node.ts'

/**
 * Gives every node of a trie that was not read from a store, and those of the tries below its leaves; parents after
 * their children.
 */
export const eachNewNode = (root: Child, put: (hash: Hash, encoded: Uint8Array) => void): void => {
  const visit = (child: Child, isRoot: boolean): void => {
    if (child === undefined || child instanceof Uint8Array || child.isRead) return
    if (child.kind === 'branch') for (const one of child.children) visit(one, false)
    else if (child.kind === 'extension') visit(child.child, false)
    else visit(child.below, true)
    if (isRoot || isHashed(child)) put(hashOfTrie(child), encodeNode(child))
  }
  visit(root, true)
}

/**
 * The same trie once every node is in a store: what is in memory stays there, as if it had been read. `count` is how
 * many nodes are new to that.
 */
export const asRead = (root: Child): { readonly root: Child; readonly count: number } => {
  let count = 0
  const visit = (child: Child): Child => {
    if (child === undefined || child instanceof Uint8Array || child.isRead) return child
    count++
    const remembered = { reference: referenceOf(child), isRead: true }
    if (child.kind === 'leaf') return { ...child, below: visit(child.below), ...remembered }
    if (child.kind === 'branch') return { ...child, children: child.children.map(visit), ...remembered }
    return { ...child, child: visit(child.child) as Extension['child'], ...remembered }
  }
  return { root: visit(root), count }
}
