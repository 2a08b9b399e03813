/** How frames begin and end: value moves, precompiles run, code is deposited, the caller gets its answer. */
import type { HaltReason, TraceFault } from '../engine.ts'
import { EMPTY_CODE_HASH } from '../keccak.ts'
import {
  charge,
  type Frame,
  type FrameKind,
  gasOf,
  giveBack,
  type Machine,
  NO_DATA,
  push,
  pushFrame,
  setGas,
} from './frame.ts'
import { delegateOf } from './instructions/access.ts'
import {
  type Account,
  bringIntoBeing,
  codeOf,
  mark,
  revertTo,
  setBalance,
  setCode,
  setCreated,
  setNonce,
  touch,
} from './journal.ts'
import { Halt, OUT_OF_GAS } from './unwind.ts'

export interface CallStart {
  readonly kind: Exclude<FrameKind, 'CREATE' | 'CREATE2'>
  /** Whose code runs, or whose delegate's. */
  readonly callee: Account
  /** Whose storage and balance are worked on. */
  readonly account: Account
  readonly caller: Account
  /** What CALLVALUE says. Only CALL moves it. */
  readonly value: bigint
  readonly input: Uint8Array
  readonly isStatic: boolean
  readonly gas: bigint
  readonly outputOffset: number
  readonly outputSize: number
  /** The account that pays, if it is not the frame that calls. */
  readonly payer?: Account
}

/** Pushes a frame; one that has nothing to execute (a precompile, no code) has ended when this returns. */
export function enterCall(machine: Machine, start: CallStart): void {
  const { journal, rules, frames } = machine
  const { kind, callee } = start
  const precompile = machine.precompiles.get(callee.address)
  const code = precompile === undefined ? runnableCode(machine, callee) : NO_DATA
  const payer = start.payer ?? frames.at(-1)!.account
  const point = mark(journal)
  if (kind === 'CALL') transfer(machine, payer, callee, start.value)
  // STATICCALL is a call of value zero and touches; the others do not leave the account that calls.
  else if (kind === 'STATICCALL' && rules.clearsEmptyAccounts) touch(journal, callee)

  const frame = pushFrame(machine, start, code, point)
  if (precompile !== undefined) runPrecompile(machine, frame, precompile)
  else if (code.length === 0) finish(machine, frame, 'success')
}

export interface CreateStart {
  readonly kind: 'CREATE' | 'CREATE2'
  /** The new account. */
  readonly account: Account
  readonly creator: Account
  readonly value: bigint
  /** Initialisation code. */
  readonly code: Uint8Array
  readonly gas: bigint
}

/** Pushes the frame of initialisation code. On a collision (EIP-684, 7610) it has ended when this returns. */
export function enterCreate(machine: Machine, start: CreateStart): void {
  const { journal, rules } = machine
  const { kind, account, creator, value, code, gas } = start
  const point = mark(journal)
  const collides = account.nonce !== 0n || account.codeHash !== EMPTY_CODE_HASH || account.hasStorage
  if (!collides) {
    setCreated(journal, account)
    if (rules.clearsEmptyAccounts) setNonce(journal, account, 1n)
    transfer(machine, creator, account, value)
  }
  const frame = pushFrame(
    machine,
    {
      kind,
      callee: account,
      account,
      caller: creator,
      value,
      input: NO_DATA,
      isStatic: false,
      gas,
      outputOffset: 0,
      outputSize: 0,
    },
    code,
    point,
  )
  if (collides) finish(machine, frame, 'halt', NO_DATA, 'contract address collision')
  else if (code.length === 0) finish(machine, frame, 'success')
}

/** Ends a frame, and gives its caller the gas that is left, the return data and the word on the stack. */
export function finish(
  machine: Machine,
  frame: Frame,
  ended: 'success' | 'revert' | 'halt',
  data: Uint8Array = NO_DATA,
  halted?: HaltReason,
  fault?: TraceFault,
): void {
  const isCreate = frame.kind === 'CREATE' || frame.kind === 'CREATE2'
  let status = ended
  let reason = halted
  if (isCreate && status === 'success') {
    reason = deposit(machine, frame, data)
    if (reason !== undefined) status = 'halt'
  }
  if (status !== 'success') revertTo(machine.journal, frame.mark)
  if (status === 'halt') setGas(frame, 0n)
  const output = status === 'halt' ? NO_DATA : data

  frame.running = false
  machine.frames.pop()
  machine.tracer?.exit?.({
    status,
    ...(reason === undefined ? {} : { reason }),
    ...(fault === undefined ? {} : { fault }),
    gasUsed: frame.gas - gasOf(frame),
    output,
  })

  const parent = machine.frames.at(-1)
  if (parent === undefined) {
    machine.result = { status, reason, gasLeft: gasOf(frame), output }
    return
  }
  giveBack(parent, frame)
  parent.running = true
  if (isCreate) {
    push(parent, status === 'success' ? frame.account.word : 0n)
    parent.returnData = status === 'success' ? NO_DATA : output
  } else {
    push(parent, status === 'success' ? 1n : 0n)
    parent.returnData = output
    const size = Math.min(frame.outputSize, output.length)
    if (size > 0) parent.memory.bytes.set(output.subarray(0, size), frame.outputOffset)
  }
}

const CODE_DEPOSIT_BYTE_GAS = 200

/** Puts the code in place that initialisation returned, or says why it cannot be. */
function deposit({ journal, rules }: Machine, frame: Frame, code: Uint8Array): HaltReason | undefined {
  if (code.length > rules.maxCodeSize) return 'max code size exceeded'
  if (rules.rejectsCodeFromEf && code[0] === 0xef) return 'invalid code: must not begin with 0xef'
  try {
    charge(frame, CODE_DEPOSIT_BYTE_GAS * code.length)
  } catch (error) {
    if (error !== OUT_OF_GAS) throw error
    return rules.codeDepositMustBePaid ? 'contract creation code storage out of gas' : undefined
  }
  if (code.length > 0) setCode(journal, frame.account, code)
  return undefined
}

function transfer({ journal, rules }: Machine, from: Account, to: Account, value: bigint): void {
  if (value === 0n) {
    if (rules.clearsEmptyAccounts) touch(journal, to)
    else bringIntoBeing(journal, to)
    return
  }
  if (from.balance < value) throw new BalanceError(from, value)
  setBalance(journal, from, from.balance - value)
  setBalance(journal, to, to.balance + value)
}

function runnableCode(machine: Machine, callee: Account): Uint8Array {
  const delegate = delegateOf(machine, callee)
  if (delegate === undefined) return codeOf(machine.journal, callee)
  return machine.precompiles.has(delegate.address) ? NO_DATA : codeOf(machine.journal, delegate)
}

function runPrecompile(
  machine: Machine,
  frame: Frame,
  precompile: { gas(input: Uint8Array): number; run(input: Uint8Array): Uint8Array | undefined },
): void {
  try {
    charge(frame, precompile.gas(frame.input))
  } catch (error) {
    if (!(error instanceof Halt)) throw error
    finish(machine, frame, 'halt', NO_DATA, error.reason)
    return
  }
  machine.check?.()
  const output = precompile.run(frame.input)
  if (output === undefined) finish(machine, frame, 'halt', NO_DATA, 'precompile failed')
  else finish(machine, frame, 'success', output)
}

/** The driver sent a message that its sender cannot pay: it is checked before gas is bought. */
export class BalanceError extends Error {
  readonly code = 'DEED_EVM_BALANCE'
  constructor(from: Account, value: bigint) {
    super(
      `${from.address} has ${from.balance} wei and cannot send ${value}. Check the balance before the run.`,
    )
    this.name = 'BalanceError'
  }
}
