/** Where the module of ./module.ts and ./recover.ts put what they tell each other. The generator uses these figures too. */

/** A signature and whose it is; {@link BATCH} of them lie side by side from {@link RECORDS} on. */
export const RECORD = {
  /** Words of 32 bytes, as four little-endian limbs. */
  r: 0,
  s: 32,
  /** 32 bytes, big-endian. */
  hash: 64,
  /** Whether y is odd, 32 bits. */
  yParity: 96,
  /** 32 bits: 0 if there is no public key. */
  isValid: 100,
  /** x and y, 64 bytes, big-endian. */
  publicKey: 112,
  /** What only the module uses begins here. */
  end: 176,
} as const

/** Bytes from one record to the next. */
export const STRIDE = 560
export const RECORDS = 0
export const BATCH = 64
