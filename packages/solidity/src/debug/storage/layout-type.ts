/** How solc describes where variables lie (`storageLayout`), with the numbers read. */
import type { StorageLayout } from '../../artifact.ts'

export interface LayoutType {
  readonly encoding: 'inplace' | 'mapping' | 'dynamic_array' | 'bytes'
  /** As it is written: `mapping(address => uint256)`, `struct Bank.Position`. */
  readonly label: string
  readonly bytes: number
  /** Of a mapping. */
  readonly key?: string
  readonly value?: string
  /** Of an array. */
  readonly base?: string
  /** Of a struct. */
  readonly members?: readonly Variable[]
}

interface Variable {
  readonly label: string
  /** From the beginning of what it is part of. */
  readonly slot: bigint
  /** In the slot, from its lowest byte. */
  readonly offset: number
  readonly type: string
}

export interface Layout {
  readonly variables: readonly Variable[]
  readonly types: ReadonlyMap<string, LayoutType>
}

export const readLayout = ({ storage, types }: StorageLayout): Layout => {
  const read = new Map<string, LayoutType>()
  for (const [id, raw] of Object.entries(types ?? {})) {
    const { encoding, label, numberOfBytes, key, value, base, members } = raw as Record<string, unknown>
    read.set(id, {
      encoding: encoding as LayoutType['encoding'],
      label: String(label),
      bytes: Number(numberOfBytes),
      ...(key !== undefined && { key: String(key) }),
      ...(value !== undefined && { value: String(value) }),
      ...(base !== undefined && { base: String(base) }),
      ...(Array.isArray(members) && { members: members.map(readVariable) }),
    })
  }
  return { variables: storage.map(readVariable), types: read }
}

const readVariable = ({ label, slot, offset, type }: StorageLayout['storage'][number]): Variable => ({
  label,
  slot: BigInt(slot),
  offset,
  type,
})

export const slotsOf = ({ bytes }: LayoutType): bigint => BigInt(Math.max(1, Math.ceil(bytes / 32)))
