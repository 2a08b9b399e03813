import type { Hex } from '@deed/evm'

export { bytesToHex, bytesToWord as bytesToBigint, hexToBytes, wordToHash } from '@deed/evm'

/** Shortest lower-case hexadecimal, as JSON-RPC writes quantities: `0x0`, `0x1f`. */
export const quantity = (value: bigint | number): Hex => `0x${value.toString(16)}`
