/** From what a person writes into a field to the argument of an act, by the kind that the outline gives. */
import type { Kind } from '@deed/agreement'
import { keccak256, parseUnits } from 'viem'
import { DAY_SECONDS } from '../format/time.ts'

/** What is asked of a person for an act. */
export interface Asked {
  readonly name: string
  readonly kind: Kind
  /** Of an amount or a number. */
  readonly decimals: number
  /** `USDC`, `mm`. */
  readonly unit?: string
  readonly choices?: readonly string[]
  /** The most that the text allows now, in smallest units, and in its words. */
  readonly most?: { readonly value?: bigint; readonly words: string }
}

/** Text of a field, or the file of a document. */
export type Given = string | File | undefined

class InputError extends Error {
  override name = 'InputError'
}

/** A share is kept in parts of 10^9. */
const SHARE_DECIMALS = 7

/** @throws InputError that says what to write. */
export const argumentOf = async (asked: Asked, given: Given): Promise<unknown> => {
  const value = await READ[asked.kind](given, asked)
  if (value === undefined) throw new InputError(`${spacedName(asked)}: ${EXPECTED[asked.kind](asked)}`)
  if (asked.most?.value !== undefined && typeof value === 'bigint' && value > asked.most.value)
    throw new InputError(`${spacedName(asked)}: at most ${asked.most.words} can be given now.`)
  return value
}

const spacedName = ({ name }: Asked): string =>
  name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ')

type Read = (given: Given, asked: Asked) => unknown

/** `1,000.50`, with thousands apart or not, and no more decimals than there are. */
const decimal = (given: Given, decimals: number, signed: boolean): bigint | undefined => {
  if (typeof given !== 'string') return undefined
  const text = given.trim().replace(/,(?=\d{3}(?:[,.]|$))/g, '')
  const [, sign, , fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? []
  if (sign === undefined || (sign === '-' && !signed) || fraction.length > decimals) return undefined
  return parseUnits(text, decimals)
}

const READ: Readonly<Record<Kind, Read>> = {
  amount: (given, { decimals }) => decimal(given, decimals, false),
  number: (given, { decimals }) => decimal(given, decimals, true),
  share: (given) =>
    typeof given === 'string' ? decimal(given.replace(/ ?%$/, ''), SHARE_DECIMALS, false) : undefined,
  date: (given) => {
    const seconds =
      typeof given === 'string' && /^\d{4}-\d\d-\d\d$/.test(given)
        ? Date.parse(`${given}T00:00:00Z`)
        : Number.NaN
    return Number.isNaN(seconds) ? undefined : seconds / 1000 / DAY_SECONDS
  },
  duration: (given) => {
    const count = decimal(given, 0, false)
    return count === undefined ? undefined : Number(count)
  },
  document: async (given) =>
    given instanceof File
      ? { hash: keccak256(new Uint8Array(await given.arrayBuffer())), uri: given.name }
      : undefined,
  truth: (given) => ({ yes: true, no: false })[String(given)],
  choice: (given, { choices = [] }) => {
    const index = choices.indexOf(String(given))
    return index < 0 ? undefined : index
  },
  address: (given) =>
    typeof given === 'string' && /^0x[0-9a-fA-F]{40}$/.test(given.trim()) ? given.trim() : undefined,
}

const EXPECTED: Readonly<Record<Kind, (asked: Asked) => string>> = {
  amount: ({ decimals, unit = '' }) =>
    `write an amount in ${unit}, such as 1,000.50, with at most ${decimals} decimals.`,
  number: ({ decimals, unit }) =>
    `write a number${unit ? ` of ${unit}` : ''}${decimals > 0 ? ` with at most ${decimals} decimals` : ' without decimals'}.`,
  share: () => 'write a share, such as 5%.',
  date: () => 'choose a day.',
  duration: () => 'write a whole number.',
  document: () => 'choose the file; only its hash leaves this page.',
  truth: () => 'choose yes or no.',
  choice: () => 'choose one.',
  address: () => 'write an address of 0x and 40 digits.',
}
