/**
 * Recovery, keys and signing on secp256k1 by ours, by @bitauth/libauth (Bitcoin Core's libsecp256k1 as WebAssembly) and
 * by @noble/curves: `node packages/evm/scripts/measure-secp256k1.ts [ROUNDS]`. Rounds alternate; printed are medians,
 * and the least, in microseconds an operation.
 */
import { instantiateSecp256k1 } from '@bitauth/libauth/build/lib/crypto/secp256k1.js'
import { hexToBytes, keccak256, privateKeyToAddress, recoverMany, signHash } from '../src/index.ts'
import { nobleCurve } from '../src/secp256k1/noble.ts'
import { bytesToWord, wordToBytes } from '../src/words.ts'

const COUNT = 256
const rounds = Number(process.argv[2] ?? 60)
/** A round of these takes so long that a fifth of them has to do. */
const SLOW = 'noble'

const libauth = await instantiateSecp256k1()
const items = Array.from({ length: COUNT }, (_, index) => {
  const key = keccak256(wordToBytes(BigInt(index)))
  const hash = keccak256(key)
  const { r, s, yParity } = signHash(hash, key)
  const signature = new Uint8Array([...hexToBytes(r), ...hexToBytes(s)])
  return { key, hash, secret: bytesToWord(key), signature, yParity, r: BigInt(r), s: BigInt(s) }
})
const batches = (size: number) =>
  Array.from({ length: COUNT / size }, (_, index) => items.slice(index * size, (index + 1) * size))
const [ones, fours] = [batches(1), batches(4)]

const MEASURED: Record<string, () => void> = {
  'recover: ours, one by one': () => ones.forEach(recoverMany),
  'recover: ours, by fours': () => fours.forEach(recoverMany),
  [`recover: ours, ${COUNT} at once`]: () => recoverMany(items),
  'recover: libauth': () => {
    for (const { signature, yParity, hash } of items)
      libauth.recoverPublicKeyUncompressed(signature, yParity, hash)
  },
  'recover: noble': () => nobleCurve.recover(items),
  'sign: ours': () => {
    for (const { hash, key } of items) signHash(hash, key)
  },
  'sign: libauth': () => {
    for (const { hash, key } of items) libauth.signMessageHashRecoverableCompact(key, hash)
  },
  'sign: noble': () => {
    for (const { hash, secret } of items) nobleCurve.sign(hash, secret)
  },
  'address of a key: ours': () => {
    for (const { key } of items) privateKeyToAddress(key)
  },
  'key: libauth': () => {
    for (const { key } of items) libauth.derivePublicKeyUncompressed(key)
  },
}

const times = Object.fromEntries(Object.keys(MEASURED).map((name) => [name, [] as number[]]))
for (let round = 0; round < rounds; round++)
  for (const [name, run] of Object.entries(MEASURED)) {
    if (name.includes(SLOW) && round % 5 !== 0) continue
    const begin = performance.now()
    run()
    times[name]!.push(((performance.now() - begin) * 1000) / COUNT)
  }
for (const [name, all] of Object.entries(times)) {
  const sorted = all.toSorted((a, b) => a - b)
  const figures = [sorted[sorted.length >> 1]!, sorted[0]!].map((us) => us.toFixed(1).padStart(8))
  console.log(`${name.padEnd(30)}${figures.join('')}`)
}
