import { secp256k1 } from '@noble/curves/secp256k1.js'
import { describe, expect, test } from 'vitest'
import { randomOf } from '../fuzz/random.ts'
import { ELEMENT_BYTES } from './element.ts'
import { elementAt, modulo, OTHER, POINT, putElement, wasm, Z } from './module.fixture.ts'
import { BETA, G, LAMBDA, N, P } from './numbers.ts'
import { ADDED } from './point.ts'

const random = randomOf(3)
const multiple = (scalar: bigint) => secp256k1.Point.BASE.multiply(modulo(scalar, N)).toAffine()
const inverse = (value: bigint): bigint => secp256k1.Point.Fp.inv(value)

function putPoint({ x, y }: { x: bigint; y: bigint }, z: bigint): void {
  putElement(POINT, 0, modulo(x * z * z, P))
  putElement(POINT, 1, modulo(y * z * z * z, P))
  // Lane 0 may hold anything.
  putElement(Z, 0, random.word())
  putElement(Z, 1, z)
}

function pointThere(): { x: bigint; y: bigint } {
  const perZ = inverse(elementAt(Z, 1))
  const square = modulo(perZ * perZ, P)
  return {
    x: modulo(elementAt(POINT, 0) * square, P),
    y: modulo(elementAt(POINT, 1) * square * perZ, P),
  }
}

const scalar = (): bigint => modulo(random.word(), N - 1n) + 1n
/** Neither that nor its negative. */
function unlike(other: bigint): bigint {
  const found = scalar()
  return found === other || found === N - other ? unlike(other) : found
}

const z = (): bigint => modulo(random.word(), P - 1n) + 1n

test('the generator and the endomorphism', () => {
  expect(multiple(1n)).toEqual(G)
  expect(multiple(LAMBDA)).toEqual({ x: modulo(BETA * G.x, P), y: G.y })
})

test('doubling, once and more often', () => {
  for (let i = 0; i < 60; i++) {
    const a = scalar()
    const times = 1 + random.below(5)
    putPoint(multiple(a), z())
    wasm.double(POINT, times)
    expect(pointThere()).toEqual(multiple(a << BigInt(times)))
  }
})

const putOther = ({ x, y }: { x: bigint; y: bigint }): void => {
  putElement(OTHER, 0, x)
  putElement(OTHER, 1, y)
}

describe('adding', () => {
  test('a point or its negative', () => {
    for (let i = 0; i < 60; i++) {
      const a = scalar()
      const b = unlike(a)
      const isNegative = i % 2
      putPoint(multiple(a), z())
      putOther(multiple(b))
      expect(wasm.add(POINT, OTHER, isNegative, Z)).toBe(ADDED.sum)
      expect(pointThere()).toEqual(multiple(isNegative ? a - b : a + b))
    }
  })

  test('a point that is meant on a curve with another z', () => {
    const elsewhere = OTHER + ELEMENT_BYTES
    for (let i = 0; i < 20; i++) {
      const a = scalar()
      const b = unlike(a)
      const [own, unit] = [z(), z()]
      // On the curve of `unit` the sum's point has the z `own`, truly it is own * unit.
      const { x, y } = multiple(a)
      putPoint({ x: modulo(x * unit ** 2n, P), y: modulo(y * unit ** 3n, P) }, own)
      putOther(multiple(b))
      putElement(elsewhere, 1, modulo(own * unit, P))
      wasm.add(POINT, OTHER, 0, elsewhere)
      putElement(Z, 1, modulo(elementAt(Z, 1) * unit, P))
      expect(pointThere()).toEqual(multiple(a + b))
    }
  })

  test('itself and its opposite, which only says so', () => {
    for (const own of [1n, z(), z()]) {
      const a = scalar()
      putPoint(multiple(a), own)
      putOther(multiple(a))
      expect(wasm.add(POINT, OTHER, 0, Z)).toBe(ADDED.same)
      expect(wasm.add(POINT, OTHER, 1, Z)).toBe(ADDED.opposite)
      expect(pointThere()).toEqual(multiple(a))
    }
  })
})
