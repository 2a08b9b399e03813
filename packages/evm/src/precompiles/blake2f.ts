/**
 * 0x09: the compression function F of BLAKE2b (RFC 7693, section 3.2) with a number of rounds (EIP-152). WebAssembly of our
 * own (../../assembly/blake2f.ts) takes 22 ns a round; where it may not be compiled, JavaScript takes 150 to 220.
 */
import { decodeModule } from '../wasm/decode.ts'
import { MODULE } from './blake2f-module.ts'
import type { Precompile } from './precompile.ts'

const INPUT_SIZE = 213

/** Input: rounds (4 bytes, big-endian), h (64), m (128), t (16), final flag (1). One gas a round. */
export const BLAKE2F: Precompile = {
  name: 'BLAKE2F',
  gas: (input) => (input.length === INPUT_SIZE ? viewOf(input).getUint32(0) : 0),
  run: (input) => {
    if (input.length !== INPUT_SIZE || input[212]! > 1) return undefined
    return compress(input)
  },
}

let compress = (input: Uint8Array): Uint8Array => {
  // Not while this file loads: few runs have a use for it.
  compress = createCompress()
  return compress(input)
}

interface Exports {
  readonly memory: WebAssembly.Memory
  /** Where h, m and t lie, as they do in the input. */
  readonly state: WebAssembly.Global
  compress(rounds: number, isLast: number): void
}

function instantiate(): Exports | undefined {
  try {
    const module = new WebAssembly.Module(decodeModule(MODULE))
    return new WebAssembly.Instance(module).exports as unknown as Exports
  } catch {
    return undefined
  }
}

function createCompress(): (input: Uint8Array) => Uint8Array {
  const exports = instantiate()
  if (exports === undefined) return compressPlainly
  const bytes = new Uint8Array(exports.memory.buffer)
  const at = exports.state.value as number
  return (input) => {
    bytes.set(input.subarray(4, 212), at)
    exports.compress(viewOf(input).getUint32(0), input[212]!)
    return bytes.slice(at, at + 64)
  }
}

/** Where WebAssembly may not be compiled. */
export function compressPlainly(input: Uint8Array): Uint8Array {
  const view = viewOf(input)
  const v = new Uint32Array(32)
  const m = new Uint32Array(32)
  for (let i = 0; i < 16; i++) v[i] = view.getUint32(4 + 4 * i, true)
  v.set(IV, 16)
  for (let i = 0; i < 4; i++) v[24 + i]! ^= view.getUint32(196 + 4 * i, true)
  if (input[212] === 1) {
    v[28]! ^= 0xffffffff
    v[29]! ^= 0xffffffff
  }
  for (let i = 0; i < 32; i++) m[i] = view.getUint32(68 + 4 * i, true)

  const rounds = view.getUint32(0)
  for (let round = 0; round < rounds; round++) mixAll(v, m, SIGMA[round % 10]!)

  const output = new Uint8Array(64)
  const outputView = viewOf(output)
  for (let i = 0; i < 16; i++) {
    outputView.setUint32(4 * i, view.getUint32(4 + 4 * i, true) ^ v[i]! ^ v[16 + i]!, true)
  }
  return output
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)

/** 64-bit words as pairs of 32 bits, low first, for bigints would be allocated at every step. 0.15 µs a round. */
function mixAll(v: Uint32Array, m: Uint32Array, sigma: readonly number[]): void {
  mix(v, 0, 8, 16, 24, m, sigma[0]!, sigma[1]!)
  mix(v, 2, 10, 18, 26, m, sigma[2]!, sigma[3]!)
  mix(v, 4, 12, 20, 28, m, sigma[4]!, sigma[5]!)
  mix(v, 6, 14, 22, 30, m, sigma[6]!, sigma[7]!)
  mix(v, 0, 10, 20, 30, m, sigma[8]!, sigma[9]!)
  mix(v, 2, 12, 22, 24, m, sigma[10]!, sigma[11]!)
  mix(v, 4, 14, 16, 26, m, sigma[12]!, sigma[13]!)
  mix(v, 6, 8, 18, 28, m, sigma[14]!, sigma[15]!)
}

/** G of RFC 7693, section 3.1; `a` to `d` and `x`, `y` are places of low halves. */
function mix(
  v: Uint32Array,
  a: number,
  b: number,
  c: number,
  d: number,
  m: Uint32Array,
  x: number,
  y: number,
): void {
  let al = v[a]!
  let ah = v[a + 1]!
  let bl = v[b]!
  let bh = v[b + 1]!
  let cl = v[c]!
  let ch = v[c + 1]!
  let dl = v[d]!
  let dh = v[d + 1]!

  let sum = al + bl + m[x]!
  ah = (ah + bh + m[x + 1]! + carry(sum)) >>> 0
  al = sum >>> 0
  // d = (d ^ a) >>> 32
  let low = dl ^ al
  dl = (dh ^ ah) >>> 0
  dh = low >>> 0
  sum = cl + dl
  ch = (ch + dh + carry(sum)) >>> 0
  cl = sum >>> 0
  // b = (b ^ c) >>> 24
  low = bl ^ cl
  let high = bh ^ ch
  bl = ((low >>> 24) | (high << 8)) >>> 0
  bh = ((high >>> 24) | (low << 8)) >>> 0

  sum = al + bl + m[y]!
  ah = (ah + bh + m[y + 1]! + carry(sum)) >>> 0
  al = sum >>> 0
  // d = (d ^ a) >>> 16
  low = dl ^ al
  high = dh ^ ah
  dl = ((low >>> 16) | (high << 16)) >>> 0
  dh = ((high >>> 16) | (low << 16)) >>> 0
  sum = cl + dl
  ch = (ch + dh + carry(sum)) >>> 0
  cl = sum >>> 0
  // b = (b ^ c) >>> 63
  low = bl ^ cl
  high = bh ^ ch
  bl = ((low << 1) | (high >>> 31)) >>> 0
  bh = ((high << 1) | (low >>> 31)) >>> 0

  v[a] = al
  v[a + 1] = ah
  v[b] = bl
  v[b + 1] = bh
  v[c] = cl
  v[c + 1] = ch
  v[d] = dl
  v[d + 1] = dh
}

/** What a sum of 32-bit halves carries: 0, 1 or 2. */
const carry = (sum: number): number => (sum / 0x100000000) | 0

/** Fractions of the square roots of the first eight primes, as SHA-512; low half first. */
const IV = Uint32Array.of(
  ...[
    [0xf3bcc908, 0x6a09e667],
    [0x84caa73b, 0xbb67ae85],
    [0xfe94f82b, 0x3c6ef372],
    [0x5f1d36f1, 0xa54ff53a],
    [0xade682d1, 0x510e527f],
    [0x2b3e6c1f, 0x9b05688c],
    [0xfb41bd6b, 0x1f83d9ab],
    [0x137e2179, 0x5be0cd19],
  ].flat(),
)

/** The message schedule, as places of low halves. */
const SIGMA: readonly (readonly number[])[] = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
  [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
  [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
  [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
  [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
].map((row) => row.map((word) => 2 * word))
