/** A cache bounded by bytes. */
export interface Cache<V> {
  get(key: string): V | undefined
  /** @param bytes about what key and value occupy. */
  set(key: string, value: V, bytes: number): void
  delete(key: string): void
  clear(): void
  readonly bytes: number
}

/**
 * Two generations: what is read or written is young; when the young fill half of the bound they become old, and
 * what was old and not read since is forgotten. Costs one look-up a read, where an exact order of use
 * would cost three changes of a map.
 */
export const createCache = <V>(maxBytes: number): Cache<V> => {
  let young = new Map<string, Held<V>>()
  let old = new Map<string, Held<V>>()
  let youngBytes = 0
  let oldBytes = 0

  const keep = (key: string, held: Held<V>): void => {
    const before = young.get(key)
    if (before) youngBytes -= before.bytes
    young.set(key, held)
    youngBytes += held.bytes
    if (youngBytes <= maxBytes / 2) return
    old = young
    oldBytes = youngBytes
    young = new Map()
    youngBytes = 0
  }

  return {
    get(key) {
      const held = young.get(key)
      if (held) return held.value
      const aged = old.get(key)
      if (!aged) return undefined
      keep(key, aged)
      return aged.value
    },
    set(key, value, bytes) {
      keep(key, { value, bytes })
    },
    delete(key) {
      youngBytes -= young.get(key)?.bytes ?? 0
      young.delete(key)
      oldBytes -= old.get(key)?.bytes ?? 0
      old.delete(key)
    },
    clear() {
      young = new Map()
      old = new Map()
      youngBytes = 0
      oldBytes = 0
    },
    get bytes() {
      return youngBytes + oldBytes
    },
  }
}

interface Held<V> {
  readonly value: V
  readonly bytes: number
}
