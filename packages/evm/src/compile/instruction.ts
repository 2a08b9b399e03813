/** Instructions but for those of the stack, of control flow and of calls: in place, or as a call of the runtime. */
import { FRAME, STATUS, WORD } from '../tier1/layout.ts'
import { WASM } from '../wasm/instructions.ts'
import { add, divide, multiply, subtract } from './arithmetic.ts'
import { bitwise, not, shiftLeft, shiftRight, signExtend } from './bits.ts'
import {
  access,
  call,
  get,
  giveBack,
  I64,
  i32,
  i64,
  keep,
  loadVector,
  op,
  set,
  tee,
  V128,
  when,
} from './body.ts'
import { isBelow, isEqual, isZero } from './compare.ts'
import { loadWord, storeByte, storeWord } from './memory.ts'
import type { Path, Region } from './region.ts'
import { RUNTIME, type RuntimeName } from './runtime.ts'
import { bitLength, constantOf, GAS, limbsOf, smallOf, storeValue, type Value, vectorsOf } from './value.ts'

/** Whether the path goes on behind it. */
export function compileInstruction(region: Region, path: Path, opcode: number, pc: number): boolean {
  const compile = INSTRUCTIONS[region.contract.opcodes[opcode]!.name]!
  const result = compile(region, path, pc)
  if (result === ENDS) return false
  if (result !== undefined) path.stack.push(result)
  return true
}

const ENDS = Symbol('the path ends')
type Compile = (region: Region, path: Path, pc: number) => Value | undefined | typeof ENDS

/** Addresses and others of twenty bytes. */
const ADDRESS_BITS = 160

const INSTRUCTIONS: Readonly<Record<string, Compile>> = {
  STOP: (region) => end(region, STATUS.SUCCESS),
  ADD: (region, { stack }) => add(region, stack.pop()!, stack.pop()!),
  MUL: (region, { stack }) => {
    const [a, b] = [stack.pop()!, stack.pop()!]
    return multiply(region, a, b, (result) => intoLimbs(region, 'multiply', [a, b], result))
  },
  SUB: (region, { stack }) => subtract(region, stack.pop()!, stack.pop()!),
  DIV: divides('divide'),
  SDIV: divides('divideSigned'),
  MOD: divides('modulo'),
  SMOD: computes('moduloSigned', 2),
  ADDMOD: computes('addModulo', 3),
  MULMOD: computes('multiplyModulo', 3),
  EXP: charges('exponentiate', 2),
  SIGNEXTEND: (region, path) => {
    const { stack } = path
    const size = stack.at(-1)!.constant
    if (size === undefined || size >= 8n) {
      if (size === undefined || size < 31n) return computes('signExtend', 2)(region, path, 0)
      stack.pop()
      return stack.pop()
    }
    stack.pop()
    return signExtend(region, Number(size) + 1, stack.pop()!)
  },
  LT: (region, { stack }) => isBelow(region, stack.pop()!, stack.pop()!, false),
  GT: (region, { stack }) => above(region, stack.pop()!, stack.pop()!, false),
  SLT: (region, { stack }) => isBelow(region, stack.pop()!, stack.pop()!, true),
  SGT: (region, { stack }) => above(region, stack.pop()!, stack.pop()!, true),
  EQ: (region, { stack }) => isEqual(region, stack.pop()!, stack.pop()!),
  ISZERO: (region, { stack }) => isZero(region, stack.pop()!),
  AND: (region, { stack }) => bitwise(region, 'and', stack.pop()!, stack.pop()!),
  OR: (region, { stack }) => bitwise(region, 'or', stack.pop()!, stack.pop()!),
  XOR: (region, { stack }) => bitwise(region, 'xor', stack.pop()!, stack.pop()!),
  NOT: (region, { stack }) => not(region, stack.pop()!),
  BYTE: (region, path) => {
    const index = path.stack.at(-1)!.constant
    if (index === undefined) return computes('byteAt', 2)(region, path, 0)
    path.stack.pop()
    const word = path.stack.pop()!
    if (index > 31n) return constantOf(0n)
    return bitwise(region, 'and', shiftRight(region, 8 * (31 - Number(index)), word), constantOf(255n))
  },
  SHL: shifts('shiftLeft', shiftLeft),
  SHR: shifts('shiftRight', shiftRight),
  SAR: (region, path) => {
    // What is not negative is shifted like any other.
    const isPositive = path.stack.at(-2)!.bits < 256
    return isPositive
      ? shifts('shiftRight', shiftRight)(region, path, 0)
      : computes('shiftRightSigned', 2)(region, path, 0)
  },
  CLZ: (region, { stack }) => leadingZeros(region, stack.pop()!),
  KECCAK256: charges('hashMemory', 2, { moves: true, read: readLimbs }),

  ADDRESS: readsAccount(FRAME.account),
  BALANCE: charges('loadBalance', 1),
  ORIGIN: readsContext(WORD.ORIGIN, ADDRESS_BITS),
  CALLER: readsAccount(FRAME.caller),
  CALLVALUE: (region) => readWord(region, () => get(region.body, region.frame), FRAME.value0, 256),
  CALLDATALOAD: (region, { stack }) => {
    operands(region, [stack.pop()!])
    withFrame(region, 'loadInput')
    return readOperand(region, 0)
  },
  CALLDATASIZE: (region) => readsSize(region, FRAME.inputSize),
  CALLDATACOPY: charges('copyInput', 3, { moves: true, gives: false }),
  CODESIZE: ({ contract }) => constantOf(BigInt(contract.code.length)),
  CODECOPY: charges('copyOwnCode', 3, { moves: true, gives: false }),
  GASPRICE: readsContext(WORD.GASPRICE),
  EXTCODESIZE: charges('loadCodeSize', 1),
  EXTCODECOPY: charges('copyOtherCode', 4, { moves: true, gives: false }),
  RETURNDATASIZE: ({ body, contract }) => {
    call(body, contract.runtime.getReturnSize)
    op(body, WASM.i64ExtendI32U)
    return smallOf(keep(body, I64), 32)
  },
  RETURNDATACOPY: charges('copyReturnData', 3, { moves: true, gives: false }),
  EXTCODEHASH: charges('loadCodeHash', 1),
  BLOCKHASH: reads('loadBlockHash'),
  COINBASE: readsContext(WORD.COINBASE, ADDRESS_BITS),
  TIMESTAMP: readsContext(WORD.TIMESTAMP),
  NUMBER: readsContext(WORD.NUMBER),
  DIFFICULTY: readsContext(WORD.PREVRANDAO),
  PREVRANDAO: readsContext(WORD.PREVRANDAO),
  GASLIMIT: readsContext(WORD.GASLIMIT),
  CHAINID: readsContext(WORD.CHAINID),
  SELFBALANCE: (region) => {
    const { body, frame } = region
    return readWord(
      region,
      () => {
        get(body, frame)
        access(body, WASM.i32Load, FRAME.account)
      },
      BALANCE,
      256,
    )
  },
  BASEFEE: readsContext(WORD.BASEFEE),
  BLOBHASH: reads('loadBlobHash'),
  BLOBBASEFEE: readsContext(WORD.BLOBBASEFEE),

  MLOAD: (region, path) => loadWord(region, path, path.stack.pop()!) ?? ENDS,
  MSTORE: (region, path) =>
    storeWord(region, path, path.stack.pop()!, path.stack.pop()!) ? undefined : ENDS,
  MSTORE8: (region, path) =>
    storeByte(region, path, path.stack.pop()!, path.stack.pop()!) ? undefined : ENDS,
  SLOAD: charges('loadSlot', 1),
  SSTORE: charges('storeSlot', 2, { gives: false }),
  PC: (_, __, pc) => constantOf(BigInt(pc)),
  MSIZE: ({ body, frame }) => {
    get(body, frame)
    access(body, WASM.i64Load, FRAME.memorySize)
    return smallOf(keep(body, I64), 33)
  },
  GAS: ({ body }) => {
    get(body, GAS)
    return smallOf(keep(body, I64))
  },
  TLOAD: (region, { stack }) => {
    operands(region, [stack.pop()!])
    withFrame(region, 'loadTransient')
    return readOperand(region, 0)
  },
  TSTORE: (region, { stack }) => {
    const { body, frame } = region
    get(body, frame)
    access(body, 0x2d, FRAME.isStatic)
    when(body, () => giveBack(body, STATUS.WRITE_PROTECTION))
    operands(region, [stack.pop()!, stack.pop()!])
    withFrame(region, 'storeTransient')
    return undefined
  },
  MCOPY: charges('copyMemory', 3, { moves: true, gives: false }),

  LOG0: logs(0),
  LOG1: logs(1),
  LOG2: logs(2),
  LOG3: logs(3),
  LOG4: logs(4),
  RETURN: returns(STATUS.SUCCESS),
  REVERT: returns(STATUS.REVERT),
  SELFDESTRUCT: (region, path) => {
    charges('selfdestruct', 1, { gives: false })(region, path, 0)
    return end(region, STATUS.SUCCESS)
  },
}

/** Of an account's balance in its record. */
const BALANCE = 32

/** Ends the frame without output. */
function end({ body, contract, frame }: Region, status: number): typeof ENDS {
  get(body, frame)
  get(body, GAS)
  i32(body, 0)
  i32(body, 0)
  call(body, contract.runtime.endFrame)
  giveBack(body, status)
  return ENDS
}

function returns(status: number): Compile {
  const charge = charges('returnMemory', 2, { gives: false })
  return (region, path, pc) => {
    charge(region, path, pc)
    giveBack(region.body, status)
    return ENDS
  }
}

/** Writes operands to where the runtime reads them, the first one on top. */
function operands(region: Region, values: readonly Value[]): void {
  const { body, contract } = region
  for (const [index, value] of values.entries()) {
    storeValue(region, value, () => i32(body, 0), contract.addresses.operands - 32 * index)
  }
}

function popped(path: Path, count: number): Value[] {
  return Array.from({ length: count }, () => path.stack.pop()!)
}

function readOperand(region: Region, index: number): Value {
  return readWord(region, () => i32(region.body, 0), region.contract.addresses.operands - 32 * index, 256)
}

/** The same in four locals, of what the runtime wrote limb by limb: a processor cannot forward four stores to two loads. */
function readLimbs({ body, contract }: Region, index: number): Value {
  const limbs = [0, 8, 16, 24].map((more) => {
    i32(body, 0)
    access(body, WASM.i64Load, contract.addresses.operands - 32 * index + more)
    return keep(body, I64)
  })
  return limbsOf(limbs)
}

function readWord({ body }: Region, pushBase: () => void, offset: number, bits: number): Value {
  const halves = [0, 16].map((more) => {
    pushBase()
    loadVector(body, offset + more)
    return keep(body, V128)
  })
  return vectorsOf(halves[0]!, halves[1]!, bits)
}

function readsContext(index: number, bits = 256): Compile {
  return (region) =>
    readWord(region, () => i32(region.body, 0), region.contract.addresses.words + 32 * index, bits)
}

/** The address in the record of an account of the frame. */
function readsAccount(field: number): Compile {
  return (region) =>
    readWord(
      region,
      () => {
        get(region.body, region.frame)
        access(region.body, WASM.i32Load, field)
      },
      0,
      ADDRESS_BITS,
    )
}

function readsSize({ body, frame }: Region, field: number): Value {
  get(body, frame)
  access(body, WASM.i32Load, field)
  op(body, WASM.i64ExtendI32U)
  return smallOf(keep(body, I64), 32)
}

/** A word that is replaced in its place. */
function reads(name: 'loadBlockHash' | 'loadBlobHash'): Compile {
  return (region, path) => {
    operands(region, [path.stack.pop()!])
    i32(region.body, region.contract.addresses.operands)
    call(region.body, region.contract.runtime[name])
    return readOperand(region, 0)
  }
}

function withFrame(
  { body, frame, contract }: Region,
  name: 'loadInput' | 'loadTransient' | 'storeTransient',
): void {
  get(body, frame)
  i32(body, contract.addresses.operands)
  call(body, contract.runtime[name])
}

/** Pure functions of two or three words. */
function computes(name: RuntimeName, inputs: 2 | 3): Compile {
  return (region, path) => {
    compute(region, name, popped(path, inputs))
    return readLimbs(region, inputs - 1)
  }
}

function compute(region: Region, name: RuntimeName, values: readonly Value[]): void {
  const { body, contract } = region
  operands(region, values)
  for (const index of values.keys()) i32(body, contract.addresses.operands - 32 * index)
  call(body, contract.runtime[name])
}

/** The same with the result in four locals, on one side of a branch. */
function intoLimbs(
  region: Region,
  name: RuntimeName,
  values: readonly Value[],
  result: readonly number[],
): void {
  const { body, contract } = region
  compute(region, name, values)
  for (const [index, each] of result.entries()) {
    i32(body, 0)
    access(body, WASM.i64Load, contract.addresses.operands - 32 * (values.length - 1) + 8 * index)
    set(body, each)
  }
}

function divides(kind: 'divide' | 'modulo' | 'divideSigned'): Compile {
  return (region, { stack }) => {
    const [a, b] = [stack.pop()!, stack.pop()!]
    return divide(region, kind, a, b, (result) => intoLimbs(region, kind, [a, b], result))
  }
}

const above = (region: Region, a: Value, b: Value, isSigned: boolean): Value =>
  isBelow(region, b, a, isSigned)

function shifts(name: 'shiftLeft' | 'shiftRight', shift: typeof shiftLeft): Compile {
  return (region, path) => {
    const by = path.stack.at(-1)!.constant
    if (by === undefined) return computes(name, 2)(region, path, 0)
    path.stack.pop()
    const word = path.stack.pop()!
    return by > 255n ? constantOf(0n) : shift(region, Number(by), word)
  }
}

function leadingZeros(region: Region, value: Value): Value {
  if (value.constant !== undefined) return constantOf(BigInt(256 - bitLength(value.constant)))
  const { body, contract } = region
  operands(region, [value])
  i32(body, contract.addresses.operands)
  call(body, contract.runtime.leadingZeros)
  return smallOf(keep(body, I64), 9)
}

/** @param moves whether memory may grow. @param gives whether a word comes back. @param read how. */
function charges(
  name: RuntimeName,
  inputs: number,
  { moves = false, gives = true, read = readOperand } = {},
): Compile {
  const hasFrame = RUNTIME[name].parameters.length === 3
  return (region, path) => {
    const { body, contract, frame } = region
    operands(region, popped(path, inputs))
    if (hasFrame) get(body, frame)
    i32(body, contract.addresses.operands)
    get(body, GAS)
    call(body, contract.runtime[name])
    keepGas(region)
    if (moves) path.memory = undefined
    return gives ? read(region, inputs - 1) : undefined
  }
}

/** Takes the gas that the runtime gives back; all ones say that the instruction halts. */
export function keepGas({ body, contract }: Region): void {
  tee(body, GAS)
  i64(body, -1n)
  op(body, WASM.i64Eq)
  when(body, () => {
    call(body, contract.runtime.getFault)
    op(body, WASM.return)
  })
}

function logs(topics: number): Compile {
  return (region, path) => {
    const { body, contract, frame } = region
    operands(region, popped(path, topics + 2))
    get(body, frame)
    i32(body, contract.addresses.operands)
    get(body, GAS)
    i32(body, topics)
    call(body, contract.runtime.log)
    keepGas(region)
    path.memory = undefined
    return undefined
  }
}
