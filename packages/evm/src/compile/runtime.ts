/** What compiled code calls of tier 1's module, and where in memory it finds what that keeps. */
import type { FunctionType } from '../wasm/module.ts'
import { I32, I64 } from './body.ts'

const type = (parameters: number[], results: number[] = []): FunctionType => ({ parameters, results })

/** Operands at two or three places, the result at the last. */
const binary = type([I32, I32])
const ternary = type([I32, I32, I32])
/** Frame, operands, gas; what is left of it. */
const frameAndGas = type([I32, I32, I64], [I64])
const gas = type([I32, I64], [I64])
const frame = type([I32, I32])
const plain = type([I32])

export const RUNTIME = {
  multiply: binary,
  divide: binary,
  modulo: binary,
  divideSigned: binary,
  moduloSigned: binary,
  addModulo: ternary,
  multiplyModulo: ternary,
  exponentiate: gas,
  signExtend: binary,
  byteAt: binary,
  shiftLeft: binary,
  shiftRight: binary,
  shiftRightSigned: binary,
  leadingZeros: type([I32], [I64]),
  hashMemory: frameAndGas,
  loadInput: frame,
  copyInput: frameAndGas,
  copyOwnCode: frameAndGas,
  copyOtherCode: frameAndGas,
  copyReturnData: frameAndGas,
  copyMemory: frameAndGas,
  loadBalance: gas,
  loadCodeSize: gas,
  loadCodeHash: gas,
  loadBlockHash: plain,
  loadBlobHash: plain,
  loadSlot: frameAndGas,
  storeSlot: frameAndGas,
  loadTransient: frame,
  storeTransient: frame,
  log: type([I32, I32, I64, I32], [I64]),
  selfdestruct: frameAndGas,
  returnMemory: frameAndGas,
  endFrame: type([I32, I64, I32, I32]),
  expandMemory: type([I32, I64, I64, I64], [I64]),
  callOrCreate: type([I32, I32], [I32]),
  land: type([I32, I64, I32, I64], [I32]),
  getFault: type([], [I32]),
  getReturnSize: type([], [I32]),
} as const satisfies Record<string, FunctionType>

export type RuntimeName = keyof typeof RUNTIME

/** Addresses of what does not move. */
export interface RuntimeAddresses {
  /** The pointer to the frame that runs. */
  readonly current: number
  /** How many blocks the slice has left. */
  readonly fuel: number
  /** Operands: the topmost here, the others below it. */
  readonly operands: number
  /** Words of block and transaction. */
  readonly words: number
}
