/** Whether code that runs is what a compiler made: the same but for what is filled in later. */

/** A range of bytes. */
export interface Hole {
  readonly start: number
  readonly length: number
}

/** Code as a compiler gave it, and the places that are another matter in code that runs. */
export interface CompiledCode {
  /** `0x…` in lower case; in place of libraries stand 40 characters that are no hexadecimal. */
  readonly object: string
  /** Addresses of libraries, immutables, hashes of metadata; in order, without overlaps. */
  readonly holes: readonly Hole[]
  readonly sourceMap: string
}

type References = Readonly<Record<string, Readonly<Record<string, readonly Hole[]>>>>

export const compiledCode = (
  object: string,
  sourceMap: string,
  linkReferences: References = {},
  immutableReferences: Readonly<Record<string, readonly Hole[]>> = {},
): CompiledCode => {
  const code = object.startsWith('0x') ? object : `0x${object}`
  const holes = [
    ...Object.values(linkReferences).flatMap((libraries) => Object.values(libraries).flat()),
    ...Object.values(immutableReferences).flat(),
    ...metadataHashes(code),
    // A library keeps its own address, to know when it is called directly.
    ...(code.startsWith(LIBRARY_HEAD) ? [{ start: 1, length: 20 }] : []),
  ]
  return { object: code, holes: holes.toSorted((a, b) => a.start - b.start), sourceMap }
}

/** How well run-time code matches; undefined if it does not. */
export type Match = 'exact' | 'but for metadata'

/** @param actual `0x…` in lower case, as `eth_getCode` answers it */
export const matchRuntime = (actual: string, { object, holes }: CompiledCode): Match | undefined => {
  const size = sizeWithoutMetadata(object)
  if (size === 0 || size !== sizeWithoutMetadata(actual)) return undefined
  if (!isSame(actual, object, holes, size)) return undefined
  return isSameMetadata(actual, object) ? 'exact' : 'but for metadata'
}

/** @param input of a frame that creates: code, and behind it the constructor's arguments */
export const matchCreation = (input: string, { object, holes }: CompiledCode): Match | undefined => {
  if (object.length <= 2 || input.length < object.length) return undefined
  const code = input.slice(0, object.length)
  if (!isSame(code, object, holes, (object.length - 2) / 2)) return undefined
  return isSameMetadata(code, object) ? 'exact' : 'but for metadata'
}

/** Bytes of code without the CBOR behind it, whose length its last two bytes say (Solidity: "Contract Metadata"). */
export const sizeWithoutMetadata = (code: string): number => {
  const size = (code.length - 2) / 2
  const length = Number.parseInt(code.slice(-4), 16)
  const start = size - 2 - length
  // A map of one to three entries.
  return start > 0 && /^a[1-3]/.test(code.slice(2 + 2 * start, 4 + 2 * start)) ? start : size
}

const isSame = (actual: string, object: string, holes: readonly Hole[], size: number): boolean => {
  let from = 2
  for (const { start, length } of holes) {
    const to = 2 + 2 * start
    if (to > 2 + 2 * size) break
    if (to > from && actual.slice(from, to) !== object.slice(from, to)) return false
    from = Math.max(from, to + 2 * length)
  }
  const end = 2 + 2 * size
  return from >= end || actual.slice(from, end) === object.slice(from, end)
}

const isSameMetadata = (actual: string, object: string): boolean =>
  actual.length === object.length &&
  metadataHashes(object).every(({ start, length }) => {
    const [from, to] = [2 + 2 * start, 2 + 2 * (start + length)]
    return actual.slice(from, to) === object.slice(from, to)
  })

/** The hashes in CBOR metadata, of this contract and of those that it creates: `"ipfs"` or `"bzzr1"`, then so many bytes. */
const metadataHashes = (code: string): Hole[] =>
  [...code.matchAll(/64697066735822|65627a7a723[01]5820/g)].flatMap(({ index, 0: head }) =>
    index % 2 === 0 ? [{ start: (index + head.length - 2) / 2, length: head.endsWith('22') ? 34 : 32 }] : [],
  )

const LIBRARY_HEAD = `0x73${'00'.repeat(20)}30`
