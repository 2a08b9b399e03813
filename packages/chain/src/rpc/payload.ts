/** Blocks as the consensus layer speaks of them: execution payloads (execution-apis, Engine API). */
import type { Hash } from '@deed/evm'
import type { Block, Header, Receipt, Request, Withdrawal } from '../block/types.ts'
import type { BlockInputs, Executed } from '../execute/types.ts'
import { bytesToHex, quantity } from '../hex.ts'
import type { Mempool } from '../mempool/mempool.ts'
import { encodeTransaction } from '../transaction/codec.ts'
import { isFault } from '../transaction/fault.ts'
import { effectiveGasPrice } from '../transaction/price.ts'
import { decodePooledTransaction } from '../transaction/sidecar.ts'
import { address, type Decoded, hash, list, maybe, object, quantity64 } from './decode.ts'
import type { Json } from './format.ts'
import { MAX_WITHDRAWALS, withdrawal } from './params.ts'

/** What the consensus layer asks of a block to be built: PayloadAttributesV1 to V3. */
export const payloadAttributes = object({
  timestamp: quantity64,
  prevRandao: hash,
  suggestedFeeRecipient: address,
  withdrawals: maybe(list(withdrawal, MAX_WITHDRAWALS)),
  parentBeaconBlockRoot: maybe(hash),
})

/** Inputs of a block with these attributes on top of `parent`, without its transactions. */
export const payloadInputs = (
  parent: Header,
  attributes: Decoded<typeof payloadAttributes>,
): Omit<BlockInputs, 'transactions'> => ({
  timestamp: attributes.timestamp,
  beneficiary: attributes.suggestedFeeRecipient,
  prevRandao: attributes.prevRandao,
  gasLimit: gasLimitAfter(parent.gasLimit),
  ...(attributes.withdrawals && { withdrawals: attributes.withdrawals }),
  ...(attributes.parentBeaconBlockRoot && { parentBeaconBlockRoot: attributes.parentBeaconBlockRoot }),
})

/** ExecutionPayloadV1 to V3: the fields of later forks are there where the header has them. */
export const formatPayload = ({ header, transactions, withdrawals }: Block, blockHash: Hash): Json => ({
  parentHash: header.parentHash,
  feeRecipient: header.beneficiary,
  stateRoot: header.stateRoot,
  receiptsRoot: header.receiptsRoot,
  logsBloom: bytesToHex(header.logsBloom),
  prevRandao: header.mixHash,
  blockNumber: quantity(header.number),
  gasLimit: quantity(header.gasLimit),
  gasUsed: quantity(header.gasUsed),
  timestamp: quantity(header.timestamp),
  extraData: bytesToHex(header.extraData),
  baseFeePerGas: quantity(header.baseFeePerGas ?? 0n),
  blockHash,
  transactions: transactions.map((transaction) => bytesToHex(encodeTransaction(transaction))),
  ...(withdrawals && {
    withdrawals: formatWithdrawals(withdrawals),
  }),
  ...(header.blobGasUsed !== undefined && {
    blobGasUsed: quantity(header.blobGasUsed),
    excessBlobGas: quantity(header.excessBlobGas!),
  }),
})

export const formatWithdrawals = (withdrawals: readonly Withdrawal[]): Json[] =>
  withdrawals.map(({ index, validatorIndex, address: to, amountGwei }) => ({
    index: quantity(index),
    validatorIndex: quantity(validatorIndex),
    address: to,
    amount: quantity(amountGwei),
  }))

/** Requests that have data, each as its type byte and its data (EIP-7685). */
export const formatRequests = (requests: readonly Request[]): Json[] =>
  requests
    .filter(({ data }) => data.length > 0)
    .map(({ type, data }) => `0x${type.toString(16).padStart(2, '0')}${bytesToHex(data).slice(2)}`)

/** Wei that a block's transactions pay its beneficiary. */
export const blockValue = ({ header, transactions }: Block, receipts: readonly Receipt[]): bigint =>
  transactions.reduce((sum, transaction, index) => {
    const gasUsed = receipts[index]!.cumulativeGasUsed - (receipts[index - 1]?.cumulativeGasUsed ?? 0n)
    const tip = effectiveGasPrice(transaction, header.baseFeePerGas) - (header.baseFeePerGas ?? 0n)
    return sum + gasUsed * tip
  }, 0n)

/** What travels beside a block: blobs of its transactions that wait in the mempool, with their proofs. */
export const formatBlobs = (pool: Mempool, { transactionHashes }: Executed): Json => {
  const bundle = { commitments: [] as string[], proofs: [] as string[], blobs: [] as string[] }
  for (const name of transactionHashes) {
    const entry = pool.byHash.get(name)
    const pooled = entry && decodePooledTransaction(entry.encoded)
    if (pooled === undefined || isFault(pooled) || pooled.sidecar === undefined) continue
    bundle.commitments.push(...pooled.sidecar.commitments.map(bytesToHex))
    bundle.proofs.push(...pooled.sidecar.proofs.map(bytesToHex))
    bundle.blobs.push(...pooled.sidecar.blobs.map(bytesToHex))
  }
  return bundle
}

/** A step of a 1,024th from the parent's limit towards {@link TARGET_GAS_LIMIT}, as every client votes. */
const gasLimitAfter = (parent: bigint): bigint => {
  const step = parent / 1024n - 1n
  if (parent < TARGET_GAS_LIMIT) return parent + step < TARGET_GAS_LIMIT ? parent + step : TARGET_GAS_LIMIT
  return parent - step > TARGET_GAS_LIMIT ? parent - step : TARGET_GAS_LIMIT
}

/** What mainnet's clients vote for by default since Fusaka (EIP-7935). */
const TARGET_GAS_LIMIT = 60_000_000n
