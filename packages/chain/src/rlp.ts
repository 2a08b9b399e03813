import type { Hex } from '@deed/evm'

/**
 * Recursive Length Prefix, the encoding of everything that Ethereum hashes or sends (Yellow Paper,
 * appendix B).
 */

/** What can be encoded: bytes, bytes as {@link Hex}, a scalar (shortest big-endian bytes), or a list. */
export type RlpInput = Uint8Array | Hex | bigint | readonly RlpInput[]

/** What decoding gives. Byte strings are views of the input, not copies. */
export type RlpItem = Uint8Array | readonly RlpItem[]

/** A block nests six deep (block, transactions, transaction, access list, entry, keys). */
export const MAX_DEPTH = 64

/** Twice what an Osaka block may have with its transactions' data at 2^24 gas; older ones are far smaller. */
const MAX_BYTES = 64 * 1024 * 1024

/** Encodes in one pass, from the last byte to the first, so that a length is known when it is written. */
export const encodeRlp = (input: RlpInput): Uint8Array => {
  start = scratch.length
  write(input)
  const encoded = scratch.slice(start)
  if (scratch.length > KEPT_SCRATCH_BYTES) scratch = new Uint8Array(KEPT_SCRATCH_BYTES)
  return encoded
}

/**
 * Decodes exactly one item that fills `bytes`; only its one canonical encoding is accepted. Throws
 * {@link RlpError}.
 */
export const decodeRlp = (bytes: Uint8Array): RlpItem => {
  if (bytes.length > MAX_BYTES) {
    throw new RlpError('DEED_RLP_TOO_LARGE', 0, `${bytes.length} bytes, at most ${MAX_BYTES} are read`)
  }
  const end = rlpItemEnd(bytes, 0)
  if (end !== bytes.length)
    throw new RlpError('DEED_RLP_SIZE', end, `${bytes.length - end} bytes follow the item`)
  return read({ bytes, at: 0 }, end, 0)
}

/** Where the item that starts at `offset` ends; reads only its prefix. Throws {@link RlpError}. */
export const rlpItemEnd = (bytes: Uint8Array, offset: number): number => {
  const reader: Reader = { bytes, at: offset }
  return readPrefix(reader, bytes.length) + reader.at
}

export type RlpErrorCode =
  /** The input ends inside a prefix. */
  | 'DEED_RLP_EOF'
  /** An item is longer than what holds it, or something follows the last one. */
  | 'DEED_RLP_SIZE'
  /** There is a shorter encoding of the same item. */
  | 'DEED_RLP_NOT_CANONICAL'
  | 'DEED_RLP_TOO_DEEP'
  | 'DEED_RLP_TOO_LARGE'

export class RlpError extends Error {
  override readonly name = 'RlpError'
  readonly code: RlpErrorCode
  /** Position in the input. */
  readonly offset: number
  /** Indexes of the lists that hold the bad item, outermost first. */
  readonly path: number[] = []

  constructor(code: RlpErrorCode, offset: number, what: string) {
    super(`Not valid RLP at byte ${offset}: ${what}`)
    this.code = code
    this.offset = offset
  }
}

// --- Encoding ---------------------------------------------------------------------------------------------

const KEPT_SCRATCH_BYTES = 1 << 17

/** Output is built at the end of this buffer and copied out; encoding is synchronous, so one is enough. */
let scratch = new Uint8Array(KEPT_SCRATCH_BYTES)
/** First byte written. */
let start = scratch.length

const write = (input: RlpInput): void => {
  if (input instanceof Uint8Array) writeBytes(input)
  else if (typeof input === 'bigint') writeScalar(input)
  else if (typeof input === 'string') writeHex(input)
  else {
    const end = start
    // `end` counts from the back, because growing the buffer moves everything by the same distance.
    const behind = scratch.length - end
    for (let i = input.length - 1; i >= 0; i--) write(input[i]!)
    writePrefix(0xc0, scratch.length - behind - start)
  }
}

const writeBytes = (bytes: Uint8Array): void => {
  reserve(bytes.length + 9)
  start -= bytes.length
  scratch.set(bytes, start)
  if (bytes.length !== 1 || bytes[0]! >= 0x80) writePrefix(0x80, bytes.length)
}

const writeHex = (hex: Hex): void => {
  const length = (hex.length - 2) >> 1
  reserve(length + 9)
  start -= length
  for (let i = 0, at = 2; i < length; i++, at += 2) {
    scratch[start + i] = (digit(hex.charCodeAt(at)) << 4) | digit(hex.charCodeAt(at + 1))
  }
  if (length !== 1 || scratch[start]! >= 0x80) writePrefix(0x80, length)
}

const writeScalar = (value: bigint): void => {
  reserve(64)
  if (value < 0x80n) {
    scratch[--start] = value === 0n ? 0x80 : Number(value)
  } else if (value <= MAX_SAFE) {
    let rest = Number(value)
    const end = start
    for (; rest > 0; rest = Math.floor(rest / 256)) scratch[--start] = rest & 0xff
    writePrefix(0x80, end - start)
  } else {
    const digits = value.toString(16)
    writeHex(digits.length % 2 === 0 ? `0x${digits}` : `0x0${digits}`)
  }
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER)

/** `base` is 0x80 for bytes, 0xc0 for lists. */
const writePrefix = (base: number, length: number): void => {
  reserve(9)
  if (length < 56) {
    scratch[--start] = base + length
    return
  }
  const end = start
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) scratch[--start] = rest & 0xff
  const size = end - start
  scratch[--start] = base + 55 + size
}

const reserve = (length: number): void => {
  if (start >= length) return
  const used = scratch.length - start
  const grown = new Uint8Array(Math.max(scratch.length * 2, used + length))
  grown.set(scratch.subarray(start), grown.length - used)
  scratch = grown
  start = grown.length - used
}

/** Value of one lower-case or upper-case hexadecimal digit. */
const digit = (charCode: number): number => (charCode & 0xf) + (charCode >> 6) * 9

// --- Decoding ---------------------------------------------------------------------------------------------

interface Reader {
  readonly bytes: Uint8Array
  at: number
}

const read = (reader: Reader, limit: number, depth: number): RlpItem => {
  const { bytes } = reader
  const isList = bytes[reader.at]! >= 0xc0
  const length = readPrefix(reader, limit)
  const end = reader.at + length
  if (!isList) {
    reader.at = end
    return bytes.subarray(end - length, end)
  }
  if (depth === MAX_DEPTH) {
    throw new RlpError('DEED_RLP_TOO_DEEP', reader.at, `lists nest deeper than ${MAX_DEPTH}`)
  }
  const items: RlpItem[] = []
  try {
    while (reader.at < end) items.push(read(reader, end, depth + 1))
  } catch (error) {
    if (error instanceof RlpError) error.path.unshift(items.length)
    throw error
  }
  return items
}

/** Reads the prefix of an item that must end by `limit`; returns its length and leaves `at` on its content. */
const readPrefix = (reader: Reader, limit: number): number => {
  const { bytes, at } = reader
  if (at >= limit) throw new RlpError('DEED_RLP_EOF', at, 'an item is missing')
  const prefix = bytes[at]!
  if (prefix < 0x80) return 1
  const short = prefix & 0x3f
  let length = short
  reader.at = at + 1
  if (short > 55) length = readLength(reader, short - 55, limit)
  else if (prefix === 0x81 && at + 1 < limit && bytes[at + 1]! < 0x80) {
    throw new RlpError('DEED_RLP_NOT_CANONICAL', at, 'a byte below 0x80 stands for itself, without a prefix')
  }
  if (length > limit - reader.at) {
    throw new RlpError('DEED_RLP_SIZE', at, `length ${length}, but only ${limit - reader.at} bytes are left`)
  }
  return length
}

const readLength = (reader: Reader, size: number, limit: number): number => {
  const { bytes, at } = reader
  if (at + size > limit) throw new RlpError('DEED_RLP_EOF', at, `a length of ${size} bytes is cut off`)
  if (bytes[at] === 0) throw new RlpError('DEED_RLP_NOT_CANONICAL', at, 'a length begins with a zero byte')
  let length = 0
  // Above 2^53 this rounds, which does not matter: no input is that long.
  for (let i = 0; i < size; i++) length = length * 256 + bytes[at + i]!
  if (length < 56) throw new RlpError('DEED_RLP_NOT_CANONICAL', at, `length ${length} fits into the prefix`)
  reader.at = at + size
  return length
}
