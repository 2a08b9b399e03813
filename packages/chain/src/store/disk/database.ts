/** What the store asks of an ordered database of bytes: a small part of classic-level, so that tests can stand between. */
export interface Database {
  /** Synchronous: measured 3 µs for an absent key and 16 µs for one that is on disk. */
  getSync(key: Uint8Array): Uint8Array | undefined
  /** All or nothing. `sync`: on the disk itself before the promise is settled; else with the system, safe from kill -9. */
  batch(operations: Operation[], options: { sync: boolean }): Promise<void>
  iterator(range: Range): AsyncIterable<[key: Uint8Array, value: Uint8Array]>
  close(): Promise<void>
}

export type Operation =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array }

export interface Range {
  readonly gte: Uint8Array
  readonly lte: Uint8Array
  readonly reverse?: boolean
  readonly limit?: number
}

/** Everything of one kind. */
export const allOf = (kind: number): Range => startingWith(Uint8Array.of(kind))

/** Everything whose key begins so. */
export const startingWith = (prefix: Uint8Array): Range => ({
  gte: prefix,
  lte: Uint8Array.of(...prefix, ...new Array(LONGEST_KEY).fill(0xff)),
})

const LONGEST_KEY = 80
