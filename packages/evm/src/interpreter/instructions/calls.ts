/** The CALL family and the CREATE family: what they charge, then the frame that they ask for. */

import { create2Address, createAddress } from '../../created.ts'
import type { HaltReason, TraceFrame } from '../../engine.ts'
import { type CallStart, enterCall, enterCreate } from '../enter.ts'
import { charge, type Frame, type FrameKind, gasOf, type Machine, NO_DATA, push, setGas } from '../frame.ts'
import type { Instruction } from '../instruction.ts'
import { accountAt, isEmpty, setNonce, warmUp } from '../journal.ts'
import { copyOut, rangeEnd } from '../memory.ts'
import { INITCODE_TOO_LARGE, OUT_OF_GAS, WRITE_PROTECTION } from '../unwind.ts'
import { chargeAccountAccess, chargeDelegateAccess } from './access.ts'
import { chargeMemory, growTo, wordsOf } from './memory.ts'

const CALL_VALUE_GAS = 9000
const CALL_NEW_ACCOUNT_GAS = 25000
/** What a callee gets on top when it is sent value. */
const CALL_STIPEND = 2300n
const KECCAK_WORD_GAS = 6

/** Yellow Paper, section 9.1: so many frames may lie above the outermost. */
const CALL_DEPTH_LIMIT = 1024
/** EIP-2681. */
const MAX_NONCE = (1n << 64n) - 1n

export const CALLS: Readonly<Record<string, Instruction>> = {
  CALL: calls('CALL', { hasValue: true }),
  CALLCODE: calls('CALLCODE', { hasValue: true }),
  DELEGATECALL: calls('DELEGATECALL', { hasValue: false }),
  STATICCALL: calls('STATICCALL', { hasValue: false }),
  CREATE: creates('CREATE'),
  CREATE2: creates('CREATE2'),
}

type CallKind = Exclude<FrameKind, 'CREATE' | 'CREATE2'>

/** Operands from the top: gas, address, value if it has one, offset and size of input, and of output. */
function calls(kind: CallKind, { hasValue }: { hasValue: boolean }): Instruction {
  const operands = hasValue ? 7 : 6
  return {
    charge: (frame, machine) => {
      const { stack } = frame
      const bottom = frame.sp - operands
      const value = hasValue ? stack[bottom + 4]! : 0n
      if (kind === 'CALL' && value !== 0n && frame.isStatic) throw WRITE_PROTECTION
      const end = Math.max(
        rangeEnd(stack[bottom + 3]!, stack[bottom + 2]!),
        rangeEnd(stack[bottom + 1]!, stack[bottom]!),
      )
      growTo(frame, end)
      const callee = chargeAccountAccess(frame, machine, stack[frame.sp - 2]!)
      if (value !== 0n) charge(frame, CALL_VALUE_GAS)
      if (kind === 'CALL') {
        const isNew = machine.rules.clearsEmptyAccounts ? value !== 0n && isEmpty(callee) : !callee.exists
        if (isNew) charge(frame, CALL_NEW_ACCOUNT_GAS)
      }
      chargeDelegateAccess(frame, machine, callee)
      machine.childGas = takeChildGas(frame, machine, stack[frame.sp - 1]!)
    },

    execute: (frame, machine) => {
      frame.sp -= operands
      const { stack, sp, memory, account } = frame
      const callee = machine.subject!
      const value = hasValue ? stack[sp + 4]! : 0n
      const delegates = kind === 'DELEGATECALL'
      const start: CallStart = {
        kind,
        callee,
        account: delegates || kind === 'CALLCODE' ? account : callee,
        caller: delegates ? frame.caller : account,
        value: delegates ? frame.value : value,
        input: copyOut(memory, Number(stack[sp + 3]!), Number(stack[sp + 2]!)),
        isStatic: frame.isStatic || kind === 'STATICCALL',
        gas: machine.childGas + (value === 0n ? 0n : CALL_STIPEND),
        outputOffset: Number(stack[sp + 1]!),
        outputSize: Number(stack[sp]!),
      }
      const reason = refusalOf(frame, value)
      if (reason === undefined) enterCall(machine, start)
      else refuse(machine, frame, reason, { ...start, from: account.address, to: callee.address })
    },
  }
}

/** Operands from the top: value, offset and size of the initialisation code, for CREATE2 a salt. */
function creates(kind: 'CREATE' | 'CREATE2'): Instruction {
  const chargeInitcodeMemory = chargeMemory(1, 2)
  return {
    charge: (frame, machine) => {
      if (frame.isStatic) throw WRITE_PROTECTION
      const { rules } = machine
      const size = frame.stack[frame.sp - 3]!
      if (size > rules.maxInitcodeSize) throw INITCODE_TOO_LARGE
      chargeInitcodeMemory(frame, machine)
      const hashed = kind === 'CREATE2' ? KECCAK_WORD_GAS : 0
      charge(frame, (rules.initcodeWordGas + hashed) * wordsOf(size))
      machine.childGas = takeChildGas(frame, machine, undefined)
    },

    execute: (frame, machine) => {
      const { stack, memory, account } = frame
      const { journal } = machine
      const value = stack[frame.sp - 1]!
      const initcode = copyOut(memory, Number(stack[frame.sp - 2]!), Number(stack[frame.sp - 3]!))
      const salt = stack[frame.sp - 4]
      frame.sp -= kind === 'CREATE2' ? 4 : 3
      const address =
        kind === 'CREATE2'
          ? create2Address(account.address, salt!, initcode)
          : createAddress(account.address, account.nonce)
      const gas = machine.childGas
      const reason = refusalOf(frame, value) ?? (account.nonce === MAX_NONCE ? 'nonce overflow' : undefined)
      if (reason !== undefined) {
        refuse(machine, frame, reason, {
          kind,
          from: account.address,
          to: address,
          value,
          input: initcode,
          gas,
        })
        return
      }
      const created = accountAt(journal, address)
      setNonce(journal, account, account.nonce + 1n)
      warmUp(journal, created)
      enterCreate(machine, { kind, account: created, creator: account, value, code: initcode, gas })
    },
  }
}

/**
 * Takes the gas that a call hands on: what it asks for (`undefined`: as much as it can get), and since EIP-150
 * at most all but one 64th of what is left.
 */
function takeChildGas(frame: Frame, { rules }: Machine, asked: bigint | undefined): bigint {
  if (rules.keepsOne64th && frame.gasAbove === 0n) {
    // Numbers do for all but absurd amounts; one that is asked for beyond 2^53 rounds, and is over the limit.
    const most = frame.gasLeft - Math.floor(frame.gasLeft / 64)
    const gas = asked === undefined ? most : Math.min(Number(asked), most)
    frame.gasLeft -= gas
    return BigInt(gas)
  }
  const left = gasOf(frame)
  const limit = rules.keepsOne64th ? left - left / 64n : left
  if (asked !== undefined && asked > limit && !rules.keepsOne64th) throw OUT_OF_GAS
  const gas = asked === undefined || asked > limit ? limit : asked
  setGas(frame, left - gas)
  return gas
}

/** Why a call is not made, though it is paid for. */
function refusalOf(frame: Frame, value: bigint): HaltReason | undefined {
  if (frame.depth > CALL_DEPTH_LIMIT) return 'max call depth exceeded'
  return value > frame.account.balance ? 'insufficient balance for transfer' : undefined
}

/** Gives the gas back. A tracer sees a call that ended as it began. */
function refuse(
  { tracer }: Machine,
  frame: Frame,
  reason: HaltReason,
  { kind, from, to, value, gas, input }: Omit<TraceFrame, 'depth' | 'code'>,
): void {
  tracer?.enter?.({ kind, depth: frame.depth + 1, from, to, value, gas, input, code: NO_DATA })
  tracer?.exit?.({ status: 'halt', reason, gasUsed: 0n, output: NO_DATA })
  setGas(frame, gasOf(frame) + gas)
  frame.returnData = NO_DATA
  push(frame, 0n)
}
