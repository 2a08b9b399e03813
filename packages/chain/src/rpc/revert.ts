import { bytesToBigint, bytesToHex } from '../hex.ts'
import { RPC_CODE, RpcError } from './error.ts'

/**
 * The error of a call that reverted, as geth answers it: code 3, `execution reverted` with the reason where
 * the output is `Error(string)` or `Panic(uint256)`, and the output itself as data, from which clients
 * decode custom errors by their ABI.
 */
export const revertError = (output: Uint8Array): RpcError => {
  const reason = revertReason(output)
  const message = reason === undefined ? 'execution reverted' : `execution reverted: ${reason}`
  return new RpcError(RPC_CODE.revert, message, bytesToHex(output))
}

/**
 * The reason in words: the string of `Error(string)`, what a `Panic(uint256)` code means, or `undefined`
 * for anything else. Solidity documentation, "Panic via assert and Error via require".
 */
export const revertReason = (output: Uint8Array): string | undefined => {
  const selector = bytesToHex(output.subarray(0, 4))
  if (selector === ERROR_STRING) return abiString(output.subarray(4))
  if (selector !== PANIC || output.length !== 36) return undefined
  const code = bytesToBigint(output.subarray(4))
  return PANICS.get(code) ?? `unknown panic code: 0x${code.toString(16)}`
}

/** The one string of an ABI-encoded tuple, `undefined` where the encoding does not hold. */
const abiString = (data: Uint8Array): string | undefined => {
  if (data.length < 64) return undefined
  const offset = bytesToBigint(data.subarray(0, 32))
  if (offset > BigInt(data.length - 32)) return undefined
  const start = Number(offset) + 32
  const length = bytesToBigint(data.subarray(start - 32, start))
  if (length > BigInt(data.length - start)) return undefined
  return new TextDecoder().decode(data.subarray(start, start + Number(length)))
}

/** First four bytes of keccak256 of `Error(string)` and `Panic(uint256)`. */
const ERROR_STRING = '0x08c379a0'
const PANIC = '0x4e487b71'

/** What the Solidity compiler's panic codes mean, in the words of go-ethereum, which tools show and match. */
const PANICS: ReadonlyMap<bigint, string> = new Map([
  [0x00n, 'generic panic'],
  [0x01n, 'assert(false)'],
  [0x11n, 'arithmetic underflow or overflow'],
  [0x12n, 'division or modulo by zero'],
  [0x21n, 'enum overflow'],
  [0x22n, 'invalid encoded storage byte array accessed'],
  [0x31n, 'out-of-bounds array access; popping on an empty array'],
  [0x32n, 'out-of-bounds access of an array or bytesN'],
  [0x41n, 'out of memory'],
  [0x51n, 'uninitialized function'],
])
