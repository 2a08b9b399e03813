/** What the protocol itself does in a block: calls of system contracts, requests, withdrawals, rewards. */
import { type Address, type BlockContext, type Hash, isActive, keccakHash, type Log } from '@deed/evm'
import type { Header, Request, Withdrawal } from '../block/types.ts'
import type { Rules } from '../forks.ts'
import { bytesToHex, hexToBytes } from '../hex.ts'
import { writeSlots } from '../state/layer.ts'
import { found } from '../state/missing.ts'
import type { Layer, Reader } from '../state/types.ts'
import { DAO_ACCOUNTS, DAO_REFUND_CONTRACT } from './dao.ts'
import { type BlockFault, blockFault, isBlockFault } from './fault.ts'
import { change, clearEmpty, runSystemCall, type Scope } from './message.ts'
import {
  BEACON_ROOTS,
  CONSOLIDATION_REQUESTS,
  HISTORY_STORAGE,
  type SystemContract,
  WITHDRAWAL_REQUESTS,
} from './system-contracts.ts'

/** Before the first transaction. */
export const beginBlock = (
  scope: Scope,
  layer: Layer,
  state: Reader,
  header: Pick<Header, 'parentHash' | 'parentBeaconBlockRoot'>,
): void => {
  if (scope.rules.isDaoBlock) moveDaoEther(layer, state)
  for (const { since, contract, input, slots } of FIRST_CALLS) {
    if (!isActive(since, scope.rules.fork)) continue
    const { address } = contract
    const word = input(header)
    if (found(state.account(address))?.codeHash === codeHashOf(contract))
      writeSlots(layer, address, slots(scope.block, BigInt(word)))
    else runSystemCall(scope, layer, state, address, hexToBytes(word))
  }
}

/** After the last transaction: withdrawals and the miners' rewards. */
export const endBlock = (
  { rules, block }: Scope,
  layer: Layer,
  state: Reader,
  withdrawals: readonly Withdrawal[],
  uncles: readonly Header[],
): void => {
  for (const { address, amountGwei } of withdrawals)
    change(layer, state, address, ({ balance }) => ({ balance: balance + amountGwei * WEI_PER_GWEI }))
  clearEmpty(
    layer,
    state,
    withdrawals.map(({ address }) => address),
  )

  const reward = rules.blockRewardWei
  if (reward === 0n) return
  const pay = (address: Address, wei: bigint) =>
    change(layer, state, address, ({ balance }) => ({ balance: balance + wei }))
  for (const uncle of uncles) pay(uncle.beneficiary, (reward * (8n + uncle.number - block.number)) / 8n)
  pay(block.beneficiary, reward + (reward / 32n) * BigInt(uncles.length))
}

/**
 * What the block asks of the consensus layer (EIP-7685), by type; requests without data are left out.
 *
 * @param deposits of its transactions, see {@link depositsOf}.
 */
export const collectRequests = (
  scope: Scope,
  layer: Layer,
  state: Reader,
  deposits: readonly Uint8Array[],
): readonly Request[] | BlockFault => {
  if (!isActive('Prague', scope.rules.fork)) return []
  const requests: Request[] = []
  if (deposits.length > 0) requests.push({ type: 0, data: concat(deposits) })
  for (const { type, contract } of REQUEST_CONTRACTS) {
    const outcome = runSystemCall(scope, layer, state, contract, NO_DATA)
    if (outcome === undefined)
      return blockFault('SYSTEM_CONTRACT_EMPTY', `There is no code at the system contract ${contract}`)
    if (outcome.status !== 'success')
      return blockFault('SYSTEM_CONTRACT_CALL_FAILED', `The call of the system contract ${contract} failed`)
    if (outcome.output.length > 0) requests.push({ type, data: outcome.output })
  }
  return requests
}

/** Deposits in the order of a transaction's logs, each as the consensus layer reads it (EIP-6110). */
export const depositsOf = (
  { fork, depositContract }: Rules,
  logs: readonly Log[],
): readonly Uint8Array[] | BlockFault => {
  const deposits: Uint8Array[] = []
  if (!isActive('Prague', fork)) return deposits
  for (const log of logs) {
    if (log.address !== depositContract || log.topics[0] !== DEPOSIT_EVENT) continue
    const deposit = readDeposit(log)
    if (isBlockFault(deposit)) return deposit
    deposits.push(deposit)
  }
  return deposits
}

/**
 * A contract with the code of its EIP writes these slots and nothing else; so they are written and it is not run. On a
 * fork that saves three reads of the origin in every block: what was in the slots does not matter.
 */
const FIRST_CALLS = [
  {
    since: 'Cancun', // EIP-4788
    contract: BEACON_ROOTS,
    input: ({ parentBeaconBlockRoot }: Pick<Header, 'parentBeaconBlockRoot'>): Hash => parentBeaconBlockRoot!,
    slots: ({ timestamp }: Pick<BlockContext, 'timestamp'>, root: bigint) =>
      new Map([
        [timestamp % RING_LENGTH, timestamp],
        [(timestamp % RING_LENGTH) + RING_LENGTH, root],
      ]),
  },
  {
    since: 'Prague', // EIP-2935
    contract: HISTORY_STORAGE,
    input: ({ parentHash }: Pick<Header, 'parentHash'>): Hash => parentHash,
    slots: ({ number }: Pick<BlockContext, 'number'>, hash: bigint) =>
      new Map([[(number - 1n) % RING_LENGTH, hash]]),
  },
] as const

/** Slots of the ring in which both keep what they are told. */
const RING_LENGTH = 8191n

const codeHashOf = (contract: SystemContract): Hash => {
  let hash = CODE_HASHES.get(contract)
  if (hash === undefined) {
    hash = keccakHash(hexToBytes(contract.code))
    CODE_HASHES.set(contract, hash)
  }
  return hash
}

const CODE_HASHES = new Map<SystemContract, Hash>()

const REQUEST_CONTRACTS = [
  { type: 1, contract: WITHDRAWAL_REQUESTS.address }, // EIP-7002
  { type: 2, contract: CONSOLIDATION_REQUESTS.address }, // EIP-7251
] as const

const WEI_PER_GWEI = 1_000_000_000n
const NO_DATA = new Uint8Array(0)

const moveDaoEther = (layer: Layer, state: Reader): void => {
  for (const address of DAO_ACCOUNTS) {
    let moved = 0n
    change(layer, state, address, ({ balance }) => {
      moved = balance
      return { balance: 0n }
    })
    change(layer, state, DAO_REFUND_CONTRACT, ({ balance }) => ({ balance: balance + moved }))
  }
}

/** DepositEvent(bytes pubkey, bytes withdrawal_credentials, bytes amount, bytes signature, bytes index) */
const DEPOSIT_EVENT: Hash = '0x649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5'

/** Where each field's length stands in the event's data, and what it must be. */
const DEPOSIT_FIELDS = [
  { offset: 160, length: 48 }, // pubkey
  { offset: 256, length: 32 }, // withdrawal_credentials
  { offset: 320, length: 8 }, // amount
  { offset: 384, length: 96 }, // signature
  { offset: 512, length: 8 }, // index
] as const
const DEPOSIT_EVENT_BYTES = 576

const readDeposit = ({ data }: Log): Uint8Array | BlockFault => {
  if (data.length !== DEPOSIT_EVENT_BYTES) return malformedDeposit(`it has ${data.length} bytes`)
  for (const [index, { offset, length }] of DEPOSIT_FIELDS.entries()) {
    if (wordAt(data, index * 32) !== BigInt(offset))
      return malformedDeposit(`field ${index} is not at ${offset}`)
    if (wordAt(data, offset) !== BigInt(length))
      return malformedDeposit(`field ${index} is not ${length} bytes`)
  }
  return concat(DEPOSIT_FIELDS.map(({ offset, length }) => data.subarray(offset + 32, offset + 32 + length)))
}

const wordAt = (data: Uint8Array, offset: number): bigint =>
  BigInt(bytesToHex(data.subarray(offset, offset + 32)))

const malformedDeposit = (what: string): BlockFault =>
  blockFault('INVALID_DEPOSIT_EVENT_LAYOUT', `A deposit event is not laid out as EIP-6110 says: ${what}`)

const concat = (parts: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
