/** Where things lie in the module's memory. Elements have 80 bytes: five vectors; words are little-endian. */
const ELEMENT = 80
let end = 0
const room = (bytes: number): number => {
  const at = end
  end += Math.ceil(bytes / 16) * 16
  return at
}

export const INPUT = room(96) // r, s, hash
export const OUTPUT = room(64)
export const WORDS = room(32 * 16)
export const GCD = room(4 * 72)
export const DIGITS = room(8 * 136)
export const TEMPS = room(ELEMENT * 32)
export const ACC = room(2 * ELEMENT)
export const GZ = room(ELEMENT)
export const RATIO = room(ELEMENT)
export const TABLE = room(2 * 8 * ELEMENT)
export const ENTRIES_G = 1 << 10
export const FIXED = room(512)
export const CONSTANTS = room(4096)
export const TABLE_G = room(2 * ENTRIES_G * ELEMENT)
export const RATIOS_G = room(ENTRIES_G * ELEMENT)
export const PAGES = Math.ceil(end / 65536)
export { ELEMENT }
