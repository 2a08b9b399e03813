/**
 * 0x0b to 0x11: BLS12-381 (EIP-2537): additions, multi-scalar multiplications, pairing, maps to the curve.
 *
 * With @noble/curves a multiplication takes 0.7 ms in G1 and 1.4 ms in G2, a map 1.4 and 5 ms, a pairing 25 ms.
 * mcl-wasm takes 0.24, 0.52 and 2.8 ms for multiplications and pairing, but starts asynchronously, in 50 to
 * 100 ms that most runs would spend in vain, and holds one curve at a time.
 */
import { pippenger } from '@noble/curves/abstract/curve.js'
import { bls12_381 } from '@noble/curves/bls12-381.js'
import { bytesToWord, wordToBytes } from '../words.ts'
import { G1_DISCOUNTS, G2_DISCOUNTS } from './bls12381discounts.ts'
import type { Precompile } from './precompile.ts'

const { G1, G2, fields, pairingBatch } = bls12_381
const { Fp, Fp2, Fp12, Fr } = fields
type G1Point = typeof G1.Point.ZERO
type G2Point = typeof G2.Point.ZERO

/** A field element takes 64 bytes, the upper 16 zero. */
const FP_SIZE = 64
const G1_SIZE = 2 * FP_SIZE
const G2_SIZE = 4 * FP_SIZE
const SCALAR_SIZE = 32

export const BLS12381 = {
  g1Add: add('BLS12_G1ADD', 375, G1_SIZE, readG1, writeG1),
  g1Msm: multiply('BLS12_G1MSM', 12000, G1_SIZE, readG1InGroup, writeG1, (points, scalars) =>
    pippenger(G1.Point, points, scalars),
  ),
  g2Add: add('BLS12_G2ADD', 600, G2_SIZE, readG2, writeG2),
  g2Msm: multiply('BLS12_G2MSM', 22500, G2_SIZE, readG2InGroup, writeG2, (points, scalars) =>
    pippenger(G2.Point, points, scalars),
  ),
  pairing: {
    name: 'BLS12_PAIRING_CHECK',
    gas: (input) => 37700 + 32600 * Math.floor(input.length / (G1_SIZE + G2_SIZE)),
    run: pairing,
  },
  mapFpToG1: {
    name: 'BLS12_MAP_FP_TO_G1',
    gas: () => 5500,
    run: (input) => {
      const u = input.length === FP_SIZE ? readFp(input, 0) : undefined
      return u === undefined ? undefined : writeG1(mapToG1(u))
    },
  },
  mapFp2ToG2: {
    name: 'BLS12_MAP_FP2_TO_G2',
    gas: () => 23800,
    run: (input) => {
      if (input.length !== 2 * FP_SIZE) return undefined
      const c0 = readFp(input, 0)
      const c1 = readFp(input, FP_SIZE)
      if (c0 === undefined || c1 === undefined) return undefined
      return writeG2(mapToG2([c0, c1]))
    },
  },
} satisfies Record<string, Precompile>

/** The library's types say affine coordinates; what comes is a point, its cofactor cleared (RFC 9380). */
const mapToG1 = G1.mapToCurve as unknown as (u: bigint) => G1Point
const mapToG2 = G2.mapToCurve as unknown as (u: readonly [bigint, bigint]) => G2Point

interface Point<P> {
  add(other: P): P
  multiplyUnsafe(scalar: bigint): P
  is0(): boolean
}

type Reader<P> = (input: Uint8Array, offset: number) => P | undefined

/** Addition asks for points on the curve, but not in the subgroup. */
function add<P extends Point<P>>(
  name: string,
  gas: number,
  size: number,
  read: Reader<P>,
  write: (point: P) => Uint8Array,
): Precompile {
  return {
    name,
    gas: () => gas,
    run: (input) => {
      if (input.length !== 2 * size) return undefined
      const a = read(input, 0)
      const b = read(input, size)
      return a === undefined || b === undefined ? undefined : write(a.add(b))
    },
  }
}

function multiply<P extends Point<P>>(
  name: string,
  gasOfOne: number,
  pointSize: number,
  read: Reader<P>,
  write: (point: P) => Uint8Array,
  sumOf: (points: P[], scalars: bigint[]) => P,
): Precompile {
  const size = pointSize + SCALAR_SIZE
  const discounts = pointSize === G1_SIZE ? G1_DISCOUNTS : G2_DISCOUNTS
  return {
    name,
    gas: (input) => {
      const count = Math.floor(input.length / size)
      if (count === 0) return 0
      const discount = discounts[Math.min(count, discounts.length) - 1]!
      return Math.floor((count * gasOfOne * discount) / 1000)
    },
    run: (input) => {
      if (input.length === 0 || input.length % size !== 0) return undefined
      const points: P[] = []
      const scalars: bigint[] = []
      for (let offset = 0; offset < input.length; offset += size) {
        const point = read(input, offset)
        if (point === undefined) return undefined
        points.push(point)
        scalars.push(bytesToWord(input.subarray(offset + pointSize, offset + size)) % Fr.ORDER)
      }
      return write(points.length === 1 ? points[0]!.multiplyUnsafe(scalars[0]!) : sumOf(points, scalars))
    },
  }
}

function pairing(input: Uint8Array): Uint8Array | undefined {
  const size = G1_SIZE + G2_SIZE
  if (input.length === 0 || input.length % size !== 0) return undefined
  const pairs: { g1: G1Point; g2: G2Point }[] = []
  for (let offset = 0; offset < input.length; offset += size) {
    const g1 = readG1InGroup(input, offset)
    const g2 = readG2InGroup(input, offset + G1_SIZE)
    if (g1 === undefined || g2 === undefined) return undefined
    if (!g1.is0() && !g2.is0()) pairs.push({ g1, g2 })
  }
  const isOne = pairs.length === 0 || Fp12.eql(pairingBatch(pairs), Fp12.ONE)
  return wordToBytes(isOne ? 1n : 0n)
}

/** `undefined` for padding that is not zero or a number that is not below the modulus. */
function readFp(input: Uint8Array, offset: number): bigint | undefined {
  for (let i = offset; i < offset + 16; i++) if (input[i] !== 0) return undefined
  const element = bytesToWord(input.subarray(offset + 16, offset + FP_SIZE))
  return element < Fp.ORDER ? element : undefined
}

function readG1(input: Uint8Array, offset: number): G1Point | undefined {
  const x = readFp(input, offset)
  const y = readFp(input, offset + FP_SIZE)
  if (x === undefined || y === undefined) return undefined
  if (x === 0n && y === 0n) return G1.Point.ZERO
  const { b } = G1.Point.CURVE()
  if (!Fp.eql(Fp.sqr(y), Fp.add(Fp.mul(Fp.sqr(x), x), b))) return undefined
  return G1.Point.fromAffine({ x, y })
}

function readG2(input: Uint8Array, offset: number): G2Point | undefined {
  const parts: bigint[] = []
  for (let i = 0; i < 4; i++) {
    const part = readFp(input, offset + i * FP_SIZE)
    if (part === undefined) return undefined
    parts.push(part)
  }
  if (parts.every((part) => part === 0n)) return G2.Point.ZERO
  const [x0, x1, y0, y1] = parts as [bigint, bigint, bigint, bigint]
  const x = Fp2.create({ c0: x0, c1: x1 })
  const y = Fp2.create({ c0: y0, c1: y1 })
  const { b } = G2.Point.CURVE()
  if (!Fp2.eql(Fp2.sqr(y), Fp2.add(Fp2.mul(Fp2.sqr(x), x), b))) return undefined
  return G2.Point.fromAffine({ x, y })
}

function readG1InGroup(input: Uint8Array, offset: number): G1Point | undefined {
  const point = readG1(input, offset)
  return point?.isTorsionFree() === true ? point : undefined
}

function readG2InGroup(input: Uint8Array, offset: number): G2Point | undefined {
  const point = readG2(input, offset)
  return point?.isTorsionFree() === true ? point : undefined
}

function writeG1(point: G1Point): Uint8Array {
  const output = new Uint8Array(G1_SIZE)
  if (point.is0()) return output
  const { x, y } = point.toAffine()
  output.set(Fp.toBytes(x), 16)
  output.set(Fp.toBytes(y), FP_SIZE + 16)
  return output
}

function writeG2(point: G2Point): Uint8Array {
  const output = new Uint8Array(G2_SIZE)
  if (point.is0()) return output
  const { x, y } = point.toAffine()
  for (const [index, part] of [x.c0, x.c1, y.c0, y.c1].entries()) {
    output.set(Fp.toBytes(part), index * FP_SIZE + 16)
  }
  return output
}
