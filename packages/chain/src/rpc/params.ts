import type { Address, Hash } from '@deed/evm'
import type { Withdrawal } from '../block/types.ts'
import type { BlockOverrides } from '../execute/types.ts'
import type { AccountOverride, StateOverrides } from '../state/types.ts'
import type { AccessList, Authorization } from '../transaction/types.ts'
import {
  address,
  boolean,
  bytes,
  count,
  type Decoder,
  hash,
  isObject,
  list,
  maybe,
  object,
  oneOrMany,
  orElse,
  quantity,
  quantity64,
  record,
  refuse,
  slot,
} from './decode.ts'
import type { LogCriteria } from './filter.ts'

/** Addresses of one log filter; topics at one position of it; slots of one request. geth: 1,000. */
const MAX_ALTERNATIVES = 1_000
/** Entries of an access list, an authorization list, or overrides in one request. */
const MAX_ENTRIES = 4_096
/** Withdrawals of one block (EIP-4895). */
export const MAX_WITHDRAWALS = 16

type BlockTag = 'latest' | 'pending' | 'earliest' | 'safe' | 'finalized'

/** A block by tag, by number, or by hash (EIP-1898). */
export type BlockParameter =
  | { readonly tag: BlockTag }
  | { readonly number: bigint }
  | { readonly hash: Hash; readonly requireCanonical: boolean }

export const blockNumberOrTag: Decoder<Exclude<BlockParameter, { hash: Hash }>> = (value, at) => {
  if (typeof value === 'string' && TAGS.has(value as BlockTag)) return { tag: value as BlockTag }
  if (typeof value === 'number' || (typeof value === 'string' && /^0x[0-9a-fA-F]{1,16}$/.test(value)))
    return { number: quantity64(value, at) }
  return refuse(at, 'a block number as 0x quantity, or latest, pending, earliest, safe or finalized', value)
}

export const blockParameter: Decoder<BlockParameter> = (value, at) => {
  if (isObject(value)) {
    const { blockHash, blockNumber, requireCanonical } = EIP_1898(value, at)
    if ((blockHash === undefined) === (blockNumber === undefined))
      return refuse(at, 'either blockHash or blockNumber (EIP-1898)', value)
    return blockHash === undefined ? blockNumber! : { hash: blockHash, requireCanonical }
  }
  return typeof value === 'string' && value.length === 66
    ? { hash: hash(value, at), requireCanonical: false }
    : blockNumberOrTag(value, at)
}

export const LATEST: BlockParameter = { tag: 'latest' }
export const PENDING: BlockParameter = { tag: 'pending' }

/** The fields of a transaction as a client states them: everything may be missing. */
export interface TransactionRequest {
  readonly type: number | undefined
  readonly from: Address | undefined
  readonly to: Address | undefined
  readonly gas: bigint | undefined
  readonly gasPrice: bigint | undefined
  readonly maxFeePerGas: bigint | undefined
  readonly maxPriorityFeePerGas: bigint | undefined
  readonly maxFeePerBlobGas: bigint | undefined
  readonly value: bigint | undefined
  readonly nonce: bigint | undefined
  readonly chainId: bigint | undefined
  readonly data: Uint8Array
  readonly accessList: AccessList | undefined
  readonly authorizationList: readonly Authorization[] | undefined
  readonly blobVersionedHashes: readonly Hash[] | undefined
}

export const transactionRequest: Decoder<TransactionRequest> = (value, at) => {
  const { input, data, blobs, ...request } = REQUEST(value, at)
  if (input !== undefined && data !== undefined && !equal(input, data))
    return refuse(at, 'input alone, or data equal to it', value)
  if (blobs !== undefined && blobs !== null)
    return refuse(`${at}.blobs`, 'no blobs: sign with their sidecar and use eth_sendRawTransaction', 'blobs')
  if (request.gasPrice !== undefined && (request.maxFeePerGas ?? request.maxPriorityFeePerGas) !== undefined)
    return refuse(at, 'either gasPrice or maxFeePerGas and maxPriorityFeePerGas', value)
  return { ...request, data: input ?? data ?? new Uint8Array(0) }
}

/** Logs in one block or in a range of them. */
export interface LogQuery extends LogCriteria {
  readonly blockHash: Hash | undefined
  readonly fromBlock: Exclude<BlockParameter, { hash: Hash }> | undefined
  readonly toBlock: Exclude<BlockParameter, { hash: Hash }> | undefined
}

export const logQuery: Decoder<LogQuery> = (value, at) => {
  const { address: addresses, topics, blockHash, fromBlock, toBlock } = FILTER(value, at)
  if (blockHash !== undefined && (fromBlock ?? toBlock) !== undefined)
    return refuse(at, 'blockHash, or fromBlock and toBlock, but not both', value)
  return { addresses, topics, blockHash, fromBlock, toBlock }
}

export const stateOverrides: Decoder<StateOverrides> = (value, at) =>
  record(address, accountOverride, MAX_ENTRIES)(value, at)

export const blockOverrides: Decoder<BlockOverrides> = (value, at) => {
  const given = BLOCK_OVERRIDES(value, at)
  return defined({
    number: given.number,
    timestamp: given.time ?? given.timestamp,
    beneficiary: given.feeRecipient ?? given.coinbase,
    gasLimit: given.gasLimit,
    baseFeePerGas: given.baseFeePerGas ?? given.baseFee,
    blobBaseFee: given.blobBaseFee,
    prevRandao: given.prevRandao ?? given.random,
    difficulty: given.difficulty,
    withdrawals: given.withdrawals,
  })
}

/** EIP-4895 as JSON-RPC writes it; amounts in gwei. */
export const withdrawal: Decoder<Withdrawal> = (value, at) => {
  const { amount, ...rest } = WITHDRAWAL(value, at)
  return { ...rest, amountGwei: amount }
}

const accountOverride: Decoder<AccountOverride> = (value, at) => {
  const override = ACCOUNT_OVERRIDE(value, at)
  if (override.state !== undefined && override.stateDiff !== undefined)
    return refuse(at, 'state or stateDiff, but not both', value)
  return defined(override)
}

/** Without the fields that are `undefined`. */
const defined = <T extends object>(value: { [K in keyof T]: T[K] | undefined }): T =>
  Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T

const equal = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index])

const TAGS: ReadonlySet<BlockTag> = new Set(['latest', 'pending', 'earliest', 'safe', 'finalized'])

const EIP_1898 = object({
  blockHash: maybe(hash),
  blockNumber: maybe(blockNumberOrTag),
  requireCanonical: orElse(boolean, false),
})

const storageKeys = list(
  (value: unknown, at: string) => `0x${slot(value, at).toString(16).padStart(64, '0')}` as Hash,
  MAX_ENTRIES,
)

const REQUEST = object({
  type: maybe(count),
  from: maybe(address),
  to: maybe(address),
  gas: maybe(quantity64),
  gasPrice: maybe(quantity),
  maxFeePerGas: maybe(quantity),
  maxPriorityFeePerGas: maybe(quantity),
  maxFeePerBlobGas: maybe(quantity),
  value: maybe(quantity),
  nonce: maybe(quantity64),
  chainId: maybe(quantity),
  input: maybe(bytes),
  data: maybe(bytes),
  accessList: maybe(list(object({ address, storageKeys }), MAX_ENTRIES)),
  authorizationList: maybe(
    list(
      object({ chainId: quantity, address, nonce: quantity64, yParity: count, r: quantity, s: quantity }),
      MAX_ENTRIES,
    ),
  ),
  blobVersionedHashes: maybe(list(hash, MAX_ENTRIES)),
  blobs: (value: unknown) => value,
})

const FILTER = object({
  address: orElse(oneOrMany(address, MAX_ALTERNATIVES), []),
  topics: orElse(list(orElse(oneOrMany(hash, MAX_ALTERNATIVES), []), 4), []),
  blockHash: maybe(hash),
  fromBlock: maybe(blockNumberOrTag),
  toBlock: maybe(blockNumberOrTag),
})

const slots = record(
  ((value, at) => slot(value, at).toString()) satisfies Decoder<string>,
  quantity,
  MAX_ENTRIES,
)
const slotMap: Decoder<ReadonlyMap<bigint, bigint>> = (value, at) =>
  new Map([...slots(value, at)].map(([key, word]) => [BigInt(key), word]))

const WITHDRAWAL = object({
  index: quantity64,
  validatorIndex: quantity64,
  address,
  amount: quantity64,
})

const ACCOUNT_OVERRIDE = object({
  nonce: maybe(quantity64),
  balance: maybe(quantity),
  code: maybe(bytes),
  state: maybe(slotMap),
  stateDiff: maybe(slotMap),
  movePrecompileToAddress: maybe(address),
})

const BLOCK_OVERRIDES = object({
  number: maybe(quantity64),
  time: maybe(quantity64),
  timestamp: maybe(quantity64),
  feeRecipient: maybe(address),
  coinbase: maybe(address),
  gasLimit: maybe(quantity64),
  baseFeePerGas: maybe(quantity),
  baseFee: maybe(quantity),
  blobBaseFee: maybe(quantity),
  prevRandao: maybe(hash),
  random: maybe(hash),
  difficulty: maybe(quantity),
  withdrawals: maybe(list(withdrawal, MAX_WITHDRAWALS)),
})
