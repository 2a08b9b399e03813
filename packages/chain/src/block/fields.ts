import { bytesToBigint, bytesToHex } from '../hex.ts'
import type { RlpItem } from '../rlp.ts'

/**
 * Readers for the fields of blocks and receipts. They throw {@link FieldError}; the decoders of this folder
 * return it as a value.
 */

export const asList = (item: RlpItem | undefined, what: string): readonly RlpItem[] => {
  if (item === undefined || item instanceof Uint8Array)
    throw new FieldError('NOT_A_LIST', `${what} is no list`)
  return item
}

export const asBytes = (item: RlpItem | undefined, what: string): Uint8Array => {
  if (!(item instanceof Uint8Array)) throw new FieldError('NOT_BYTES', `${what} is no byte string`)
  return item
}

/** Bytes of one exact length. */
export const asSized = (item: RlpItem | undefined, length: number, what: string): Uint8Array => {
  const bytes = asBytes(item, what)
  if (bytes.length === length) return bytes
  throw new FieldError('WRONG_LENGTH', `${what} has ${bytes.length} bytes; ${length} are expected`)
}

export const asAddress = (item: RlpItem | undefined, what: string) => bytesToHex(asSized(item, 20, what))

export const asHash = (item: RlpItem | undefined, what: string) => bytesToHex(asSized(item, 32, what))

/** A whole number of at most `bits` in shortest form. */
export const asScalar = (item: RlpItem | undefined, bits: 64 | 256, what: string): bigint => {
  const bytes = asBytes(item, what)
  if (bytes.length > bits / 8) {
    throw new FieldError(bits === 64 ? 'OVERFLOW_64' : 'OVERFLOW_256', `${what} is over ${bits} bits`)
  }
  if (bytes[0] === 0) throw new FieldError('LEADING_ZEROS', `${what} ${bytesToHex(bytes)} has leading zeros`)
  return bytesToBigint(bytes)
}

export type FieldErrorName =
  | 'NOT_A_LIST'
  | 'NOT_BYTES'
  | 'WRONG_LENGTH'
  | 'WRONG_COUNT'
  | 'WRONG_TYPE'
  | 'LEADING_ZEROS'
  | 'OVERFLOW_64'
  | 'OVERFLOW_256'

export class FieldError extends Error {
  override readonly name = 'FieldError'
  readonly code: `DEED_FIELD_${FieldErrorName}`
  constructor(name: FieldErrorName, message: string) {
    super(message)
    this.code = `DEED_FIELD_${name}`
  }
}
