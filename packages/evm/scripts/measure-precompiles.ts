/**
 * Precompiles as the newest fork has them, in alternation: `node packages/evm/scripts/measure-precompiles.ts [ROUNDS]`. Printed are the
 * median and the least in microseconds of processor a call, and how much gas goes by in a second: a block is as slow as its slowest.
 */
import { bls12_381 } from '@noble/curves/bls12-381.js'
import { bn254 } from '@noble/curves/bn254.js'
import { p256 } from '@noble/curves/nist.js'
import { hexToBytes, keccak256, type Precompile, precompilesAt, signHash } from '../src/index.ts'
import { wordToAddress, wordToBytes } from '../src/words.ts'

const rounds = Number(process.argv[2] ?? 7)
/** The system counts processor time in ticks of 1 to 4 ms. */
const ROUND_MICROSECONDS = 80_000
/** Asking for the time takes 1 µs. */
const AT_A_TIME = 10

/** Bytes that look random and are the same each time. */
const some = (size: number): Uint8Array => {
  const bytes = new Uint8Array(size)
  for (let at = 0; at < size; at += 32)
    bytes.set(keccak256(wordToBytes(BigInt(at))).subarray(0, size - at), at)
  return bytes
}
const join = (...parts: (Uint8Array | bigint)[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...(typeof part === 'bigint' ? wordToBytes(part) : part)]))
const times = (count: number, bytes: Uint8Array): Uint8Array =>
  join(...Array.from({ length: count }, () => bytes))

const KEY = some(32)
const HASH = keccak256(KEY)
const { yParity, r, s } = signHash(HASH, KEY)

const padded = (element: bigint): Uint8Array => join(new Uint8Array(16), hexToBytes(hex(element, 48)))
const hex = (element: bigint, size: number) =>
  `0x${element.toString(16).padStart(2 * size, '0')}` as `0x${string}`
const bnG1 = bn254.G1.Point.BASE.toAffine()
const bnG2 = bn254.G2.Point.BASE.toAffine()
const blsG1 = bls12_381.G1.Point.BASE.toAffine()
const blsG2 = bls12_381.G2.Point.BASE.toAffine()
const BN_G1 = join(bnG1.x, bnG1.y)
const BN_PAIR = join(BN_G1, bnG2.x.c1, bnG2.x.c0, bnG2.y.c1, bnG2.y.c0)
const BLS_G1 = join(padded(blsG1.x), padded(blsG1.y))
const BLS_G2 = join(padded(blsG2.x.c0), padded(blsG2.x.c1), padded(blsG2.y.c0), padded(blsG2.y.c1))

const p256Keys = p256.keygen(some(48))
const p256Point = p256.Point.fromBytes(p256Keys.publicKey).toBytes(false).subarray(1)
const p256Signature = p256.sign(HASH, p256Keys.secretKey, { prehash: false })

/** geth's example of a proof. */
const KZG_PROOF = hexToBytes(
  `0x${[
    '01e798154708fe7789429634053cbf9f99b619f9f084048927333fce637f549b564c0a11a0f704f4fc3e8acfe0f8245f',
    '0ad1347b378fbf96e206da11a5d3630624d25032e67a7e6a4910df5834b8fe70e6bcfeeac0352434196bdf4b2485d5a1',
    '8f59a8d2a1a625a17f3fea0fe5eb8c896db3764f3185481bc22f91b4aaffcca25f26936857bc3a7c2539ea8ec3a952b7',
    '873033e038326e87ed3e1276fd140253fa08e9fc25fb2d9a98527fc22a2c9612fbeafdad446cbc7bcdbdcd780af2c16a',
  ].join('')}`,
)

/** Name, address, input. */
const ROWS: readonly (readonly [string, number, Uint8Array])[] = [
  ['ecrecover', 1, join(HASH, BigInt(27 + yParity), BigInt(r), BigInt(s))],
  ['sha256, 32 bytes', 2, some(32)],
  ['sha256, 4096 bytes', 2, some(4096)],
  ['ripemd160, 32 bytes', 3, some(32)],
  ['modexp, 32 bytes each', 5, join(32n, 32n, 32n, some(96))],
  ['modexp, 256 bytes each', 5, join(256n, 256n, 256n, some(768))],
  ['modexp, 256 bytes, e = 65537', 5, join(256n, 3n, 256n, some(256), hexToBytes('0x010001'), some(256))],
  ['bn254 add', 6, join(BN_G1, BN_G1)],
  ['bn254 multiply', 7, join(BN_G1, some(32))],
  ['bn254 pairing, 2', 8, times(2, BN_PAIR)],
  ['blake2f, 12 rounds', 9, join(hexToBytes('0x0000000c'), some(208), new Uint8Array(1))],
  ['blake2f, 10,000 rounds', 9, join(hexToBytes('0x00002710'), some(208), new Uint8Array(1))],
  ['KZG point evaluation', 10, KZG_PROOF],
  ['BLS12-381 G1 add', 11, times(2, BLS_G1)],
  ['BLS12-381 G1 MSM, 1', 12, join(BLS_G1, some(32))],
  ['BLS12-381 G1 MSM, 16', 12, times(16, join(BLS_G1, some(32)))],
  ['BLS12-381 G2 add', 13, times(2, BLS_G2)],
  ['BLS12-381 G2 MSM, 1', 14, join(BLS_G2, some(32))],
  ['BLS12-381 pairing, 2', 15, times(2, join(BLS_G1, BLS_G2))],
  ['BLS12-381 map to G1', 16, padded(BigInt(5))],
  ['BLS12-381 map to G2', 17, join(padded(5n), padded(6n))],
  ['P256 verify', 256, join(HASH, p256Signature, p256Point)],
]

const table = precompilesAt('Osaka')
const measured = ROWS.map(([name, address, input]) => ({
  name,
  input,
  precompile: table.get(wordToAddress(BigInt(address)))!,
  microseconds: [] as number[],
}))
for (let round = -1; round < rounds; round++) {
  for (const { precompile, input, microseconds } of measured) {
    const each = once(precompile, input)
    if (round >= 0) microseconds.push(each)
  }
}
for (const { name, precompile, input, microseconds } of measured) {
  microseconds.sort((a, b) => a - b)
  const median = microseconds[microseconds.length >> 1]!
  const gas = precompile.gas(input)
  console.log(
    `${name.padEnd(30)} ${median.toFixed(2).padStart(10)} µs ${microseconds[0]!.toFixed(2).padStart(10)} least ${String(gas).padStart(8)} gas ${(gas / median).toFixed(0).padStart(6)} Mgas/s`,
  )
}

function once({ run }: Precompile, input: Uint8Array): number {
  const start = now()
  let calls = 0
  do {
    for (let i = 0; i < AT_A_TIME; i++)
      if (run(input) === undefined) throw new Error('The precompile failed: it was not measured at its work.')
    calls += AT_A_TIME
  } while (now() - start < ROUND_MICROSECONDS)
  return (now() - start) / calls
}

/** Of this thread. */
function now(): number {
  const { user, system } = process.threadCpuUsage()
  return user + system
}
