import { type Hash, keccak256 } from '@deed/evm'
import { bytesToHex } from '../hex.ts'
import { decodeRlp, encodeRlp, RlpError, type RlpInput, type RlpItem } from '../rlp.ts'
import { type FaultName, fault, type TransactionFault } from './fault.ts'
import { FaultError, type Field, SIGNATURE_FIELDS, UNSIGNED_FIELDS } from './fields.ts'
import type { Transaction, TransactionType, UnsignedTransaction } from './types.ts'

/** The bytes that are hashed, sent and stored (EIP-2718): RLP for type 0, else the type and then RLP. */
export const encodeTransaction = (transaction: Transaction): Uint8Array => {
  const item = transactionItem(transaction)
  return item instanceof Uint8Array ? item : encodeRlp(item)
}

/** How a transaction stands in a block's list: a list for type 0, else its encoding as bytes. */
export const transactionItem = (transaction: Transaction): RlpInput => {
  const { type, chainId, yParity, r, s } = transaction
  const known = ENVELOPES.get(transaction)
  if (known !== undefined) return known
  const unsigned = writeFields(UNSIGNED_FIELDS[type], transaction)
  if (type !== 0) return envelope(type, [...unsigned, BigInt(yParity), r, s])
  const v = BigInt(yParity) + (chainId === undefined ? 27n : 35n + 2n * chainId)
  return [...unsigned, v, r, s]
}

/**
 * Strict: only what {@link encodeTransaction} would give is accepted. Whether the transaction makes sense,
 * and at which fork, is for {@link ./validate.ts}. The data is a view of `bytes`.
 */
export const decodeTransaction = (bytes: Uint8Array): Transaction | TransactionFault => {
  const first = bytes[0]
  if (first === undefined) return fault('RLP_ERROR_EOF', 'The transaction is empty')
  return first < 0x80 ? decodeTyped(bytes) : decodeUntyped(bytes)
}

/** Reads a transaction of a block's list, see {@link transactionItem}. */
export const decodeTransactionItem = (item: RlpItem): Transaction | TransactionFault =>
  item instanceof Uint8Array ? decodeTyped(item) : guarded(LEGACY_FIELDS, () => readLegacy(item))

/** Reads the list behind the type byte of types 1 to 4, for instance from within a blob sidecar's. */
export const readTyped = (type: number, item: RlpItem): Transaction | TransactionFault => {
  const fields = TYPED_FIELDS[type]
  if (fields === undefined) return unsupported(type)
  return guarded(fields, () => readFields(fields, item, { type }) as unknown as Transaction)
}

/** keccak256 of the encoding; computed once per object. */
export const transactionHash = (transaction: Transaction): Hash => {
  let hash = HASHES.get(transaction)
  if (hash === undefined) {
    hash = bytesToHex(keccak256(encodeTransaction(transaction)))
    HASHES.set(transaction, hash)
  }
  return hash
}

/** The 32 bytes that the sender signs. */
export const signingHash = (transaction: UnsignedTransaction): Uint8Array => {
  const { type, chainId } = transaction
  const fields = writeFields(UNSIGNED_FIELDS[type], transaction)
  if (type !== 0) return keccak256(envelope(type, fields))
  // EIP-155: with a chain id, that and two zeros stand where the signature will be.
  return keccak256(encodeRlp(chainId === undefined ? fields : [...fields, chainId, 0n, 0n]))
}

const HASHES = new WeakMap<Transaction, Hash>()

/**
 * What transactions of types 1 to 4 were decoded from: decoding is strict, so these bytes are their encoding, and
 * the data holds on to them anyway. A block of 5,000 token transfers takes 240 ms with this and 280 without.
 */
const ENVELOPES = new WeakMap<Transaction, Uint8Array>()

const LEGACY_FIELDS = [...UNSIGNED_FIELDS[0], ...SIGNATURE_FIELDS.legacy]

const TYPED_FIELDS: Readonly<Record<number, readonly Field[]>> = Object.fromEntries(
  ([1, 2, 3, 4] as const).map((type) => [type, [...UNSIGNED_FIELDS[type], ...SIGNATURE_FIELDS.typed]]),
)

const envelope = (type: TransactionType, fields: readonly RlpInput[]): Uint8Array => {
  const list = encodeRlp(fields)
  const bytes = new Uint8Array(list.length + 1)
  bytes[0] = type
  bytes.set(list, 1)
  return bytes
}

const writeFields = (fields: readonly Field[], transaction: UnsignedTransaction): RlpInput[] =>
  fields.map((field) => field.write((transaction as unknown as Record<string, never>)[field.key]!))

const decodeUntyped = (bytes: Uint8Array): Transaction | TransactionFault =>
  guarded(LEGACY_FIELDS, () => {
    const item = bytes[0]! < 0xc0 && bytes.length > 1 ? bytes : decodeRlp(bytes)
    if (item instanceof Uint8Array) {
      throw new FaultError('TYPE_NOT_SUPPORTED', 'There is a byte string where a transaction is expected')
    }
    return readLegacy(item)
  })

const decodeTyped = (bytes: Uint8Array): Transaction | TransactionFault => {
  const type = bytes[0]
  if (type === undefined) return fault('RLP_ERROR_EOF', 'The transaction is empty')
  const fields = TYPED_FIELDS[type]
  if (fields === undefined) return unsupported(type)
  return guarded(fields, () => {
    const item = decodeRlp(bytes.subarray(1))
    const transaction = readFields(fields, item, { type }) as unknown as Transaction
    ENVELOPES.set(transaction, bytes)
    return transaction
  })
}

const readLegacy = (item: RlpItem): Transaction => {
  const { v, ...rest } = readFields(LEGACY_FIELDS, item, { type: 0 }) as { v: bigint }
  if (v < 35n && v !== 27n && v !== 28n) {
    throw new FaultError('INVALID_SIGNATURE_VRS', `v ${v} is neither 27, 28 nor, with a chain id, 35 or more`)
  }
  const chainId = v < 35n ? undefined : (v - 35n) >> 1n
  const yParity = Number((v + 1n) & 1n)
  return { ...rest, chainId, yParity } as Transaction
}

const readFields = (
  fields: readonly Field[],
  item: RlpItem,
  known: { readonly type: number },
): Record<string, unknown> => {
  if (item instanceof Uint8Array) {
    throw new FaultError('RLP_INVALID_HEADER', 'There are bytes where a list of fields is expected')
  }
  if (item.length !== fields.length) {
    throw new FaultError(
      item.length < fields.length ? 'RLP_TOO_FEW_ELEMENTS' : 'RLP_TOO_MANY_ELEMENTS',
      `A transaction of type ${known.type} has ${fields.length} fields; there are ${item.length}`,
    )
  }
  const values: Record<string, unknown> = { ...known }
  for (let i = 0; i < fields.length; i++) values[fields[i]!.key] = fields[i]!.read(item[i]!)
  return values
}

const unsupported = (type: number): TransactionFault =>
  fault('TYPE_NOT_SUPPORTED', `Transaction type ${type} is not known; types 0 to 4 are`)

/** Turns what a decoder throws into a fault; `fields` name the place of bad RLP. */
const guarded = (fields: readonly Field[], decode: () => Transaction): Transaction | TransactionFault => {
  try {
    return decode()
  } catch (error) {
    if (error instanceof FaultError) return error.fault
    if (error instanceof RlpError) return fault(rlpFaultName(error, fields), error.message)
    throw error
  }
}

const rlpFaultName = (error: RlpError, fields: readonly Field[]): FaultName => {
  const [index, ...deeper] = error.path
  const field = index === undefined ? undefined : fields[index]
  // What is wrong inside a list matters less than that there should be none.
  if (field?.listFault !== undefined && deeper.length > 0) return field.listFault
  switch (error.code) {
    case 'DEED_RLP_EOF':
      return 'RLP_ERROR_EOF'
    case 'DEED_RLP_NOT_CANONICAL':
      return field ? `RLP_LEADING_ZEROS_${field.name}_SIZE` : 'RLP_ERROR_SIZE_LEADING_ZEROS'
    default:
      return 'RLP_ERROR_SIZE'
  }
}
