import { type Hash, keccak256 } from '@deed/evm'
import { bytesToHex, hexToBytes } from '../hex.ts'
import { decodeRlp, encodeRlp, type RlpInput, type RlpItem } from '../rlp.ts'

/**
 * The nodes of the Merkle Patricia trie (Yellow Paper, appendix D). Nodes are immutable; one that was read
 * knows the hash it was read by, so what an update leaves alone is never hashed again.
 */
export type Node = Leaf | Extension | Branch

export interface Leaf extends Read {
  readonly kind: 'leaf'
  /** What is left of the key, one nibble a byte. */
  readonly path: Uint8Array
  /** Never empty. */
  readonly value: Uint8Array
}

export interface Extension extends Read {
  readonly kind: 'extension'
  /** At least one nibble. */
  readonly path: Uint8Array
  /** Always a branch. */
  readonly child: Branch | HashBytes
}

export interface Branch extends Read {
  readonly kind: 'branch'
  /** 16, by nibble. */
  readonly children: readonly Child[]
  /** Of the key that ends here. Tries of hashed keys have none. */
  readonly value: Uint8Array | undefined
}

/** A node that is held in memory or within its parent, one that is looked up by hash, or none. */
export type Child = Node | HashBytes | undefined

/** A hash as it stands in the parent's RLP: only those that are looked up become hexadecimal. */
export type HashBytes = Uint8Array

/** Nodes by hash, in RLP. `undefined`: not at hand. */
export interface NodeStore {
  get(hash: Hash): Uint8Array | undefined
}

/** keccak256 of the RLP of nothing. */
export const EMPTY_ROOT: Hash = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421'

/** A node whose encoding is shorter is kept inside its parent in place of its hash. */
const HASHED_FROM_BYTES = 32

/** Reads a node of a store. Throws {@link MissingNodeError}; {@link orMissing} makes an outcome of that. */
const loadNode = (hash: Hash, store: NodeStore): Node => {
  const encoded = store.get(hash)
  if (encoded === undefined) throw new MissingNodeError(hash)
  return decodeNode(encoded, hash)
}

export const resolve = (child: Node | HashBytes, store: NodeStore): Node =>
  child instanceof Uint8Array ? loadNode(bytesToHex(child), store) : child

export const rootChild = (root: Hash): Child => (root === EMPTY_ROOT ? undefined : hexToBytes(root))

/**
 * Root hash of a trie held in memory. Each node that is new and long enough to be hashed is given to `put`;
 * the root is, however short.
 */
export const commit = (root: Child, put: (hash: Hash, encoded: Uint8Array) => void): Hash => {
  if (root === undefined) return EMPTY_ROOT
  if (root instanceof Uint8Array) return bytesToHex(root)
  if (root.hash !== undefined) return root.hash
  const encoded = encodeRlp(structure(root, put))
  const hash = bytesToHex(keccak256(encoded))
  put(hash, encoded)
  return hash
}

const decodeNode = (encoded: Uint8Array, hash?: Hash): Node => fromItem(decodeRlp(encoded), hash)

/** The nibbles of a key, high one first. */
export const toNibbles = (key: Uint8Array): Uint8Array => {
  const nibbles = new Uint8Array(key.length * 2)
  for (let i = 0; i < key.length; i++) {
    nibbles[2 * i] = key[i]! >> 4
    nibbles[2 * i + 1] = key[i]! & 15
  }
  return nibbles
}

/** Runs `work`, turning a missing node, the one expected failure, into a value. */
export const orMissing = <T>(work: () => T): T | MissingNode => {
  try {
    return work()
  } catch (error) {
    if (error instanceof MissingNodeError) return { missing: error.hash }
    throw error
  }
}

/** The outcome of a walk that met a node which the store does not have. */
export interface MissingNode {
  readonly missing: Hash
}

export const isMissing = (outcome: object): outcome is MissingNode => 'missing' in outcome

interface Read {
  readonly hash?: Hash | undefined
}

const EMPTY = new Uint8Array(0)

const structure = (node: Node, put: (hash: Hash, encoded: Uint8Array) => void): RlpInput => {
  switch (node.kind) {
    case 'leaf':
      return [compact(node.path, true), node.value]
    case 'extension':
      return [compact(node.path, false), reference(node.child, put)]
    case 'branch': {
      const items: RlpInput[] = node.children.map((child) => reference(child, put))
      items.push(node.value ?? EMPTY)
      return items
    }
  }
}

/** What stands for a node inside its parent. */
const reference = (child: Child, put: (hash: Hash, encoded: Uint8Array) => void): RlpInput => {
  if (child === undefined) return EMPTY
  if (child instanceof Uint8Array) return child
  if (child.hash !== undefined) return child.hash
  const inlined = structure(child, put)
  const encoded = encodeRlp(inlined)
  if (encoded.length < HASHED_FROM_BYTES) return inlined
  const digest = keccak256(encoded)
  put(bytesToHex(digest), encoded)
  return digest
}

const fromItem = (item: RlpItem, hash: Hash | undefined): Node => {
  if (item instanceof Uint8Array) throw malformed('a list is expected')
  if (item.length === 17) {
    const value = bytesOf(item[16]!)
    const children = item.slice(0, 16).map(childOf)
    return { kind: 'branch', children, value: value.length === 0 ? undefined : value, hash }
  }
  if (item.length !== 2) throw malformed(`2 or 17 items are expected, there are ${item.length}`)
  const encodedPath = bytesOf(item[0]!)
  const flags = (encodedPath[0] ?? 0xff) >> 4
  if (flags > 3) throw malformed('the path has no valid flags')
  const path = toNibbles(encodedPath).subarray(flags & 1 ? 1 : 2)
  if (flags >= 2) return { kind: 'leaf', path, value: bytesOf(item[1]!), hash }
  const child = childOf(item[1]!)
  if (child === undefined || (!(child instanceof Uint8Array) && child.kind !== 'branch')) {
    throw malformed('an extension leads to a branch')
  }
  return { kind: 'extension', path, child, hash }
}

const childOf = (item: RlpItem): Child => {
  if (!(item instanceof Uint8Array)) return fromItem(item, undefined)
  if (item.length === 0) return undefined
  if (item.length !== 32) throw malformed(`a child's hash has 32 bytes, not ${item.length}`)
  return item
}

const bytesOf = (item: RlpItem): Uint8Array => {
  if (!(item instanceof Uint8Array)) throw malformed('bytes are expected, there is a list')
  return item
}

/** Hex-prefix encoding: a flag nibble says whether a leaf follows and whether the length is odd. */
const compact = (path: Uint8Array, isLeaf: boolean): Uint8Array => {
  const odd = path.length & 1
  const encoded = new Uint8Array((path.length >> 1) + 1)
  encoded[0] = ((isLeaf ? 2 : 0) | odd) << 4
  if (odd) encoded[0]! |= path[0]!
  for (let i = odd, at = 1; i < path.length; i += 2, at++) encoded[at] = (path[i]! << 4) | path[i + 1]!
  return encoded
}

const malformed = (what: string): MalformedNodeError => new MalformedNodeError(what)

/** Bytes in the store, or in a proof, that are not a trie node: never written by this module. */
export class MalformedNodeError extends Error {
  override readonly name = 'MalformedNodeError'
  readonly code = 'DEED_TRIE_MALFORMED_NODE'
  constructor(what: string) {
    super(`Not a node of a Merkle Patricia trie: ${what}`)
  }
}

/** Unwinds a walk; never leaves this folder except as {@link MissingNode}. */
class MissingNodeError extends Error {
  override readonly name = 'MissingNodeError'
  readonly code = 'DEED_TRIE_MISSING_NODE'
  readonly hash: Hash
  constructor(hash: Hash) {
    super(`The trie's node ${hash} is not in the store`)
    this.hash = hash
  }
}
