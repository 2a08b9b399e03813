import { hexToBytes } from '@deed/evm'
import { beforeAll, describe, expect, it } from 'vitest'
import { encodeRlp } from '../rlp.ts'
import { isFault } from './fault.ts'
import { BLOB_BYTES, type Kzg, loadKzg, versionedHash } from './kzg.ts'
import { decodePooledTransaction, encodePooledTransaction, type Sidecar, validateSidecar } from './sidecar.ts'
import { recoverSender, signTransaction } from './signature.ts'
import type { BlobTransaction } from './types.ts'

/** First account of the well-known development mnemonic. */
const KEY = hexToBytes('0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80')

/** Commitment of the polynomial that is zero: the point at infinity, as its proofs are. */
const INFINITY = Uint8Array.of(0xc0, ...new Uint8Array(47))

const blob = (fill: number): Uint8Array => {
  const bytes = new Uint8Array(BLOB_BYTES)
  // The highest byte of each field element stays zero, so that it is below the field's order.
  for (let i = 0; i < BLOB_BYTES; i += 32) bytes[i + 31] = (fill * (1 + (i >> 5))) & 0xff
  return bytes
}

const transactionOf = (commitments: readonly Uint8Array[]) => {
  const unsigned: BlobTransaction = {
    type: 3,
    chainId: 31337n,
    nonce: 0n,
    maxPriorityFeePerGas: 1n,
    maxFeePerGas: 10n,
    gasLimit: 21_000n,
    to: '0x70997970c51812dc3a010c7d01b50e0d17dc79c8',
    value: 0n,
    data: new Uint8Array(0),
    accessList: [],
    maxFeePerBlobGas: 1n,
    blobVersionedHashes: commitments.map(versionedHash),
  }
  return signTransaction(unsigned, KEY)
}

describe('blob sidecar', () => {
  let kzg: Kzg
  let sidecar: Sidecar
  beforeAll(async () => {
    kzg = await loadKzg()
    const blobs = [blob(1), blob(7)]
    const parts = blobs.map((one) => kzg.commit(one))
    sidecar = {
      version: 0,
      blobs,
      commitments: parts.map((part) => part.commitment),
      proofs: parts.map((part) => part.proof),
    }
  })

  it('of version 0 goes over the wire and proves its blobs', () => {
    const transaction = transactionOf(sidecar.commitments)
    const decoded = decodePooledTransaction(encodePooledTransaction({ transaction, sidecar }))
    if (isFault(decoded)) throw new Error(decoded.message)
    expect(decoded).toEqual({ transaction, sidecar })
    expect(recoverSender(decoded.transaction)).toBe('0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266')
    expect(validateSidecar(transaction, sidecar, 'Prague', kzg)).toBeUndefined()
  })

  it('of version 1 goes over the wire and proves its cells', () => {
    // The zero blob's proofs are known without working them out, which takes seconds a blob.
    const zero: Sidecar = {
      version: 1,
      blobs: [new Uint8Array(BLOB_BYTES)],
      commitments: [INFINITY],
      proofs: Array<Uint8Array>(128).fill(INFINITY),
    }
    const transaction = transactionOf(zero.commitments)
    const decoded = decodePooledTransaction(encodePooledTransaction({ transaction, sidecar: zero }))
    expect(decoded).toEqual({ transaction, sidecar: zero })
    expect(validateSidecar(transaction, zero, 'Osaka', kzg)).toBeUndefined()
    const wrong = { ...zero, blobs: [blob(1)] }
    expect(validateSidecar(transaction, wrong, 'Osaka', kzg)).toMatchObject({
      code: 'DEED_TX_SIDECAR_PROOF_INVALID',
    })
  })

  it('is decoded without blobs too', () => {
    const transaction = transactionOf(sidecar.commitments)
    expect(decodePooledTransaction(encodePooledTransaction({ transaction }))).toEqual({ transaction })
  })

  it.each<[string, string, (good: Sidecar) => Partial<Sidecar>]>([
    ['another fork’s version', 'SIDECAR_WRONG_VERSION', () => ({ version: 1 })],
    ['a blob too few', 'SIDECAR_INVALID', ({ blobs }) => ({ blobs: blobs.slice(1) })],
    ['a short blob', 'SIDECAR_INVALID', ({ blobs }) => ({ blobs: [blobs[0]!, blobs[1]!.subarray(1)] })],
    ['swapped commitments', 'SIDECAR_INVALID', ({ commitments: [a, b] }) => ({ commitments: [b!, a!] })],
    ['swapped proofs', 'SIDECAR_PROOF_INVALID', ({ proofs: [a, b] }) => ({ proofs: [b!, a!] })],
    ['swapped blobs', 'SIDECAR_PROOF_INVALID', ({ blobs: [a, b] }) => ({ blobs: [b!, a!] })],
    [
      'a proof off the curve',
      'SIDECAR_PROOF_INVALID',
      ({ proofs: [a] }) => ({ proofs: [a!, new Uint8Array(48)] }),
    ],
    [
      'no field elements',
      'SIDECAR_PROOF_INVALID',
      ({ blobs: [a] }) => ({ blobs: [a!, new Uint8Array(BLOB_BYTES).fill(255)] }),
    ],
  ])('is refused with %s', (_, name, change) => {
    const transaction = transactionOf(sidecar.commitments)
    const bad = { ...sidecar, ...change(sidecar) }
    expect(validateSidecar(transaction, bad, 'Prague', kzg)).toMatchObject({ code: `DEED_TX_${name}` })
  })

  it.each([
    ['three parts', [[1n], [], []]],
    ['an unknown version', [[1n], 2n, [], [], []]],
    ['bytes where blobs are listed', [[1n], '0x01', [], []]],
    ['a list for a blob', [[1n], [[]], [], []]],
  ] as const)('with %s is malformed', (_, parts) => {
    const bytes = Uint8Array.of(3, ...encodeRlp(parts))
    expect(decodePooledTransaction(bytes)).toMatchObject({ code: 'DEED_TX_SIDECAR_INVALID' })
  })
})
