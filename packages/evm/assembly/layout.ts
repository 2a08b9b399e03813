/** Records in linear memory: what AssemblyScript calls unmanaged classes are their field offsets and nothing else. */

/** An account as this run has it. */
@unmanaged
export class Account {
  /** A word whose lowest 20 bytes are the address. */
  address0: u64
  address1: u64
  address2: u64
  address3: u64

  // What a frame that fails takes back: 64 bytes from here.
  balance0: u64
  balance1: u64
  balance2: u64
  balance3: u64
  nonce: u64
  code: Code
  /** Of {@link AccountFlag}. */
  flags: u32
  /** When it was first touched in the sense of EIP-161, from 1 on. */
  touched: u32
  /** When it was noted for deletion, from 1 on. */
  destroyed: u32
  reserved: u64
  // So far.

  /** The mark since which {@link journal.saveAccount} has kept it. */
  saved: u32
  /** Of the JavaScript side: its address as text. */
  id: u32
  firstSlot: Slot
  lastSlot: Slot
  /** The one that was met before it. */
  previous: Account
}

export namespace AccountFlag {
  export const EXISTS: u32 = 1
  /** Accessed in the sense of EIP-2929. */
  export const WARM: u32 = 2
  /** Made by CREATE in this transaction (EIP-6780); its slots in the world are void. */
  export const CREATED: u32 = 4
  /** Its code was set. */
  export const CODED: u32 = 8
  /** The world was asked for it. */
  export const LOADED: u32 = 16
  export const PRECOMPILE: u32 = 32
  /** Its touch survives what fails. */
  export const STAYS_TOUCHED: u32 = 64
  /** What is never taken back. */
  export const LASTING: u32 = 112
}

/** A storage slot, or with {@link SlotFlag.TRANSIENT} one of transient storage. */
@unmanaged
export class Slot {
  key0: u64
  key1: u64
  key2: u64
  key3: u64
  value0: u64
  value1: u64
  value2: u64
  value3: u64
  /** The value when the transaction began. */
  original0: u64
  original1: u64
  original2: u64
  original3: u64
  account: Account
  /** Of {@link SlotFlag}. */
  flags: u32
  saved: u32
  /** Of the same account. */
  next: Slot
}

export namespace SlotFlag {
  export const WARM: u32 = 1
  export const LOADED: u32 = 2
  export const TRANSIENT: u32 = 4
}

/** A code, analysed when it is first run. Those that the world has stay for later runs. */
@unmanaged
export class Code {
  hash0: u64
  hash1: u64
  hash2: u64
  hash3: u64
  /** Zero until it was asked for; zeros follow the last byte. */
  bytes: usize
  size: u32
  /** What the loop reads in place of `bytes`: the same, but for pairs of instructions made one. */
  instructions: usize
  /** {@link Block} by offset. */
  blocks: usize
  /** The fork that it was analysed for, from 1 on. */
  fork: u32
  /** Of the JavaScript side: its hash as text. */
  id: u32
  /** EIP-7702: the code is a designator. */
  delegates: bool
  /** How often it was entered, and how many blocks of it the loop ran. */
  heat: u32
  /** Of tier 2: by offset, where in the table the function is that begins there, or zero. Null if it is not compiled. */
  compiled: usize
}

/** What is checked when a basic block is entered. */
@unmanaged
export class Block {
  /** The static gas of its instructions. */
  gas: u32
  /** In bytes of stack: what it takes. */
  needs: u16
  /** In bytes of stack, beyond what it needs: how much there may be at most. */
  room: u16
}

@unmanaged
export class Log {
  previous: Log
  account: Account
  topics: u32
  size: u32
  // Topics as words, then data.
}

/** How to take a change back: a slot's, or with its lowest bit set in `subject` an account's. */
@unmanaged
export class Undo {
  previous: Undo
  subject: usize
  flags: u32
  reserved: u32
  // A slot's value, or 64 bytes of an account.
}

@unmanaged
export class Frame {
  gas: u64
  /** Offset of the next instruction; between blocks alone. */
  pc: usize
  /** The topmost word. */
  sp: usize
  /** Where the lowest word goes. */
  stack: usize
  code: Code
  memory: usize
  /** Bytes of memory paid for. */
  memorySize: u64
  /** Offsets below this have 32 bytes paid for. */
  reach: u64
  /** Log2 of the block that holds it; zero if it has none. */
  memoryOrder: u32
  kind: u32
  input: usize
  inputSize: u32
  isStatic: bool
  account: Account
  caller: Account
  value0: u64
  value1: u64
  value2: u64
  value3: u64
  /** Where in the caller's memory the output goes. */
  outputOffset: u64
  outputSize: u64
  /** A create's initialisation code lies in a block of its own: log2 of it. */
  codeOrder: u32
  /** Tells this frame's changes from others'. */
  mark: u32
  // The state to return to when it fails.
  undo: Undo
  log: Log
  logs: u32
  refund: i64
}

export namespace Kind {
  export const CALL: u32 = 0
  export const CALLCODE: u32 = 1
  export const DELEGATECALL: u32 = 2
  export const STATICCALL: u32 = 3
  export const CREATE: u32 = 4
  export const CREATE2: u32 = 5
}

/** How a run of instructions ended. */
export namespace Status {
  export const SUCCESS: u32 = 0
  export const REVERT: u32 = 1
  /** Another frame is on top now. */
  export const ENTERED: u32 = 2
  /** The call was over at once. */
  export const GOES_ON: u32 = 3
  /** The slice is used up. */
  export const PAUSED: u32 = 4
  /** The block at which the frame stands halts: to be run instruction by instruction. */
  export const UNCHECKED: u32 = 5
  // Halts, from here on.
  export const OUT_OF_GAS: u32 = 16
  export const STACK_UNDERFLOW: u32 = 17
  export const STACK_OVERFLOW: u32 = 18
  export const INVALID_JUMP: u32 = 19
  export const INVALID_OPCODE: u32 = 20
  export const WRITE_PROTECTION: u32 = 21
  export const RETURN_DATA_OUT_OF_BOUNDS: u32 = 22
  export const COLLISION: u32 = 23
  export const CODE_TOO_LARGE: u32 = 24
  export const CODE_NOT_PAID: u32 = 25
  export const INITCODE_TOO_LARGE: u32 = 26
  export const CODE_BEGINS_WITH_EF: u32 = 27
  export const PRECOMPILE_FAILED: u32 = 28
}
