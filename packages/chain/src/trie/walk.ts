import { type Child, type MissingNode, type NodeStore, orMissing, resolve, toNibbles } from './node.ts'

export interface TrieEntry {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

export interface Neighbours {
  /** The greatest key below the given one. */
  readonly previous: Uint8Array | undefined
  /** The least key above the given one. */
  readonly next: Uint8Array | undefined
}

/** The keys on both sides of `key`, which itself need not be in the trie. */
export const neighbours = (root: Child, key: Uint8Array, store: NodeStore): Neighbours | MissingNode =>
  orMissing(() => {
    const from = toNibbles(key)
    return {
      previous: firstOther(walk(root, [], from, 'down', store), key),
      next: firstOther(walk(root, [], from, 'up', store), key),
    }
  })

/**
 * At most `limit` entries in order of their keys, beginning with the first that is not below `from`. Reads
 * only nodes on the way.
 */
export const entriesFrom = (
  root: Child,
  from: Uint8Array,
  limit: number,
  store: NodeStore,
): readonly TrieEntry[] | MissingNode =>
  orMissing(() => {
    const entries: TrieEntry[] = []
    if (limit <= 0) return entries
    for (const entry of walk(root, [], toNibbles(from), 'up', store)) {
      entries.push(entry)
      if (entries.length === limit) break
    }
    return entries
  })

type Direction = 'up' | 'down'

const NIBBLES = Array.from({ length: 16 }, (_, nibble) => nibble)
const ORDER: Readonly<Record<Direction, readonly number[]>> = { up: NIBBLES, down: NIBBLES.toReversed() }

/** Every entry at or beyond `from`, in order. Subtrees that lie wholly before it are not read. */
function* walk(
  child: Child,
  path: readonly number[],
  from: Uint8Array,
  direction: Direction,
  store: NodeStore,
): Generator<TrieEntry> {
  if (child === undefined || isBefore(path, from, direction)) return
  const node = resolve(child, store)
  if (node.kind === 'leaf') {
    yield* entryAt([...path, ...node.path], node.value, from, direction)
  } else if (node.kind === 'extension') {
    yield* walk(node.child, [...path, ...node.path], from, direction, store)
  } else {
    // A key that ends at a branch sorts before all that go on.
    if (direction === 'up' && node.value) yield* entryAt(path, node.value, from, direction)
    for (const nibble of ORDER[direction]) {
      yield* walk(node.children[nibble], [...path, nibble], from, direction, store)
    }
    if (direction === 'down' && node.value) yield* entryAt(path, node.value, from, direction)
  }
}

function* entryAt(
  path: readonly number[],
  value: Uint8Array,
  from: Uint8Array,
  direction: Direction,
): Generator<TrieEntry> {
  const order = compare(path, from)
  if (direction === 'up' ? order >= 0 : order <= 0) yield { key: fromNibbles(path), value }
}

/** Whether no key that begins with `path` lies at or beyond `from`. */
const isBefore = (path: readonly number[], from: Uint8Array, direction: Direction): boolean => {
  const length = Math.min(path.length, from.length)
  const order = compare(path.slice(0, length), from.subarray(0, length))
  return direction === 'up' ? order < 0 : order > 0 || (order === 0 && path.length > from.length)
}

const compare = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return a.length - b.length
}

const firstOther = (entries: Iterable<TrieEntry>, key: Uint8Array): Uint8Array | undefined => {
  for (const entry of entries) if (compare(entry.key, key) !== 0) return entry.key
  return undefined
}

const fromNibbles = (nibbles: readonly number[]): Uint8Array =>
  Uint8Array.from({ length: nibbles.length / 2 }, (_, i) => (nibbles[2 * i]! << 4) | nibbles[2 * i + 1]!)
