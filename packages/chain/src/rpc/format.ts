/**
 * Blocks, transactions, receipts and logs as JSON-RPC writes them (execution-apis, openrpc.json). A field
 * that a fork has not brought yet is missing, not null, as geth leaves it out.
 */
import { type Address, createAddress, type Hash, type Hex, type Log } from '@deed/evm'
import { headerHash } from '../block/header.ts'
import type { Header, Receipt, Withdrawal } from '../block/types.ts'
import { blobBaseFee } from '../execute/fees.ts'
import type { Rules } from '../forks.ts'
import { bytesToHex, quantity } from '../hex.ts'
import { transactionHash } from '../transaction/codec.ts'
import { blobGasOf, effectiveGasPrice } from '../transaction/price.ts'
import type { Transaction } from '../transaction/types.ts'
import type { SomeBlock } from './block-parameter.ts'
import { isPending } from './block-parameter.ts'

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [name: string]: Json | undefined }

/** A block, with its transactions or only their hashes. A pending block has neither hash nor nonce yet. */
export const formatBlock = (some: SomeBlock, hydrated: boolean): Json => {
  const { block, transactionHashes, size } = some
  const header = formatHeader(block.header, some.hash)
  const { hash, nonce, miner, ...rest } = header
  return {
    ...rest,
    ...(isPending(some) ? { hash: null, nonce: null, miner: null } : { hash, nonce, miner }),
    size: quantity(size),
    uncles: block.uncles.map(headerHash),
    transactions: hydrated
      ? block.transactions.map((_, index) => formatMined(some, index))
      : transactionHashes,
    ...(block.withdrawals && { withdrawals: block.withdrawals.map(formatWithdrawal) }),
  }
}

/** A header, as a subscription to new heads tells it. */
export const formatHeader = (header: Header, hash: Hash) => ({
  hash,
  number: quantity(header.number),
  parentHash: header.parentHash,
  timestamp: quantity(header.timestamp),
  miner: header.beneficiary,
  nonce: header.nonce,
  mixHash: header.mixHash,
  difficulty: quantity(header.difficulty),
  extraData: bytesToHex(header.extraData),
  gasLimit: quantity(header.gasLimit),
  gasUsed: quantity(header.gasUsed),
  logsBloom: bytesToHex(header.logsBloom),
  stateRoot: header.stateRoot,
  transactionsRoot: header.transactionsRoot,
  receiptsRoot: header.receiptsRoot,
  sha3Uncles: header.unclesHash,
  baseFeePerGas: maybeQuantity(header.baseFeePerGas),
  withdrawalsRoot: header.withdrawalsRoot,
  blobGasUsed: maybeQuantity(header.blobGasUsed),
  excessBlobGas: maybeQuantity(header.excessBlobGas),
  parentBeaconBlockRoot: header.parentBeaconBlockRoot,
  requestsHash: header.requestsHash,
})

/** A transaction of a block. */
export const formatMined = (some: SomeBlock, index: number): Json => {
  const { header, transactions } = some.block
  return {
    ...formatTransaction(transactions[index]!, some.senders[index]!, header.baseFeePerGas),
    blockHash: isPending(some) ? null : some.hash,
    blockNumber: quantity(header.number),
    blockTimestamp: quantity(header.timestamp),
    transactionIndex: quantity(index),
  }
}

/** A transaction that waits in the mempool. */
export const formatWaiting = (transaction: Transaction, sender: Address): Json => ({
  ...formatTransaction(transaction, sender),
  blockHash: null,
  blockNumber: null,
  blockTimestamp: null,
  transactionIndex: null,
})

/** The receipts of a block, in order. */
export const formatReceipts = (some: SomeBlock, receipts: readonly Receipt[], rules: Rules): Json[] => {
  let logIndex = 0
  return receipts.map((receipt, index) => {
    const formatted = formatReceipt(some, receipts, index, rules, logIndex)
    logIndex += receipt.logs.length
    return formatted
  })
}

/** @param firstLogIndex how many logs the block has before this receipt's. */
export const formatReceipt = (
  some: SomeBlock,
  receipts: readonly Receipt[],
  index: number,
  rules: Rules,
  firstLogIndex: number,
): Json => {
  const { header, transactions } = some.block
  const receipt = receipts[index]!
  const transaction = transactions[index]!
  const sender = some.senders[index]!
  const gasUsed = receipt.cumulativeGasUsed - (receipts[index - 1]?.cumulativeGasUsed ?? 0n)
  return {
    type: quantity(transaction.type),
    ...('status' in receipt ? { status: quantity(receipt.status) } : { root: receipt.postState }),
    transactionHash: some.transactionHashes[index]!,
    transactionIndex: quantity(index),
    blockHash: some.hash,
    blockNumber: quantity(header.number),
    from: sender,
    to: transaction.to ?? null,
    contractAddress: transaction.to === undefined ? createAddress(sender, transaction.nonce) : null,
    gasUsed: quantity(gasUsed),
    cumulativeGasUsed: quantity(receipt.cumulativeGasUsed),
    effectiveGasPrice: quantity(effectiveGasPrice(transaction, header.baseFeePerGas)),
    ...(transaction.type === 3 && {
      blobGasUsed: quantity(blobGasOf(transaction)),
      blobGasPrice: quantity(blobBaseFee(header, rules)),
    }),
    logs: receipt.logs.map((log, offset) => formatLog(log, some, index, firstLogIndex + offset, false)),
    logsBloom: bytesToHex(receipt.logsBloom),
  }
}

/** @param removed the block has left the canonical chain. */
export const formatLog = (
  log: Log,
  some: SomeBlock,
  transactionIndex: number,
  logIndex: number,
  removed: boolean,
): Json => ({
  address: log.address,
  topics: log.topics,
  data: bytesToHex(log.data),
  blockHash: some.hash,
  blockNumber: quantity(some.block.header.number),
  blockTimestamp: quantity(some.block.header.timestamp),
  transactionHash: some.transactionHashes[transactionIndex]!,
  transactionIndex: quantity(transactionIndex),
  logIndex: quantity(logIndex),
  removed,
})

/** A signed transaction by itself. Without a base fee, its gas price is the most that it offers. */
export const formatTransaction = (transaction: Transaction, sender: Address, baseFeePerGas?: bigint) => {
  const price =
    'maxFeePerGas' in transaction && baseFeePerGas === undefined
      ? transaction.maxFeePerGas
      : effectiveGasPrice(transaction, baseFeePerGas)
  return {
    type: quantity(transaction.type),
    hash: transactionHash(transaction),
    from: sender,
    to: transaction.to ?? null,
    nonce: quantity(transaction.nonce),
    gas: quantity(transaction.gasLimit),
    value: quantity(transaction.value),
    input: bytesToHex(transaction.data),
    gasPrice: quantity(price),
    chainId: maybeQuantity(transaction.chainId),
    ...typedFields(transaction),
    v: quantity(signatureV(transaction)),
    r: quantity(transaction.r),
    s: quantity(transaction.s),
    ...(transaction.type !== 0 && { yParity: quantity(transaction.yParity) }),
  }
}

const typedFields = (transaction: Transaction): { [name: string]: Json } => ({
  ...('maxFeePerGas' in transaction && {
    maxFeePerGas: quantity(transaction.maxFeePerGas),
    maxPriorityFeePerGas: quantity(transaction.maxPriorityFeePerGas),
  }),
  ...('accessList' in transaction && { accessList: transaction.accessList as unknown as Json }),
  ...(transaction.type === 3 && {
    maxFeePerBlobGas: quantity(transaction.maxFeePerBlobGas),
    blobVersionedHashes: transaction.blobVersionedHashes,
  }),
  ...(transaction.type === 4 && {
    authorizationList: transaction.authorizationList.map((authorization) => ({
      chainId: quantity(authorization.chainId),
      address: authorization.address,
      nonce: quantity(authorization.nonce),
      yParity: quantity(authorization.yParity),
      r: quantity(authorization.r),
      s: quantity(authorization.s),
    })),
  }),
})

const signatureV = ({ type, chainId, yParity }: Transaction): bigint => {
  if (type !== 0) return BigInt(yParity)
  return BigInt(yParity) + (chainId === undefined ? 27n : 35n + 2n * chainId)
}

const formatWithdrawal = (withdrawal: Withdrawal): Json => ({
  index: quantity(withdrawal.index),
  validatorIndex: quantity(withdrawal.validatorIndex),
  address: withdrawal.address,
  amount: quantity(withdrawal.amountGwei),
})

const maybeQuantity = (value: bigint | undefined): Hex | undefined =>
  value === undefined ? undefined : quantity(value)
