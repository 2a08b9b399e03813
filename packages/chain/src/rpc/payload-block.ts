/** Execution payloads as blocks. */
import type { Hash } from '@deed/evm'
import { transactionsRoot, withdrawalsRoot } from '../block/body.ts'
import { EMPTY_UNCLES_HASH, headerHash } from '../block/header.ts'
import { requestsHash } from '../block/requests.ts'
import type { Block, Withdrawal } from '../block/types.ts'
import { decodeTransaction } from '../transaction/codec.ts'
import { isFault } from '../transaction/fault.ts'
import type { Transaction } from '../transaction/types.ts'
import { address, bytes, type Decoded, hash, list, maybe, object, quantity, quantity64 } from './decode.ts'
import { MAX_WITHDRAWALS, withdrawal } from './params.ts'

/** Transactions of one block: its gas holds no more at the highest limit of any network. */
const MAX_TRANSACTIONS = 100_000
/** Requests of one block, at most one of each type (EIP-7685). */
const MAX_REQUESTS = 256

/** ExecutionPayloadV1 to V3: which fields are there depends on the fork. */
export const executionPayload = object({
  parentHash: hash,
  feeRecipient: address,
  stateRoot: hash,
  receiptsRoot: hash,
  logsBloom: bytes,
  prevRandao: hash,
  blockNumber: quantity64,
  gasLimit: quantity64,
  gasUsed: quantity64,
  timestamp: quantity64,
  extraData: bytes,
  baseFeePerGas: quantity,
  blockHash: hash,
  transactions: list(bytes, MAX_TRANSACTIONS),
  withdrawals: maybe(list(withdrawal, MAX_WITHDRAWALS)),
  blobGasUsed: maybe(quantity64),
  excessBlobGas: maybe(quantity64),
})

export type ExecutionPayload = Decoded<typeof executionPayload>

export const executionRequests = list(bytes, MAX_REQUESTS)

/** What comes beside a payload. */
export interface PayloadExtras {
  readonly versionedHashes?: readonly Hash[] | undefined
  readonly parentBeaconBlockRoot?: Hash | undefined
  readonly requests?: readonly Uint8Array[] | undefined
}

/** The block that a payload and what comes with it make; a sentence if they do not make the one they say. */
export const blockOf = (payload: ExecutionPayload, extras: PayloadExtras): Block | string => {
  const transactions: Transaction[] = []
  for (const [index, encoded] of payload.transactions.entries()) {
    const transaction = decodeTransaction(encoded)
    if (isFault(transaction)) return `transaction ${index} cannot be read: ${transaction.message}`
    transactions.push(transaction)
  }
  const carried = transactions.flatMap((one) => (one.type === 3 ? one.blobVersionedHashes : []))
  const { versionedHashes, requests } = extras
  if (versionedHashes && carried.join() !== versionedHashes.join())
    return `the transactions carry ${carried.length} blobs, other ones than the ${versionedHashes.length} named`
  const block = blockWith(payload, extras, transactions, payload.withdrawals, requests)
  const made = headerHash(block.header)
  return made === payload.blockHash ? block : `blockhash mismatch: want ${payload.blockHash}, got ${made}`
}

const blockWith = (
  payload: ExecutionPayload,
  { parentBeaconBlockRoot }: PayloadExtras,
  transactions: readonly Transaction[],
  withdrawals: readonly Withdrawal[] | undefined,
  requests: readonly Uint8Array[] | undefined,
): Block => ({
  header: {
    parentHash: payload.parentHash,
    unclesHash: EMPTY_UNCLES_HASH,
    beneficiary: payload.feeRecipient,
    stateRoot: payload.stateRoot,
    transactionsRoot: transactionsRoot(transactions),
    receiptsRoot: payload.receiptsRoot,
    logsBloom: payload.logsBloom,
    difficulty: 0n,
    number: payload.blockNumber,
    gasLimit: payload.gasLimit,
    gasUsed: payload.gasUsed,
    timestamp: payload.timestamp,
    extraData: payload.extraData,
    mixHash: payload.prevRandao,
    nonce: '0x0000000000000000',
    baseFeePerGas: payload.baseFeePerGas,
    withdrawalsRoot: withdrawals && withdrawalsRoot(withdrawals),
    blobGasUsed: payload.blobGasUsed,
    excessBlobGas: payload.excessBlobGas,
    parentBeaconBlockRoot,
    requestsHash:
      requests &&
      requestsHash(requests.map((request) => ({ type: request[0] ?? 0, data: request.subarray(1) }))),
  },
  transactions,
  uncles: [],
  withdrawals,
})
