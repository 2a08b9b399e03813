/** The fork's rules and the context of block and transaction; the JavaScript side writes them here. */

/** Eight bytes for each opcode. */
@unmanaged
export class Opcode {
  gas: u32
  /** Words taken, and left in their place. */
  inputs: u8
  outputs: u8
  isDefined: bool
}

@unmanaged
export class Rules {
  /** Its place in the list of forks, from 1 on. */
  fork: u32
  codeDepositMustBePaid: bool
  keepsOne64th: bool
  clearsEmptyAccounts: bool
  rejectsCodeFromEf: bool
  selfdestructOnlyCreated: bool
  delegation: bool
  netMetered: bool
  expByteGas: u32
  selfdestructNewAccountGas: u32
  maxCodeSize: u32
  maxInitcodeSize: u32
  initcodeWordGas: u32
  sstoreStipend: i32
  coldAccountSurcharge: u32
  coldSlotSurcharge: u32
  coldSstoreSurcharge: u32
  coldBeneficiaryGas: u32
  selfdestructRefund: u32
  sstoreRead: u32
  sstoreSet: u32
  sstoreReset: u32
  sstoreClearRefund: u32
}

/** Words, except for the number of the block once more. */
@unmanaged
export class Context {
  number: u64
  blobHashes: usize
  blobHashCount: u32
}

export const rules = changetype<Rules>(memory.data(offsetof<Rules>(), 8))
export const context = changetype<Context>(memory.data(offsetof<Context>(), 8))
const OPCODES = memory.data(256 * 8, 8)

/** Words that instructions push as they are, in this order. */
export namespace Word {
  export const ORIGIN: usize = 0
  export const GASPRICE: usize = 1
  export const COINBASE: usize = 2
  export const TIMESTAMP: usize = 3
  export const NUMBER: usize = 4
  export const PREVRANDAO: usize = 5
  export const GASLIMIT: usize = 6
  export const CHAINID: usize = 7
  export const BASEFEE: usize = 8
  export const BLOBBASEFEE: usize = 9
  export const COUNT: usize = 10
}
const WORDS = memory.data(320, 16)

// @ts-ignore: decorator
@inline
export function opcodeAt(code: u32): Opcode {
  return changetype<Opcode>(OPCODES + (code << 3))
}

// @ts-ignore: decorator
@inline
export function contextWord(index: usize): usize {
  return WORDS + (index << 5)
}
