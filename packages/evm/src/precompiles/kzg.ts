/** 0x0a: verifies that a blob's polynomial has a value at a point (EIP-4844), by its KZG commitment and proof. */
import { bls12_381 } from '@noble/curves/bls12-381.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { hexToBytes } from '../hex.ts'
import { bytesToWord } from '../words.ts'
import type { Precompile } from './precompile.ts'

const { G1, G2, fields, pairingBatch } = bls12_381
const { Fp12, Fr } = fields

const INPUT_SIZE = 192
const VERSION_OF_KZG = 0x01

/** Input: versioned hash (32), z (32), y (32), commitment (48), proof (48). */
export const KZG_POINT_EVALUATION: Precompile = {
  name: 'KZG_POINT_EVALUATION',
  gas: () => 50000,
  run: (input) => {
    if (input.length !== INPUT_SIZE) return undefined
    const commitment = input.subarray(96, 144)
    const hash = sha256(commitment)
    hash[0] = VERSION_OF_KZG
    if (!hash.every((byte, index) => byte === input[index])) return undefined
    const z = bytesToWord(input.subarray(32, 64))
    const y = bytesToWord(input.subarray(64, 96))
    if (z >= Fr.ORDER || y >= Fr.ORDER) return undefined
    return verifies(commitment, z, y, input.subarray(144)) ? OUTPUT : undefined
  },
}

/** FIELD_ELEMENTS_PER_BLOB and the modulus of the scalars, 32 bytes each. */
const OUTPUT = hexToBytes(
  '0x000000000000000000000000000000000000000000000000000000000000100073eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001',
)

/**
 * [tau]G2 of the mainnet's trusted setup (the KZG ceremony of 2023): the second of `g2_monomial` in
 * consensus-specs `presets/mainnet/trusted_setups/trusted_setup_4096.json`. Verification needs no other.
 */
const TAU_G2 =
  '0xb5bfd7dd8cdeb128843bc287230af38926187075cbfbefa81009a2ce615ac53d2914e5870cb452d2afaaab24f3499f72185cbfee53492714734429b7b38608e23926c911cceceac9a36851477ba4c60b087041de621000edc98edada20c1def2'

let tauG2: typeof G2.Point.ZERO | undefined

/** e(commitment - [y]G1 + [z]proof, G2) = e(proof, [tau]G2): the EIP's equation with one point of G2 constant. */
function verifies(commitmentBytes: Uint8Array, z: bigint, y: bigint, proofBytes: Uint8Array): boolean {
  const commitment = readG1(commitmentBytes)
  const proof = readG1(proofBytes)
  if (commitment === undefined || proof === undefined) return false
  tauG2 ??= G2.Point.fromBytes(hexToBytes(TAU_G2))
  const left = commitment.subtract(G1.Point.BASE.multiplyUnsafe(y)).add(proof.multiplyUnsafe(z))
  const pairs = [
    { g1: left, g2: G2.Point.BASE },
    { g1: proof.negate(), g2: tauG2 },
  ].filter(({ g1 }) => !g1.is0())
  return pairs.length === 0 || Fp12.eql(pairingBatch(pairs), Fp12.ONE)
}

/** A compressed point of the prime-order group; infinity is one. */
function readG1(bytes: Uint8Array): typeof G1.Point.ZERO | undefined {
  try {
    const point = G1.Point.fromBytes(bytes)
    if (!point.is0()) point.assertValidity()
    return point
  } catch {
    return undefined // Not a point, or not of the group: how the library says no.
  }
}
