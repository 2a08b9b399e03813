/** What stands behind each key: records as bytes, by table. Lists are RLP, with the field's own encodings inside. */
import { EMPTY_CODE_HASH, type Hash } from '@deed/evm'
import { decodeBlock, encodeBlock } from '../../block/body.ts'
import { asAddress, asBytes, asHash, asList, asScalar } from '../../block/fields.ts'
import { decodeReceipt, encodeReceipt } from '../../block/receipt.ts'
import { bytesToHex, hexToBytes } from '../../hex.ts'
import { decodeRlp, encodeRlp, type RlpInput, type RlpItem } from '../../rlp.ts'
import type { Account } from '../../state/types.ts'
import { knownSender } from '../../transaction/signature.ts'
import { EMPTY_ROOT } from '../../trie/node.ts'
import type { BlockRecord, ListedTable, Position, StateWrite, Table, Tables, Written } from '../store.ts'
import { bytesKey, hashKey, KIND, numberAt, numberKey, positionNumbers } from './keys.ts'

interface TableCodec<V> {
  key(key: string): Uint8Array
  encode(value: V): Uint8Array
  decode(bytes: Uint8Array, key: string): V
  /** How many times its encoding a value occupies in memory, about. */
  readonly weight: number
}

export const CODECS: { readonly [T in Table]: TableCodec<Tables[T]> } = {
  block: { key: byHash('block'), encode: encodeRecord, decode: decodeRecord, weight: 8 },
  receipts: {
    key: byHash('receipts'),
    encode: (receipts) => encodeRlp(receipts.map(encodeReceipt)),
    decode: (bytes) => listOf(bytes).map((item) => decodeReceipt(asBytes(item, 'receipt'))),
    weight: 3,
  },
  node: { key: byHash('node'), encode: same, decode: same, weight: 1 },
  nodesOf: {
    key: byHash('nodesOf'),
    encode: (hashes) => encodeRlp(hashes),
    decode: (bytes) => listOf(bytes).map((item) => asHash(item, 'node')),
    weight: 4,
  },
  code: { key: byHash('code'), encode: same, decode: same, weight: 1 },
  transaction: {
    key: byHash('transaction'),
    encode: ({ blockHash, blockNumber, index }) => encodeRlp([blockHash, blockNumber, BigInt(index)]),
    decode: (bytes) => {
      const [blockHash, blockNumber, index] = listOf(bytes)
      return {
        blockHash: asHash(blockHash, 'block'),
        blockNumber: asScalar(blockNumber, 64, 'number'),
        index: numberOf(index),
      }
    },
    weight: 4,
  },
  branch: {
    key: byNumber('branch'),
    encode: ({ parent, tip }) => encodeRlp([parent ? positionItem(parent) : [], BigInt(tip)]),
    decode: (bytes) => {
      const [parent, tip] = listOf(bytes)
      const from = asList(parent, 'parent')
      return { parent: from.length === 0 ? undefined : readPosition(from), tip: numberOf(tip) }
    },
    weight: 8,
  },
  position: {
    key: (key) => numberKey(KIND.position, ...positionNumbers(key)),
    encode: hexToBytes,
    decode: bytesToHex,
    weight: 3,
  },
  meta: { key: byName('meta'), encode: textBytes, decode: bytesText, weight: 2 },
  edit: { key: byHash('edit'), encode: textBytes, decode: bytesText, weight: 2 },
  snapshot: { key: byNumber('snapshot'), encode: textBytes, decode: bytesText, weight: 2 },
  pool: {
    key: byHash('pool'),
    encode: ({ encoded, sender, arrival }) => encodeRlp([encoded, sender, BigInt(arrival)]),
    decode: (bytes) => {
      const [encoded, sender, arrival] = listOf(bytes)
      return {
        encoded: asBytes(encoded, 'encoded'),
        sender: asAddress(sender, 'sender'),
        arrival: numberOf(arrival),
      }
    },
    weight: 2,
  },
}

/** The key of a row of a table, from the key on disk. */
export const LISTED_KEYS: { readonly [T in ListedTable]: (key: Uint8Array) => string } = {
  edit: (key) => bytesToHex(key.subarray(1)),
  snapshot: (key) => String(numberAt(key, 1)),
  pool: (key) => bytesToHex(key.subarray(1)),
}

/** `null`: the block deleted the account. What most accounts have is left out. */
export const encodeAccount = (account: Account | null): Uint8Array => {
  if (account === null) return NOTHING
  const { nonce, balance, codeHash, storageRoot, incarnation } = account
  return encodeRlp([
    nonce,
    balance,
    codeHash === EMPTY_CODE_HASH ? NOTHING : codeHash,
    storageRoot === EMPTY_ROOT ? NOTHING : storageRoot,
    BigInt(incarnation),
  ])
}

export const decodeAccount = (bytes: Uint8Array): Account | null => {
  if (bytes.length === 0) return null
  const [nonce, balance, codeHash, storageRoot, incarnation] = listOf(bytes)
  return {
    nonce: asScalar(nonce, 64, 'nonce'),
    balance: asScalar(balance, 256, 'balance'),
    codeHash: hashOr(codeHash, EMPTY_CODE_HASH),
    storageRoot: hashOr(storageRoot, EMPTY_ROOT),
    incarnation: numberOf(incarnation),
  }
}

export const encodeSlot = (value: bigint): Uint8Array => encodeRlp(value)
export const decodeSlot = (bytes: Uint8Array): bigint => asScalar(decodeRlp(bytes), 256, 'slot')

export const encodeWritten = ({ accounts, slots }: StateWrite): Uint8Array =>
  encodeRlp([
    accounts.map(([address]) => address),
    slots.map(({ address, incarnation, slots: values }) => [
      address,
      BigInt(incarnation),
      [...values.keys()],
    ]),
  ])

export const decodeWritten = (bytes: Uint8Array): Written => {
  const [accounts, slots] = listOf(bytes)
  return {
    accounts: asList(accounts, 'accounts').map((item) => asAddress(item, 'account')),
    slots: asList(slots, 'slots').map((item) => {
      const [address, incarnation, keys] = asList(item, 'slots of an account')
      return {
        address: asAddress(address, 'address'),
        incarnation: numberOf(incarnation),
        keys: asList(keys, 'keys').map((key) => asScalar(key, 256, 'key')),
      }
    }),
  }
}

function byHash(table: Table) {
  return (key: string) => hashKey(KIND[table], key as Hash)
}
function byNumber(table: Table) {
  return (key: string) => numberKey(KIND[table], Number(key))
}
function byName(table: Table) {
  return (key: string) => bytesKey(KIND[table], textBytes(key))
}

function same(bytes: Uint8Array): Uint8Array {
  return bytes
}

function encodeRecord(record: BlockRecord): Uint8Array {
  const { block, senders, transactionHashes, totalDifficulty, size, requests, position } = record
  return encodeRlp([
    encodeBlock(block),
    senders,
    transactionHashes,
    totalDifficulty,
    BigInt(size),
    requests.map(({ type, data }) => [BigInt(type), data]),
    positionItem(position),
  ])
}

function decodeRecord(bytes: Uint8Array, hash: string): BlockRecord {
  const [encoded, senders, transactionHashes, totalDifficulty, size, requests, position] = listOf(bytes)
  const block = decodeBlock(asBytes(encoded, 'block'))
  if ('code' in block) throw block.cause
  const from = asList(senders, 'senders').map((item) => asAddress(item, 'sender'))
  // Who sent it was found out when the block was made, and of an impersonated one could not be found out again.
  for (const [index, transaction] of block.transactions.entries()) knownSender(transaction, from[index]!)
  return {
    hash: hash as Hash,
    block,
    senders: from,
    transactionHashes: asList(transactionHashes, 'hashes').map((item) => asHash(item, 'hash')),
    totalDifficulty: asScalar(totalDifficulty, 256, 'totalDifficulty'),
    size: numberOf(size),
    requests: asList(requests, 'requests').map((item) => {
      const [type, data] = asList(item, 'request')
      return { type: numberOf(type), data: asBytes(data, 'data') }
    }),
    position: readPosition(asList(position, 'position')),
  }
}

const positionItem = ({ branch, height }: Position): RlpInput => [BigInt(branch), BigInt(height)]
const readPosition = ([branch, height]: readonly RlpItem[]): Position => ({
  branch: numberOf(branch),
  height: numberOf(height),
})

const listOf = (bytes: Uint8Array): readonly RlpItem[] => asList(decodeRlp(bytes), 'record')
const numberOf = (item: RlpItem | undefined): number => Number(asScalar(item, 64, 'number'))
const hashOr = (item: RlpItem | undefined, empty: Hash): Hash =>
  item instanceof Uint8Array && item.length === 0 ? empty : asHash(item, 'hash')

function textBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
function bytesText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

const NOTHING = new Uint8Array(0)
