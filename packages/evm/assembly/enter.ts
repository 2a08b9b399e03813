/** How frames begin and end: value moves, precompiles run, code is deposited, the caller gets its answer. */
import { analyse, makeCode } from './code'
import { fault, HALTED, pay } from './expansion'
import {
  depth,
  dropReturnData,
  frameAt,
  keepReturnData,
  popFrame,
  pushFrame,
  returnData,
  returnSize,
} from './frame'
import { hostHasStorage, hostHot, hostPrecompile, hostPrecompileGas } from './host'
import { revertTo, setMark } from './journal'
import { Account, AccountFlag, Code, Frame, Kind, Status } from './layout'
import { rules } from './rules'
import { accountAt, changing, codeOf, NO_CODE, touch, transfer } from './state'
import { clear, copy, copyReversed, setSmall } from './word'

const CODE_DEPOSIT_BYTE_GAS: u64 = 200

/** How the outermost frame ended. */
export let resultStatus: u32 = 0
export let resultGas: u64 = 0

/**
 * Pushes a frame. One that has nothing to execute (a precompile, no code) has ended when this returns. `payer` is who
 * sends the value; `value` a word.
 */
export function enterCall(
  kind: u32,
  callee: Account,
  account: Account,
  caller: Account,
  payer: Account,
  value: usize,
  gas: u64,
  isStatic: bool,
  input: usize,
  inputSize: u32,
  outputOffset: u64,
  outputSize: u64,
): u32 {
  const isPrecompile = (callee.flags & AccountFlag.PRECOMPILE) != 0
  const code = isPrecompile ? NO_CODE : runnableCode(callee)
  const frame = pushFrame(kind, account, caller, value, code, gas, isStatic)
  frame.input = input
  frame.inputSize = inputSize
  frame.outputOffset = outputOffset
  frame.outputSize = outputSize
  if (kind == Kind.CALL) transfer(payer, callee, valueOf(frame))
  // STATICCALL is a call of value zero and touches; the others do not leave the account that calls.
  else if (kind == Kind.STATICCALL && rules.clearsEmptyAccounts) touch(callee)
  if (isPrecompile) return finish(frame, runPrecompile(frame, callee), returnData, returnSize)
  if (code.size == 0) return finish(frame, Status.SUCCESS, 0, 0)
  prepare(code)
  return Status.ENTERED
}

// @ts-ignore: decorator
@inline
function valueOf(frame: Frame): usize {
  return changetype<usize>(frame) + offsetof<Frame>('value0')
}

/** From so many entries and blocks on, a code that the world has is made known once. */
export const HOT = memory.data<u32>([u32.MAX_VALUE])

export function warmCode(code: Code, heat: u32): void {
  if (code.id == 0 || code.heat == u32.MAX_VALUE) return
  code.heat += heat
  if (code.heat < load<u32>(HOT)) return
  code.heat = u32.MAX_VALUE
  hostHot(code)
}

function prepare(code: Code): void {
  if (code.fork != rules.fork) {
    analyse(code)
    code.heat = 0
  }
  warmCode(code, 1)
}

function runnableCode(callee: Account): Code {
  const delegate = delegateOf(callee)
  if (changetype<usize>(delegate) == 0) return codeOf(callee)
  return delegate.flags & AccountFlag.PRECOMPILE ? NO_CODE : codeOf(delegate)
}

const DELEGATE = memory.data(32, 16)

/** The account whose code runs in place of this one's (EIP-7702), or null. One step only: chains do not follow. */
export function delegateOf(account: Account): Account {
  if (!rules.delegation || !codeOf(account).delegates) return changetype<Account>(0)
  // The designator's last 20 bytes, and twelve zeros before them.
  const bytes = account.code.bytes
  clear(PREIMAGE)
  memory.copy(PREIMAGE + 12, bytes + 3, 20)
  copyReversed(DELEGATE, PREIMAGE)
  return accountAt(DELEGATE)
}

const PREIMAGE = memory.data(32, 16)

/** Charges and runs; the output is the return data. */
function runPrecompile(frame: Frame, callee: Account): u32 {
  const input = frame.input
  const size = frame.inputSize
  const price = hostPrecompileGas(callee, input, size)
  if (price > <f64>frame.gas) return Status.OUT_OF_GAS
  frame.gas = pay(frame.gas, <u64>price)
  if (frame.gas == HALTED) return fault
  return hostPrecompile(callee, input, size) ? Status.SUCCESS : Status.PRECOMPILE_FAILED
}

/**
 * Pushes the frame of initialisation code, which lies in a block of its own. On a collision (EIP-684, 7610) it has
 * ended when this returns.
 */
export function enterCreate(
  kind: u32,
  account: Account,
  creator: Account,
  value: usize,
  code: Code,
  codeOrder: u32,
  gas: u64,
): u32 {
  const frame = pushFrame(kind, account, creator, value, code, gas, false)
  frame.codeOrder = codeOrder
  if (account.nonce != 0 || account.code != NO_CODE || hostHasStorage(account)) {
    return finish(frame, Status.COLLISION, 0, 0)
  }
  changing(account)
  account.flags |= AccountFlag.CREATED
  if (rules.clearsEmptyAccounts) account.nonce = 1
  transfer(creator, account, valueOf(frame))
  if (code.size == 0) return finish(frame, Status.SUCCESS, 0, 0)
  analyse(code)
  return Status.ENTERED
}

/** Ends a frame, and gives its caller the gas that is left, the return data and the word on the stack. */
export function finish(frame: Frame, ended: u32, output: usize, size: u32): u32 {
  const isCreate = frame.kind >= Kind.CREATE
  let status = ended
  if (isCreate && status == Status.SUCCESS) status = deposit(frame, output, size)
  if (status != Status.SUCCESS) revertTo(frame.undo, frame.log, frame.logs, frame.refund)
  if (status > Status.REVERT) {
    frame.gas = 0
    dropReturnData()
  } else if (isCreate && status == Status.SUCCESS && depth > 1) dropReturnData()
  else if (output == returnData && size == returnSize) {
    // A precompile's is there already.
  } else keepReturnData(output, size)

  popFrame()
  if (depth == 0) {
    resultStatus = status
    resultGas = frame.gas
    return Status.ENTERED
  }
  const parent = frameAt(depth)
  setMark(parent.mark)
  parent.gas += frame.gas
  parent.sp += 32
  if (status != Status.SUCCESS) clear(parent.sp)
  else if (isCreate) copy(parent.sp, changetype<usize>(frame.account))
  else setSmall(parent.sp, 1)
  if (!isCreate) {
    const room = min(frame.outputSize, <u64>returnSize)
    if (room != 0) memory.copy(parent.memory + <usize>frame.outputOffset, returnData, <usize>room)
  }
  return Status.GOES_ON
}

/** Puts the code in place that initialisation returned, or says why it cannot be. */
function deposit(frame: Frame, code: usize, size: u32): u32 {
  if (size > rules.maxCodeSize) return Status.CODE_TOO_LARGE
  if (rules.rejectsCodeFromEf && size > 0 && load<u8>(code) == 0xef) return Status.CODE_BEGINS_WITH_EF
  const price = CODE_DEPOSIT_BYTE_GAS * size
  if (frame.gas < price) return rules.codeDepositMustBePaid ? Status.CODE_NOT_PAID : Status.SUCCESS
  frame.gas -= price
  if (size == 0) return Status.SUCCESS
  const account = frame.account
  changing(account)
  account.code = makeCode(code, size)
  account.flags |= AccountFlag.CODED
  return Status.SUCCESS
}
