/** Addresses of new contracts. */
import type { Address } from './engine.ts'
import { bytesToHex, hexToBytes } from './hex.ts'
import { keccak256 } from './keccak.ts'
import { wordToBytes } from './words.ts'

/** CREATE and a transaction without recipient: keccak256(rlp([creator, nonce])), its last 20 bytes. */
export function createAddress(creator: Address, nonce: bigint): Address {
  const rlpNonce = encodeNonce(nonce)
  const payload = 21 + rlpNonce.length
  const bytes = new Uint8Array(1 + payload)
  bytes[0] = 0xc0 + payload
  bytes[1] = 0x80 + 20
  bytes.set(hexToBytes(creator), 2)
  bytes.set(rlpNonce, 22)
  return lastOf(bytes)
}

/** EIP-1014: keccak256(0xff, creator, salt, keccak256(initcode)), its last 20 bytes. */
export function create2Address(creator: Address, salt: bigint, initcode: Uint8Array): Address {
  const bytes = new Uint8Array(85)
  bytes[0] = 0xff
  bytes.set(hexToBytes(creator), 1)
  bytes.set(wordToBytes(salt), 21)
  bytes.set(keccak256(initcode), 53)
  return lastOf(bytes)
}

/** RLP of an integer below 2^64. */
function encodeNonce(nonce: bigint): Uint8Array {
  if (nonce === 0n) return Uint8Array.of(0x80)
  if (nonce < 0x80n) return Uint8Array.of(Number(nonce))
  const hex = nonce.toString(16)
  const digits = hexToBytes(`0x${hex.length % 2 === 0 ? hex : `0${hex}`}`)
  return Uint8Array.of(0x80 + digits.length, ...digits)
}

const lastOf = (preimage: Uint8Array): Address => bytesToHex(keccak256(preimage).subarray(12))
