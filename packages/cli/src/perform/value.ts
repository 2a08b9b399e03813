/** From the words of a scenario to the arguments of a contract, by the kinds that the outline gives. */
import { readFile } from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import type { Kind, Outline } from '@deed/agreement'
import { type AbiParameter, type Hex, keccak256 } from 'viem'
import { CommandError } from '../fault.ts'
import { type Day, dayAt, dayOf } from './instant.ts'
import { parseMoney } from './money.ts'

/** What words can stand for beside themselves. */
export interface Meaning {
  readonly outline: Outline
  /** Where documents lie. */
  readonly folder: string
  /** The day from which dates may be counted. */
  readonly start?: Day
  /** Reads a getter of the deed at this moment; undefined before there is a deed, and for what is no number. */
  readonly get?: (getter: string) => Promise<bigint | undefined>
}

interface Written {
  /** For errors: `rent`, `damage`. */
  readonly name: string
  readonly kind: Kind
  /** The parameter of the contract that takes it. */
  readonly parameter: AbiParameter
}

const CALENDAR_UNIT = /^(\d+) (days?|months?|weeks?|years?|hours?|minutes?)$/

/** @throws DEED_BAD_VALUE if the words do not say a value of that kind. */
export const encodeValue = async (text: string, written: Written, meaning: Meaning): Promise<unknown> => {
  const value = await DECODERS[written.kind](text, meaning, written.parameter, written.name)
  const { type } = written.parameter
  if (value !== undefined && fits(value, type)) return value
  const why =
    value === undefined ? EXPECTED[written.kind] : `the contract keeps it as ${type}, which is too small`
  throw new CommandError(
    'DEED_BAD_VALUE',
    `${written.name} cannot be "${text}": ${why}. Correct the scenario, or give it by --term.`,
  )
}

/** Whether a number is one that the type can hold. */
const fits = (value: unknown, type: string): boolean => {
  const [, unsigned, bits] = /^(u?)int(\d+)$/.exec(type) ?? []
  if (bits === undefined || (typeof value !== 'bigint' && typeof value !== 'number')) return true
  const size = unsigned ? Number(bits) : Number(bits) - 1
  return BigInt(value) < 2n ** BigInt(size) && BigInt(value) >= (unsigned ? 0n : -(2n ** BigInt(size)))
}

type Decoder = (
  text: string,
  meaning: Meaning,
  parameter: AbiParameter,
  name: string,
) => Promise<unknown> | unknown

const EXPECTED: Record<Kind, string> = {
  address: 'an address is 0x and 40 hexadecimal digits',
  amount: 'an amount is written "1,000 USDC" with a token of the deed, or "1/2 arrears", or "arrears"',
  number: 'a number is written "250", or "8.5 celsius" in a unit of the deed with its decimals',
  share: 'a share is written "5%"',
  date: 'a date is written 2027-02-01',
  duration: 'a duration is written "14 days"',
  document: 'a document is the name of a file in the folder of the agreement',
  truth: 'write yes or no',
  choice: 'a choice is one of the words of the text',
}

const DECODERS: Record<Kind, Decoder> = {
  address: (text) => (/^0x[0-9a-fA-F]{40}$/.test(text) ? text : undefined),
  amount: (text, meaning) => amount(text, meaning),
  number: (text, meaning, _, name) => numberOf(text, meaning, name),
  share: (text) => {
    const [, whole, fraction = ''] = /^(\d+)(?:\.(\d{1,7}))?%$/.exec(text) ?? []
    // 1% is 10^7 parts of 10^9.
    return whole && BigInt(whole + fraction.padEnd(7, '0'))
  },
  date: (text, { start }) => (start === undefined ? dayOf(text) : (dayAt(text, start) ?? dayOf(text))),
  duration: (text) => {
    const [, count, unit] = CALENDAR_UNIT.exec(text) ?? []
    return count && BigInt(count) * COUNTED[unit!.replace(/s$/, '')]!
  },
  document: (text, meaning, parameter) => document(text, meaning, parameter),
  truth: (text) => ({ yes: true, no: false })[text],
  choice: (text, { outline }, _, name) => {
    const place = fieldOf(outline, name)?.choices?.indexOf(text) ?? -1
    return place < 0 ? undefined : BigInt(place)
  },
}

/** Durations are counted in days, months or seconds. */
const COUNTED: Readonly<Record<string, bigint>> = {
  minute: 60n,
  hour: 3600n,
  day: 1n,
  week: 7n,
  month: 1n,
  year: 12n,
}

const fieldOf = ({ terms, fields }: Outline, name: string) =>
  [...terms, ...fields].find((field) => field.name === name)

/** `8.5 celsius`: as many of its smallest parts as the unit has decimals. */
const numberOf = (text: string, { outline }: Meaning, name: string): bigint | undefined => {
  const { unit, decimals = 0 } = fieldOf(outline, name) ?? {}
  const [, digits, , fraction = '', written] =
    /^(-?[\d,]+)(\.(\d+))?(?: ([A-Za-z][A-Za-z0-9-]*))?$/.exec(text) ?? []
  if (digits === undefined || written !== unit || fraction.length > decimals) return undefined
  return BigInt(digits.replaceAll(',', '') + fraction.padEnd(decimals, '0'))
}

/** `1,000 USDC`, `arrears`, `1/2 arrears` (rounded down). */
const amount = async (text: string, { outline, get }: Meaning): Promise<bigint | undefined> => {
  const written = parseMoney(text, (token) => outline.tokens.find((t) => t.name === token)?.decimals)
  if (written) return written.amount
  const [, numerator = '1', denominator = '1', getter] =
    /^(?:(\d+)\/([1-9]\d*) )?([A-Za-z_][A-Za-z0-9_]*)$/.exec(text) ?? []
  if (!getter || !get) return undefined
  const amount = await get(getter)
  return amount === undefined ? undefined : (amount * BigInt(numerator)) / BigInt(denominator)
}

/** The hash of a file in the agreement's folder; with its name where the contract takes that too. */
const document = async (text: string, { folder }: Meaning, parameter: AbiParameter) => {
  const file = resolve(folder, text)
  if (!file.startsWith(resolve(folder) + sep)) return undefined
  const content = await readFile(file).catch(() => undefined)
  if (!content) return undefined
  const hash: Hex = keccak256(content)
  return parameter.type === 'tuple' ? { hash, uri: text } : hash
}
