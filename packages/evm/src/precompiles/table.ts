/** Which precompiles a fork has, by address: each fork's table is the last one's with its changes. */
import type { Address } from '../engine.ts'
import { FORKS, type Fork } from '../forks.ts'
import { wordToAddress } from '../words.ts'
import { BLAKE2F } from './blake2f.ts'
import { BLS12381 } from './bls12381.ts'
import { BN254_BYZANTIUM, BN254_ISTANBUL } from './bn254.ts'
import { ECRECOVER } from './ecrecover.ts'
import { IDENTITY, RIPEMD160, SHA256 } from './hashes.ts'
import { KZG_POINT_EVALUATION } from './kzg.ts'
import { MODEXP_BERLIN, MODEXP_BYZANTIUM, MODEXP_OSAKA } from './modexp.ts'
import { P256VERIFY } from './p256verify.ts'
import type { Precompile } from './precompile.ts'

export type PrecompileTable = ReadonlyMap<Address, Precompile>

export const precompilesAt = (fork: Fork): PrecompileTable => TABLES.get(fork)!

const CHANGES: Partial<Record<Fork, Readonly<Record<number, Precompile>>>> = {
  Frontier: { 1: ECRECOVER, 2: SHA256, 3: RIPEMD160, 4: IDENTITY },
  // EIP-196, 197, 198
  Byzantium: {
    5: MODEXP_BYZANTIUM,
    6: BN254_BYZANTIUM.add,
    7: BN254_BYZANTIUM.multiply,
    8: BN254_BYZANTIUM.pairing,
  },
  // EIP-152, 1108
  Istanbul: {
    6: BN254_ISTANBUL.add,
    7: BN254_ISTANBUL.multiply,
    8: BN254_ISTANBUL.pairing,
    9: BLAKE2F,
  },
  // EIP-2565
  Berlin: { 5: MODEXP_BERLIN },
  // EIP-4844
  Cancun: { 10: KZG_POINT_EVALUATION },
  // EIP-2537
  Prague: {
    11: BLS12381.g1Add,
    12: BLS12381.g1Msm,
    13: BLS12381.g2Add,
    14: BLS12381.g2Msm,
    15: BLS12381.pairing,
    16: BLS12381.mapFpToG1,
    17: BLS12381.mapFp2ToG2,
  },
  // EIP-7823 and 7883, EIP-7951
  Osaka: { 5: MODEXP_OSAKA, 256: P256VERIFY },
}

const TABLES: ReadonlyMap<Fork, PrecompileTable> = derive()

function derive(): Map<Fork, PrecompileTable> {
  const tables = new Map<Fork, PrecompileTable>()
  let last: PrecompileTable = new Map()
  for (const fork of FORKS) {
    const next = new Map(last)
    for (const [address, precompile] of Object.entries(CHANGES[fork] ?? {})) {
      next.set(wordToAddress(BigInt(address)), precompile)
    }
    tables.set(fork, next)
    last = next
  }
  return tables
}
