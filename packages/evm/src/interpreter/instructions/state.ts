/** Storage, other accounts, logs, and SELFDESTRUCT. */
import type { Hash } from '../../engine.ts'
import { wordToHash } from '../../words.ts'
import { finish } from '../enter.ts'
import { charge, type Frame, gasOf, type Machine, NO_DATA } from '../frame.ts'
import type { Instruction } from '../instruction.ts'
import {
  type Account,
  accountAtWord,
  bringIntoBeing,
  codeOf,
  isEmpty,
  setBalance,
  setDestroyed,
  setSlot,
  setTransient,
  slotAt,
  touch,
  warmUp,
} from '../journal.ts'
import { copyOut, rangeEnd } from '../memory.ts'
import { OUT_OF_GAS, WRITE_PROTECTION } from '../unwind.ts'
import { chargeAccountAccess } from './access.ts'
import { growTo } from './memory.ts'

const LOG_BYTE_GAS = 8

export const STATE: Readonly<Record<string, Instruction>> = {
  SLOAD: {
    charge: (frame, { journal, rules }) => {
      const slot = slotAt(journal, frame.account, frame.stack[frame.sp - 1]!)
      if (warmUp(journal, slot)) charge(frame, rules.coldSlotSurcharge)
    },
    execute: ({ stack, sp, account }, { journal }) => {
      stack[sp - 1] = slotAt(journal, account, stack[sp - 1]!).value
    },
  },
  SSTORE: {
    charge: (frame, { journal, rules }) => {
      if (frame.isStatic) throw WRITE_PROTECTION
      if (gasOf(frame) <= rules.sstoreStipend) throw OUT_OF_GAS
      const { stack, sp } = frame
      const slot = slotAt(journal, frame.account, stack[sp - 1]!)
      const { gas, refund } = rules.sstore.cost(slot.original, slot.value, stack[sp - 2]!)
      // A cold slot costs all of a cold read here: 2100 (EIP-2929).
      charge(frame, warmUp(journal, slot) ? gas + rules.coldSstoreSurcharge : gas)
      journal.refund += refund
    },
    execute: (frame, { journal }) => {
      frame.sp -= 2
      const { stack, sp, account } = frame
      setSlot(journal, account, slotAt(journal, account, stack[sp + 1]!), stack[sp]!)
    },
  },
  // EIP-1153
  TLOAD: {
    execute: ({ stack, sp, account }) => {
      stack[sp - 1] = account.transient?.get(stack[sp - 1]!) ?? 0n
    },
  },
  TSTORE: {
    charge: refuseInStaticCall,
    execute: (frame, { journal }) => {
      frame.sp -= 2
      setTransient(journal, frame.account, frame.stack[frame.sp + 1]!, frame.stack[frame.sp]!)
    },
  },

  BALANCE: readsAccount((account) => account.balance),
  EXTCODESIZE: readsAccount((account, { journal }) => BigInt(codeOf(journal, account).length)),
  // EIP-1052: zero for an account that is not there or is empty.
  EXTCODEHASH: readsAccount((account) =>
    !account.exists || isEmpty(account) ? 0n : BigInt(account.codeHash),
  ),

  LOG0: logs(0),
  LOG1: logs(1),
  LOG2: logs(2),
  LOG3: logs(3),
  LOG4: logs(4),

  SELFDESTRUCT: {
    charge: (frame, machine) => {
      refuseInStaticCall(frame)
      const { journal, rules } = machine
      const beneficiary = accountAtWord(journal, frame.stack[frame.sp - 1]!)
      machine.subject = beneficiary
      if (warmUp(journal, beneficiary)) charge(frame, rules.coldBeneficiaryGas)
      const isNew = rules.clearsEmptyAccounts
        ? frame.account.balance !== 0n && isEmpty(beneficiary)
        : !beneficiary.exists
      if (isNew) charge(frame, rules.selfdestructNewAccountGas)
    },
    execute: (frame, machine) => {
      selfdestruct(machine, frame, machine.subject!)
      finish(machine, frame, 'success')
    },
  },
}

function refuseInStaticCall(frame: Frame): void {
  if (frame.isStatic) throw WRITE_PROTECTION
}

function readsAccount(value: (account: Account, machine: Machine) => bigint): Instruction {
  return {
    charge: (frame, machine) => {
      chargeAccountAccess(frame, machine, frame.stack[frame.sp - 1]!)
    },
    execute: ({ stack, sp }, machine) => {
      stack[sp - 1] = value(machine.subject!, machine)
    },
  }
}

function logs(topicCount: number): Instruction {
  return {
    charge: (frame) => {
      refuseInStaticCall(frame)
      const { stack, sp } = frame
      const size = stack[sp - 2]!
      const end = rangeEnd(stack[sp - 1]!, size)
      charge(frame, LOG_BYTE_GAS * Number(size))
      growTo(frame, end)
    },
    execute: (frame, { journal, tracer }) => {
      const { stack, sp, memory, account } = frame
      const topics: Hash[] = []
      for (let i = 0; i < topicCount; i++) topics.push(wordToHash(stack[sp - 3 - i]!))
      const data = copyOut(memory, Number(stack[sp - 1]!), Number(stack[sp - 2]!))
      const log = { address: account.address, topics, data }
      journal.logs.push(log)
      tracer?.log?.(log)
      frame.sp -= 2 + topicCount
    },
  }
}

/**
 * Sends the whole balance; deletes the account at the end of the transaction if it is one that still may be
 * (EIP-6780). One that names itself and is deleted burns what it has.
 */
function selfdestruct(machine: Machine, frame: Frame, beneficiary: Account): void {
  const { journal, rules, tracer } = machine
  const { account } = frame
  const { balance } = account
  const deletes = !rules.selfdestructOnlyCreated || account.created
  if (tracer !== undefined) {
    const { address: from } = account
    const depth = frame.depth + 1
    const to = beneficiary.address
    tracer.enter?.({
      kind: 'SELFDESTRUCT',
      depth,
      from,
      to,
      value: balance,
      gas: 0n,
      input: NO_DATA,
      code: NO_DATA,
    })
    tracer.exit?.({ status: 'success', gasUsed: 0n, output: NO_DATA })
  }
  if (beneficiary !== account) {
    if (balance !== 0n) {
      setBalance(journal, beneficiary, beneficiary.balance + balance)
      setBalance(journal, account, 0n)
    } else if (rules.clearsEmptyAccounts) touch(journal, beneficiary)
    else bringIntoBeing(journal, beneficiary)
  } else if (deletes) setBalance(journal, account, 0n)
  if (deletes && setDestroyed(journal, account)) journal.refund += rules.selfdestructRefund
}
