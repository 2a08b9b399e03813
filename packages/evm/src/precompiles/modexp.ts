/** 0x05: base ** exponent % modulus of any size (EIP-198), priced anew by EIP-2565 and 7883, bounded by 7823. */
import { bytesToWord, wordToBytes } from '../words.ts'
import { NO_OUTPUT, type Precompile, padded } from './precompile.ts'

/**
 * A length beyond this is not paid for by any gas when it is the modulus's or the exponent's; a base so long
 * with an empty modulus is answered before it is read.
 */
const LENGTH_LIMIT = 2n ** 32n

/** The three lengths. */
const HEADER = 96

/** EIP-198, from Byzantium on. */
export const MODEXP_BYZANTIUM = modexp((sizes, head) => {
  const complexity = complexityEip198(max(sizes.base, sizes.modulus))
  return (complexity * max(iterations(sizes.exponent, head, 8n), 1n)) / 20n
})

/** EIP-2565, from Berlin on. */
export const MODEXP_BERLIN = modexp((sizes, head) => {
  const words = (max(sizes.base, sizes.modulus) + 7n) / 8n
  return max((words * words * max(iterations(sizes.exponent, head, 8n), 1n)) / 3n, 200n)
})

/** EIP-7883 and 7823, from Osaka on. */
export const MODEXP_OSAKA = modexp((sizes, head) => {
  const size = max(sizes.base, sizes.modulus)
  const words = (size + 7n) / 8n
  const complexity = size <= 32n ? 16n : 2n * words * words
  return max(complexity * max(iterations(sizes.exponent, head, 16n), 1n), 500n)
}, 1024n)

/** In bytes. */
interface Sizes {
  readonly base: bigint
  readonly exponent: bigint
  readonly modulus: bigint
}

function modexp(price: (sizes: Sizes, exponentHead: bigint) => bigint, maxSize = LENGTH_LIMIT): Precompile {
  return {
    name: 'MODEXP',
    gas: (input) => {
      const sizes = sizesOf(input)
      const head = readHead(input, sizes)
      // A price beyond 2^53 rounds, and is out of gas all the same: no input so large can be paid for.
      return Number(price(sizes, head))
    },
    run: (input) => {
      const sizes = sizesOf(input)
      if (max(max(sizes.base, sizes.modulus), sizes.exponent) > maxSize) return undefined
      const [base, exponent, modulus] = [Number(sizes.base), Number(sizes.exponent), Number(sizes.modulus)]
      if (modulus === 0) return NO_OUTPUT
      const n = bytesToInteger(padded(input, HEADER + base + exponent, modulus))
      if (n <= 1n) return new Uint8Array(modulus)
      const b = bytesToInteger(padded(input, HEADER, base))
      const e = padded(input, HEADER + base, exponent)
      return integerToBytes(power(b % n, e, n), modulus)
    },
  }
}

const sizesOf = (input: Uint8Array): Sizes => ({
  base: bytesToWord(padded(input, 0, 32)),
  exponent: bytesToWord(padded(input, 32, 32)),
  modulus: bytesToWord(padded(input, 64, 32)),
})

/** The first 32 bytes of the exponent, or all of it if it is shorter. */
function readHead(input: Uint8Array, { base, exponent }: Sizes): bigint {
  if (base >= BigInt(input.length)) return 0n
  return bytesToWord(padded(input, HEADER + Number(base), Number(exponent < 32n ? exponent : 32n)))
}

/** How often the exponent makes one square: by its highest bit, estimated from the first 32 bytes. */
function iterations(exponentSize: bigint, head: bigint, bitsPerByte: bigint): bigint {
  const headBits = head === 0n ? 0n : BigInt(head.toString(2).length - 1)
  return exponentSize <= 32n ? headBits : bitsPerByte * (exponentSize - 32n) + headBits
}

function complexityEip198(size: bigint): bigint {
  if (size <= 64n) return size * size
  if (size <= 1024n) return (size * size) / 4n + 96n * size - 3072n
  return (size * size) / 16n + 480n * size - 199680n
}

/** By squaring, from the highest bit of the exponent down. Three operands of 256 bytes: 33 ms, 4 ns a gas. */
function power(base: bigint, exponent: Uint8Array, modulus: bigint): bigint {
  let result = 1n
  let leading = true
  for (const byte of exponent) {
    if (leading && byte === 0) continue
    for (let bit = 0x80; bit > 0; bit >>= 1) {
      if (!leading) result = (result * result) % modulus
      if ((byte & bit) !== 0) {
        result = (result * base) % modulus
        leading = false
      }
    }
  }
  return result
}

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b)

/** By text: joining limbs one by one is quadratic, and these may be megabytes before Osaka. */
function bytesToInteger(bytes: Uint8Array): bigint {
  if (bytes.length <= 32) return bytesToWord(bytes)
  const hex: string[] = []
  for (const byte of bytes) hex.push(byte.toString(16).padStart(2, '0'))
  return BigInt(`0x${hex.join('')}`)
}

function integerToBytes(integer: bigint, size: number): Uint8Array {
  if (size === 32) return wordToBytes(integer)
  const hex = integer.toString(16).padStart(2 * size, '0')
  const bytes = new Uint8Array(size)
  for (let i = 0; i < size; i++) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16)
  return bytes
}
