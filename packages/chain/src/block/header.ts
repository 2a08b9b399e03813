import { type Hash, type Hex, keccakHash } from '@deed/evm'
import { bytesToHex } from '../hex.ts'
import { encodeRlp, type RlpInput, type RlpItem } from '../rlp.ts'
import { asAddress, asBytes, asHash, asList, asScalar, asSized, FieldError } from './fields.ts'
import type { Header } from './types.ts'

/** keccak256 of the RLP of no uncles. */
export const EMPTY_UNCLES_HASH: Hash = '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347'

/** The block's hash; computed once per object. */
export const headerHash = (header: Header): Hash => {
  let hash = HASHES.get(header)
  if (hash === undefined) {
    hash = keccakHash(encodeHeader(header))
    HASHES.set(header, hash)
  }
  return hash
}

export const encodeHeader = (header: Header): Uint8Array => encodeRlp(headerItem(header))

/** The header as RLP has it inside a block. */
export const headerItem = (header: Header): RlpInput => {
  const items: RlpInput[] = []
  for (const [key] of FIELDS) {
    const value = header[key]
    // Fields of later forks come last, so the first that is absent ends the list.
    if (value === undefined) break
    items.push(value)
  }
  return items
}

/** Throws {@link FieldError}. Which fields must be there is a rule of the fork. */
export const readHeader = (item: RlpItem | undefined, what = 'header'): Header => {
  const items = asList(item, what)
  if (items.length < REQUIRED_FIELDS || items.length > FIELDS.length) {
    const message = `${what} has ${items.length} fields; ${REQUIRED_FIELDS} to ${FIELDS.length} are expected`
    throw new FieldError('WRONG_COUNT', message)
  }
  const header: Record<string, unknown> = {}
  items.forEach((field, index) => {
    const [key, read] = FIELDS[index]!
    header[key] = read(field, `${what} ${key}`)
  })
  return header as unknown as Header
}

/** Hash of a block's uncles (Yellow Paper: ommers hash). */
export const unclesHash = (uncles: readonly Header[]): Hash =>
  uncles.length === 0 ? EMPTY_UNCLES_HASH : keccakHash(encodeRlp(uncles.map(headerItem)))

const HASHES = new WeakMap<Header, Hash>()

type ReadField = (item: RlpItem, what: string) => Uint8Array | Hex | bigint

const hash: ReadField = (item, what) => asHash(item, what)
const address: ReadField = (item, what) => asAddress(item, what)
const word: ReadField = (item, what) => asScalar(item, 256, what)
const uint64: ReadField = (item, what) => asScalar(item, 64, what)
const bytes: ReadField = (item, what) => asBytes(item, what)
const sized =
  (length: number): ReadField =>
  (item, what) =>
    asSized(item, length, what)
const sizedHex =
  (length: number): ReadField =>
  (item, what) =>
    bytesToHex(asSized(item, length, what))

const FIELDS: readonly (readonly [keyof Header, ReadField])[] = [
  ['parentHash', hash],
  ['unclesHash', hash],
  ['beneficiary', address],
  ['stateRoot', hash],
  ['transactionsRoot', hash],
  ['receiptsRoot', hash],
  ['logsBloom', sized(256)],
  ['difficulty', word],
  ['number', uint64],
  ['gasLimit', uint64],
  ['gasUsed', uint64],
  ['timestamp', uint64],
  ['extraData', bytes],
  ['mixHash', hash],
  ['nonce', sizedHex(8)],
  ['baseFeePerGas', word],
  ['withdrawalsRoot', hash],
  ['blobGasUsed', uint64],
  ['excessBlobGas', uint64],
  ['parentBeaconBlockRoot', hash],
  ['requestsHash', hash],
]

const REQUIRED_FIELDS = 15
