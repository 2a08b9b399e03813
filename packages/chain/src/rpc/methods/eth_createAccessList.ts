import { type Address, createAddress, type Hash, precompilesAt, type Tracer, type TraceStep } from '@deed/evm'
import { quantity, wordToHash } from '../../hex.ts'
import { isFault } from '../../transaction/fault.ts'
import type { AccessList } from '../../transaction/types.ts'
import { blockAt, isPending } from '../block-parameter.ts'
import { faultError, serverError } from '../error.ts'
import type { Context } from '../method.ts'
import { type BlockParameter, PENDING, type TransactionRequest } from '../params.ts'
import { CALL_GAS_CAP, callRequest, runCall } from './eth_call.ts'

/** Runs until the list stays the same. A list changes gas and so may change the path; few do twice. */
const MAX_ROUNDS = 16

/**
 * The accounts and slots that a call touches, in the form of EIP-2930, and the gas it uses with that list.
 * Accounts that are warm anyway are named only for their slots.
 */
export const ethCreateAccessList = async (
  { node }: Context,
  request: TransactionRequest,
  at: BlockParameter = PENDING,
) => {
  const some = await blockAt(node, at)
  const { header } = some.block
  const { chain } = node
  const { fork } = isPending(some) ? chain.rulesAfter(chain.head, header.timestamp) : chain.rulesOf(some)
  const from = request.from ?? '0x0000000000000000000000000000000000000000'
  const state = isPending(some) ? chain.stateOf(some) : await chain.stateAt(some.hash)
  const to = request.to ?? createAddress(from, (await state.account(from))?.nonce ?? 0n)
  const warm = new Set([from, to, header.beneficiary, ...precompilesAt(fork).keys()])

  let accessList: AccessList = request.accessList ?? []
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const touched = new Map<Address, Set<Hash>>()
    for (const { address, storageKeys } of accessList) touched.set(address, new Set(storageKeys))
    const call = callRequest({ ...request, accessList }, header, request.gas ?? CALL_GAS_CAP)
    const result = await runCall(node, call, some, { tracer: accessTracer(touched) })
    if (isFault(result)) throw faultError(result)
    const next = listOf(touched, warm)
    if (isSame(next, accessList)) {
      const error =
        result.status === 'revert'
          ? 'execution reverted'
          : result.status === 'halt'
            ? result.reason
            : undefined
      return { accessList, gasUsed: quantity(result.gasUsed), ...(error !== undefined && { error }) }
    }
    accessList = next
  }
  throw serverError('DEED_ACCESS_LIST', `the access list still changes after ${MAX_ROUNDS} runs of the call`)
}

/** Notes what an instruction is about to touch, from the operands on its stack. */
const accessTracer = (touched: Map<Address, Set<Hash>>): Tracer => ({
  step: ({ opcode, stack, address }: TraceStep) => {
    const operand = (depth: number): bigint | undefined => stack[stack.length - depth]
    const account = ACCOUNT_OPERAND[opcode]
    if (account !== undefined) {
      const word = operand(account)
      if (word !== undefined) slotsOf(touched, toAddress(word))
    } else if (opcode === SLOAD || opcode === SSTORE) {
      const key = operand(1)
      if (key !== undefined) slotsOf(touched, address).add(wordToHash(key))
    }
  },
})

const slotsOf = (touched: Map<Address, Set<Hash>>, address: Address): Set<Hash> => {
  const slots = touched.get(address) ?? new Set()
  touched.set(address, slots)
  return slots
}

const listOf = (touched: ReadonlyMap<Address, ReadonlySet<Hash>>, warm: ReadonlySet<Address>): AccessList =>
  [...touched]
    .filter(([address, slots]) => slots.size > 0 || !warm.has(address))
    .map(([address, slots]) => ({ address, storageKeys: [...slots].sort() }))

const isSame = (a: AccessList, b: AccessList): boolean =>
  a.length === b.length &&
  a.every(({ storageKeys }, index) => storageKeys.length === b[index]!.storageKeys.length)

const toAddress = (word: bigint): Address => `0x${BigInt.asUintN(160, word).toString(16).padStart(40, '0')}`

const SLOAD = 0x54
const SSTORE = 0x55

/** Which operand of an instruction, counted from the top of the stack, is an account that it warms. */
const ACCOUNT_OPERAND: Readonly<Record<number, number>> = {
  49: 1, // BALANCE
  59: 1, // EXTCODESIZE
  60: 1, // EXTCODECOPY
  63: 1, // EXTCODEHASH
  241: 2, // CALL
  242: 2, // CALLCODE
  244: 2, // DELEGATECALL
  250: 2, // STATICCALL
  255: 1, // SELFDESTRUCT
}
