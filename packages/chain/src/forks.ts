/**
 * Which rules hold at which block of a chain: the schedule of its forks, and per fork the numbers that
 * execution outside the engine needs.
 */
import type { Address, Fork } from '@deed/evm'
import { FORKS, isActive } from '@deed/evm'

/** When each upgrade of a chain comes into force. Absent: never. */
export interface ChainConfig {
  readonly chainId: bigint
  /** Forks before the merge by block number; Frontier needs no entry. */
  readonly blocks: Partial<Record<PreMergeFork, bigint>>
  /** The DAO's drain is undone at this block (EIP-779). */
  readonly daoForkBlock?: bigint
  /** Where nodes that did not merge part from the others; only the fork's id knows it (EIP-3675). */
  readonly mergeNetsplitBlock?: bigint
  /** By how many blocks the difficulty bomb is late, and since when; oldest first. */
  readonly bombDelays: readonly { readonly block: bigint; readonly delay: bigint }[]
  /** Total difficulty of the last block mined by work; zero: a chain without work. `undefined`: no merge. */
  readonly terminalTotalDifficulty: bigint | undefined
  /** Forks after the merge by time in seconds. */
  readonly times: Partial<Record<PostMergeFork, bigint>>
  /** Blob parameters by time, oldest first (EIP-7840, EIP-7892). */
  readonly blobSchedule: readonly BlobScheduleEntry[]
  /** Where deposits of validators are logged (EIP-6110). */
  readonly depositContract: Address
}

export interface BlobScheduleEntry extends BlobParameters {
  readonly time: bigint
}

export interface BlobParameters {
  /** Blobs a block. */
  readonly target: bigint
  readonly max: bigint
  readonly updateFraction: bigint
}

/** Everything about one block that follows from its place in the schedule. */
export interface Rules extends ForkParameters {
  readonly fork: Fork
  readonly chainId: bigint
  readonly bombDelay: bigint
  /** Zero blobs before Cancun. */
  readonly blobs: BlobParameters
  /** This block moves the DAO's ether. */
  readonly isDaoBlock: boolean
  /** Its extra data must say so: the ten blocks from the DAO fork on. */
  readonly isDaoExtraData: boolean
  /** Where deposits of validators are logged (EIP-6110). */
  readonly depositContract: Address
}

interface ForkParameters {
  /** Wei for the miner of a block. */
  readonly blockRewardWei: bigint
  /** At most gasUsed / refundQuotient is refunded (EIP-3529). */
  readonly refundQuotient: bigint
  /** Gas that one transaction may ask for (EIP-7825). */
  readonly transactionGasCap: bigint | undefined
  /** Blobs that one transaction may carry (EIP-7594). */
  readonly transactionBlobCap: bigint | undefined
  /** Bytes of an encoded block (EIP-7934). */
  readonly blockSizeCap: number | undefined
}

type PreMergeFork = Exclude<Fork, 'Frontier' | 'Paris' | PostMergeFork>
type PostMergeFork = 'Shanghai' | 'Cancun' | 'Prague' | 'Osaka'

/** Where a block stands. `merged`: its parent's total difficulty has reached the terminal one. */
export interface Place {
  readonly number: bigint
  readonly timestamp: bigint
  readonly merged: boolean
}

export const rulesAt = (config: ChainConfig, place: Place): Rules => {
  const fork = forkAt(config, place)
  const dao = config.daoForkBlock
  return {
    ...FORK_PARAMETERS[fork],
    fork,
    chainId: config.chainId,
    bombDelay: config.bombDelays.findLast((entry) => place.number >= entry.block)?.delay ?? 0n,
    blobs: isActive('Cancun', fork)
      ? (config.blobSchedule.findLast((entry) => place.timestamp >= entry.time) ?? NO_BLOBS)
      : NO_BLOBS,
    isDaoBlock: dao !== undefined && place.number === dao,
    isDaoExtraData: dao !== undefined && place.number >= dao && place.number < dao + DAO_EXTRA_DATA_BLOCKS,
    depositContract: config.depositContract,
  }
}

/** The last fork in force at a place. */
export const forkAt = (config: ChainConfig, { number, timestamp, merged }: Place): Fork => {
  let fork: Fork = 'Frontier'
  for (const candidate of FORKS) {
    if (candidate === 'Paris') {
      if (merged) fork = candidate
    } else if (candidate in POST_MERGE) {
      const time = config.times[candidate as PostMergeFork]
      if (merged && time !== undefined && timestamp >= time) fork = candidate
    } else {
      const block = config.blocks[candidate as PreMergeFork]
      if (block !== undefined && number >= block) fork = candidate
    }
  }
  return fork
}

/** EIP-7840 and the two increases that EIP-7892 made possible (mainnet's values). */
export const BLOB_PARAMETERS = {
  Cancun: { target: 3n, max: 6n, updateFraction: 3338477n },
  Prague: { target: 6n, max: 9n, updateFraction: 5007716n },
  BPO1: { target: 10n, max: 15n, updateFraction: 8346193n },
  BPO2: { target: 14n, max: 21n, updateFraction: 11684671n },
} as const

/** Mainnet's deposit contract. */
export const DEPOSIT_CONTRACT: Address = '0x00000000219ab540356cbb839cbe05303d7705fa'

/** A chain on which every fork up to `fork` is in force from genesis. */
export const configFrom = (
  fork: Fork,
  chainId: bigint,
  blobs: BlobParameters = blobsOf(fork),
): ChainConfig => {
  const active = FORKS.filter((candidate) => isActive(candidate, fork))
  const at = <F extends Fork>(pick: (candidate: Fork) => boolean) =>
    Object.fromEntries(active.filter(pick).map((name) => [name, 0n])) as Partial<Record<F, bigint>>
  return {
    chainId,
    blocks: at<PreMergeFork>((name) => !isActive('Paris', name) && name !== 'Frontier'),
    bombDelays: BOMB_DELAYS.filter((entry) => isActive(entry.since, fork)).map(({ delay }) => ({
      block: 0n,
      delay,
    })),
    terminalTotalDifficulty: isActive('Paris', fork) ? 0n : undefined,
    times: at<PostMergeFork>((name) => isActive('Shanghai', name)),
    blobSchedule: isActive('Cancun', fork) ? [{ time: 0n, ...blobs }] : [],
    depositContract: DEPOSIT_CONTRACT,
  }
}

const blobsOf = (fork: Fork): BlobParameters =>
  isActive('Prague', fork) ? BLOB_PARAMETERS.Prague : BLOB_PARAMETERS.Cancun

/** Blocks by which the bomb is late since a fork: EIP-649, 1234, 3554. Later ones stand in the schedule. */
const BOMB_DELAYS = [
  { since: 'Byzantium', delay: 3_000_000n },
  { since: 'Constantinople', delay: 5_000_000n },
  { since: 'London', delay: 9_700_000n },
] as const satisfies readonly { since: Fork; delay: bigint }[]

const DAO_EXTRA_DATA_BLOCKS = 10n
const NO_BLOBS: BlobParameters = { target: 0n, max: 0n, updateFraction: 1n }
const POST_MERGE: Record<PostMergeFork, true> = { Shanghai: true, Cancun: true, Prague: true, Osaka: true }

const ETHER = 10n ** 18n

const FRONTIER: ForkParameters = {
  blockRewardWei: 5n * ETHER,
  refundQuotient: 2n,
  transactionGasCap: undefined,
  transactionBlobCap: undefined,
  blockSizeCap: undefined,
}
const BYZANTIUM: ForkParameters = { ...FRONTIER, blockRewardWei: 3n * ETHER } // EIP-649
const CONSTANTINOPLE: ForkParameters = { ...BYZANTIUM, blockRewardWei: 2n * ETHER } // EIP-1234
const LONDON: ForkParameters = { ...CONSTANTINOPLE, refundQuotient: 5n } // EIP-3529
const PARIS: ForkParameters = { ...LONDON, blockRewardWei: 0n } // EIP-3675
const OSAKA: ForkParameters = {
  ...PARIS,
  transactionGasCap: 2n ** 24n, // EIP-7825
  transactionBlobCap: 6n, // EIP-7594
  blockSizeCap: 10 * 2 ** 20 - 2 * 2 ** 20, // EIP-7934: 10 MiB less a margin for the beacon block
}

const FORK_PARAMETERS: Record<Fork, ForkParameters> = {
  Frontier: FRONTIER,
  Homestead: FRONTIER,
  TangerineWhistle: FRONTIER,
  SpuriousDragon: FRONTIER,
  Byzantium: BYZANTIUM,
  Constantinople: CONSTANTINOPLE,
  Petersburg: CONSTANTINOPLE,
  Istanbul: CONSTANTINOPLE,
  Berlin: CONSTANTINOPLE,
  London: LONDON,
  Paris: PARIS,
  Shanghai: PARIS,
  Cancun: PARIS,
  Prague: PARIS,
  Osaka: OSAKA,
}
