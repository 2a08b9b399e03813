import { type Hash, keccakHash, type Log } from '@deed/evm'
import { decodeRlp, encodeRlp, type RlpInput, type RlpItem } from '../rlp.ts'
import type { TransactionType } from '../transaction/types.ts'
import { listRoot } from '../trie/build.ts'
import { asAddress, asBytes, asHash, asList, asScalar, asSized, FieldError } from './fields.ts'
import type { Receipt } from './types.ts'

/**
 * The bytes whose trie a header commits to: RLP for type 0, else the type and then RLP (EIP-2718). Computed once per
 * object: what is hashed is also what is stored.
 */
export const encodeReceipt = (receipt: Receipt): Uint8Array => {
  let encoded = ENCODED.get(receipt)
  if (encoded === undefined) {
    encoded = encode(receipt)
    ENCODED.set(receipt, encoded)
  }
  return encoded
}

const ENCODED = new WeakMap<Receipt, Uint8Array>()

const encode = (receipt: Receipt): Uint8Array => {
  const outcome = 'status' in receipt ? BigInt(receipt.status) : receipt.postState
  const { type, cumulativeGasUsed, logsBloom, logs } = receipt
  const list = encodeRlp([outcome, cumulativeGasUsed, logsBloom, logs.map(logItem)])
  if (type === 0) return list
  const bytes = new Uint8Array(list.length + 1)
  bytes[0] = type
  bytes.set(list, 1)
  return bytes
}

/** The reverse of {@link encodeReceipt}. Throws {@link FieldError} or `RlpError`. */
export const decodeReceipt = (bytes: Uint8Array): Receipt => {
  const first = bytes[0] ?? 0
  const type = first >= 0xc0 ? 0 : first
  if (first < 0xc0 && (type < 1 || type > 4)) {
    throw new FieldError('WRONG_TYPE', `A receipt's type is 0 to 4, not ${type}`)
  }
  const items = asList(decodeRlp(type === 0 ? bytes : bytes.subarray(1)), 'receipt')
  if (items.length !== 4) {
    throw new FieldError('WRONG_COUNT', `A receipt has 4 fields; there are ${items.length}`)
  }
  return {
    type: type as TransactionType,
    ...readOutcome(items[0]!),
    cumulativeGasUsed: asScalar(items[1], 64, 'receipt cumulativeGasUsed'),
    logsBloom: asSized(items[2], 256, 'receipt logsBloom'),
    logs: asList(items[3], 'receipt logs').map(readLog),
  }
}

export const receiptsRoot = (receipts: readonly Receipt[]): Hash => listRoot(receipts.map(encodeReceipt))

/** keccak256 of the RLP of the logs: what the official state tests compare. */
export const logsHash = (logs: readonly Log[]): Hash => keccakHash(encodeRlp(logs.map(logItem)))

const logItem = ({ address, topics, data }: Log): RlpInput => [address, topics, data]

const readLog = (item: RlpItem): Log => {
  const [address, topics, data, ...more] = asList(item, 'log')
  if (more.length > 0) throw new FieldError('WRONG_COUNT', 'A log has 3 fields')
  return {
    address: asAddress(address, 'log address'),
    topics: asList(topics, 'log topics').map((topic) => asHash(topic, 'log topic')),
    data: asBytes(data, 'log data'),
  }
}

const readOutcome = (item: RlpItem): { status: 0 | 1 } | { postState: Hash } => {
  const bytes = asBytes(item, 'receipt status')
  if (bytes.length === 32) return { postState: asHash(bytes, 'receipt postState') }
  const status = asScalar(bytes, 64, 'receipt status')
  if (status > 1n) throw new FieldError('WRONG_TYPE', `A receipt's status is 0 or 1, not ${status}`)
  return { status: status === 0n ? 0 : 1 }
}
