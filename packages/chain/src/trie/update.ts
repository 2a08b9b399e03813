import { build, type Entry, extend, sharedNibbles } from './build.ts'
import {
  type Branch,
  branch as branchOf,
  type Child,
  type Extension,
  extension as extensionOf,
  type Leaf,
  leaf as leafOf,
  type MissingNode,
  type Node,
  type NodeStore,
  orMissing,
  resolve,
  toNibbles,
} from './node.ts'

/** A key's new value, or `undefined` to delete it. An empty value deletes too. */
export interface TrieChange {
  readonly key: Uint8Array
  readonly value: Uint8Array | undefined
  /** The trie whose root stands in the value. */
  readonly below?: Child
}

export interface TrieUpdate {
  /** In memory as far as it is new; ./node.ts hashes it when it is asked to. */
  readonly root: Child
}

/**
 * Applies changes to a trie in one walk: every node on the way is read once, however many keys share it. Keys must
 * be distinct; they are sorted here unless they are already. Deleting may need the last sibling of what was deleted,
 * so it too must be in the store.
 */
export const updateTrie = (
  root: Child,
  changes: readonly TrieChange[],
  store: NodeStore,
): TrieUpdate | MissingNode =>
  orMissing(() => {
    const edits = changes.map(({ key, value, below }) => ({
      path: toNibbles(key),
      value: value?.length === 0 ? undefined : value,
      below,
    }))
    sortEdits(edits)
    return { root: apply(root, 0, edits, store) }
  })

interface Edit {
  readonly path: Uint8Array
  readonly value: Uint8Array | undefined
  readonly below: Child
}

/**
 * The subtree after `edits`, whose paths all agree up to `depth` and are sorted. It is the very same child
 * if nothing changed.
 */
const apply = (child: Child, depth: number, edits: readonly Edit[], store: NodeStore): Child => {
  if (edits.length === 0) return child
  if (child === undefined) return build(edits.filter(isInsert), depth)
  const node = resolve(child, store)
  const after = EDIT[node.kind](node as never, depth, edits, store)
  return after === node ? child : after
}

const editLeaf = (leaf: Leaf, depth: number, edits: readonly Edit[]): Child => {
  const own = edits.find((edit) => endsWith(edit.path, depth, leaf.path))
  const inserts = edits.filter(isInsert)
  if (own === undefined) {
    if (inserts.length === 0) return leaf
    const path = join(edits[0]!.path.subarray(0, depth), leaf.path)
    inserts.push({ path, value: leaf.value, below: leaf.below })
    inserts.sort(byPath)
  } else if (inserts.length === 1 && own.value !== undefined && sameBytes(own.value, leaf.value)) {
    return leaf
  }
  return build(inserts, depth)
}

const editExtension = (
  extension: Extension,
  depth: number,
  edits: readonly Edit[],
  store: NodeStore,
): Child => {
  // Deleting what is not below this extension changes nothing, so such edits must not split it.
  const end = depth + extension.path.length
  const reach = (edit: Edit): number => sharedNibbles(edit.path, depth, extension.path)
  const relevant = edits.filter((edit) => isInsert(edit) || reach(edit) === extension.path.length)
  if (relevant.length === 0) return extension
  // In sorted order the agreement with a fixed path is lowest at one of the two ends.
  const shared = Math.min(reach(relevant[0]!), reach(relevant.at(-1)!))
  if (shared === extension.path.length) {
    const child = apply(extension.child, end, relevant, store)
    return child === extension.child ? extension : prefixed(extension.path, child, store)
  }
  const children: Child[] = new Array(16).fill(undefined)
  children[extension.path[shared]!] = extend(extension.path.subarray(shared + 1), extension.child)
  const branch = editBranch(branchOf(children, undefined), depth + shared, relevant, store)
  return prefixed(extension.path.subarray(0, shared), branch, store)
}

const editBranch = (branch: Branch, depth: number, edits: readonly Edit[], store: NodeStore): Child => {
  let { value } = branch
  let at = 0
  // The one key that ends here sorts before all that go on.
  if (edits[0]!.path.length === depth) value = edits[at++]!.value
  let changed = !sameValue(value, branch.value)
  const children = branch.children.slice()
  while (at < edits.length) {
    const nibble = edits[at]!.path[depth]!
    const first = at
    while (at < edits.length && edits[at]!.path[depth] === nibble) at++
    const child = apply(children[nibble], depth + 1, edits.slice(first, at), store)
    if (child !== children[nibble]) changed = true
    children[nibble] = child
  }
  return changed ? collapse(children, value, branch, store) : branch
}

const EDIT = { leaf: editLeaf, extension: editExtension, branch: editBranch } as const

/** A branch with fewer than two ways on is not one. */
const collapse = (
  children: Child[],
  value: Uint8Array | undefined,
  before: Branch,
  store: NodeStore,
): Child => {
  const first = children.findIndex((child) => child !== undefined)
  if (first === -1) return value && leafOf(new Uint8Array(0), value)
  const isOnly = value === undefined && children.findLastIndex((child) => child !== undefined) === first
  if (!isOnly) return branchOf(children, value, before)
  return prefixed(Uint8Array.of(first), children[first], store)
}

/** A child that is reached by `path`: a leaf or extension takes the path into its own. */
const prefixed = (path: Uint8Array, child: Child, store: NodeStore): Child => {
  if (child === undefined || path.length === 0) return child
  const node: Node = resolve(child, store)
  switch (node.kind) {
    case 'leaf':
      return leafOf(join(path, node.path), node.value, node.below)
    case 'extension':
      return extensionOf(join(path, node.path), node.child)
    case 'branch':
      return extensionOf(path, child instanceof Uint8Array ? child : node)
  }
}

const isInsert = (edit: Edit): edit is Entry => edit.value !== undefined

const sortEdits = (edits: Edit[]): void => {
  for (let i = 1; i < edits.length; i++) {
    if (byPath(edits[i - 1]!, edits[i]!) > 0) {
      edits.sort(byPath)
      return
    }
  }
}

const byPath = (a: Edit, b: Edit): number => {
  const length = Math.min(a.path.length, b.path.length)
  for (let i = 0; i < length; i++) {
    if (a.path[i] !== b.path[i]) return a.path[i]! - b.path[i]!
  }
  return a.path.length - b.path.length
}

const endsWith = (path: Uint8Array, depth: number, rest: Uint8Array): boolean =>
  path.length === depth + rest.length && sharedNibbles(path, depth, rest) === rest.length

const join = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  const joined = new Uint8Array(a.length + b.length)
  joined.set(a)
  joined.set(b, a.length)
  return joined
}

const sameValue = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a === undefined || b === undefined ? a === b : sameBytes(a, b)

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
