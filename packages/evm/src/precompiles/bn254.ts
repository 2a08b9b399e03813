/**
 * 0x06 to 0x08: addition, multiplication and pairing on alt_bn128 (EIP-196, 197), repriced by EIP-1108.
 *
 * With @noble/curves an addition takes 0.05 ms, a multiplication 0.35 ms, a pairing check of two pairs 13 ms.
 * rustbn-wasm takes 0.03, 0.17 and 9.4 ms, mcl-wasm 3 ms a pair; both start asynchronously, with 30 and 100 ms
 * of work that most runs would do in vain.
 */
import { bn254 } from '@noble/curves/bn254.js'
import { bytesToWord, wordToBytes } from '../words.ts'
import { type Precompile, padded } from './precompile.ts'

const { G1, G2, fields, pairingBatch } = bn254
type G1Point = typeof G1.Point.ZERO
type G2Point = typeof G2.Point.ZERO

interface Price {
  readonly add: number
  readonly multiply: number
  readonly pairing: number
  readonly pair: number
}

export const BN254_BYZANTIUM = bn254At({ add: 500, multiply: 40000, pairing: 100000, pair: 80000 })
/** EIP-1108. */
export const BN254_ISTANBUL = bn254At({ add: 150, multiply: 6000, pairing: 45000, pair: 34000 })

/** A point is x and y of 32 bytes, infinity is zeros; in G2 the imaginary part of a coordinate comes first. */
function bn254At(price: Price): { add: Precompile; multiply: Precompile; pairing: Precompile } {
  return {
    add: {
      name: 'BN254_ADD',
      gas: () => price.add,
      run: (input) => {
        const a = readG1(padded(input, 0, 64))
        const b = readG1(padded(input, 64, 64))
        return a === undefined || b === undefined ? undefined : writeG1(a.add(b))
      },
    },
    multiply: {
      name: 'BN254_MUL',
      gas: () => price.multiply,
      run: (input) => {
        const point = readG1(padded(input, 0, 64))
        if (point === undefined) return undefined
        return writeG1(point.multiplyUnsafe(bytesToWord(padded(input, 64, 32)) % fields.Fr.ORDER))
      },
    },
    pairing: {
      name: 'BN254_PAIRING',
      gas: (input) => price.pairing + price.pair * Math.floor(input.length / PAIR_SIZE),
      run: (input) => {
        if (input.length % PAIR_SIZE !== 0) return undefined
        const pairs: { g1: G1Point; g2: G2Point }[] = []
        for (let offset = 0; offset < input.length; offset += PAIR_SIZE) {
          const g1 = readG1(input.subarray(offset, offset + 64))
          const g2 = readG2(input.subarray(offset + 64, offset + PAIR_SIZE))
          if (g1 === undefined || g2 === undefined) return undefined
          if (!g1.is0() && !g2.is0()) pairs.push({ g1, g2 })
        }
        const isOne = pairs.length === 0 || fields.Fp12.eql(pairingBatch(pairs), fields.Fp12.ONE)
        return wordToBytes(isOne ? 1n : 0n)
      },
    },
  }
}

const PAIR_SIZE = 192

function readG1(bytes: Uint8Array): G1Point | undefined {
  const x = bytesToWord(bytes.subarray(0, 32))
  const y = bytesToWord(bytes.subarray(32, 64))
  if (x >= fields.Fp.ORDER || y >= fields.Fp.ORDER) return undefined
  if (x === 0n && y === 0n) return G1.Point.ZERO
  return valid(() => G1.Point.fromAffine({ x, y }))
}

function readG2(bytes: Uint8Array): G2Point | undefined {
  const words = [0, 32, 64, 96].map((offset) => bytesToWord(bytes.subarray(offset, offset + 32)))
  if (words.some((word) => word >= fields.Fp.ORDER)) return undefined
  if (words.every((word) => word === 0n)) return G2.Point.ZERO
  const [xImaginary, xReal, yImaginary, yReal] = words as [bigint, bigint, bigint, bigint]
  const x = fields.Fp2.create({ c0: xReal, c1: xImaginary })
  const y = fields.Fp2.create({ c0: yReal, c1: yImaginary })
  return valid(() => G2.Point.fromAffine({ x, y }))
}

/** The point if it is on the curve and in the group of prime order. */
function valid<P extends { assertValidity(): void }>(make: () => P): P | undefined {
  try {
    const point = make()
    point.assertValidity()
    return point
  } catch {
    return undefined
  }
}

function writeG1(point: G1Point): Uint8Array {
  const output = new Uint8Array(64)
  if (point.is0()) return output
  const { x, y } = point.toAffine()
  output.set(wordToBytes(x), 0)
  output.set(wordToBytes(y), 32)
  return output
}
