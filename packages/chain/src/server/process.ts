/** The chain process: a development node on a port, for as long as whoever started it is there. */
import { createForkableNode } from '../dev/forkable.ts'
import { LOCAL } from '../dev/node.ts'
import type { Fork, ForkSettings } from '../fork/fork.ts'
import type { MempoolOrder } from '../mempool/order.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Store } from '../store/store.ts'
import type { ExplainerOptions, Told } from './explainer.ts'
import type { ForwardTarget } from './forward.ts'
import { parseSecret } from './jwt.ts'
import { createRecovery } from './recovery.ts'
import { startServer } from './server.ts'

export interface ChainProcessOptions {
  readonly host?: string
  readonly port: number
  /** Where the chain is kept; default: in memory. */
  readonly folder?: string
  /** Sync the disk before each answer rather than every 100 ms. */
  readonly durable?: boolean
  readonly order?: MempoolOrder
  /** Decimal. */
  readonly chainId?: string
  /** Seconds since 1970. */
  readonly genesisTime?: number
  readonly automine?: boolean
  readonly intervalMs?: number
  readonly gasLimit?: string
  /** Wei in decimal by address: accounts of the first block besides the development accounts. */
  readonly balances?: Readonly<Record<`0x${string}`, string>>
  readonly hosts?: readonly string[]
  readonly origins?: readonly string[]
  readonly forward?: ForwardTarget
  readonly expectsForward?: boolean
  /** A Unix socket or a named pipe to answer on too. */
  readonly ipc?: string
  /** The Engine API on a port of its own; the secret as 64 hexadecimal digits. */
  readonly engine?: { readonly port: number; readonly secret: string }
  /** Failures are explained by this module, in a thread of its own. */
  readonly explain?: ExplainerOptions
  readonly fork?: ProcessForkOptions
  /** Where forks keep what they read. Default: in memory alone. */
  readonly forkCacheFolder?: string
}

/**
 * Address and headers of the origin, which hold keys, come in the environment, where other users of the machine do
 * not see them: `DEED_FORK_URL`, and `DEED_FORK_HEADERS` with one header a line.
 */
export interface ProcessForkOptions {
  readonly blockNumber?: number
  /** Decimal. */
  readonly chainId?: string
  readonly retries?: number
}

/** The origin and the block of a fork, without what must not be told. */
export interface ForkReport {
  /** Without path and query. */
  readonly url: string
  readonly chainId: number
  readonly blockNumber: number
  readonly blockHash: string
}

/** What the process tells the one who started it. */
export type ChainProcessReport =
  | {
      readonly kind: 'ready'
      readonly host: string
      readonly port: number
      readonly url: string
      readonly chainId: number
      readonly fork?: ForkReport
    }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }

/** What it tells over its channel while it runs. */
export type ChainProcessNews = { readonly kind: 'explained' } & Told

/** What it can be told over its channel. */
export type ChainProcessOrder = { readonly kind: 'forward'; readonly target: ForwardTarget | null }

/** Runs until a signal or the end of the channel; a start that fails is reported and ends the process. */
export const runProcess = async (options: ChainProcessOptions): Promise<void> => {
  try {
    await start(options)
  } catch (error) {
    const { code = 'DEED_INTERNAL', message } = error as Error & { code?: string }
    await report({ kind: 'failed', code, message })
    process.exit(1)
  }
}

const start = async (options: ChainProcessOptions): Promise<void> => {
  const { folder, durable, forkCacheFolder } = options
  const openStore = async (): Promise<Store> => {
    if (folder === undefined) return createMemoryStore()
    return (await import('../store/disk/index.ts')).openDiskStore(folder, { durable })
  }
  const recovery = createRecovery()
  const notice = (message: string) => process.stderr.write(`${message}\n`)
  const node = await createForkableNode({
    recover: recovery.sender,
    store: await openStore(),
    // What is mined on a fork is not kept; the node's own chain is there when its forks are over.
    renewStore: (isFork) => (isFork ? Promise.resolve(createMemoryStore()) : openStore()),
    ...(options.order !== undefined && { order: options.order }),
    wallTime: () => BigInt(Math.floor(Date.now() / 1000)),
    gather: () => new Promise((resolve) => setImmediate(resolve)),
    warn: ({ message }) => notice(message),
    fork: options.fork && forkSettings(options.fork),
    ...(forkCacheFolder !== undefined && {
      caches: async () =>
        (await import('../store/disk/origin-caches.ts')).openOriginCaches(forkCacheFolder, { notice }),
    }),
    ...(options.chainId !== undefined && { chainId: BigInt(options.chainId) }),
    ...(options.genesisTime !== undefined && { genesisTime: BigInt(options.genesisTime) }),
    ...(options.gasLimit !== undefined && { gasLimit: BigInt(options.gasLimit) }),
    ...(options.automine !== undefined && { automine: options.automine }),
    ...(options.intervalMs !== undefined && { intervalMs: options.intervalMs }),
    alloc: new Map(
      Object.entries(options.balances ?? {}).map(([address, wei]) => [
        address.toLowerCase() as `0x${string}`,
        { balance: BigInt(wei) },
      ]),
    ),
  })
  if (options.explain) {
    const { startExplainer } = await import('./explainer.ts')
    node.explainer = startExplainer(node, options.explain, tellFailure)
  }
  const server = await startServer({
    node,
    principal: LOCAL,
    host: options.host,
    port: options.port,
    access: { hosts: options.hosts ?? [], origins: options.origins ?? [] },
    forward: options.forward,
    expectsForward: options.expectsForward,
  })
  const ipc = options.ipc && (await (await import('./ipc.ts')).startIpc(node, LOCAL, options.ipc))
  const engine =
    options.engine &&
    (await startServer({
      node,
      principal: { name: 'consensus client', profile: 'engine' },
      host: options.host,
      port: options.engine.port,
      access: { hosts: options.hosts ?? [], origins: [] },
      jwtSecret: parseSecret(options.engine.secret),
    }))
  let closing = false
  const close = async (): Promise<void> => {
    if (closing) return
    closing = true
    await Promise.all([server.close(), engine?.close(), ipc ? ipc.close() : undefined])
    await node.close()
    await recovery.close()
    process.exit(0)
  }
  process.on('SIGTERM', close)
  process.on('SIGINT', close)
  process.on('disconnect', close)
  process.on('message', (order: ChainProcessOrder) => {
    if (order.kind === 'forward') server.setForward(order.target ?? undefined)
  })
  const { host, port, url } = server
  const chainId = Number(node.chain.config.chainId)
  await report({ kind: 'ready', host, port, url, chainId, ...(node.fork && { fork: forkReport(node.fork) }) })
}

/** A person who started the process by hand reads it; whoever else did has a channel. */
const tellFailure = (told: Told): void => {
  if (process.send === undefined) process.stderr.write(`${told.what} failed\n${told.text}\n`)
  else process.send({ kind: 'explained', ...told } satisfies ChainProcessNews)
}

const forkSettings = ({ blockNumber, chainId, retries }: ProcessForkOptions): ForkSettings => ({
  url: process.env.DEED_FORK_URL ?? '',
  headers: process.env.DEED_FORK_HEADERS?.split('\n').filter((line) => line.trim() !== ''),
  ...(blockNumber !== undefined && { blockNumber: BigInt(blockNumber) }),
  ...(chainId !== undefined && { chainId: BigInt(chainId) }),
  ...(retries !== undefined && { retries }),
})

const forkReport = ({ url, block }: Fork): ForkReport => ({
  url,
  chainId: Number(block.chainId),
  blockNumber: Number(block.number),
  blockHash: block.hash,
})

/** Resolves when the one who started the process has it, so that the process may end. */
const report = async (message: ChainProcessReport): Promise<void> => {
  await new Promise<void>((resolve) => process.stdout.write(`${JSON.stringify(message)}\n`, () => resolve()))
  if (process.send === undefined) return
  await new Promise<void>((resolve) => process.send!(message, () => resolve()))
}
