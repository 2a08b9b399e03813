import type { Hash } from '@deed/evm'
import { encodeRlp } from '../rlp.ts'
import {
  type Branch,
  branch,
  type Child,
  EMPTY_ROOT,
  extension,
  type HashBytes,
  hashOfTrie,
  leaf,
  toNibbles,
} from './node.ts'

/** A key in nibbles and its value, which is not empty. */
export interface Entry {
  readonly path: Uint8Array
  readonly value: Uint8Array
  /** The trie whose root stands in the value. */
  readonly below: Child
}

/** The subtree of `entries`, which are sorted, distinct and agree up to `depth`. */
export const build = (entries: readonly Entry[], depth: number): Child => {
  if (entries.length === 0) return undefined
  const first = entries[0]!.path
  if (entries.length === 1) return leaf(first.subarray(depth), entries[0]!.value, entries[0]!.below)
  // What the first and the last share, all between them share too.
  const shared = sharedNibbles(first, depth, entries.at(-1)!.path.subarray(depth))
  return extend(first.subarray(depth, depth + shared), buildBranch(entries, depth + shared))
}

/** An extension to a branch (or to the hash of one), or just the branch if the path is empty. */
export const extend = (path: Uint8Array, child: Branch | HashBytes): Child =>
  path.length === 0 ? child : extension(path, child)

/** How many nibbles `path`, from `depth` on, agrees with `other`. */
export const sharedNibbles = (path: Uint8Array, depth: number, other: Uint8Array): number => {
  const length = Math.min(path.length - depth, other.length)
  let shared = 0
  while (shared < length && path[depth + shared] === other[shared]) shared++
  return shared
}

/**
 * Root of the trie of a list, with each item's RLP index as its key: transactions, receipts and withdrawals
 * of a block. Needs no store.
 */
export const listRoot = (items: readonly Uint8Array[]): Hash => {
  if (items.length === 0) return EMPTY_ROOT
  const entries = items.map((value, index) => ({
    path: toNibbles(encodeRlp(BigInt(index))),
    value,
    below: undefined,
  }))
  // By encoded index, 0 (0x80) comes after 127 (0x7f) and before 128 (0x8180); the rest is in order.
  const [zero, ...rest] = entries
  if (zero !== undefined) rest.splice(127, 0, zero)
  return hashOfTrie(build(rest, 0))
}

const buildBranch = (entries: readonly Entry[], depth: number): Branch => {
  const children: Child[] = new Array(16).fill(undefined)
  let at = 0
  const value = entries[0]!.path.length === depth ? entries[at++]!.value : undefined
  while (at < entries.length) {
    const nibble = entries[at]!.path[depth]!
    const first = at
    while (at < entries.length && entries[at]!.path[depth] === nibble) at++
    children[nibble] = build(entries.slice(first, at), depth + 1)
  }
  return branch(children, value)
}
