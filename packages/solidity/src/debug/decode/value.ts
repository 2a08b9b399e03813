/** Decoded values as plain data, with their types, and no larger than a person reads. */
import { decode } from 'ox/AbiParameters'
import type { Hex } from '../trace/raw-trace.ts'

export interface ShownValue {
  readonly name?: string
  /** As the ABI has it: `uint256`, `tuple`, `address[]`. */
  readonly type: string
  /** As it was written: `enum Bank.State`, `struct Bank.Position`. */
  readonly internalType?: string
  /** Numbers in decimal; bytes and addresses in hexadecimal; members of structs and lists by themselves. */
  readonly value: string | boolean | readonly ShownValue[]
  /** Of an enum: the member's name. */
  readonly label?: string
  /** Characters or members that were left out. */
  readonly more?: number
}

export interface AbiParameter {
  readonly name?: string
  readonly type: string
  readonly internalType?: string
  readonly indexed?: boolean
  readonly components?: readonly AbiParameter[]
}

/** Members of an enum by its name: `Bank.State`. */
export type EnumMembers = (name: string) => readonly string[] | undefined

/** Characters of a text or of bytes. */
const MAX_CHARACTERS = 2_000
/** Of a list. */
const MAX_MEMBERS = 64

/** Undefined for bytes that are no encoding of the parameters. */
export const decodeValues = (
  parameters: readonly AbiParameter[],
  data: Hex,
  members: EnumMembers,
): ShownValue[] | undefined => {
  if (parameters.length === 0) return []
  try {
    const values = decode(parameters as never, data) as readonly unknown[]
    return parameters.map((parameter, at) => showValue(parameter, values[at], members))
  } catch {
    return undefined
  }
}

export const showValue = (parameter: AbiParameter, value: unknown, members: EnumMembers): ShownValue => {
  const { name, type, internalType } = parameter
  const head = { ...(name && { name }), type, ...(internalType && internalType !== type && { internalType }) }
  const list = /^(.*)\[\d*\]$/.exec(type)
  if (list) {
    const { name: _, ...rest } = parameter
    const inner = {
      ...rest,
      type: list[1]!,
      ...(internalType && { internalType: internalType.replace(/\[\d*\]$/, '') }),
    }
    const items = value as readonly unknown[]
    const shown = items.slice(0, MAX_MEMBERS).map((item) => showValue(inner, item, members))
    return { ...head, value: shown, ...(items.length > MAX_MEMBERS && { more: items.length - MAX_MEMBERS }) }
  }
  if (type === 'tuple') {
    const components = parameter.components ?? []
    const at = (component: AbiParameter, index: number): unknown =>
      Array.isArray(value) ? value[index] : (value as Record<string, unknown>)[component.name ?? '']
    return { ...head, value: components.map((one, index) => showValue(one, at(one, index), members)) }
  }
  if (typeof value === 'boolean') return { ...head, value }
  const text = String(value)
  const label = internalType?.startsWith('enum ') ? members(internalType.slice(5))?.[Number(text)] : undefined
  return { ...head, ...cut(text), ...(label !== undefined && { label }) }
}

/** A text, and how much of it was left out. */
export const cut = (text: string): { readonly value: string; readonly more?: number } =>
  text.length > MAX_CHARACTERS
    ? { value: text.slice(0, MAX_CHARACTERS), more: text.length - MAX_CHARACTERS }
    : { value: text }
