/** geth's prestateTracer: the accounts that a message needs, as they were before; or what it changed. */
import {
  type Address,
  createAddress,
  delegationTarget,
  EMPTY_CODE_HASH,
  type Hash,
  isActive,
  type TraceStep,
  wordToAddress,
} from '@deed/evm'
import { bytesToHex, quantity, wordToHash } from '../hex.ts'
import type { Json } from '../rpc/format.ts'
import { found } from '../state/missing.ts'
import { NO_ACCOUNT } from '../state/overrides.ts'
import { recoverAuthority } from '../transaction/signature.ts'
import type { OpenTracing } from './tracing.ts'

export interface PrestateOptions {
  /** Tell what changed, before and after, in place of all that was needed. */
  readonly diffMode: boolean
  readonly disableCode: boolean
  readonly disableStorage: boolean
  readonly includeEmpty: boolean
}

interface Known {
  readonly balance: bigint
  readonly nonce: bigint
  readonly codeHash: Hash
  readonly code: Uint8Array
  readonly storage: Map<bigint, bigint>
}

export const prestateTracer =
  (options: PrestateOptions): OpenTracing =>
  ({ scope, message, state, budget }) => {
    const { fork } = scope.rules
    const before = new Map<Address, Known>()
    /** Contracts that were new, and accounts that were deleted, in this message. */
    const created = new Set<Address>()
    const deleted = new Set<Address>()

    const read = (address: Address): Known => {
      const { balance, nonce, codeHash } = found(state.account(address)) ?? NO_ACCOUNT
      const code = codeHash === EMPTY_CODE_HASH ? NO_CODE : found(state.code(codeHash))
      return { balance, nonce, codeHash, code, storage: new Map() }
    }
    const look = (address: Address): Known => {
      const known = before.get(address) ?? read(address)
      if (!before.has(address)) budget.spend(ACCOUNT_CHARACTERS + 2 * known.code.length)
      before.set(address, known)
      return known
    }
    const lookAtDelegate = (address: Address): void => {
      if (!isActive('Prague', fork)) return
      const target = delegationTarget(read(address).code)
      if (target !== undefined) look(target)
    }

    const to = message.to ?? createAddress(message.sender, message.nonce)
    if (message.to === undefined) created.add(to)
    else lookAtDelegate(to)
    for (const address of [message.sender, to, scope.block.beneficiary]) look(address)
    for (const authorization of message.authorizationList) {
      const authority = recoverAuthority(authorization)
      if (authority !== undefined) look(authority)
    }

    const onStep = (step: TraceStep): void => {
      budget.check()
      const { opcode, stack, address, fault } = step
      if (fault !== undefined) return
      if (opcode === SLOAD || opcode === SSTORE) {
        if (options.disableStorage) return
        const key = stack.at(-1)!
        const { storage } = look(address)
        if (storage.has(key)) return
        budget.spend(SLOT_CHARACTERS)
        storage.set(key, step.slot(key))
      } else if (READS_ACCOUNT.has(opcode)) {
        look(wordToAddress(stack.at(-1)!))
        if (opcode === SELFDESTRUCT && (created.has(address) || !isActive('Cancun', fork)))
          deleted.add(address)
      } else if (CALLS.has(opcode)) {
        const callee = wordToAddress(stack.at(-2)!)
        look(callee)
        lookAtDelegate(callee)
      }
    }

    /** Leaves of `before` only what changed; returns what it has become. */
    const difference = (): Map<Address, Json> => {
      const after = new Map<Address, Json>()
      for (const [address, known] of before) {
        if (deleted.has(address)) continue
        const now = read(address)
        const storage: Record<Hash, Hash> = {}
        let changed = false
        for (const [key, value] of known.storage) {
          const later = found(state.slot(address, key))
          if (value === 0n || later === value) known.storage.delete(key)
          if (later === value) continue
          changed = true
          if (later !== 0n) storage[wordToHash(key)] = wordToHash(later)
        }
        const isOtherCode = now.codeHash !== known.codeHash
        const nonce = now.nonce !== known.nonce
        if (!changed && !isOtherCode && !nonce && now.balance === known.balance) {
          before.delete(address)
          continue
        }
        after.set(address, {
          ...(now.balance !== known.balance && { balance: quantity(now.balance) }),
          ...(isOtherCode && !options.disableCode && { code: bytesToHex(now.code) }),
          ...(isOtherCode && { codeHash: now.codeHash }),
          ...(nonce && now.nonce !== 0n && { nonce: Number(now.nonce) }),
          ...(Object.keys(storage).length > 0 && { storage }),
        })
      }
      return after
    }

    const format = ({ balance, nonce, codeHash, code, storage }: Known): Json => ({
      balance: quantity(balance),
      ...(code.length > 0 && !options.disableCode && { code: bytesToHex(code) }),
      ...(codeHash !== EMPTY_CODE_HASH && { codeHash }),
      ...(nonce !== 0n && { nonce: Number(nonce) }),
      ...(storage.size > 0 && {
        storage: Object.fromEntries(
          [...storage].map(([key, value]) => [wordToHash(key), wordToHash(value)] as const),
        ),
      }),
    })

    let result: Json = null
    return {
      step: onStep,
      enter: ({ kind, depth, to: callee }) => {
        if (depth === 1 || (kind !== 'CREATE' && kind !== 'CREATE2')) return
        look(callee)
        created.add(callee)
      },
      end: () => {
        const wasEmpty = new Set(
          [...before].filter(([, known]) => isEmpty(known)).map(([address]) => address),
        )
        const post = options.diffMode ? difference() : undefined
        if (!options.includeEmpty) for (const address of wasEmpty) before.delete(address)
        const pre = sorted([...before].map(([address, known]) => [address, format(known)]))
        result = post === undefined ? pre : { post: sorted([...post]), pre }
      },
      result: () => result,
    }
  }

const isEmpty = ({ balance, nonce, code }: Known): boolean =>
  balance === 0n && nonce === 0n && code.length === 0

const sorted = (entries: readonly (readonly [string, Json])[]): Json =>
  Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))

const NO_CODE = new Uint8Array()
const SLOAD = 0x54
const SSTORE = 0x55
const SELFDESTRUCT = 0xff
/** BALANCE, EXTCODESIZE, EXTCODECOPY, EXTCODEHASH, SELFDESTRUCT: the account is on top. */
const READS_ACCOUNT: ReadonlySet<number> = new Set([0x31, 0x3b, 0x3c, 0x3f, SELFDESTRUCT])
/** CALL, CALLCODE, DELEGATECALL, STATICCALL: the account is second. */
const CALLS: ReadonlySet<number> = new Set([0xf1, 0xf2, 0xf4, 0xfa])

/** About what an account and a slot are in JSON. */
const ACCOUNT_CHARACTERS = 250
const SLOT_CHARACTERS = 140
