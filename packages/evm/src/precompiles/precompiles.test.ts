import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FORKS } from '../forks.ts'
import { bytesToHex, hexToBytes } from '../hex.ts'
import { keccak256 } from '../keccak.ts'
import { privateKeyToAddress, signHash } from '../secp256k1.ts'
import { wordToAddress, wordToBytes } from '../words.ts'
import { compressPlainly } from './blake2f.ts'
import { precompilesAt } from './table.ts'

const at = (address: number, fork: (typeof FORKS)[number] = 'Osaka') =>
  precompilesAt(fork).get(wordToAddress(BigInt(address)))!
const run = (address: number, input: string) => {
  const output = at(address).run(hexToBytes(input))
  return output === undefined ? undefined : bytesToHex(output)
}
const words = (...values: (bigint | number)[]) =>
  values.map((v) => BigInt(v).toString(16).padStart(64, '0')).join('')
const text = (value: string) => bytesToHex(new TextEncoder().encode(value))

test('how many precompiles each fork has', () => {
  const counts = FORKS.map((fork) => precompilesAt(fork).size)
  expect(counts).toEqual([4, 4, 4, 4, 8, 8, 8, 9, 9, 9, 9, 9, 10, 17, 18])
})

test('no input makes a precompile throw, and what it costs is a number', () => {
  const sizes = [0, 1, 32, 64, 96, 128, 160, 192, 213, 256, 288, 384, 512, 576]
  const input = fc.constantFrom(...sizes).chain((size) =>
    fc.oneof(
      fc.uint8Array({ minLength: size, maxLength: size }),
      // Mostly zeros, so that lengths, paddings and points at infinity are met.
      fc.array(fc.tuple(fc.nat(Math.max(0, size - 1)), fc.nat(255)), { maxLength: 3 }).map((set) => {
        const bytes = new Uint8Array(size)
        for (const [index, byte] of set) if (index < size) bytes[index] = byte
        return bytes
      }),
    ),
  )
  for (const [address, precompile] of precompilesAt('Osaka')) {
    fc.assert(
      fc.property(input, (bytes) => {
        const gas = precompile.gas(bytes)
        expect(gas).toBeGreaterThanOrEqual(0)
        // As in a call: what cannot be paid for does not run.
        if (gas > 1_000_000) return
        const output = precompile.run(bytes)
        expect(output === undefined || output instanceof Uint8Array, address).toBe(true)
      }),
      { numRuns: 25 },
    )
  }
})

describe('ECRECOVER', () => {
  const key = wordToBytes(0xa11cen)
  const hash = keccak256(Uint8Array.of(1, 2, 3))
  const { yParity, r, s } = signHash(hash, key)

  test('recovers who signed', () => {
    const input = `${bytesToHex(hash)}${words(27 + yParity, BigInt(r), BigInt(s))}`
    expect(run(1, input)).toBe(`0x${'00'.repeat(12)}${privateKeyToAddress(key).slice(2)}`)
  })

  test.each([0, 1, 26, 29, 27n + (1n << 64n)])('answers nothing for a v of %s', (v) => {
    expect(run(1, `${bytesToHex(hash)}${words(v, BigInt(r), BigInt(s))}`)).toBe('0x')
  })
})

test('SHA-256, RIPEMD-160 and identity: published digests, and gas by the word', () => {
  expect(run(2, text('abc'))).toBe('0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  expect(run(3, text('abc'))).toBe(`0x${'00'.repeat(12)}8eb208f7e05d987a9b044a8e98c6b087f15a0bfc`)
  expect(run(4, '0x010203')).toBe('0x010203')
  const gas = (address: number, size: number) => at(address).gas(new Uint8Array(size))
  expect([gas(2, 0), gas(2, 1), gas(2, 33)]).toEqual([60, 72, 84])
  expect([gas(3, 0), gas(3, 32), gas(3, 33)]).toEqual([600, 720, 840])
  expect([gas(4, 0), gas(4, 32), gas(4, 33)]).toEqual([15, 18, 21])
})

describe('MODEXP', () => {
  const P = 2n ** 256n - 2n ** 32n - 977n

  test('the examples of EIP-198', () => {
    // 3^(p-1) = 1 mod p, by Fermat.
    expect(run(5, `0x${words(1, 32, 32)}03${words(P - 1n, P)}`)).toBe(`0x${words(1)}`)
    // A base of length zero is zero.
    expect(run(5, `0x${words(0, 32, 32)}${words(P - 1n, P)}`)).toBe(`0x${words(0)}`)
    // 3^0xffff mod 2^255, with input beyond the modulus ignored.
    expect(run(5, `0x${words(1, 2, 32)}03ffff80${'00'.repeat(31)}07`)).toBe(
      '0x3b01b01ac41f2d6e917c6d6a221ce793802469026d9ab7578fa2e79e4da6aaab',
    )
    // The same where the input ends after the first byte of the modulus.
    expect(run(5, `0x${words(1, 2, 32)}03ffff80`)).toBe(
      '0x3b01b01ac41f2d6e917c6d6a221ce793802469026d9ab7578fa2e79e4da6aaab',
    )
  })

  test('agrees with repeated multiplication', () => {
    const small = fc.bigInt({ min: 0n, max: 2n ** 128n })
    fc.assert(
      fc.property(small, fc.nat(200), small, (base, exponent, modulus) => {
        let expected = modulus > 1n ? 1n : 0n
        for (let i = 0; i < exponent && modulus > 1n; i++) expected = (expected * base) % modulus
        expect(run(5, `0x${words(32, 32, 32)}${words(base, exponent, modulus)}`)).toBe(`0x${words(expected)}`)
      }),
    )
  })

  test('since EIP-7823 an operand over 1024 bytes fails, and lengths of 2^256 are never paid for', () => {
    const input = hexToBytes(`0x${words(1025, 1, 1)}`)
    expect(at(5, 'Prague').run(input)).toEqual(Uint8Array.of(0))
    expect(at(5, 'Osaka').run(input)).toBeUndefined()
    const huge = hexToBytes(`0x${words(2n ** 256n - 1n, 2n ** 256n - 1n, 2n ** 256n - 1n)}`)
    for (const fork of ['Byzantium', 'Berlin', 'Osaka'] as const) {
      expect(at(5, fork).gas(huge)).toBeGreaterThan(2 ** 64)
    }
  })
})

describe('alt_bn128', () => {
  const G = words(1, 2)
  const P = 21888242871839275222246405745257275088696311157297823662689037894645226208583n

  test('doubling by addition is multiplication by two; a point and its negative are nothing', () => {
    const doubled = run(6, `0x${G}${G}`)
    expect(doubled).toBe(run(7, `0x${G}${words(2)}`))
    expect(doubled).not.toBe(`0x${words(0, 0)}`)
    expect(run(6, `0x${G}${words(1, P - 2n)}`)).toBe(`0x${words(0, 0)}`)
    expect(run(6, '0x')).toBe(`0x${words(0, 0)}`)
  })

  test('what is no point, or no field element, fails', () => {
    expect(run(6, `0x${words(1, 1)}`)).toBeUndefined()
    expect(run(7, `0x${words(1n + P, 2)}`)).toBeUndefined()
    expect(run(8, '0x00')).toBeUndefined()
    expect(run(8, '0x')).toBe(`0x${words(1)}`)
  })
})

test('P256VERIFY: nothing for a key that is no point, for zeros, for other lengths', () => {
  for (const size of [0, 159, 160, 161]) expect(run(0x100, bytesToHex(new Uint8Array(size)))).toBe('0x')
  expect(run(0x100, bytesToHex(new Uint8Array(160).fill(1)))).toBe('0x')
})

test('KZG: the polynomial zero is zero everywhere, and nowhere else', () => {
  const infinity = `c0${'00'.repeat(47)}`
  const versionedHash = `0x01${run(2, `0x${infinity}`)!.slice(4)}`
  const valid = `${versionedHash}${words(5, 0)}${infinity}${infinity}`
  expect(run(10, valid)).toBe(
    `0x${words(4096, 52435875175126190479447740508185965837690552500527637822603658699938581184513n)}`,
  )
  expect(run(10, `${versionedHash}${words(5, 1)}${infinity}${infinity}`)).toBeUndefined()
  expect(run(10, valid.replace('0x01', '0x02'))).toBeUndefined()
})

test('BLAKE2F by WebAssembly and without it is the same', () => {
  const word = fc.uint8Array({ minLength: 208, maxLength: 208 })
  fc.assert(
    fc.property(fc.nat(40), word, fc.nat(1), (rounds, state, isLast) => {
      const input = Uint8Array.of(0, 0, 0, rounds, ...state, isLast)
      expect(at(9).run(input)).toEqual(compressPlainly(input))
    }),
  )
})
