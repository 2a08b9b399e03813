import { type Hash, keccak256 } from '@deed/evm'
import { bytesToHex } from '../hex.ts'
import { RlpError } from '../rlp.ts'
import { sharedNibbles } from './build.ts'
import {
  type Child,
  encodeNode,
  isHashed,
  isMissing,
  type Leaf,
  MalformedNodeError,
  type MissingNode,
  type Node,
  type NodeStore,
  orMissing,
  resolve,
  rootChild,
  toNibbles,
} from './node.ts'

export interface TrieRead {
  /** `undefined`: the key has no value. */
  readonly value: Uint8Array | undefined
}

export interface TrieProof extends TrieRead {
  /** The nodes from the root towards the key in RLP, without those inlined in their parent. */
  readonly nodes: readonly Uint8Array[]
}

/** Value of a key. */
export const readTrie = (root: Child, key: Uint8Array, store: NodeStore): TrieRead | MissingNode =>
  orMissing(() => ({ value: walk(root, key, store)?.value }))

/** Where the value of a key stands. */
export const leafOf = (root: Child, key: Uint8Array, store: NodeStore): Leaf | MissingNode | undefined =>
  orMissing(() => walk(root, key, store)) as Leaf | MissingNode | undefined

/** Value of a key and the nodes that prove it, or prove that there is none (`eth_getProof`, EIP-1186). */
export const proveTrie = (root: Child, key: Uint8Array, store: NodeStore): TrieProof | MissingNode =>
  orMissing(() => {
    const nodes: Uint8Array[] = []
    const found = walk(root, key, store, (node) => {
      if (nodes.length === 0 || isHashed(node)) nodes.push(encodeNode(node))
    })
    return { value: found?.value, nodes }
  })

/**
 * What the nodes of a proof say about a key under a known root; `undefined` if they prove nothing: one is
 * missing, superfluous, out of order or malformed.
 */
export const verifyTrieProof = (
  root: Hash,
  key: Uint8Array,
  nodes: readonly Uint8Array[],
): TrieRead | undefined => {
  let used = 0
  const store: NodeStore = {
    get: (hash) => {
      const encoded = nodes[used]
      if (encoded === undefined || bytesToHex(keccak256(encoded)) !== hash) return undefined
      used++
      return encoded
    },
  }
  try {
    const read = readTrie(rootChild(root), key, store)
    return isMissing(read) || used !== nodes.length ? undefined : read
  } catch (error) {
    if (error instanceof MalformedNodeError || error instanceof RlpError) return undefined
    throw error
  }
}

/** The leaf, or the branch, that has the key's value. `visit` is told of every node on the way. */
const walk = (
  root: Child,
  key: Uint8Array,
  store: NodeStore,
  visit: (node: Node) => void = () => {},
): { readonly value: Uint8Array | undefined } | undefined => {
  const path = toNibbles(key)
  let depth = 0
  let child = root
  while (child !== undefined) {
    const node: Node = resolve(child, store)
    visit(node)
    if (node.kind === 'branch') {
      if (depth === path.length) return node
      child = node.children[path[depth++]!]
      continue
    }
    if (sharedNibbles(path, depth, node.path) !== node.path.length) return undefined
    depth += node.path.length
    if (node.kind === 'leaf') return depth === path.length ? node : undefined
    child = node.child
  }
  return undefined
}
