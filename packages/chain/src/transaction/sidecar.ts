import { type Fork, isActive } from '@deed/evm'
import { bytesToHex } from '../hex.ts'
import { decodeRlp, encodeRlp, RlpError, type RlpItem } from '../rlp.ts'
import { decodeTransaction, encodeTransaction, readTyped } from './codec.ts'
import { fault, isFault, type TransactionFault } from './fault.ts'
import { BLOB_BYTES, CELLS_PER_BLOB, type Kzg, versionedHash } from './kzg.ts'
import type { BlobTransaction, Signature, Transaction } from './types.ts'

/** What travels with a blob transaction outside of blocks. */
export interface Sidecar {
  /** 0: one proof a blob (EIP-4844). 1: 128 cell proofs a blob, in order of blob and cell (EIP-7594). */
  readonly version: 0 | 1
  readonly blobs: readonly Uint8Array[]
  readonly commitments: readonly Uint8Array[]
  readonly proofs: readonly Uint8Array[]
}

/** A transaction as it is sent. Only those of type 3 have a sidecar. */
export interface PooledTransaction {
  readonly transaction: Transaction
  readonly sidecar?: Sidecar
}

/**
 * What `eth_sendRawTransaction` takes: a transaction's encoding, or for type 3 the one with its blobs. The same bytes
 * give the same object, which others may have found out something about.
 */
export const decodePooledTransaction = (bytes: Uint8Array): PooledTransaction | TransactionFault => {
  let decoded = DECODED.get(bytes)
  if (decoded === undefined) {
    decoded = decode(bytes)
    DECODED.set(bytes, decoded)
  }
  return decoded
}

const DECODED = new WeakMap<Uint8Array, PooledTransaction | TransactionFault>()

const decode = (bytes: Uint8Array): PooledTransaction | TransactionFault => {
  if (bytes[0] !== BLOB_TYPE) return pooled(decodeTransaction(bytes))
  try {
    const item = decodeRlp(bytes.subarray(1))
    // In a bare transaction the first item is the chain id; in a wrapped one it is the transaction.
    if (item instanceof Uint8Array || item[0] === undefined || item[0] instanceof Uint8Array) {
      return pooled(decodeTransaction(bytes))
    }
    return pooled(readTyped(BLOB_TYPE, item[0]), readSidecar(item))
  } catch (error) {
    if (error instanceof SidecarError) return invalid(error.message)
    // Bad RLP is named by field if the transaction is bare.
    if (error instanceof RlpError) return pooled(decodeTransaction(bytes))
    throw error
  }
}

export const encodePooledTransaction = ({ transaction, sidecar }: PooledTransaction): Uint8Array => {
  const encoded = encodeTransaction(transaction)
  if (sidecar === undefined) return encoded
  const { version, blobs, commitments, proofs } = sidecar
  const payload = decodeRlp(encoded.subarray(1))
  const parts = [blobs, commitments, proofs]
  const list = encodeRlp(version === 0 ? [payload, ...parts] : [payload, BigInt(version), ...parts])
  const wrapped = new Uint8Array(list.length + 1)
  wrapped[0] = BLOB_TYPE
  wrapped.set(list, 1)
  return wrapped
}

/**
 * What is wrong with a sidecar at a fork; `undefined` if nothing is. The cheap checks come first: counts,
 * sizes and versioned hashes, then the proofs.
 */
export const validateSidecar = (
  transaction: BlobTransaction & Signature,
  sidecar: Sidecar,
  fork: Fork,
  kzg: Kzg,
): TransactionFault | undefined => {
  const version = isActive('Osaka', fork) ? 1 : 0
  if (sidecar.version !== version) {
    const message = `The sidecar has version ${sidecar.version}; at ${fork} version ${version} is expected`
    return fault('SIDECAR_WRONG_VERSION', message)
  }
  return checkParts(transaction, sidecar) ?? checkProofs(sidecar, kzg)
}

const BLOB_TYPE = 3
const POINT_BYTES = 48

const checkParts = (transaction: BlobTransaction, sidecar: Sidecar): TransactionFault | undefined => {
  const { blobs, commitments, proofs, version } = sidecar
  const count = transaction.blobVersionedHashes.length
  const proofCount = version === 0 ? count : count * CELLS_PER_BLOB
  const expected = [
    ['blobs', blobs, count, BLOB_BYTES],
    ['commitments', commitments, count, POINT_BYTES],
    ['proofs', proofs, proofCount, POINT_BYTES],
  ] as const
  for (const [name, list, length, size] of expected) {
    if (list.length !== length) return invalid(`There are ${list.length} ${name}; ${length} are expected`)
    const wrong = list.find((one) => one.length !== size)
    if (wrong) return invalid(`One of the ${name} has ${wrong.length} bytes; ${size} are expected`)
  }
  for (const [index, hash] of transaction.blobVersionedHashes.entries()) {
    const actual = versionedHash(commitments[index]!)
    if (actual !== hash) {
      return invalid(`Blob ${index} is to have versioned hash ${hash}; its commitment's is ${actual}`)
    }
  }
  return undefined
}

const checkProofs = (sidecar: Sidecar, kzg: Kzg): TransactionFault | undefined => {
  const { blobs, commitments, proofs, version } = sidecar
  const holds =
    version === 1
      ? kzg.verifyCells(blobs, commitments, proofs)
      : blobs.every((blob, index) => kzg.verifyBlob(blob, commitments[index]!, proofs[index]!))
  if (holds) return undefined
  return fault(
    'SIDECAR_PROOF_INVALID',
    'The KZG proofs do not show that the blobs belong to their commitments',
  )
}

const pooled = (
  transaction: Transaction | TransactionFault,
  sidecar?: Sidecar,
): PooledTransaction | TransactionFault =>
  isFault(transaction) ? transaction : { transaction, ...(sidecar && { sidecar }) }

const readSidecar = (items: readonly RlpItem[]): Sidecar => {
  const [, ...rest] = items
  const version = rest.length === 4 ? rest.shift()! : undefined
  if (rest.length !== 3)
    throw new SidecarError(`A wrapped transaction has 4 or 5 parts; there are ${items.length}`)
  if (version !== undefined && !(version instanceof Uint8Array && version.length === 1 && version[0] === 1)) {
    const shown = version instanceof Uint8Array ? bytesToHex(version.subarray(0, 8)) : 'a list'
    throw new SidecarError(`Sidecar version ${shown} is not known; 0x01 is, or none for version 0`)
  }
  const [blobs, commitments, proofs] = rest.map(readParts)
  return { version: version === undefined ? 0 : 1, blobs: blobs!, commitments: commitments!, proofs: proofs! }
}

const readParts = (item: RlpItem): readonly Uint8Array[] => {
  if (item instanceof Uint8Array) throw new SidecarError('Blobs, commitments and proofs are lists')
  return item.map((one) => {
    if (one instanceof Uint8Array) return one
    throw new SidecarError('A blob, commitment or proof is bytes, not a list')
  })
}

const invalid = (message: string): TransactionFault => fault('SIDECAR_INVALID', message)

class SidecarError extends Error {}
