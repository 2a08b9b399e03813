/**
 * The house of `deed dev`: the chain process, which owns the port, and the platform process behind it. Each is
 * kept alive for itself; the chain is told where the platform answers, and passes pages and `/api` on.
 */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ChainProcessOptions } from '@deed/chain/server'
import { type Child, superviseChild } from './child.ts'
import { DEV_KEEPER } from './keeper-account.ts'

export interface HouseOptions {
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
  readonly chainId: number
  /** Seconds; default: the wall clock's. */
  readonly genesisTime?: number
  /** Default: a block for each transaction. */
  readonly blockTimeMs?: number
  /** Where the platform keeps its database. */
  readonly dataFolder: string
  readonly platform: boolean
  readonly keeper: boolean
}

export interface HouseEvents {
  readonly say: (what: string) => void
  readonly debug: (line: string) => void
}

export interface House {
  readonly url: string
  /** Process ids, for those who want to see one die. */
  readonly pids: () => { chain: number | undefined; platform: number | undefined }
  readonly stop: () => Promise<void>
}

/** @throws the chain's own error, such as DEED_PORT_IN_USE. The house stands without a platform that cannot start. */
export const openHouse = async (options: HouseOptions, events: HouseEvents): Promise<House> => {
  let { port } = options
  let platformPort: number | undefined
  let platform: Child | undefined

  const chain = await superviseChild(
    {
      name: 'chain',
      file: fileOf('@deed/chain/server/main'),
      options: () => chainOptions(options, port),
    },
    {
      onReady: (message) => {
        // The first port holds for good: clients know it.
        port = Number(message.port)
        if (platformPort !== undefined) tellForward()
      },
      onDeath: (how, retryMs, quiet) => {
        if (quiet) return
        events.say(
          `The chain has gone (${how}) and starts again in ${retryMs} ms. It lived in memory: blocks and contracts are lost.`,
        )
      },
      onLine: (line) => events.debug(`chain: ${line}`),
    },
  )
  const tellForward = () => chain.send({ kind: 'forward', target: { host: LOOPBACK, port: platformPort } })
  const urlHost = options.host.includes(':') ? `[${options.host}]` : options.host
  const url = `http://${urlHost}:${port}`

  if (options.platform) {
    const file = join(dirname(fileOf('@deed/platform')), 'main.ts')
    const program = { name: 'platform', file, options: () => platformOptions(options, url) }
    try {
      platform = await superviseChild(program, {
        onReady: (message) => {
          platformPort = Number(message.port)
          tellForward()
        },
        onDeath: (how, retryMs, quiet) => {
          if (quiet) return
          events.say(
            `The platform has gone (${how}) and starts again in ${retryMs} ms. JSON-RPC goes on meanwhile.`,
          )
        },
        onLine: (line) => events.debug(`platform: ${line}`),
      })
    } catch (error) {
      await chain.stop()
      throw error
    }
  }
  return {
    url,
    pids: () => ({ chain: chain.pid, platform: platform?.pid }),
    stop: async () => {
      await platform?.stop()
      await chain.stop()
    },
  }
}

const LOOPBACK = '127.0.0.1'
/** The keeper's gas. */
const KEEPER_BALANCE_WEI = String(10_000n * 10n ** 18n)

const chainOptions = (options: HouseOptions, port: number): ChainProcessOptions => {
  const { host, chainId, genesisTime, blockTimeMs, platform } = options
  return {
    host,
    port,
    chainId: String(chainId),
    balances: { [DEV_KEEPER]: KEEPER_BALANCE_WEI },
    expectsForward: platform,
    ...(genesisTime !== undefined && { genesisTime }),
    ...(blockTimeMs !== undefined && { intervalMs: blockTimeMs, automine: false }),
  }
}

const platformOptions = ({ dataFolder, keeper }: HouseOptions, rpcUrl: string) => ({
  rpcUrl,
  dataFolder,
  keeper,
  studioFolder: join(dirname(fileOf('@deed/studio/package.json')), 'dist'),
})

/** A module of another package, which is run and not imported. */
const fileOf = (specifier: string): string => fileURLToPath(import.meta.resolve(specifier))
