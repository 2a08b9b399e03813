/** By which rules a fork goes on: those of its origin as far as they are known, and otherwise the newest. */
import type { Fork } from '@deed/evm'
import type { Header } from '../block/types.ts'
import {
  BLOB_PARAMETERS,
  type BlobParameters,
  type BlobScheduleEntry,
  type ChainConfig,
  configFrom,
} from '../forks.ts'
import { isObject } from '../rpc/decode.ts'
import { NETWORKS } from './networks.ts'

/**
 * @param ethConfig what the origin answers to eth_config (EIP-7910); `undefined`: nothing.
 * @param chainId of the fork, which may have one of its own.
 */
export const originRules = (
  originId: bigint,
  chainId: bigint,
  header: Header,
  ethConfig: unknown,
): ChainConfig => {
  const known = NETWORKS.get(originId)
  if (known !== undefined) return { ...known, chainId }
  const { current, next } = isObject(ethConfig) ? ethConfig : {}
  const now = readEntry(current)
  if (now === undefined) return configFrom('Osaka', chainId, BLOB_PARAMETERS.BPO2)
  const later = readEntry(next)
  // What the origin has now may be newer than the fork's block, which shows by its fields what held there.
  const isNewer = now.time > header.timestamp
  const config = configFrom(isNewer ? forkOf(header) : now.fork, chainId, isNewer ? undefined : now.blobs)
  const entries = [...(isNewer ? [now] : []), ...(later ? [later] : [])]
  return {
    ...config,
    // What is in force stays so.
    times: { ...Object.fromEntries(entries.map(({ fork, time }) => [fork, time])), ...config.times },
    blobSchedule: [
      ...config.blobSchedule,
      ...entries.flatMap(({ time, blobs }): BlobScheduleEntry[] => (blobs ? [{ time, ...blobs }] : [])),
    ],
  }
}

/** Whether the origin must be asked what its rules are. */
export const isKnownNetwork = (originId: bigint): boolean => NETWORKS.has(originId)

interface Entry {
  readonly time: bigint
  readonly fork: Fork
  readonly blobs: BlobParameters | undefined
}

const readEntry = (json: unknown): Entry | undefined => {
  if (!isObject(json) || typeof json.activationTime !== 'number' || !isObject(json.precompiles))
    return undefined
  const {
    target,
    max,
    baseFeeUpdateFraction: fraction,
  } = isObject(json.blobSchedule) ? json.blobSchedule : {}
  const names = Object.keys(json.precompiles)
  const [, fork] = PRECOMPILE_SINCE.find(([prefix]) => names.some((name) => name.startsWith(prefix))) ?? []
  const isWhole = [target, max, fraction].every((value) => typeof value === 'number')
  return {
    time: BigInt(json.activationTime),
    fork: fork ?? 'Shanghai',
    blobs: isWhole
      ? {
          target: BigInt(target as number),
          max: BigInt(max as number),
          updateFraction: BigInt(fraction as number),
        }
      : undefined,
  }
}

/** EIP-7910 does not name the fork; each since Cancun has a precompile that none before it had. */
const PRECOMPILE_SINCE = [
  ['P256', 'Osaka'],
  ['BLS12', 'Prague'],
  ['KZG', 'Cancun'],
] as const

const forkOf = (header: Header): Fork => {
  if (header.requestsHash !== undefined) return 'Prague'
  if (header.excessBlobGas !== undefined) return 'Cancun'
  if (header.withdrawalsRoot !== undefined) return 'Shanghai'
  return 'Paris'
}
