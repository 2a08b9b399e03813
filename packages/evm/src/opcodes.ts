/**
 * One row for each opcode: name, words it takes from and leaves on the stack, and static gas. Each fork's table
 * is the last one's with what the fork added or repriced; an opcode that is not in the table is invalid.
 *
 * Static gas is what is charged whatever the operands are. For opcodes that read an account or a slot it is the
 * price of a warm read since Berlin; what a cold one costs on top is in `gas.ts`.
 */
import { FORKS, type Fork } from './forks.ts'

export interface Opcode {
  readonly code: number
  readonly name: string
  /** Words taken from the stack; for DUPn and SWAPn the depth that must be there. */
  readonly inputs: number
  /** Words left in their place. */
  readonly outputs: number
  readonly gas: number
}

/** Indexed by opcode; `undefined` is an invalid one. */
export type OpcodeTable = readonly (Opcode | undefined)[]

/** The opcodes in force at a fork. */
export const opcodesAt = (fork: Fork): OpcodeTable => TABLES.get(fork)!

type Row = readonly [code: number, name: string, inputs: number, outputs: number, gas: number]
/** Either a new row or a new price: `[code, gas]`. */
type Change = Row | readonly [code: number, gas: number]

const FRONTIER: readonly Row[] = [
  [0x00, 'STOP', 0, 0, 0],
  [0x01, 'ADD', 2, 1, 3],
  [0x02, 'MUL', 2, 1, 5],
  [0x03, 'SUB', 2, 1, 3],
  [0x04, 'DIV', 2, 1, 5],
  [0x05, 'SDIV', 2, 1, 5],
  [0x06, 'MOD', 2, 1, 5],
  [0x07, 'SMOD', 2, 1, 5],
  [0x08, 'ADDMOD', 3, 1, 8],
  [0x09, 'MULMOD', 3, 1, 8],
  [0x0a, 'EXP', 2, 1, 10],
  [0x0b, 'SIGNEXTEND', 2, 1, 5],
  [0x10, 'LT', 2, 1, 3],
  [0x11, 'GT', 2, 1, 3],
  [0x12, 'SLT', 2, 1, 3],
  [0x13, 'SGT', 2, 1, 3],
  [0x14, 'EQ', 2, 1, 3],
  [0x15, 'ISZERO', 1, 1, 3],
  [0x16, 'AND', 2, 1, 3],
  [0x17, 'OR', 2, 1, 3],
  [0x18, 'XOR', 2, 1, 3],
  [0x19, 'NOT', 1, 1, 3],
  [0x1a, 'BYTE', 2, 1, 3],
  [0x20, 'KECCAK256', 2, 1, 30],
  [0x30, 'ADDRESS', 0, 1, 2],
  [0x31, 'BALANCE', 1, 1, 20],
  [0x32, 'ORIGIN', 0, 1, 2],
  [0x33, 'CALLER', 0, 1, 2],
  [0x34, 'CALLVALUE', 0, 1, 2],
  [0x35, 'CALLDATALOAD', 1, 1, 3],
  [0x36, 'CALLDATASIZE', 0, 1, 2],
  [0x37, 'CALLDATACOPY', 3, 0, 3],
  [0x38, 'CODESIZE', 0, 1, 2],
  [0x39, 'CODECOPY', 3, 0, 3],
  [0x3a, 'GASPRICE', 0, 1, 2],
  [0x3b, 'EXTCODESIZE', 1, 1, 20],
  [0x3c, 'EXTCODECOPY', 4, 0, 20],
  [0x40, 'BLOCKHASH', 1, 1, 20],
  [0x41, 'COINBASE', 0, 1, 2],
  [0x42, 'TIMESTAMP', 0, 1, 2],
  [0x43, 'NUMBER', 0, 1, 2],
  [0x44, 'DIFFICULTY', 0, 1, 2],
  [0x45, 'GASLIMIT', 0, 1, 2],
  [0x50, 'POP', 1, 0, 2],
  [0x51, 'MLOAD', 1, 1, 3],
  [0x52, 'MSTORE', 2, 0, 3],
  [0x53, 'MSTORE8', 2, 0, 3],
  [0x54, 'SLOAD', 1, 1, 50],
  [0x55, 'SSTORE', 2, 0, 0],
  [0x56, 'JUMP', 1, 0, 8],
  [0x57, 'JUMPI', 2, 0, 10],
  [0x58, 'PC', 0, 1, 2],
  [0x59, 'MSIZE', 0, 1, 2],
  [0x5a, 'GAS', 0, 1, 2],
  [0x5b, 'JUMPDEST', 0, 0, 1],
  ...range(1, 32, (n): Row => [0x5f + n, `PUSH${n}`, 0, 1, 3]),
  ...range(1, 16, (n): Row => [0x7f + n, `DUP${n}`, n, n + 1, 3]),
  ...range(1, 16, (n): Row => [0x8f + n, `SWAP${n}`, n + 1, n + 1, 3]),
  ...range(0, 4, (n): Row => [0xa0 + n, `LOG${n}`, n + 2, 0, 375 + 375 * n]),
  [0xf0, 'CREATE', 3, 1, 32000],
  [0xf1, 'CALL', 7, 1, 40],
  [0xf2, 'CALLCODE', 7, 1, 40],
  [0xf3, 'RETURN', 2, 0, 0],
  [0xfe, 'INVALID', 0, 0, 0],
  [0xff, 'SELFDESTRUCT', 1, 0, 0],
]

const CHANGES: Partial<Record<Fork, readonly Change[]>> = {
  Frontier: FRONTIER,
  // EIP-7
  Homestead: [[0xf4, 'DELEGATECALL', 6, 1, 40]],
  // EIP-150: what reads the state costs what reading costs.
  TangerineWhistle: [
    [0x31, 400],
    [0x3b, 700],
    [0x3c, 700],
    [0x54, 200],
    [0xf1, 700],
    [0xf2, 700],
    [0xf4, 700],
    [0xff, 5000],
  ],
  // EIP-140, 211, 214
  Byzantium: [
    [0x3d, 'RETURNDATASIZE', 0, 1, 2],
    [0x3e, 'RETURNDATACOPY', 3, 0, 3],
    [0xfa, 'STATICCALL', 6, 1, 700],
    [0xfd, 'REVERT', 2, 0, 0],
  ],
  // EIP-145, 1014, 1052
  Constantinople: [
    [0x1b, 'SHL', 2, 1, 3],
    [0x1c, 'SHR', 2, 1, 3],
    [0x1d, 'SAR', 2, 1, 3],
    [0x3f, 'EXTCODEHASH', 1, 1, 400],
    [0xf5, 'CREATE2', 4, 1, 32000],
  ],
  // EIP-1344, 1884
  Istanbul: [
    [0x46, 'CHAINID', 0, 1, 2],
    [0x47, 'SELFBALANCE', 0, 1, 5],
    [0x31, 700],
    [0x3f, 700],
    [0x54, 800],
  ],
  // EIP-2929: a warm read costs 100.
  Berlin: [
    [0x31, 100],
    [0x3b, 100],
    [0x3c, 100],
    [0x3f, 100],
    [0x54, 100],
    [0xf1, 100],
    [0xf2, 100],
    [0xf4, 100],
    [0xfa, 100],
  ],
  // EIP-3198
  London: [[0x48, 'BASEFEE', 0, 1, 2]],
  // EIP-4399
  Paris: [[0x44, 'PREVRANDAO', 0, 1, 2]],
  // EIP-3855
  Shanghai: [[0x5f, 'PUSH0', 0, 1, 2]],
  // EIP-4844, 7516, 1153, 5656
  Cancun: [
    [0x49, 'BLOBHASH', 1, 1, 3],
    [0x4a, 'BLOBBASEFEE', 0, 1, 2],
    [0x5c, 'TLOAD', 1, 1, 100],
    [0x5d, 'TSTORE', 2, 0, 100],
    [0x5e, 'MCOPY', 3, 0, 3],
  ],
  // EIP-7939
  Osaka: [[0x1e, 'CLZ', 1, 1, 5]],
}

const TABLES: ReadonlyMap<Fork, OpcodeTable> = derive()

function derive(): Map<Fork, OpcodeTable> {
  const tables = new Map<Fork, OpcodeTable>()
  let last: OpcodeTable = new Array<Opcode | undefined>(256).fill(undefined)
  for (const fork of FORKS) {
    const next = [...last]
    for (const change of CHANGES[fork] ?? []) {
      const [code] = change
      next[code] =
        change.length === 2
          ? { ...next[code]!, gas: change[1] }
          : { code, name: change[1], inputs: change[2], outputs: change[3], gas: change[4] }
    }
    tables.set(fork, next)
    last = next
  }
  return tables
}

function range<T>(from: number, to: number, make: (n: number) => T): T[] {
  return Array.from({ length: to - from + 1 }, (_, index) => make(from + index))
}
