/** Hashes of typed structured data: EIP-712. */
import { keccak256 } from '@deed/evm'
import { bytesToHex, hexToBytes, wordToHash } from '../hex.ts'
import {
  address,
  boolean,
  bytes,
  type Decoder,
  isObject,
  list,
  object,
  record,
  refuse,
  text,
} from './decode.ts'

/** Types of one document and members of one type. */
const MAX_MEMBERS = 256
/** Structs within structs and lists within lists. */
const MAX_NESTING = 32
const MAX_ELEMENTS = 100_000

/**
 * The 32 bytes to sign for a document `{types, primaryType, domain, message}`, given as an object or as its
 * JSON text, as wallets do. Throws an RpcError that names the member which does not fit its type.
 */
export const hashTypedData = (document: unknown): Uint8Array => {
  const at = 'argument 1 (typedData)'
  const { types, primaryType, domain, message } = DOCUMENT(parse(document, at), at)
  const withDomain = types.has(DOMAIN) ? types : new Map([...types, [DOMAIN, domainMembers(domain)]])
  const encoder: Encoder = { types: withDomain, typeHashes: new Map() }
  const separator = hashStruct(encoder, DOMAIN, domain, `${at}.domain`, 0)
  if (primaryType === DOMAIN) return keccak256(concat([MAGIC, separator]))
  return keccak256(concat([MAGIC, separator, hashStruct(encoder, primaryType, message, `${at}.message`, 0)]))
}

/** Refuses a document whose types have lists: version 3 of `eth_signTypedData` knows none. */
export const refuseLists = (document: unknown): void => {
  const at = 'argument 1 (typedData)'
  for (const [name, members] of DOCUMENT(parse(document, at), at).types)
    for (const { type } of members)
      if (type.includes('['))
        refuse(`${at}.types.${name}`, 'no lists: use eth_signTypedData_v4 for them', type)
}

interface Member {
  readonly name: string
  readonly type: string
}
type Types = ReadonlyMap<string, readonly Member[]>

interface Encoder {
  readonly types: Types
  readonly typeHashes: Map<string, Uint8Array>
}

const hashStruct = (
  encoder: Encoder,
  type: string,
  value: unknown,
  at: string,
  depth: number,
): Uint8Array => {
  const members = encoder.types.get(type)
  if (members === undefined) return refuse(at, `a type that is declared in types`, type)
  if (!isObject(value)) return refuse(at, `an object of type ${type}`, value)
  const words = members.map((member) =>
    encodeValue(encoder, member.type, value[member.name], `${at}.${member.name}`, depth + 1),
  )
  return keccak256(concat([typeHash(encoder, type), ...words]))
}

/** A value as the 32 bytes that stand for it in its struct. */
const encodeValue = (
  encoder: Encoder,
  type: string,
  value: unknown,
  at: string,
  depth: number,
): Uint8Array => {
  if (depth > MAX_NESTING) return refuse(at, `at most ${MAX_NESTING} levels`, depth)
  const array = /^(.*)\[(\d*)\]$/.exec(type)
  if (array !== null) {
    const items = list(
      (item, itemAt) => encodeValue(encoder, array[1]!, item, itemAt, depth + 1),
      MAX_ELEMENTS,
    )(value, at)
    if (array[2] !== '' && items.length !== Number(array[2]))
      return refuse(at, `${array[2]} entries`, items.length)
    return keccak256(concat(items))
  }
  // A struct that is not there counts as zero, as every wallet does it.
  if (encoder.types.has(type))
    return value === undefined || value === null
      ? new Uint8Array(32)
      : hashStruct(encoder, type, value, at, depth)
  return encodeAtom(type, value, at)
}

const encodeAtom = (type: string, value: unknown, at: string): Uint8Array => {
  if (type === 'string') return keccak256(new TextEncoder().encode(text(value, at)))
  if (type === 'bytes') return keccak256(bytes(value, at))
  if (type === 'bool') return word(boolean(value, at) ? 1n : 0n)
  if (type === 'address') return word(BigInt(address(value, at)))
  const fixed = /^bytes(\d{1,2})$/.exec(type)
  if (fixed !== null) {
    const size = Number(fixed[1])
    const data = bytes(value, at)
    if (size < 1 || size > 32 || data.length !== size) return refuse(at, `${type}: ${size} bytes`, value)
    const padded = new Uint8Array(32)
    padded.set(data)
    return padded
  }
  const whole = /^(u?)int(\d{0,3})$/.exec(type)
  if (whole === null) return refuse(at, 'a type that EIP-712 knows or types declares', type)
  return encodeInteger(value, whole[1] === 'u', Number(whole[2] || 256), type, at)
}

const encodeInteger = (
  value: unknown,
  unsigned: boolean,
  bits: number,
  type: string,
  at: string,
): Uint8Array => {
  const isNumeric =
    (typeof value === 'number' && Number.isSafeInteger(value)) ||
    (typeof value === 'string' && /^(-?\d{1,78}|0x[0-9a-fA-F]{1,64})$/.test(value))
  if (!isNumeric || bits % 8 !== 0 || bits < 8 || bits > 256)
    return refuse(at, `a number of type ${type}`, value)
  const number = BigInt(value as number | string)
  const fits = unsigned ? BigInt.asUintN(bits, number) === number : BigInt.asIntN(bits, number) === number
  return fits ? word(BigInt.asUintN(256, number)) : refuse(at, `a number that fits ${type}`, value)
}

const typeHash = (encoder: Encoder, type: string): Uint8Array => {
  let hash = encoder.typeHashes.get(type)
  if (hash === undefined) {
    hash = keccak256(new TextEncoder().encode(describe(encoder.types, type)))
    encoder.typeHashes.set(type, hash)
  }
  return hash
}

/** `Mail(Person from,Person to)Person(string name)`: the type, then all it needs in alphabetical order. */
const describe = (types: Types, type: string): string => {
  const needed = new Set<string>()
  const visit = (name: string): void => {
    if (needed.has(name) || !types.has(name)) return
    needed.add(name)
    for (const member of types.get(name)!) visit(member.type.replace(/\[.*$/, ''))
  }
  visit(type)
  needed.delete(type)
  return [type, ...[...needed].sort()]
    .map(
      (name) =>
        `${name}(${types
          .get(name)!
          .map((member) => `${member.type} ${member.name}`)
          .join(',')})`,
    )
    .join('')
}

/** The domain's type where the document does not declare it: the fields that are there, in their order. */
const domainMembers = (domain: Record<string, unknown>): readonly Member[] =>
  [
    { name: 'name', type: 'string' },
    { name: 'version', type: 'string' },
    { name: 'chainId', type: 'uint256' },
    { name: 'verifyingContract', type: 'address' },
    { name: 'salt', type: 'bytes32' },
  ].filter(({ name }) => domain[name] !== undefined)

const parse = (document: unknown, at: string): unknown => {
  if (typeof document !== 'string') return document
  try {
    return JSON.parse(document)
  } catch {
    return refuse(at, 'an object or its JSON', document)
  }
}

const anObject: Decoder<Record<string, unknown>> = (value, at) =>
  isObject(value) ? value : refuse(at, 'an object', value)

const DOCUMENT = object({
  types: record(text, list(object({ name: text, type: text }), MAX_MEMBERS), MAX_MEMBERS),
  primaryType: text,
  domain: anObject,
  message: anObject,
})

const DOMAIN = 'EIP712Domain'
const MAGIC = hexToBytes('0x1901')

const word = (value: bigint): Uint8Array => hexToBytes(wordToHash(value))

const concat = (parts: readonly Uint8Array[]): Uint8Array =>
  hexToBytes(`0x${parts.map((part) => bytesToHex(part).slice(2)).join('')}`)
