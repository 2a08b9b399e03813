import type { Fork } from '@deed/evm'
import { type ChainConfig, configFrom } from '../../packages/chain/src/forks.ts'
import { type BlobSchedule, blobParameters } from './blob-schedule.ts'
import { forkByName } from './fork-name.ts'

/** The rules of a chain by the official tests' name of it: one fork, or two and where the second begins. */
export const configByName = (network: string, schedule: BlobSchedule = {}): ChainConfig | undefined => {
  const single = startOf(network, schedule)
  if (single !== undefined) return single
  const transition = TRANSITION.exec(network)
  if (!transition) return undefined
  const { from, to, unit, at } = transition.groups as Record<'from' | 'to' | 'at', string> & { unit?: Unit }
  const before = startOf(from, schedule)
  if (before === undefined) return undefined
  if (to === 'Dao') return { ...before, daoForkBlock: BigInt(at) }
  const after = startOf(to, schedule)
  return after && join(before, after, POINTS[unit ?? 'Block'](at))
}

type Unit = 'Block' | 'Diff' | 'Time'

/** Where the later rules begin. */
interface Point {
  readonly block?: bigint
  readonly totalDifficulty?: bigint
  readonly time?: bigint
}

const MAINNET = 1n

/** `BerlinToLondonAt5`, `ArrowGlacierToParisAtDiffC0000`, `ParisToShanghaiAtTime15k`. */
const TRANSITION = /^(?<from>\w+)To(?<to>\w+)At(?<unit>Diff|Time)?(?<at>[0-9A-F]+k?)$/

const POINTS: Readonly<Record<Unit, (at: string) => Point>> = {
  Block: (at) => ({ block: BigInt(at) }),
  Diff: (at) => ({ totalDifficulty: BigInt(`0x${at}`) }),
  Time: (at) => ({ time: BigInt(at.replace('k', '000')) }),
}

/** Forks that changed the difficulty bomb alone. */
const BOMB_FORKS: Readonly<Record<string, { rules: Fork; delay: bigint }>> = {
  MuirGlacier: { rules: 'Istanbul', delay: 9_000_000n },
  ArrowGlacier: { rules: 'London', delay: 10_700_000n },
  GrayGlacier: { rules: 'London', delay: 11_400_000n },
}

/** Forks that changed blob parameters alone (EIP-7892). */
const BLOB_FORK = /^BPO\d$/

/** A chain that has the rules of one name from genesis. */
const startOf = (name: string, schedule: BlobSchedule): ChainConfig | undefined => {
  const entry = schedule[name]
  const blobs = entry && blobParameters(entry)
  if (BLOB_FORK.test(name)) return blobs && configFrom('Osaka', MAINNET, blobs)
  const bomb = BOMB_FORKS[name]
  if (!bomb) {
    const fork = forkByName(name)
    return fork && configFrom(fork, MAINNET, blobs)
  }
  const config = configFrom(bomb.rules, MAINNET)
  return { ...config, bombDelays: [...config.bombDelays, { block: 0n, delay: bomb.delay }] }
}

const join = (
  before: ChainConfig,
  after: ChainConfig,
  { block, totalDifficulty, time }: Point,
): ChainConfig => {
  const movedTo = <T extends object>(when: bigint | undefined, all: T, known: T): T =>
    Object.fromEntries(Object.keys(all).map((name) => [name, name in known ? 0n : when])) as T
  const delay = after.bombDelays.at(-1)
  return {
    ...after,
    blocks: movedTo(block ?? 0n, after.blocks, before.blocks),
    times: movedTo(time ?? 0n, after.times, before.times),
    bombDelays:
      block !== undefined && delay ? [...before.bombDelays, { ...delay, block }] : before.bombDelays,
    terminalTotalDifficulty: totalDifficulty ?? after.terminalTotalDifficulty,
    blobSchedule: [
      ...before.blobSchedule,
      ...after.blobSchedule.map((entry) => ({ ...entry, time: time ?? 0n })),
    ],
  }
}
