import type { BlobParameters } from '../../packages/chain/src/forks.ts'

/** Blob parameters by fork, as the official tests write them. */
export type BlobSchedule = Readonly<Record<string, BlobEntry>>

interface BlobEntry {
  readonly target: string
  readonly max: string
  readonly baseFeeUpdateFraction: string
}

export const blobParameters = ({ target, max, baseFeeUpdateFraction }: BlobEntry): BlobParameters => ({
  target: BigInt(target),
  max: BigInt(max),
  updateFraction: BigInt(baseFeeUpdateFraction),
})
