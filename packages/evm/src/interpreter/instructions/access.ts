/** What the first access of an account costs (EIP-2929), and where code delegates to (EIP-7702). */
import type { Address } from '../../engine.ts'
import { bytesToHex } from '../../hex.ts'
import { charge, type Frame, type Machine } from '../frame.ts'
import { type Account, accountAt, accountAtWord, codeOf, warmUp } from '../journal.ts'

/** Makes the account at the address in a word the subject; charges what cold costs beyond the static gas. */
export function chargeAccountAccess(frame: Frame, machine: Machine, word: bigint): Account {
  const account = accountAtWord(machine.journal, word)
  machine.subject = account
  if (warmUp(machine.journal, account)) charge(frame, machine.rules.coldAccountSurcharge)
  return account
}

const WARM_ACCESS_GAS = 100

/** EIP-7702: calling an account that delegates pays for the access of its delegate too. */
export function chargeDelegateAccess(frame: Frame, machine: Machine, account: Account): void {
  const delegate = delegateOf(machine, account)
  if (delegate === undefined) return
  const cold = warmUp(machine.journal, delegate)
  charge(frame, WARM_ACCESS_GAS + (cold ? machine.rules.coldAccountSurcharge : 0))
}

/** The account whose code runs in place of this one's, if it delegates. One step only: chains do not follow. */
export function delegateOf(machine: Machine, account: Account): Account | undefined {
  if (!machine.rules.delegation) return undefined
  const address = delegationTarget(codeOf(machine.journal, account))
  return address === undefined ? undefined : accountAt(machine.journal, address)
}

/** The address in an EIP-7702 designator (0xef0100 + 20 bytes), `undefined` for any other code. */
export function delegationTarget(code: Uint8Array): Address | undefined {
  if (code.length !== 23 || code[0] !== 0xef || code[1] !== 0x01 || code[2] !== 0x00) return undefined
  return bytesToHex(code.subarray(3))
}
