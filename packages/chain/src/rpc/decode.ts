import type { Address, Hash } from '@deed/evm'
import { hexToBytes } from '../hex.ts'
import { RPC_CODE, RpcError } from './error.ts'

/**
 * Turns a JSON value into what the methods work on. `at` names where the value stands, for the message:
 * `argument 0 (transaction).gas`; where nobody will read it, it is empty. Throws {@link RpcError} -32602.
 */
export type Decoder<T> = (value: unknown, at: string) => T

export type Decoded<D> = D extends Decoder<infer T> ? T : never

/** A refusal of a parameter: where it stands, what was expected, what came. */
export const refuse = (at: string, expected: string, value: unknown): never => {
  const text = `invalid ${at.slice(0, MAX_WORDS)}: expected ${expected.slice(0, MAX_WORDS)}, got ${show(value)}`
  throw new RpcError(RPC_CODE.invalidParams, text, { code: 'DEED_RPC_PARAMS' })
}

export const address: Decoder<Address> = (value, at) =>
  typeof value === 'string' && ADDRESS.test(value)
    ? (value.toLowerCase() as Address)
    : refuse(at, 'an address (0x and 40 hexadecimal digits)', value)

export const hash: Decoder<Hash> = (value, at) =>
  typeof value === 'string' && HASH.test(value)
    ? (value.toLowerCase() as Hash)
    : refuse(at, 'a hash (0x and 64 hexadecimal digits)', value)

/** A quantity below 2^256. Leading zeros and, as anvil and Hardhat do, plain numbers are taken too. */
export const quantity: Decoder<bigint> = (value, at) => {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value)
  return typeof value === 'string' && QUANTITY.test(value)
    ? BigInt(value)
    : refuse(at, 'a quantity (0x and 1 to 64 hexadecimal digits)', value)
}

/** A quantity below 2^64. */
export const quantity64: Decoder<bigint> = (value, at) => {
  const word = quantity(value, at)
  return word < 1n << 64n ? word : refuse(at, 'a quantity below 2^64', value)
}

/** A quantity that is a safe integer: a count or an index. */
export const count: Decoder<number> = (value, at) => {
  const word = quantity(value, at)
  return word <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(word) : refuse(at, 'a quantity below 2^53', value)
}

/** Seconds, blocks and the like as the `evm_` methods take them: a quantity, a number or decimal digits. */
export const integer: Decoder<bigint> = (value, at) =>
  typeof value === 'string' && /^\d{1,20}$/.test(value) ? BigInt(value) : quantity(value, at)

export const bytes: Decoder<Uint8Array> = (value, at) =>
  typeof value === 'string' && value.length % 2 === 0 && BYTES.test(value)
    ? hexToBytes(value)
    : refuse(at, 'data (0x and an even number of hexadecimal digits)', value)

export const boolean: Decoder<boolean> = (value, at) =>
  typeof value === 'boolean' ? value : refuse(at, 'true or false', value)

export const text: Decoder<string> = (value, at) =>
  typeof value === 'string' ? value : refuse(at, 'a string', value)

export const number: Decoder<number> = (value, at) =>
  typeof value === 'number' && Number.isFinite(value) ? value : refuse(at, 'a number', value)

/** A storage slot: up to 32 bytes, leading zeros or not, as `eth_getStorageAt` and `eth_getProof` take it. */
export const slot: Decoder<bigint> = (value, at) =>
  typeof value === 'string' && /^(0x)?[0-9a-fA-F]{0,64}$/.test(value)
    ? BigInt(value === '0x' || value === '' ? 0 : value.startsWith('0x') ? value : `0x${value}`)
    : refuse(at, 'a storage key (0x and at most 64 hexadecimal digits)', value)

/** Whatever it is: for values that a method checks itself. */
export const anything: Decoder<unknown> = (value) => value

/** `undefined` for a value that is missing or null. */
export const maybe =
  <T>(decoder: Decoder<T>): Decoder<T | undefined> =>
  (value, at) =>
    value === undefined || value === null ? undefined : decoder(value, at)

export const orElse =
  <T, D>(decoder: Decoder<T>, fallback: D): Decoder<T | D> =>
  (value, at) =>
    value === undefined || value === null ? fallback : decoder(value, at)

export const list =
  <T>(decoder: Decoder<T>, max: number): Decoder<readonly T[]> =>
  (value, at) => {
    if (!Array.isArray(value)) return refuse(at, 'a list', value)
    if (value.length > max) return refuse(at, `at most ${max} entries`, value.length)
    return value.map((entry, index) => decoder(entry, at && `${at}[${index}]`))
  }

/** One value or a list of them, as a list. */
export const oneOrMany =
  <T>(decoder: Decoder<T>, max: number): Decoder<readonly T[]> =>
  (value, at) =>
    Array.isArray(value) ? list(decoder, max)(value, at) : [decoder(value, at)]

/** An object used as a map: keys and values decoded, at most `max` entries. */
export const record =
  <K extends string, T>(key: Decoder<K>, decoder: Decoder<T>, max: number): Decoder<ReadonlyMap<K, T>> =>
  (value, at) => {
    if (!isObject(value)) return refuse(at, 'an object', value)
    const entries = Object.entries(value)
    if (entries.length > max) return refuse(at, `at most ${max} entries`, entries.length)
    return new Map(
      entries.map(([name, entry]) => [key(name, at && `${at} key`), decoder(entry, at && `${at}.${name}`)]),
    )
  }

/**
 * An object of known fields. Unknown ones are passed over, as geth does: wallets add their own.
 */
export const object =
  <F extends Record<string, Decoder<unknown>>>(
    fields: F,
  ): Decoder<{ readonly [K in keyof F]: Decoded<F[K]> }> =>
  (value, at) => {
    if (!isObject(value)) return refuse(at, 'an object', value)
    const decoded: Record<string, unknown> = {}
    for (const name in fields) decoded[name] = fields[name]!(value[name], at && `${at}.${name}`)
    return decoded as { readonly [K in keyof F]: Decoded<F[K]> }
  }

/** One of a few words. */
export const oneOf =
  <T extends string>(words: readonly T[]): Decoder<T> =>
  (value, at) =>
    words.find((word) => word === value) ?? refuse(at, `one of ${words.join(', ')}`, value)

/** A list of two that are not alike. */
export const pair =
  <A, B>(first: Decoder<A>, second: Decoder<B>): Decoder<readonly [A, B]> =>
  (value, at) =>
    Array.isArray(value) && value.length === 2
      ? [first(value[0], at && `${at}[0]`), second(value[1], at && `${at}[1]`)]
      : refuse(at, 'a list of two', value)

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A value in a message: short, and never walked, since it may be as large and as deep as a request may be. */
export const show = (value: unknown): string => {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (isObject(value))
    return `an object of ${shorten(Object.keys(value).slice(0, MAX_SHOWN).join(', ')) || 'no fields'}`
  return typeof value === 'string' ? `"${shorten(value)}"` : String(value)
}

const shorten = (words: string): string =>
  words.length > MAX_SHOWN ? `${words.slice(0, MAX_SHOWN)}…` : words

/** A method's parameter: its name in messages and how it is decoded. */
export interface Param<T> {
  readonly name: string
  readonly decode: Decoder<T>
}

export const param = <T>(name: string, decode: Decoder<T>): Param<T> => ({ name, decode })

/** The parameters of a request by position. More than the method takes are refused, fewer are `undefined`. */
export const decodeParams = (params: readonly Param<unknown>[], values: readonly unknown[]): unknown[] => {
  if (values.length > params.length)
    throw new RpcError(
      RPC_CODE.invalidParams,
      `too many arguments: expected at most ${params.length}, got ${values.length}`,
      { code: 'DEED_RPC_PARAMS' },
    )
  try {
    return params.map(({ decode }, index) => decode(values[index], ''))
  } catch (error) {
    if (!(error instanceof RpcError)) throw error
  }
  // Something is wrong: once more, with the names of the places.
  return params.map(({ name, decode }, index) => {
    const at = `argument ${index} (${name})`
    const value = values[index]
    if (value !== undefined && value !== null) return decode(value, at)
    try {
      return decode(value, at)
    } catch (error) {
      if (!(error instanceof RpcError)) throw error
      throw new RpcError(error.code, `missing value for required ${at}`, { code: 'DEED_RPC_PARAMS' })
    }
  })
}

const MAX_SHOWN = 80
/** Characters of where a value stands and of what was expected: names in them may be the client's own. */
const MAX_WORDS = 400

const ADDRESS = /^0x[0-9a-fA-F]{40}$/
const HASH = /^0x[0-9a-fA-F]{64}$/
const QUANTITY = /^0x[0-9a-fA-F]{1,64}$/
const BYTES = /^0x[0-9a-fA-F]*$/
