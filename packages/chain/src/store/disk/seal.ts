import { crc32 } from 'node:zlib'

/**
 * Every value ends with the CRC-32 of key and value, so that bit rot is found when it is read, and a value
 * under another's key too. LevelDB has checksums of its own, which are not looked at in ordinary reads.
 * Measured: 0.5 µs for 300 bytes.
 */
export const seal = (key: Uint8Array, value: Uint8Array): Uint8Array => {
  const sealed = new Uint8Array(value.length + CHECKSUM_BYTES)
  sealed.set(value)
  new DataView(sealed.buffer).setUint32(value.length, crc32(value, crc32(key)))
  return sealed
}

/** The value, or `undefined` where it is not what was sealed under this key. */
export const unseal = (key: Uint8Array, sealed: Uint8Array): Uint8Array | undefined => {
  const length = sealed.length - CHECKSUM_BYTES
  if (length < 0) return undefined
  const value = sealed.subarray(0, length)
  const checksum = new DataView(sealed.buffer, sealed.byteOffset).getUint32(length)
  return checksum === crc32(value, crc32(key)) ? value : undefined
}

const CHECKSUM_BYTES = 4
