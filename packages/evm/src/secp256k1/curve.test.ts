/**
 * One suite for both implementations, with Bitcoin Core's libsecp256k1 (@bitauth/libauth) and @noble/curves to judge.
 */
import { instantiateSecp256k1 } from '@bitauth/libauth/build/lib/crypto/secp256k1.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { describe, expect, test } from 'vitest'
import { type Random, randomOf } from '../../fuzz/random.ts'
import { bytesToHex, hexToBytes } from '../hex.ts'
import { bytesToWord, wordToBytes } from '../words.ts'
import { type Curve, N, type SignedHash } from './curve.ts'
import { BATCH } from './layout.ts'
import { nobleCurve } from './noble.ts'
import { createWasmCurve } from './wasm.ts'

const libsecp256k1 = await instantiateSecp256k1()
const { Point } = secp256k1
const P = Point.Fp.ORDER
const LAMBDA = 0x5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72n

const curves: [string, Curve, runs: number][] = [
  ['wasm', createWasmCurve()!, 4000],
  ['noble', nobleCurve, 150],
]

const modulo = (scalar: bigint): bigint => ((scalar % N) + N) % N
const inverse = (scalar: bigint): bigint => Point.Fn.inv(scalar)
const multiple = (scalar: bigint) => Point.BASE.multiply(modulo(scalar)).toAffine()

/** What libsecp256k1 recovers. */
function expected({ hash, yParity, r, s }: SignedHash): string | undefined {
  const signature = new Uint8Array([...wordToBytes(r), ...wordToBytes(s)])
  const key = libsecp256k1.recoverPublicKeyUncompressed(signature, yParity, hash)
  return typeof key === 'string' ? undefined : bytesToHex(key.subarray(1))
}

const hexOf = (key: Uint8Array | undefined): string | undefined => key && bytesToHex(key)

function wrong(curve: Curve, signatures: readonly SignedHash[]): SignedHash[] {
  const keys = curve.recover(signatures)
  expect(keys.length).toBe(signatures.length)
  return signatures.filter((signature, index) => hexOf(keys[index]) !== expected(signature)).slice(0, 3)
}

/** The signature of which comes a G + b R, if R = scalar G is the point that it names. */
function leadingTo(a: bigint, b: bigint, scalar: bigint): SignedHash {
  const { x, y } = multiple(scalar)
  return {
    hash: wordToBytes(modulo(-a * x)),
    yParity: Number(y & 1n) as 0 | 1,
    r: modulo(x),
    s: modulo(b * x),
  }
}

function anySignature(random: Random): SignedHash {
  const scalar = () => modulo(random.word() - 1n) || 1n
  return {
    hash: wordToBytes(random.word()),
    yParity: random.below(2) as 0 | 1,
    r: scalar(),
    s: scalar(),
  }
}

/**
 * Sums a G + b R with R = scalar G, where a and b are so small or so near to what belongs together that additions meet
 * a point that is there already, or its opposite.
 */
const HOSTILE = [1n, 2n, 3n, 15n, LAMBDA, LAMBDA + 1n, inverse(2n)].flatMap((scalar) =>
  [1n, 2n, 3n, 16n, 2n ** 64n, LAMBDA, 1n - LAMBDA].flatMap((b) => {
    const same = b * scalar
    return [0n, 1n, 2n, 2n ** 64n, LAMBDA, same, -same, 1n - same, -1n - same, 2n * same, -2n * same]
      .flatMap((a) => [leadingTo(a, b, scalar), leadingTo(-a, -b, scalar)])
      .filter(({ s }) => s !== 0n)
  }),
)

describe.each(curves)('%s', (_, curve, runs) => {
  test('whatever r, s and hash are, on the edge or anywhere', () => {
    const random = randomOf(4)
    expect(
      wrong(
        curve,
        Array.from({ length: runs }, () => anySignature(random)),
      ),
    ).toEqual([])
  })

  test('r and s of 1, of the order less 1 and round its half, and hashes of 0 and from the order on', () => {
    // 2, 3, 4 and 6 are the x of points, 5 and 7 are not.
    const rs = [1n, 2n, 3n, 4n, 5n, 6n, 7n, N - 1n, N - 2n, N / 2n, N / 2n + 1n, modulo(P), P - N, P - N - 1n]
    const hashes = [0n, 1n, N - 1n, N, N + 1n, P, 2n ** 256n - 1n]
    const signatures = rs.flatMap((r) =>
      [1n, 2n, N / 2n, N / 2n + 1n, N - 1n].flatMap((s) =>
        hashes.flatMap((hash) =>
          ([0, 1] as const).map((yParity) => ({ hash: wordToBytes(hash), yParity, r, s })),
        ),
      ),
    )
    expect(wrong(curve, runs > 1000 ? signatures : signatures.filter((_, i) => i % 9 === 0))).toEqual([])
  })

  test('sums that meet the same point again, its opposite, or infinity on the way', () => {
    const infinite = HOSTILE.filter((signature) => expected(signature) === undefined)
    expect(infinite.length).toBeGreaterThan(30)
    expect(wrong(curve, runs > 1000 ? HOSTILE : [...infinite.slice(0, 20), ...HOSTILE.slice(0, 50)])).toEqual(
      [],
    )
  })

  test('whoever signed is recovered', () => {
    const random = randomOf(5)
    for (let i = 0; i < runs / 20; i++) {
      const secret = modulo(random.word() - 1n) || 1n
      const hash = wordToBytes(random.word())
      const signed = curve.sign(hash, secret)
      expect(hexOf(curve.recover([{ hash, ...signed }])[0])).toBe(hexOf(curve.publicKey(secret)))
    }
  })

  test('signatures are those of RFC 6979, with the lower s', () => {
    const random = randomOf(6)
    for (let i = 0; i < runs / 20; i++) {
      const secret = modulo(random.word() - 1n) || 1n
      // libsecp256k1 takes the hash for the nonce as it is, the RFC modulo n.
      const hash = wordToBytes(modulo(random.word()))
      const { r, s, yParity } = curve.sign(hash, secret)
      const signed = libsecp256k1.signMessageHashRecoverableCompact(wordToBytes(secret), hash)
      if (typeof signed === 'string') throw new Error(signed)
      expect([
        bytesToWord(signed.signature.subarray(0, 32)),
        bytesToWord(signed.signature.subarray(32)),
      ]).toEqual([r, s])
      expect(signed.recoveryId).toBe(yParity)
    }
  })

  test('public keys', () => {
    const random = randomOf(7)
    const secrets = [1n, 2n, 3n, N - 1n, N - 2n, N / 2n, LAMBDA, N - LAMBDA, 2n ** 128n, 2n ** 255n]
    for (let i = 0; i < runs / 20; i++) secrets.push(modulo(random.word() - 1n) || 1n)
    const found = secrets.filter((secret) => {
      const key = libsecp256k1.derivePublicKeyUncompressed(wordToBytes(secret))
      return typeof key === 'string' || hexOf(curve.publicKey(secret)) !== bytesToHex(key.subarray(1))
    })
    expect(found).toEqual([])
  })
})

describe('wasm', () => {
  const curve = createWasmCurve()!

  test('this machine can run it', () => {
    expect(createWasmCurve()).toBeDefined()
  })

  test('a batch of any length, with some that have no key', () => {
    const random = randomOf(8)
    for (const length of [0, 1, 2, 3, BATCH - 1, BATCH, BATCH + 1, 2 * BATCH + 3]) {
      const signatures = Array.from({ length }, () => anySignature(random))
      const alone = signatures.map((signature) => hexOf(curve.recover([signature])[0]))
      expect(curve.recover(signatures).map(hexOf)).toEqual(alone)
      expect(alone).toEqual(signatures.map(expected))
    }
  })

  test('a batch in which nobody has a key, and one of infinities', () => {
    const random = randomOf(9)
    const none = Array.from({ length: 5 }, () => ({ ...anySignature(random), r: 5n }))
    expect(curve.recover(none)).toEqual(Array(5).fill(undefined))
    const infinite = [1n, 7n, LAMBDA].map((scalar) => leadingTo(-scalar, 1n, scalar))
    expect(curve.recover(infinite)).toEqual(Array(3).fill(undefined))
  })

  test('noble agrees', () => {
    const random = randomOf(10)
    const signatures = Array.from({ length: 100 }, () => anySignature(random))
    expect(curve.recover(signatures).map(hexOf)).toEqual(nobleCurve.recover(signatures).map(hexOf))
  })

  test('a hash from the order on is signed as the RFC says', () => {
    for (const word of [N, N + 1n, 2n ** 256n - 1n]) {
      const hash = wordToBytes(word)
      expect(curve.sign(hash, 12345n)).toEqual(nobleCurve.sign(hash, 12345n))
    }
  })

  test('what it says stays what it was when it is asked again', () => {
    const [first] = curve.recover([leadingTo(3n, 1n, 2n)])
    const hex = hexOf(first)
    curve.publicKey(99n)
    curve.recover([leadingTo(5n, 1n, 2n)])
    expect(hexOf(first)).toBe(hex)
    const { x, y } = multiple(5n)
    expect(hexToBytes(hex!)).toEqual(new Uint8Array([...wordToBytes(x), ...wordToBytes(y)]))
  })
})
