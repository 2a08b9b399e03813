/**
 * Runs one message the way a transaction does: buys gas, raises the nonce, sets delegations, runs the engine,
 * pays refunds and fees, clears what is to be cleared. What may run is decided before (./transaction.ts) or
 * not at all (./call.ts).
 */
import type {
  Address,
  BlockContext,
  Changes,
  Engine,
  Hash,
  Log,
  Miss,
  Outcome,
  PrecompileTable,
  Tracer,
  WarmSet,
} from '@deed/evm'
import { createAddress, EMPTY_CODE_HASH, isActive, keccakHash } from '@deed/evm'
import { max, min } from '../bigint.ts'
import type { Rules } from '../forks.ts'
import { bytesToBigint, hexToBytes } from '../hex.ts'
import { clearStorage, createLayer, deleteAccount, overlay, writeSlots } from '../state/layer.ts'
import { found, giveUp } from '../state/missing.ts'
import { NO_ACCOUNT } from '../state/overrides.ts'
import type { Account, Layer, Reader } from '../state/types.ts'
import { worldOf } from '../state/world.ts'
import { GAS_PER_BLOB } from '../transaction/price.ts'
import { recoverAuthority } from '../transaction/signature.ts'
import type { AccessList, Authorization } from '../transaction/types.ts'
import { EMPTY_ROOT } from '../trie/node.ts'
import { nativeSystemCall } from './system-native.ts'

/** Where messages run: one block. */
export interface Scope {
  readonly engine: Engine
  readonly rules: Rules
  readonly block: BlockContext
  /** The state is a fork's, of which only what was read is at hand. */
  readonly isPartial: boolean
  /** Hash of an ancestor of the block. */
  readonly blockHash: (number: bigint) => Hash | Miss
  /** In place of the fork's own. */
  readonly precompiles?: PrecompileTable
  readonly tracer?: MessageTracer | undefined
  /** Nobody asks what the message changed: the layer has less in it, or nothing. */
  readonly resultOnly?: boolean | undefined
  /** Makes what the engine calls now and then in one run, so that it can be ended. */
  readonly watch?: (() => () => void) | undefined
}

/** Follows one message: what the engine tells, and what happens around it. */
export interface MessageTracer extends Tracer {
  /** Before anything is paid. A message that was given up because a value was missing begins again. */
  begin?(start: MessageStart): void
  /** After fees, refunds and deletions. */
  end?(ran: Ran): void
}

export interface MessageStart {
  readonly scope: Scope
  readonly message: ExecutionMessage
  /** The state before the message. */
  readonly before: Reader
  /** The same with what was changed on top: so far fees, nonces and delegations; at the end everything. */
  readonly state: Reader
}

export interface ExecutionMessage {
  readonly sender: Address
  /** The sender's nonce before it is raised. */
  readonly nonce: bigint
  /** `undefined`: create a contract. */
  readonly to: Address | undefined
  readonly value: bigint
  readonly data: Uint8Array
  readonly gasLimit: bigint
  /** Wei per gas, tip included. */
  readonly gasPrice: bigint
  /** Wei per gas that goes to the beneficiary. */
  readonly tip: bigint
  readonly intrinsicGas: bigint
  /** EIP-7623; zero before Prague. */
  readonly floorGas: bigint
  readonly accessList: AccessList
  readonly blobVersionedHashes: readonly Hash[]
  readonly authorizationList: readonly Authorization[]
}

export interface Ran {
  readonly outcome: Exclude<Outcome, { status: 'miss' }>
  readonly gasUsed: bigint
  /** Before refunds. */
  readonly gasPeak: bigint
  readonly logs: readonly Log[]
  /** What changed over the state below. */
  readonly layer: Layer
  /** Of a creation. */
  readonly created: Address | undefined
}

/** Runs a message on the state `below`, which stays as it is. Gives the step up when something is missing. */
export const runMessage = (scope: Scope, below: Reader, message: ExecutionMessage): Ran => {
  const { rules, block } = scope
  const { sender, to, nonce, gasLimit, gasPrice } = message
  const layer = createLayer()
  const state = overlay(below, layer)
  scope.tracer?.begin?.({ scope, message, before: below, state })

  const blobFee = BigInt(message.blobVersionedHashes.length) * GAS_PER_BLOB * block.blobBaseFee
  change(layer, state, sender, (account) => ({
    // Only a simulated call can be at the end of the range; its nonce starts anew, as in geth.
    nonce: BigInt.asUintN(64, nonce + 1n),
    balance: account.balance - gasLimit * gasPrice - blobFee,
  }))
  const delegations = setDelegations(layer, state, message.authorizationList, rules.chainId)
  const created = to === undefined ? createAddress(sender, nonce) : undefined

  const { value, data } = message
  const gas = gasLimit - message.intrinsicGas
  const outcome = scope.engine.run({
    fork: rules.fork,
    world: worldOf(state, scope.blockHash),
    block,
    transaction: {
      origin: sender,
      gasPrice,
      blobVersionedHashes: message.blobVersionedHashes,
    },
    message:
      to === undefined
        ? { kind: 'create', caller: sender, created: created!, value, data, gas }
        : { kind: 'call', caller: sender, to, value, data, gas },
    warm: warmSet(scope, message, created, delegations.authorities),
    ...(scope.tracer && { tracer: scope.tracer }),
    ...(scope.precompiles && { precompiles: scope.precompiles }),
    ...(scope.resultOnly && { resultOnly: true }),
    ...(scope.watch && { check: scope.watch() }),
  })
  if (outcome.status === 'miss') return giveUp()

  const touched = applyChanges(layer, state, outcome.changes)
  const gasPeak = gasLimit - outcome.gasLeft
  const refundable = outcome.gasRefund + delegations.refund
  const refundCap = gasPeak / rules.refundQuotient
  const spent = gasPeak - min(refundable, refundCap)
  const gasUsed = max(spent, message.floorGas)

  const left = (gasLimit - gasUsed) * gasPrice
  change(layer, state, sender, ({ balance }) => ({ balance: balance + left }))
  // A fee of zero touches the beneficiary too: before EIP-161 that brings an empty account into being.
  change(layer, state, block.beneficiary, ({ balance }) => ({ balance: balance + gasUsed * message.tip }))
  touched.push(block.beneficiary)

  for (const address of outcome.destroyed) deleteAccount(layer, address)
  if (isActive('SpuriousDragon', rules.fork)) clearEmpty(layer, state, touched)
  const ran = { outcome, gasUsed, gasPeak, logs: outcome.logs, layer, created }
  scope.tracer?.end?.(ran)
  return ran
}

/**
 * Calls a contract on behalf of the protocol (EIP-4788 and those that follow it): nobody pays, no nonce is
 * raised, and an account without code is not called. Changes go into `layer`, which `state` shows.
 */
export const runSystemCall = (
  scope: Scope,
  layer: Layer,
  state: Reader,
  to: Address,
  data: Uint8Array,
): Pick<Exclude<Outcome, { status: 'miss' }>, 'status' | 'output'> | undefined => {
  const account = found(state.account(to))
  if (account === undefined || account.codeHash === EMPTY_CODE_HASH) return undefined
  const { number, timestamp } = scope.block
  const input = data.length === 0 ? 0n : bytesToBigint(data)
  const { isPartial } = scope
  const written = nativeSystemCall(account.codeHash, { to, state, input, number, timestamp, isPartial })
  if (written) {
    if (written.size > 0) writeSlots(layer, to, written)
    return { status: 'success', output: NO_OUTPUT }
  }
  const outcome = scope.engine.run({
    fork: scope.rules.fork,
    world: worldOf(state, scope.blockHash),
    block: scope.block,
    transaction: { origin: SYSTEM_ADDRESS, gasPrice: 0n, blobVersionedHashes: [] },
    message: { kind: 'call', caller: SYSTEM_ADDRESS, to, value: 0n, data, gas: SYSTEM_CALL_GAS },
    warm: { addresses: [], slots: [] },
  })
  if (outcome.status === 'miss') return giveUp()
  clearEmpty(layer, state, applyChanges(layer, state, outcome.changes))
  return outcome
}

/** Changes an account's nonce or balance; brings it into being if there is none. */
export const change = (
  layer: Layer,
  state: Reader,
  address: Address,
  to: (account: Account) => Partial<Account>,
): void => {
  const account = found(state.account(address)) ?? NO_ACCOUNT
  const changed = { ...account, ...to(account) }
  layer.accounts.set(address, { ...changed, balance: BigInt.asUintN(256, changed.balance) })
}

/** EIP-161: accounts that were touched and have neither nonce, balance nor code go. */
export const clearEmpty = (layer: Layer, state: Reader, touched: readonly Address[]): void => {
  for (const address of touched) {
    const account = found(state.account(address))
    if (account !== undefined && isEmpty(account)) deleteAccount(layer, address)
  }
}

/** An account's code hands over to another's (EIP-7702). */
export const isDelegation = (code: Uint8Array): boolean =>
  code.length === 23 && code[0] === 0xef && code[1] === 0x01 && code[2] === 0x00

const isEmpty = ({ nonce, balance, codeHash }: Account): boolean =>
  nonce === 0n && balance === 0n && codeHash === EMPTY_CODE_HASH

const applyChanges = (layer: Layer, state: Reader, changes: Changes): Address[] => {
  const touched: Address[] = []
  for (const [address, { account, code, storage, storageCleared }] of changes) {
    touched.push(address)
    if (account === undefined) continue
    const before = found(state.account(address)) ?? NO_ACCOUNT
    if (storageCleared) clearStorage(layer, address)
    layer.accounts.set(address, {
      nonce: account.nonce,
      balance: account.balance,
      codeHash: account.codeHash,
      storageRoot: storageCleared ? EMPTY_ROOT : before.storageRoot,
      incarnation: before.incarnation,
    })
    if (code) layer.codes.set(account.codeHash, code)
    if (storage.size > 0) writeSlots(layer, address, storage)
  }
  return touched
}

/** EIP-7702: every authorization that holds gives its authority's account the code of a delegation. */
const setDelegations = (
  layer: Layer,
  state: Reader,
  authorizations: readonly Authorization[],
  chainId: bigint,
): { refund: bigint; authorities: readonly Address[] } => {
  let refund = 0n
  const authorities: Address[] = []
  for (const authorization of authorizations) {
    const { chainId: onChain, nonce, address } = authorization
    if ((onChain !== 0n && onChain !== chainId) || nonce >= MAX_NONCE) continue
    const authority = recoverAuthority(authorization)
    if (authority === undefined) continue
    authorities.push(authority)
    const account = found(state.account(authority))
    const codeHash = account?.codeHash ?? EMPTY_CODE_HASH
    if (codeHash !== EMPTY_CODE_HASH && !isDelegation(found(state.code(codeHash)))) continue
    if ((account?.nonce ?? 0n) !== nonce) continue
    if (account !== undefined) refund += EXISTING_AUTHORITY_REFUND
    const code = address === ZERO_ADDRESS ? undefined : hexToBytes(`0xef0100${address.slice(2)}`)
    const delegated = code ? keccakHash(code) : EMPTY_CODE_HASH
    if (code) layer.codes.set(delegated, code)
    change(layer, state, authority, () => ({ nonce: nonce + 1n, codeHash: delegated }))
  }
  return { refund, authorities }
}

const warmSet = (
  { rules, block }: Scope,
  { sender, to, accessList }: ExecutionMessage,
  created: Address | undefined,
  authorities: readonly Address[],
): WarmSet => {
  if (!isActive('Berlin', rules.fork)) return NOTHING_WARM
  const addresses = [sender, to ?? created!, ...authorities]
  if (isActive('Shanghai', rules.fork)) addresses.push(block.beneficiary) // EIP-3651
  for (const { address } of accessList) addresses.push(address)
  return {
    addresses,
    slots: accessList.map(({ address, storageKeys }) => ({ address, keys: storageKeys.map(BigInt) })),
  }
}

const NO_OUTPUT = new Uint8Array(0)
const NOTHING_WARM: WarmSet = { addresses: [], slots: [] }
const ZERO_ADDRESS: Address = '0x0000000000000000000000000000000000000000'
/** Who calls where the protocol does. */
export const SYSTEM_ADDRESS: Address = '0xfffffffffffffffffffffffffffffffffffffffe'
const SYSTEM_CALL_GAS = 30_000_000n
/** An authorization's intrinsic gas less what one costs whose authority exists already. */
const EXISTING_AUTHORITY_REFUND = 12_500n
const MAX_NONCE = 2n ** 64n - 1n
