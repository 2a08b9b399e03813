/**
 * Which variables lie in a slot, by their names: `positions[0x…].amount`.
 * https://docs.soliditylang.org/en/latest/internals/layout_in_storage.html
 */
import { keccak256 } from 'ox/Hash'
import { type Image, type Images, word } from './images.ts'
import { type Layout, type LayoutType, slotsOf } from './layout-type.ts'
import type { ShowKey } from './word-value.ts'

/** One variable of a simple type, or the slot of a mapping, list, string or bytes. */
export interface Cell {
  readonly path: string
  readonly type: string
  readonly slot: bigint
  /** In the slot, from its lowest byte. */
  readonly offset: number
  /** The slot that was asked for holds characters of a string, or bytes, and not their length. */
  readonly isData?: boolean
}

/** Hashes of hashes: mappings in mappings. */
const MAX_NESTING = 16

export const createFinder = (layout: Layout, images: Images, showKey: ShowKey) => {
  const typeOf = (id: string): LayoutType => layout.types.get(id) ?? UNKNOWN

  const cellsAt = (slot: bigint, nesting = 0): Cell[] => {
    const cells: Cell[] = []
    for (const { label, type, slot: base, offset } of layout.variables)
      if (slot >= base && slot < base + slotsOf(typeOf(type)))
        cells.push(...descend(label, type, base, offset, slot))
    if (cells.length > 0 || nesting > MAX_NESTING) return cells
    for (const image of images.near(slot)) {
      const found = behind(image, slot, nesting)
      if (found.length > 0) return found
    }
    return []
  }

  /** Of what lies behind a hash. */
  const behind = (image: Image, slot: bigint, nesting: number): Cell[] =>
    cellsAt(image.slot, nesting + 1)
      .filter((cell) => cell.slot === image.slot && !cell.isData)
      .flatMap((owner) => {
        const { encoding, key, value, base } = typeOf(owner.type)
        if (encoding === 'mapping' && image.key !== '') {
          const path = `${owner.path}[${showKey(typeOf(key!), key!, image.key)}]`
          return slot < image.hash + slotsOf(typeOf(value!)) ? descend(path, value!, image.hash, 0, slot) : []
        }
        if (image.key !== '') return []
        if (encoding === 'bytes') return [{ ...owner, isData: true }]
        return encoding === 'dynamic_array' ? members(owner.path, base!, image.hash, slot) : []
      })

  /** What of a value that begins at `base` lies in `slot`. */
  const descend = (path: string, id: string, base: bigint, offset: number, slot: bigint): Cell[] => {
    const type = typeOf(id)
    if (type.encoding === 'inplace' && type.members)
      return type.members.flatMap((member) => {
        const start = base + member.slot
        const isHere = slot >= start && slot < start + slotsOf(typeOf(member.type))
        return isHere ? descend(`${path}.${member.label}`, member.type, start, member.offset, slot) : []
      })
    if (type.encoding === 'inplace' && type.base) return members(path, type.base, base, slot, lengthOf(type))
    return slot === base ? [{ path, type: id, slot, offset }] : []
  }

  /** Members of a list whose first one begins at `start`: several in a slot if they are small. */
  const members = (path: string, id: string, start: bigint, slot: bigint, length?: number): Cell[] => {
    const type = typeOf(id)
    const perSlot = Math.floor(32 / Math.max(1, type.bytes))
    if (perSlot < 2) {
      const size = slotsOf(type)
      const at = (slot - start) / size
      return descend(`${path}[${at}]`, id, start + at * size, 0, slot)
    }
    const first = (slot - start) * BigInt(perSlot)
    const count = length === undefined ? perSlot : Math.min(perSlot, length - Number(first))
    return Array.from({ length: Math.max(0, count) }, (_, n) => ({
      path: `${path}[${first + BigInt(n)}]`,
      type: id,
      slot,
      offset: n * type.bytes,
    }))
  }

  const lengthOf = ({ label }: LayoutType): number => Number(/\[(\d+)\]$/.exec(label)?.[1] ?? 0)

  // An optimizer works these hashes out beforehand, so that nobody sees them.
  const addStatic = (id: string, base: bigint, depth: number): void => {
    const type = typeOf(id)
    if (type.encoding === 'bytes' || type.encoding === 'dynamic_array') images.add(word(base))
    if (depth < MAX_NESTING && type.encoding === 'inplace')
      for (const member of type.members ?? []) addStatic(member.type, base + member.slot, depth + 1)
  }
  for (const { type, slot } of layout.variables) addStatic(type, slot, 0)

  /** First slot of the data of a string or bytes. */
  const dataOf = (slot: bigint): bigint => BigInt(keccak256(word(slot)))
  return { cellsAt, typeOf, dataOf, variables: layout.variables.map(({ label }) => label) }
}

const UNKNOWN: LayoutType = { encoding: 'inplace', label: 'unknown', bytes: 32 }
