/** @deed/evm: bytecode + message + world -> outcome. Runs in Node and in a browser. */
export * from './engine.ts'
export * from './forks.ts'
export { bytesToHex, HexError, hexToBytes } from './hex.ts'
export { EMPTY_CODE_HASH, keccak256, keccakHash } from './keccak.ts'
export {
  ecrecover,
  KeyError,
  privateKeyToAddress,
  SECP256K1_N,
  type Signature,
  signHash,
} from './secp256k1.ts'
export { bytesToWord, wordToAddress, wordToBytes, wordToHash } from './words.ts'
