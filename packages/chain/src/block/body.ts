import type { Hash } from '@deed/evm'
import { decodeRlp, encodeRlp, RlpError, type RlpInput, type RlpItem } from '../rlp.ts'
import { decodeTransactionItem, encodeTransaction, transactionItem } from '../transaction/codec.ts'
import { isFault, type TransactionFault } from '../transaction/fault.ts'
import type { Transaction } from '../transaction/types.ts'
import { listRoot } from '../trie/build.ts'
import { asAddress, asList, asScalar, FieldError } from './fields.ts'
import { headerItem, readHeader } from './header.ts'
import type { Block, Withdrawal } from './types.ts'

/** Bytes that are no block: an expected outcome, so a value. */
export interface BlockDecodeFault {
  readonly code: 'DEED_BLOCK_RLP'
  readonly message: string
  readonly cause: RlpError | FieldError | TransactionFault
}

export const encodeBlock = ({ header, transactions, uncles, withdrawals }: Block): Uint8Array => {
  const items: RlpInput[] = [headerItem(header), transactions.map(transactionItem), uncles.map(headerItem)]
  if (withdrawals !== undefined) items.push(withdrawals.map(withdrawalItem))
  return encodeRlp(items)
}

/** Strict about the encoding only: what the block says is for validation. Bytes are views of `bytes`. */
export const decodeBlock = (bytes: Uint8Array): Block | BlockDecodeFault => {
  try {
    return readBlock(decodeRlp(bytes))
  } catch (error) {
    if (error instanceof RlpError || error instanceof FieldError) return decodeFault(error)
    if (error instanceof BadTransaction) return decodeFault(error.fault)
    throw error
  }
}

export const transactionsRoot = (transactions: readonly Transaction[]): Hash =>
  listRoot(transactions.map(encodeTransaction))

/** EIP-4895. */
export const withdrawalsRoot = (withdrawals: readonly Withdrawal[]): Hash =>
  listRoot(withdrawals.map((withdrawal) => encodeRlp(withdrawalItem(withdrawal))))

const readBlock = (item: RlpItem): Block => {
  const items = asList(item, 'block')
  if (items.length !== 3 && items.length !== 4) {
    throw new FieldError(
      'WRONG_COUNT',
      `A block has 3 or, with withdrawals, 4 parts; there are ${items.length}`,
    )
  }
  const [header, transactions, uncles, withdrawals] = items
  return {
    header: readHeader(header),
    transactions: asList(transactions, 'transactions').map(readTransaction),
    uncles: asList(uncles, 'uncles').map((uncle, index) => readHeader(uncle, `uncle ${index}`)),
    ...(withdrawals !== undefined && { withdrawals: asList(withdrawals, 'withdrawals').map(readWithdrawal) }),
  }
}

const readTransaction = (item: RlpItem, index: number): Transaction => {
  const transaction = decodeTransactionItem(item)
  if (isFault(transaction)) throw new BadTransaction(index, transaction)
  return transaction
}

const withdrawalItem = ({ index, validatorIndex, address, amountGwei }: Withdrawal): RlpInput => [
  index,
  validatorIndex,
  address,
  amountGwei,
]

const readWithdrawal = (item: RlpItem, position: number): Withdrawal => {
  const what = `withdrawal ${position}`
  const items = asList(item, what)
  if (items.length !== 4) throw new FieldError('WRONG_COUNT', `${what} has ${items.length} fields, not 4`)
  return {
    index: asScalar(items[0], 64, `${what} index`),
    validatorIndex: asScalar(items[1], 64, `${what} validatorIndex`),
    address: asAddress(items[2], `${what} address`),
    amountGwei: asScalar(items[3], 64, `${what} amount`),
  }
}

const decodeFault = (cause: BlockDecodeFault['cause']): BlockDecodeFault => ({
  code: 'DEED_BLOCK_RLP',
  message: `The bytes are no block. ${cause.message}`,
  cause,
})

class BadTransaction extends Error {
  readonly fault: TransactionFault
  constructor(index: number, fault: TransactionFault) {
    super(`Transaction ${index}: ${fault.message}`)
    this.fault = { ...fault, message: this.message }
  }
}
