import type { Hash, Hex } from '@deed/evm'
import type { ChainConfig } from './forks.ts'
import { hexToBytes } from './hex.ts'

/**
 * Which chain by which rules, in 4 bytes (EIP-2124, with forks by time EIP-6122): CRC-32 of the genesis hash
 * and of every fork that has passed, each counted once and those of genesis not at all.
 *
 * @param time up to when forks by time count, in seconds; forks by block number all do.
 */
export const forkId = (config: ChainConfig, genesis: { hash: Hash; time: bigint }, time: bigint): Hex => {
  const numbers = [
    ...Object.values(config.blocks),
    ...config.bombDelays.map(({ block }) => block),
    config.daoForkBlock ?? 0n,
    config.mergeNetsplitBlock ?? 0n,
  ].filter((number) => number > 0n)
  const times = activationTimes(config).filter((at) => at > genesis.time && at <= time)
  let crc = crc32(hexToBytes(genesis.hash), 0)
  for (const fork of [...ascending(numbers), ...times]) crc = crc32(bytesOf64(fork), crc)
  return `0x${crc.toString(16).padStart(8, '0')}`
}

/** When anything changes by time: forks after the merge, and blob parameters alone. Ascending. */
export const activationTimes = ({ times, blobSchedule }: ChainConfig): bigint[] =>
  ascending([...Object.values(times), ...blobSchedule.map(({ time }) => time)])

const ascending = (values: readonly bigint[]): bigint[] =>
  [...new Set(values)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))

const bytesOf64 = (value: bigint): Uint8Array => {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, value)
  return bytes
}

/** CRC-32 of IEEE 802.3, going on from the checksum of what came before. */
const crc32 = (bytes: Uint8Array, before: number): number => {
  let crc = ~before
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}
