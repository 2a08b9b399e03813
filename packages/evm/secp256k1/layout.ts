/** Where the module keeps what nobody else asks for, and how large its tables are. */
import { BATCH, RECORD, RECORDS, STRIDE } from '../src/secp256k1/layout.ts'
import { ELEMENT_BYTES } from './element.ts'

/**
 * Digits of the non-adjacent form, for G and for a point that is not known beforehand: 2^(width - 2) multiples each.
 */
export const G_WIDTH = 12
export const G_MULTIPLES = 2 ** (G_WIDTH - 2)
export const R_WIDTH = 5
export const R_MULTIPLES = 2 ** (R_WIDTH - 2)

/** No digit stands higher: halves of scalars are below 2^128. */
export const DIGITS_LENGTH = 130

/** In a record, beside what ../src/secp256k1/layout.ts names. */
export const PRIVATE = {
  /** Element: the point that x and the parity name. */
  point: RECORD.end,
  /** Elements: what was added up, and its z. */
  xy: RECORD.end + ELEMENT_BYTES,
  z: RECORD.end + 2 * ELEMENT_BYTES,
  /** Element: the product of the z so far. */
  zChain: RECORD.end + 3 * ELEMENT_BYTES,
  /** Words, little-endian: r, and the product of the r so far, then 1 / r. */
  r: RECORD.end + 4 * ELEMENT_BYTES,
  rChain: RECORD.end + 4 * ELEMENT_BYTES + 32,
} as const
if (PRIVATE.rChain + 32 > STRIDE) throw new Error('STRIDE')

let end = RECORDS + BATCH * STRIDE
const room = (bytes: number): number => {
  const address = end
  end += Math.ceil(bytes / 16) * 16
  return address
}

/** Element number k. */
export const ELEMENTS = (k: number): number => FIRST_ELEMENT + ELEMENT_BYTES * k
/** Word number k. */
export const WORDS = (k: number): number => FIRST_WORD + 32 * k

const FIRST_ELEMENT = room(24 * ELEMENT_BYTES)
const FIRST_WORD = room(8 * 32)

/** For four scalars side by side a signed digit of 16 bits each, by the power of two. */
export const DIGITS = room(8 * DIGITS_LENGTH)

/** The point that others are added to: (x, y), then z. */
export const SUM = room(2 * ELEMENT_BYTES)
/** By what the last addition multiplied its z. */
export const RATIO = room(ELEMENT_BYTES)
/** The z that all of R's multiples have, in both lanes. */
export const R_Z = room(ELEMENT_BYTES)

/** Of d, e, f and g (./inverse.ts). */
export const INVERSE = room(4 * 9 * 8)

/** Odd multiples, then these of lambda times the point. */
export const R_TABLE = room(2 * R_MULTIPLES * ELEMENT_BYTES)
export const G_TABLE = room(2 * G_MULTIPLES * ELEMENT_BYTES)
export const RATIOS = room(G_MULTIPLES * ELEMENT_BYTES)

/** Room for ./fixed.ts. */
export const FIXED_BYTES = 2048
export const FIXED_AT = room(FIXED_BYTES)

/** Vectors that instructions use lie where addresses are short: 2 % of all time. */
export const CONSTANTS = 0

export const PAGES = Math.ceil(end / 65_536)
