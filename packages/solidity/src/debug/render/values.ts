/** Values as people read them in a line. */
import { checksum } from 'ox/Address'
import type { ShownValue } from '../decode/value.ts'
import type { Hex } from '../trace/raw-trace.ts'

/** How an account is called; undefined for one that has no name. */
export type NameOf = (address: Hex) => string | undefined

const MAX_CHARACTERS = 120
const MAX_MEMBERS = 12
const MAX_DEPTH = 5

export const renderArgs = (values: readonly ShownValue[], nameOf: NameOf): string =>
  values.map((value) => renderNamed(value, nameOf, 0)).join(', ')

export const renderValue = (
  { type, value, label, more, internalType }: ShownValue,
  nameOf: NameOf,
  depth = 0,
): string => {
  if (typeof value === 'boolean') return String(value)
  if (typeof value !== 'string') {
    if (depth >= MAX_DEPTH) return '…'
    const isList = type.endsWith(']')
    const shown = value
      .slice(0, MAX_MEMBERS)
      .map((one) => (isList ? renderValue(one, nameOf, depth + 1) : renderNamed(one, nameOf, depth + 1)))
    const left = value.length - shown.length + (more ?? 0)
    if (left > 0) shown.push(`… ${left} more`)
    return isList ? `[${shown.join(', ')}]` : `{${shown.join(', ')}}`
  }
  if (label !== undefined) return label
  if (type === 'address' || internalType === 'address') return renderAddress(value as Hex, nameOf)
  if (type === 'string') return short(JSON.stringify(value), more)
  if (/^u?int\d*$/.test(type)) return renderNumber(value, type)
  return short(value, more)
}

const renderNamed = (value: ShownValue, nameOf: NameOf, depth: number): string =>
  value.name ? `${value.name}: ${renderValue(value, nameOf, depth)}` : renderValue(value, nameOf, depth)

export const renderAddress = (address: Hex, nameOf: NameOf): string => nameOf(address) ?? checksummed(address)

export const checksummed = (address: Hex): string => (address.length === 42 ? checksum(address) : address)

/** `1500000000000000000 [1.5e18]`; the largest one by its name, because it means "any amount". */
const renderNumber = (digits: string, type: string): string => {
  const bits = Number(/\d+$/.exec(type)?.[0] ?? 256)
  if (bits > 8 && type.startsWith('uint') && digits === String(2n ** BigInt(bits) - 1n))
    return `type(${type}).max`
  const magnitude = digits.replace('-', '')
  if (magnitude.length < 13) return digits
  const mantissa = magnitude.slice(0, 5).replace(/0+$/, '')
  if (!/^0*$/.test(magnitude.slice(5))) return digits
  const power = magnitude.length - 1
  const fraction = mantissa.length > 1 ? `${mantissa[0]}.${mantissa.slice(1)}` : mantissa
  return `${digits} [${digits.startsWith('-') ? '-' : ''}${fraction}e${power}]`
}

const short = (text: string, more = 0): string => {
  const left = text.length - MAX_CHARACTERS + more
  return left > 0 ? `${text.slice(0, MAX_CHARACTERS)}… ${left} more` : text
}

/** Wei as ether, exactly. */
export const renderEther = (wei: string): string => {
  const negative = wei.startsWith('-')
  const digits = wei.replace('-', '').padStart(19, '0')
  const fraction = digits.slice(-18).replace(/0+$/, '')
  return `${negative ? '-' : ''}${grouped(digits.slice(0, -18))}${fraction ? `.${fraction}` : ''} ETH`
}

export const grouped = (number: string | number): string =>
  String(number).replace(/\B(?=(\d{3})+(?!\d))/g, ',')
