/** Calls, answers, events and errors of a contract, by its ABI: only what deeds use, and fast enough for millions. */
import { bytesToHex, bytesToWord, keccak256, type Log, wordToBytes } from '@deed/evm'

interface Parameter {
  readonly name?: string
  readonly type: string
  readonly indexed?: boolean
  readonly components?: readonly Parameter[]
}

interface Entry {
  readonly type: string
  readonly name?: string
  readonly inputs?: readonly Parameter[]
}

export interface Codec {
  readonly functions: ReadonlyMap<string, Uint8Array>
  readonly events: ReadonlyMap<string, { readonly name: string; readonly inputs: readonly Parameter[] }>
  readonly errors: ReadonlyMap<string, { readonly name: string; readonly inputs: readonly Parameter[] }>
  /** The struct that the constructor takes. */
  readonly terms: readonly Parameter[]
}

export const codecOf = (abi: readonly unknown[]): Codec => {
  const functions = new Map<string, Uint8Array>()
  const events = new Map<string, { name: string; inputs: readonly Parameter[] }>()
  const errors = new Map<string, { name: string; inputs: readonly Parameter[] }>()
  let terms: readonly Parameter[] = []
  for (const { type, name = '', inputs = [] } of abi as Entry[]) {
    const hash = () => keccak256(new TextEncoder().encode(`${name}(${inputs.map(typeOf).join(',')})`))
    if (type === 'function') functions.set(name, hash().slice(0, 4))
    if (type === 'event') events.set(bytesToHex(hash()), { name, inputs })
    if (type === 'error') errors.set(bytesToHex(hash().slice(0, 4)), { name, inputs })
    if (type === 'constructor') terms = inputs.find((input) => input.components)?.components ?? []
  }
  return { functions, events, errors, terms }
}

const typeOf = ({ type, components }: Parameter): string =>
  components ? `(${components.map(typeOf).join(',')})${type.slice('tuple'.length)}` : type

/** A word, a document by its hash (with an empty URI), or bytes. */
export type Argument = bigint | { readonly document: bigint } | Uint8Array

export const callOf = (codec: Codec, name: string, args: readonly Argument[] = []): Uint8Array => {
  const selector = codec.functions.get(name)
  if (!selector) throw new Error(`the contract has no function ${name}`)
  return concat([selector, encode(args)])
}

export const encode = (args: readonly Argument[]): Uint8Array => {
  const heads: Uint8Array[] = []
  const tails: Uint8Array[] = []
  let offset = args.length * 32
  for (const arg of args) {
    if (typeof arg === 'bigint') {
      heads.push(word(arg))
      continue
    }
    const tail =
      arg instanceof Uint8Array
        ? concat([word(BigInt(arg.length)), arg, new Uint8Array((32 - (arg.length % 32)) % 32)])
        : concat([word(arg.document), word(64n), word(0n)])
    heads.push(word(BigInt(offset)))
    tails.push(tail)
    offset += tail.length
  }
  return concat([...heads, ...tails])
}

export const word = (value: bigint): Uint8Array => wordToBytes(BigInt.asUintN(256, value))

/** Words of an answer. */
export const wordAt = (bytes: Uint8Array, index: number): bigint =>
  bytesToWord(bytes.subarray(index * 32, index * 32 + 32))

export const concat = (parts: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

export type Shown = (address: string) => string

/** `Stated(arrears, 1000)`; undefined for an event that the ABI does not know. */
export const shownLog = ({ events }: Codec, { topics, data }: Log, shown: Shown): string | undefined => {
  const event = events.get(topics[0] ?? '')
  if (!event) return undefined
  let [topic, at] = [1, 0]
  const args = event.inputs.map(({ type, indexed }) => {
    if (indexed) return shownWord(type, BigInt(topics[topic++]!), shown)
    const value = wordAt(data, at++)
    // Of what is stated only the first word counts: a document's hash, or all of any other value.
    return type === 'bytes' ? String(wordAt(data, Number(value) / 32 + 1)) : shownWord(type, value, shown)
  })
  return `${event.name}(${args.join(', ')})`
}

/** Errors of tokens, which a deed passes on. */
const TOKEN_ERRORS = new Set(
  [
    'ERC20InsufficientBalance(address,uint256,uint256)',
    'ERC20InsufficientAllowance(address,uint256,uint256)',
    'ERC721IncorrectOwner(address,uint256,address)',
    'ERC721InsufficientApproval(address,uint256)',
  ].map((signature) => bytesToHex(keccak256(new TextEncoder().encode(signature)).slice(0, 4))),
)

/** `OutOfBounds(damage)` */
export const shownError = ({ errors }: Codec, output: Uint8Array, shown: Shown): string => {
  if (output.length < 4) return 'a revert without a reason'
  const selector = bytesToHex(output.subarray(0, 4))
  if (TOKEN_ERRORS.has(selector)) return 'ERC20InsufficientBalance'
  const error = errors.get(selector)
  if (!error) return `an unknown error ${bytesToHex(output)}`
  const data = output.subarray(4)
  return `${error.name}(${error.inputs.map(({ type }, i) => shownWord(type, wordAt(data, i), shown)).join(', ')})`
}

const shownWord = (type: string, value: bigint, shown: Shown): string => {
  if (type === 'address') return shown(addressOf(value))
  if (type !== 'bytes32') return String(value)
  const text = new TextDecoder().decode(word(value)).replace(/\0+$/, '')
  return /^[A-Za-z][A-Za-z0-9-]*$/.test(text) ? text : String(value)
}

const addressOf = (value: bigint): `0x${string}` => `0x${value.toString(16).padStart(40, '0')}`
export const addressWord = (address: `0x${string}`): bigint => BigInt(address)
