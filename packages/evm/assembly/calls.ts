/** The CALL family and the CREATE family: what they charge, then the frame that they ask for. */
import { layOut, spaceFor } from './code'
import { delegateOf, enterCall, enterCreate } from './enter'
import { expand, fault, HALTED, MEMORY_LIMIT, pay, placeOf } from './expansion'
import { DEPTH_LIMIT, depth, dropReturnData } from './frame'
import { keccak256 } from './keccak'
import { Account, AccountFlag, Code, Frame, Kind, Status } from './layout'
import { orderFor, takeDirty } from './memory'
import { Op } from './opcodes'
import { rules } from './rules'
import { accountAt, balanceOf, changing, isEmpty, warmAccount } from './state'
import { clamped, clear, copy, copyReversed, isBelow, isZero } from './word'

const CALL_VALUE_GAS: u64 = 9000
const CALL_NEW_ACCOUNT_GAS: u64 = 25000
/** What a callee gets on top when it is sent value. */
const CALL_STIPEND: u64 = 2300
const WARM_ACCESS_GAS: u64 = 100
const KECCAK_WORD_GAS: u64 = 6
/** EIP-2681. */
const MAX_NONCE: u64 = u64.MAX_VALUE

const ZERO = memory.data(32, 16)

/** Pays for the first access of an account (EIP-2929). */
export function payAccess(account: Account, gas: u64): u64 {
  return warmAccount(account) ? pay(gas, rules.coldAccountSurcharge) : gas
}

/**
 * Operands from the top: gas, address, value if it has one, offset and size of input, and of output. The frame's
 * gas, without the static, and its stack are those in the record.
 */
function call(frame: Frame, kind: u32): u32 {
  const sp = frame.sp
  const hasValue = kind <= Kind.CALLCODE
  const value = hasValue ? sp - 64 : ZERO
  const sendsValue = hasValue && !isZero(value)
  if (kind == Kind.CALL && sendsValue && frame.isStatic) return Status.WRITE_PROTECTION
  const ranges = hasValue ? sp - 96 : sp - 64
  const inputOffset = clamped(ranges, MEMORY_LIMIT + 1)
  const inputSize = clamped(ranges - 32, MEMORY_LIMIT + 1)
  const outputOffset = clamped(ranges - 64, MEMORY_LIMIT + 1)
  const outputSize = clamped(ranges - 96, MEMORY_LIMIT + 1)

  let gas = expandToBoth(frame, inputOffset, inputSize, outputOffset, outputSize)
  if (gas == HALTED) return fault
  const callee = accountAt(sp - 32)
  gas = payAccess(callee, gas)
  if (gas == HALTED) return fault
  if (sendsValue) {
    gas = pay(gas, CALL_VALUE_GAS)
    if (gas == HALTED) return fault
  }
  if (kind == Kind.CALL) {
    const isNew = rules.clearsEmptyAccounts
      ? sendsValue && isEmpty(callee)
      : (callee.flags & AccountFlag.EXISTS) == 0
    if (isNew) {
      gas = pay(gas, CALL_NEW_ACCOUNT_GAS)
      if (gas == HALTED) return fault
    }
  }
  const delegate = delegateOf(callee)
  if (changetype<usize>(delegate) != 0) {
    const cold = warmAccount(delegate) ? <u64>rules.coldAccountSurcharge : 0
    gas = pay(gas, WARM_ACCESS_GAS + cold)
    if (gas == HALTED) return fault
  }
  const asked = clamped(sp, u64.MAX_VALUE)
  let given = asked
  if (rules.keepsOne64th) given = min(asked, gas - (gas >> 6))
  else if (asked > gas) return Status.OUT_OF_GAS
  frame.gas = gas - given
  if (sendsValue) given += CALL_STIPEND

  frame.sp = ranges - 128
  const account = frame.account
  if (depth > DEPTH_LIMIT || (sendsValue && isBelow(balanceOf(account), value))) return refuse(frame, given)
  const delegates = kind == Kind.DELEGATECALL
  return enterCall(
    kind,
    callee,
    delegates || kind == Kind.CALLCODE ? account : callee,
    delegates ? frame.caller : account,
    account,
    delegates ? changetype<usize>(frame) + offsetof<Frame>('value0') : value,
    given,
    frame.isStatic || kind == Kind.STATICCALL,
    placeOf(frame, inputOffset, inputSize),
    <u32>inputSize,
    outputOffset,
    outputSize,
  )
}

/** Pays for memory to the end of both ranges at once. */
function expandToBoth(frame: Frame, offset: u64, size: u64, otherOffset: u64, otherSize: u64): u64 {
  const gas = expand(frame, offset, size, frame.gas)
  return gas == HALTED ? gas : expand(frame, otherOffset, otherSize, gas)
}

/** A call that is paid for and not made: its gas comes back. */
function refuse(frame: Frame, given: u64): u32 {
  frame.gas += given
  dropReturnData()
  frame.sp += 32
  clear(frame.sp)
  return Status.GOES_ON
}

export function callOrCreate(frame: Frame, op: u32): u32 {
  if (op == Op.CALL) return call(frame, Kind.CALL)
  if (op == Op.STATICCALL) return call(frame, Kind.STATICCALL)
  if (op == Op.DELEGATECALL) return call(frame, Kind.DELEGATECALL)
  if (op == Op.CALLCODE) return call(frame, Kind.CALLCODE)
  return create(frame, op == Op.CREATE ? Kind.CREATE : Kind.CREATE2)
}

/** Operands from the top: value, offset and size of the initialisation code, for CREATE2 a salt. */
function create(frame: Frame, kind: u32): u32 {
  if (frame.isStatic) return Status.WRITE_PROTECTION
  const sp = frame.sp
  const offset = clamped(sp - 32, MEMORY_LIMIT + 1)
  const size = clamped(sp - 64, u64.MAX_VALUE)
  // Before Shanghai there is no limit, and only gas bounds it.
  if (rules.maxInitcodeSize != u32.MAX_VALUE && size > rules.maxInitcodeSize) return Status.INITCODE_TOO_LARGE
  let gas = expand(frame, offset, size, frame.gas)
  if (gas == HALTED) return fault
  const wordGas = rules.initcodeWordGas + (kind == Kind.CREATE2 ? KECCAK_WORD_GAS : 0)
  gas = pay(gas, wordGas * ((size + 31) >> 5))
  if (gas == HALTED) return fault
  const given = rules.keepsOne64th ? gas - (gas >> 6) : gas
  frame.gas = gas - given

  const account = frame.account
  const initcode = placeOf(frame, offset, size)
  frame.sp = kind == Kind.CREATE2 ? sp - 128 : sp - 96
  const isRefused = depth > DEPTH_LIMIT || isBelow(balanceOf(account), sp) || account.nonce == MAX_NONCE
  if (isRefused) return refuse(frame, given)
  if (kind == Kind.CREATE2) addressBySalt(account, sp - 96, initcode, <usize>size)
  else addressByNonce(account)
  const created = accountAt(ADDRESS)
  changing(account)
  account.nonce++
  warmAccount(created)

  const order = orderFor(((offsetof<Code>() + 15) & ~15) + spaceFor(size))
  const code = makeInitcode(takeDirty(order), initcode, <u32>size)
  return enterCreate(kind, created, account, sp, code, order, given)
}

/** Initialisation code in a block of its own. */
export function makeInitcode(block: usize, bytes: usize, size: u32): Code {
  const code = changetype<Code>(block)
  layOut(code, block + ((offsetof<Code>() + 15) & ~15), size)
  // None that the world has: it does not become hot.
  code.id = 0
  memory.copy(code.bytes, bytes, size)
  return code
}

const ADDRESS = memory.data(32, 16)
const PREIMAGE = memory.data(96, 16)
const BYTES = memory.data(32, 16)

/** keccak256(rlp([creator, nonce])), its last 20 bytes. */
function addressByNonce(creator: Account): void {
  const nonce = creator.nonce
  let nonceBytes: u32 = 0
  if (nonce >= 0x80) nonceBytes = 8 - <u32>(clz(nonce) >> 3)
  store<u8>(PREIMAGE, 0xc0 + 22 + nonceBytes)
  store<u8>(PREIMAGE, 0x80 + 20, 1)
  writeAddress(creator, PREIMAGE + 2)
  if (nonceBytes == 0) store<u8>(PREIMAGE, nonce == 0 ? 0x80 : <u8>nonce, 22)
  else {
    store<u8>(PREIMAGE, 0x80 + nonceBytes, 22)
    store<u64>(PREIMAGE, bswap(nonce << (64 - (<u64>nonceBytes << 3))), 23)
  }
  keccak256(PREIMAGE, 23 + nonceBytes, ADDRESS)
}

/** EIP-1014: keccak256(0xff, creator, salt, keccak256(initcode)), its last 20 bytes. */
function addressBySalt(creator: Account, salt: usize, initcode: usize, size: usize): void {
  store<u8>(PREIMAGE, 0xff)
  writeAddress(creator, PREIMAGE + 1)
  copyReversed(PREIMAGE + 21, salt)
  keccak256(initcode, size, BYTES)
  copyReversed(PREIMAGE + 53, BYTES)
  keccak256(PREIMAGE, 85, ADDRESS)
}

/** Its 20 bytes, highest first. */
function writeAddress(account: Account, to: usize): void {
  copyReversed(BYTES, changetype<usize>(account))
  memory.copy(to, BYTES + 12, 20)
}
