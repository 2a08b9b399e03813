import type { Hash } from '@deed/evm'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '../hex.ts'
import type { Request } from './types.ts'

/**
 * What a header commits to of its block's requests: sha256 of the sha256 of each type byte with its data, in
 * the order of types, leaving out those without data (EIP-7685).
 */
export const requestsHash = (requests: readonly Request[]): Hash => {
  const outer = sha256.create()
  for (const { type, data } of requests) {
    if (data.length > 0) outer.update(sha256.create().update(Uint8Array.of(type)).update(data).digest())
  }
  return bytesToHex(outer.digest())
}
