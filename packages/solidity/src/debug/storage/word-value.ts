/** Values out of the bytes of a slot. */
import { cut, type EnumMembers, type ShownValue } from '../decode/value.ts'
import type { LayoutType } from './layout-type.ts'

/** A mapping's key as people write it. */
export type ShowKey = (type: LayoutType, id: string, key: string) => string

/** What a user-defined value type stands for, by its name. */
type ValueTypes = (name: string) => string | undefined

export interface Naming {
  readonly members: EnumMembers
  readonly valueTypes: ValueTypes
}

/** @param word of a slot, 64 characters without `0x` */
export const readWord = (
  word: string,
  offset: number,
  { label, bytes }: LayoutType,
  id: string,
  naming: Naming,
): ShownValue => {
  const end = 64 - 2 * offset
  return readBytes(word.slice(end - 2 * bytes, end), label, id, naming)
}

/** @param hex the value's own bytes */
const readBytes = (hex: string, label: string, id: string, { members, valueTypes }: Naming): ShownValue => {
  const named = /^t_userDefinedValueType/.test(id) ? valueTypes(label) : undefined
  const plain = named ?? /^t_(u?int\d+|bool|address|bytes\d+|contract|enum)/.exec(id)?.[1] ?? ''
  const number = hex === '' ? 0n : BigInt(`0x${hex}`)
  if (plain === 'bool') return { type: label, value: number !== 0n }
  if (plain.startsWith('int')) return { type: label, value: BigInt.asIntN(4 * hex.length, number).toString() }
  if (plain === 'enum') {
    const member = members(label.replace(/^enum /, ''))?.[Number(number)]
    return { type: label, value: number.toString(), ...(member && { label: member }) }
  }
  if (plain === 'address' || plain === 'contract')
    return { type: label, internalType: 'address', value: `0x${hex}` }
  if (/^bytes\d/.test(plain) || /^t_function/.test(id)) return { type: label, value: `0x${hex}` }
  return { type: label, value: number.toString() }
}

export const keyShower =
  (naming: Naming): ShowKey =>
  ({ label, bytes }, id, key) => {
    if (/^t_string/.test(id)) return JSON.stringify(Buffer.from(key, 'hex').toString('utf8'))
    if (/^t_bytes_/.test(id)) return `0x${key}`
    // Fixed bytes stand at the left of a word, all else at the right.
    const isLeft = /^t_bytes\d/.test(id)
    const own = isLeft ? key.slice(0, 2 * bytes) : key.slice(-2 * bytes)
    const { value, label: member } = readBytes(own, label, id, naming)
    return member ?? String(value)
  }

/** A string or bytes: short ones lie beside their length, long ones behind the hash of their slot. */
export const readText = (
  word: string | undefined,
  chunk: (index: number) => string | undefined,
  label: string,
): ShownValue => {
  if (word === undefined) return { type: label, value: '?' }
  const last = Number.parseInt(word.slice(-2), 16)
  const show = (hex: string): string =>
    label === 'string' ? Buffer.from(hex, 'hex').toString('utf8') : `0x${hex}`
  if (last % 2 === 0) return { type: label, value: show(word.slice(0, last)) }
  const length = (BigInt(`0x${word}`) - 1n) / 2n
  if (length > MAX_TEXT_BYTES) return { type: label, value: `${length} bytes` }
  let hex = ''
  for (let at = 0; at * 32 < length; at++) {
    const part = chunk(at)
    // What nobody looked at is not known.
    if (part === undefined)
      return { type: label, value: `${show(hex)}…`, more: Number(length) - hex.length / 2 }
    hex += part
  }
  return { type: label, ...cut(show(hex.slice(0, 2 * Number(length)))) }
}

const MAX_TEXT_BYTES = 100_000n
