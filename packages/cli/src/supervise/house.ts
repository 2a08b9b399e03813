/**
 * The house of `deed dev`: the chain process, which owns the port, and the platform process behind it. Each is
 * kept alive for itself; the chain is told where the platform answers, and passes pages and `/api` on.
 */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ChainProcessNews, ChainProcessOptions, ForkReport } from '@deed/chain/server'
import { CommandError } from '../fault.ts'
import { type Child, superviseChild } from './child.ts'
import type { HouseFork } from './fork.ts'
import { DEV_KEEPER } from './keeper-account.ts'

export interface HouseOptions {
  readonly host: string
  /** Names besides loopback by which people may ask for it. */
  readonly allowedHosts: readonly string[]
  /** 0: any that is free. */
  readonly port: number
  readonly chainId: number
  /** Seconds; default: the wall clock's. */
  readonly genesisTime?: number
  /** Default: a block for each transaction. */
  readonly blockTimeMs?: number
  /** Where the chain is kept; default: in memory. */
  readonly chainFolder?: string
  /** Sync the disk before each answer. */
  readonly durable?: boolean
  readonly order?: 'fees' | 'fifo'
  /** A Unix socket or a named pipe to answer on too. */
  readonly ipc?: string
  /** The Engine API on a port of its own. */
  readonly engine?: { readonly port: number; readonly secret: string }
  /** Where the platform keeps its database. */
  readonly dataFolder: string
  readonly platform: boolean
  readonly keeper: boolean
  /** How failures are explained; default: not at all. */
  readonly explain?: ChainProcessOptions['explain']
  /** Another chain, under whose blocks this one begins. */
  readonly fork?: HouseFork | undefined
}

export interface HouseEvents {
  /** A failure on the chain. */
  readonly failed?: (news: ChainProcessNews) => void
  readonly say: (what: string) => void
  /** A line of a child's own log. */
  readonly log: (name: string, line: string) => void
}

export interface House {
  readonly url: string
  readonly chainId: number
  /** What it is a fork of. */
  readonly fork: ForkReport | undefined
  /** Resolves when keeper and page are there too; rejects if the platform cannot be started. */
  readonly platformReady: Promise<void>
  /** Rejects when the chain has died: what was on it is gone, even if another one answers in its place. */
  readonly chainLost: Promise<never>
  /** Process ids, for those who want to see one die. */
  readonly pids: () => { chain: number | undefined; platform: number | undefined }
  readonly stop: () => Promise<void>
}

/** Resolves when the chain is ready. @throws the chain's own error, such as DEED_PORT_IN_USE. */
export const openHouse = async (options: HouseOptions, events: HouseEvents): Promise<House> => {
  let { port, chainId } = options
  let fork: ForkReport | undefined
  let platformPort: number | undefined
  const tellForward = () => {
    const target = platformPort === undefined ? null : { host: LOOPBACK, port: platformPort }
    chain.send({ kind: 'forward', target })
  }

  let isFirstStart = true
  const lost = Promise.withResolvers<never>()
  lost.promise.catch(() => {})
  const chain = superviseChild(
    {
      name: 'chain',
      file: fileOf('@deed/chain/server/main'),
      options: () => ({
        ...chainOptions(options, port, isFirstStart),
        ...(options.fork && forkOptions(options.fork, fork)),
      }),
      env: options.fork?.env,
    },
    {
      onReady: (message) => {
        // The first port holds for good: clients know it.
        port = Number(message.port)
        isFirstStart = false
        chainId = Number(message.chainId)
        // Whoever forked at the newest block stays there when the chain has to start again.
        fork ??= message.fork as ForkReport | undefined
        tellForward()
      },
      onDeath: (how, retryMs, quiet) => {
        lost.reject(chainLost(how))
        if (quiet) return
        const cost = options.chainFolder
          ? 'It goes on where it was.'
          : 'It lived in memory: blocks and contracts are lost.'
        events.say(`The chain has gone (${how}) and starts again in ${retryMs} ms. ${cost}`)
      },
      onLine: (line) => events.log('chain', line),
      onNews: (news) => events.failed?.(news as ChainProcessNews),
    },
  )
  await chain.ready
  const url = `http://${nameOf(options.host)}:${port}`
  const platform = options.platform ? startPlatform(options, url, fork, events, tellPort) : undefined
  function tellPort(listening: number | undefined) {
    platformPort = listening
    tellForward()
  }
  return {
    url,
    chainId,
    fork,
    platformReady: platform?.ready ?? Promise.resolve(),
    chainLost: lost.promise,
    pids: () => ({ chain: chain.pid, platform: platform?.pid }),
    stop: async () => {
      await platform?.stop()
      await chain.stop()
    },
  }
}

const startPlatform = (
  options: HouseOptions,
  url: string,
  fork: ForkReport | undefined,
  events: HouseEvents,
  tellPort: (port: number | undefined) => void,
): Child =>
  superviseChild(
    {
      name: 'platform',
      file: join(dirname(fileOf('@deed/platform')), 'main.ts'),
      options: () => ({
        ...platformOptions(options, url),
        // Whatever deeds the origin has, its whole history is not gone through for them.
        ...(fork && { fromBlock: fork.blockNumber + 1 }),
      }),
    },
    {
      onReady: (message) => tellPort(Number(message.port)),
      onDeath: (how, retryMs, quiet) => {
        tellPort(undefined)
        if (quiet) return
        events.say(
          `The platform has gone (${how}) and starts again in ${retryMs} ms. JSON-RPC goes on meanwhile.`,
        )
      },
      onLine: (line) => events.log('platform', line),
    },
  )

const LOOPBACK = '127.0.0.1'
/** The keeper's gas. */
const KEEPER_BALANCE_WEI = String(10_000n * 10n ** 18n)

/** How a host is asked for from here: one that stands for every address of the machine, by loopback. */
const nameOf = (host: string): string => {
  if (host === '0.0.0.0' || host === '::') return LOOPBACK
  return host.includes(':') ? `[${host}]` : host
}

/** A host that was chosen by name is one that may be asked for. */
const hostsOf = ({ host, allowedHosts }: HouseOptions): string[] => [...allowedHosts, host]

const chainOptions = (options: HouseOptions, port: number, isFirstStart: boolean): ChainProcessOptions => {
  const { host, chainId, genesisTime, blockTimeMs, platform, chainFolder, explain } = options
  const { durable, order, ipc, engine } = options
  return {
    host,
    port,
    ...(chainFolder !== undefined && { folder: chainFolder }),
    ...(durable !== undefined && { durable }),
    ...(order !== undefined && { order }),
    ...(ipc !== undefined && { ipc }),
    ...(engine !== undefined && { engine }),
    hosts: hostsOf(options),
    // The page, when it came from one of these names, calls back to where it came from.
    origins: hostsOf(options).flatMap((name) => [`http://${name}:${port}`, `https://${name}`]),
    chainId: String(chainId),
    balances: { [DEV_KEEPER]: KEEPER_BALANCE_WEI },
    expectsForward: platform,
    ...(genesisTime !== undefined && { genesisTime }),
    // A chain that comes back from its folder mines as it did, whatever it was told to at the beginning.
    ...(blockTimeMs !== undefined &&
      (isFirstStart || chainFolder === undefined) && { intervalMs: blockTimeMs, automine: false }),
    ...(explain && { explain }),
  }
}

const forkOptions = (
  { options, cacheFolder }: HouseFork,
  fork: ForkReport | undefined,
): Partial<ChainProcessOptions> => ({
  fork: { ...options, ...(fork && { blockNumber: fork.blockNumber }) },
  ...(cacheFolder !== undefined && { forkCacheFolder: cacheFolder }),
})

const platformOptions = (options: HouseOptions, rpcUrl: string) => ({
  rpcUrl,
  dataFolder: options.dataFolder,
  keeper: options.keeper,
  hosts: hostsOf(options),
  studioFolder: join(dirname(fileURLToPath(import.meta.resolve('@deed/studio/package.json'))), 'dist'),
})

const chainLost = (how: string) =>
  new CommandError(
    'DEED_CHAIN_LOST',
    `The chain ${how}, and with it went everything that was performed on it. Start again.`,
  )

/** A module of another package, which is run and not imported. */
const fileOf = (specifier: string): string => fileURLToPath(import.meta.resolve(specifier))
