import type { Address, Hash } from '@deed/evm'
import { bytesToBigint, bytesToHex } from '../hex.ts'
import type { RlpInput, RlpItem } from '../rlp.ts'
import { type FaultName, type FieldName, fault, type TransactionFault } from './fault.ts'
import type { AccessList, Authorization, TransactionType } from './types.ts'

/** One field of a transaction's RLP list, both ways. */
export interface Field {
  /** Its name in {@link ./types.ts}. */
  readonly key: string
  readonly name: FieldName
  /** What it is called that a list stands here; absent where one should. */
  readonly listFault?: FaultName
  /** Throws {@link FaultError}. */
  read(item: RlpItem): unknown
  write(value: never): RlpInput
}

/** What is inside a {@link TransactionFault} while a decoder unwinds; `decodeTransaction` returns it. */
export class FaultError extends Error {
  readonly fault: TransactionFault
  constructor(name: FaultName, message: string) {
    super(message)
    this.fault = fault(name, message)
  }
}

interface ScalarNames {
  readonly overflow?: FaultName
  readonly list?: FaultName
}

/** A whole number of at most `bits`, in shortest form. */
const scalar = (key: string, name: FieldName, bits: number, names: ScalarNames = {}): Field => {
  const { overflow = `${name}_OVERFLOW`, list: listFault = `RLP_INVALID_${name}` } = names
  return {
    key,
    name,
    listFault,
    read(item) {
      if (!(item instanceof Uint8Array)) {
        throw new FaultError(listFault, `${key} is a list; a whole number is expected`)
      }
      if (item[0] === 0) {
        const message = `${key} ${shown(item)} has leading zeros; the shortest form is expected`
        throw new FaultError(`RLP_LEADING_ZEROS_${name}`, message)
      }
      if (item.length > bits / 8) throw new FaultError(overflow, `${key} ${shown(item)} is over ${bits} bits`)
      return bytesToBigint(item)
    },
    write: (value: bigint) => value,
  }
}

/** Bytes that stand as they are. */
const bytes = (key: string, name: FieldName): Field => ({
  key,
  name,
  listFault: `RLP_INVALID_${name}`,
  read: (item) => bytesOf(item, key, name),
  write: (value: Uint8Array) => value,
})

const list = <T>(
  key: string,
  name: FieldName,
  readOne: (item: RlpItem) => T,
  writeOne: (value: T) => RlpInput,
): Field => ({
  key,
  name,
  read: (item) => listOf(item, key, name).map(readOne),
  write: (values: readonly T[]) => values.map(writeOne),
})

const shown = (value: Uint8Array): string =>
  value.length > 40 ? `${bytesToHex(value.subarray(0, 40))}… (${value.length} bytes)` : bytesToHex(value)

const bytesOf = (item: RlpItem, key: string, name: FieldName): Uint8Array => {
  if (!(item instanceof Uint8Array)) {
    throw new FaultError(`RLP_INVALID_${name}`, `${key} is a list; bytes are expected`)
  }
  return item
}

const listOf = (item: RlpItem, key: string, name: FieldName, length?: number): readonly RlpItem[] => {
  if (item instanceof Uint8Array || (length !== undefined && item.length !== length)) {
    const expected = length === undefined ? 'a list' : `a list of ${length} items`
    throw new FaultError(`RLP_INVALID_${name}`, `${key}: ${expected} is expected`)
  }
  return item
}

/** Bytes of one exact length, as hexadecimal. */
const exactly = (
  length: number,
  item: RlpItem,
  key: string,
  name: FieldName,
  prefix: 'ADDRESS' | 'RLP_INVALID_ACCESS_LIST_ADDRESS' | 'RLP_INVALID_ACCESS_LIST_STORAGE',
) => {
  const value = bytesOf(item, key, name)
  if (value.length !== length) {
    throw new FaultError(
      `${prefix}_TOO_${value.length > length ? 'LONG' : 'SHORT'}`,
      `${key} has ${value.length} bytes; ${length} are expected`,
    )
  }
  return bytesToHex(value)
}

// --- The fields -------------------------------------------------------------------------------------------

const CHAIN_ID = scalar('chainId', 'CHAINID', 256)
const NONCE = scalar('nonce', 'NONCE', 64)
const GAS_PRICE = scalar('gasPrice', 'GASPRICE', 256)
const GAS_LIMIT = scalar('gasLimit', 'GASLIMIT', 64)
const VALUE = scalar('value', 'VALUE', 256)
const DATA = bytes('data', 'DATA')
const PRIORITY_FEE = scalar('maxPriorityFeePerGas', 'PRIORITY_FEE', 256, { overflow: 'PRIORITY_OVERFLOW' })
const MAX_FEE = scalar('maxFeePerGas', 'BASEFEE', 256, { overflow: 'GASPRICE_OVERFLOW' })
const BLOB_FEE = scalar('maxFeePerBlobGas', 'BLOB_FEE', 256)

const R = scalar('r', 'R', 256, { overflow: 'INVALID_SIGNATURE_VRS', list: 'RLP_INVALID_SIGNATURE_R' })
const S = scalar('s', 'S', 256, { overflow: 'INVALID_SIGNATURE_VRS', list: 'RLP_INVALID_SIGNATURE_S' })
const V = scalar('v', 'V', 256)

const Y_PARITY: Field = {
  key: 'yParity',
  name: 'V',
  listFault: 'RLP_INVALID_V',
  read(item) {
    const value = V.read(item) as bigint
    if (value > 1n) throw new FaultError('INVALID_SIGNATURE_VRS', `yParity ${value} is neither 0 nor 1`)
    return Number(value)
  },
  write: (value: number) => BigInt(value),
}

const TO: Field = {
  key: 'to',
  name: 'TO',
  listFault: 'RLP_INVALID_TO',
  read: (item) =>
    item.length === 0 && item instanceof Uint8Array ? undefined : exactly(20, item, 'to', 'TO', 'ADDRESS'),
  write: (value: Address | undefined) => value ?? '0x',
}

const ACCESS_LIST = list(
  'accessList',
  'ACCESS_LIST',
  (item): AccessList[number] => {
    const [address, keys] = listOf(item, 'accessList entry', 'ACCESS_LIST', 2)
    return {
      address: exactly(20, address!, 'accessList address', 'ACCESS_LIST', 'RLP_INVALID_ACCESS_LIST_ADDRESS'),
      storageKeys: listOf(keys!, 'accessList storageKeys', 'ACCESS_LIST').map((key) =>
        exactly(32, key, 'accessList storage key', 'ACCESS_LIST', 'RLP_INVALID_ACCESS_LIST_STORAGE'),
      ),
    }
  },
  ({ address, storageKeys }) => [address, storageKeys],
)

const BLOB_HASHES = list(
  'blobVersionedHashes',
  'BLOB_HASHES',
  (item): Hash => {
    const value = bytesOf(item, 'blobVersionedHashes', 'BLOB_HASHES')
    if (value.length === 32) return bytesToHex(value)
    throw new FaultError(
      'RLP_INVALID_BLOB_HASHES',
      `a versioned hash has ${value.length} bytes; 32 are expected`,
    )
  },
  (hash) => hash,
)

/** EIP-7702 bounds these by type only; whether one holds is found out when it is applied. */
const AUTHORIZATION = {
  chainId: scalar('authorization chainId', 'AUTHORIZATION_LIST', 256),
  nonce: scalar('authorization nonce', 'AUTHORIZATION_LIST', 64),
  yParity: scalar('authorization yParity', 'AUTHORIZATION_LIST', 8),
  r: scalar('authorization r', 'AUTHORIZATION_LIST', 256),
  s: scalar('authorization s', 'AUTHORIZATION_LIST', 256),
}

const AUTHORIZATION_LIST = list(
  'authorizationList',
  'AUTHORIZATION_LIST',
  (item): Authorization => {
    const items = listOf(item, 'authorization', 'AUTHORIZATION_LIST', 6)
    return {
      chainId: AUTHORIZATION.chainId.read(items[0]!) as bigint,
      address: exactly(20, items[1]!, 'authorization address', 'AUTHORIZATION_LIST', 'ADDRESS'),
      nonce: AUTHORIZATION.nonce.read(items[2]!) as bigint,
      yParity: Number(AUTHORIZATION.yParity.read(items[3]!)),
      r: AUTHORIZATION.r.read(items[4]!) as bigint,
      s: AUTHORIZATION.s.read(items[5]!) as bigint,
    }
  },
  (a) => [a.chainId, a.address, a.nonce, BigInt(a.yParity), a.r, a.s],
)

const DYNAMIC_FEE = [CHAIN_ID, NONCE, PRIORITY_FEE, MAX_FEE, GAS_LIMIT, TO, VALUE, DATA, ACCESS_LIST]

/** What is signed, in the order of its RLP. EIP-155 adds to type 0 where it is signed. */
export const UNSIGNED_FIELDS: Readonly<Record<TransactionType, readonly Field[]>> = {
  0: [NONCE, GAS_PRICE, GAS_LIMIT, TO, VALUE, DATA],
  1: [CHAIN_ID, NONCE, GAS_PRICE, GAS_LIMIT, TO, VALUE, DATA, ACCESS_LIST],
  2: DYNAMIC_FEE,
  3: [...DYNAMIC_FEE, BLOB_FEE, BLOB_HASHES],
  4: [...DYNAMIC_FEE, AUTHORIZATION_LIST],
}

/** What follows: type 0 has `v` in place of `yParity`. */
export const SIGNATURE_FIELDS = { legacy: [V, R, S], typed: [Y_PARITY, R, S] } as const
