/** @deed/evm: bytecode + message + world -> outcome. Runs in Node and in a browser. */

export { auto } from './auto.ts'
export { create2Address, createAddress } from './created.ts'
export * from './engine.ts'
export * from './forks.ts'
export { bytesToHex, HexError, hexToBytes } from './hex.ts'
export { BalanceError } from './interpreter/enter.ts'
export { delegationTarget } from './interpreter/instructions/access.ts'
export { interpreter } from './interpreter/interpreter.ts'
export { EMPTY_CODE_HASH, keccak256, keccakHash } from './keccak.ts'
export { type Opcode, type OpcodeTable, opcodesAt } from './opcodes.ts'
export type { Precompile } from './precompiles/precompile.ts'
export { type PrecompileTable, precompilesAt } from './precompiles/table.ts'
export { type Rules, rulesAt } from './rules.ts'
export {
  ecrecover,
  KeyError,
  privateKeyToAddress,
  recoverMany,
  SECP256K1_N,
  type Signature,
  type SignedHash,
  signHash,
} from './secp256k1.ts'
export { tier1 } from './tier1/tier1.ts'
export { tier2 } from './tier2/tier2.ts'
export { bytesToWord, wordToAddress, wordToBytes, wordToHash } from './words.ts'
