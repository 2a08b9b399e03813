/**
 * A state as anvil writes it (`SerializableState` of anvil 1.7; read too as anvil before 1.3 wrote it): JSON with the
 * accounts, the environment of the newest block, and blocks with their transactions and receipts.
 */
import { type Address, createAddress } from '@deed/evm'
import type { Chain } from '../chain.ts'
import { blobBaseFee } from '../execute/fees.ts'
import { bytesToHex, quantity, wordToHash } from '../hex.ts'
import type { WholeAccount } from '../state/everything.ts'
import type { BlockRecord } from '../store/store.ts'
import { isImpersonated } from '../transaction/signature.ts'
import {
  address,
  bytes,
  type Decoder,
  quantity as decodeQuantity,
  maybe,
  object,
  quantity64,
  record,
  slot,
} from './decode.ts'
import { formatHeader, formatReceipts, formatTransaction } from './format.ts'

/** Blocks that are written, newest first: those that a contract can still ask the hash of. */
const MAX_BLOCKS = 256
/** Accounts of one state, and slots of one account. */
const MAX_ENTRIES = 10_000_000

/** The head's state as JSON, in pieces. */
export async function* writeState(chain: Chain): AsyncGenerator<string> {
  const { head } = chain
  const { header } = head.block
  const accounts = chain.everyAccount()
  const environment = {
    number: quantity(header.number),
    beneficiary: header.beneficiary,
    timestamp: quantity(header.timestamp),
    gas_limit: Number(header.gasLimit),
    basefee: Number(header.baseFeePerGas ?? 0n),
    difficulty: quantity(header.difficulty),
    prevrandao: header.mixHash,
    blob_excess_gas_and_price: {
      excess_blob_gas: Number(header.excessBlobGas ?? 0n),
      blob_gasprice: Number(blobBaseFee(header, chain.rulesOf(head))),
    },
    slot_num: 0,
  }
  yield `{"block":${JSON.stringify(environment)},"best_block_number":${header.number},"accounts":{`
  let comma = ''
  for await (const account of accounts) {
    yield `${comma}"${account.address}":${writeAccount(account)}`
    comma = ','
  }
  const blocks: unknown[] = []
  const transactions: unknown[] = []
  let block: BlockRecord | undefined = head
  while (block !== undefined && blocks.length < MAX_BLOCKS) {
    blocks.push(writeBlock(block))
    transactions.push(...(await writeTransactions(chain, block)))
    block = await chain.block(block.block.header.parentHash)
  }
  yield `},"blocks":${JSON.stringify(blocks)},"transactions":${JSON.stringify(transactions)},"historical_states":null}`
}

const writeAccount = ({ nonce, balance, code, storage }: WholeAccount): string =>
  JSON.stringify({
    nonce: Number(nonce),
    balance: quantity(balance),
    code: bytesToHex(code),
    storage: Object.fromEntries([...storage].map(([key, value]) => [wordToHash(key), wordToHash(value)])),
  })

const writeBlock = ({ hash, block, senders }: BlockRecord) => {
  const { hash: _, ...header } = formatHeader(block.header, hash)
  return {
    header,
    transactions: block.transactions.map((transaction, index) => {
      const sender = senders[index]!
      const { from: _from, gasPrice, ...fields } = formatTransaction(transaction, sender)
      return {
        transaction: { ...fields, ...('gasPrice' in transaction && { gasPrice }) },
        impersonated_sender: isImpersonated(transaction, sender) ? sender : null,
      }
    }),
    ommers: block.uncles
      .map((uncle) => formatHeader(uncle, hash))
      .map(({ hash: _uncle, ...fields }) => fields),
    withdrawals: null,
  }
}

/** What anvil keeps of a transaction besides; its traces are left empty. */
const writeTransactions = async (chain: Chain, record: BlockRecord) => {
  const receipts = (await chain.receipts(record.hash)) ?? []
  const formatted = formatReceipts(record, receipts, chain.rulesOf(record))
  return record.block.transactions.map((transaction, index) => {
    const from = record.senders[index]!
    const { type, status, cumulativeGasUsed, gasUsed, logs, logsBloom } = formatted[index] as Record<
      string,
      string
    >
    return {
      info: {
        transaction_hash: record.transactionHashes[index]!,
        transaction_index: index,
        from,
        to: transaction.to ?? null,
        contract_address: transaction.to === undefined ? createAddress(from, transaction.nonce) : null,
        traces: [],
        exit: status === '0x1' ? 'Stop' : 'Revert',
        out: null,
        nonce: Number(transaction.nonce),
        gas_used: Number(gasUsed),
      },
      receipt: { type, status, cumulativeGasUsed, logs, logsBloom },
      block_hash: record.hash,
      block_number: Number(record.block.header.number),
    }
  })
}

/** What is read of a state. */
export interface ReadState {
  readonly accounts: ReadonlyMap<Address, ReadAccount>
  /** Of the newest block; `undefined` where the state does not say. */
  readonly number: bigint | undefined
  /** Seconds since 1970. */
  readonly timestamp: bigint | undefined
}

export interface ReadAccount {
  readonly nonce: bigint
  readonly balance: bigint
  readonly code: Uint8Array
  readonly storage: ReadonlyMap<bigint, bigint>
}

export const readState: Decoder<ReadState> = (value, at) => {
  const { accounts, block, best_block_number: best } = STATE(value, at)
  return { accounts, number: best ?? block?.number, timestamp: block?.timestamp }
}

const storage: Decoder<ReadonlyMap<bigint, bigint>> = (value, at) => {
  const slots = record(
    ((key, place) => slot(key, place).toString()) satisfies Decoder<string>,
    slot,
    MAX_ENTRIES,
  )
  return new Map([...slots(value, at)].map(([key, word]) => [BigInt(key), word]))
}

const STATE = object({
  accounts: record(
    address,
    object({ nonce: quantity64, balance: decodeQuantity, code: bytes, storage }),
    MAX_ENTRIES,
  ),
  block: maybe(object({ number: maybe(quantity64), timestamp: maybe(quantity64) })),
  best_block_number: maybe(quantity64),
})
