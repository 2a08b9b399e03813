/**
 * Where the module of ./module.ts and ./recover.ts put what they tell each other. The generator uses these figures too.
 */

/** A signature and whose it is, {@link BATCH} of them side by side from {@link RECORDS} on. Words are big-endian. */
export const RECORD = {
  r: 0,
  s: 32,
  hash: 64,
  /** 32 bits, little-endian: whether y is odd. */
  yParity: 96,
  /** The same: whether there is a public key. */
  isValid: 100,
  /** Two words, x and y. */
  publicKey: 112,
  /** What only the module uses begins here. */
  end: 176,
} as const

/** Bytes from one record to the next. */
export const STRIDE = 592
/** Before them lie the module's constants. */
export const RECORDS = 4096
export const BATCH = 64
