/**
 * A development node that can begin another chain while it runs: a fork, another fork, or one of its own. Whoever
 * listens to blocks and transactions goes on hearing of those of the new chain.
 */
import type { Address } from '@deed/evm'
import type { Chain, HeadEvent } from '../chain.ts'
import type { OriginCaches } from '../fork/cache.ts'
import type { Fork, ForkSettings } from '../fork/fork.ts'
import type { GenesisAccount } from '../genesis.ts'
import { DEV_BALANCE_WEI, DEV_CHAIN_ID } from '../genesis-dev.ts'
import type { Entry } from '../mempool/mempool.ts'
import { call } from '../rpc/dispatch.ts'
import { serverError } from '../rpc/error.ts'
import type { Control } from '../rpc/node.ts'
import { found, settle } from '../state/missing.ts'
import { createMemoryStore } from '../store/memory.ts'
import { positionKey, type Store } from '../store/store.ts'
import { createWallet, DEV_PRIVATE_KEYS } from './accounts.ts'
import { createDevNode, type DevNode, type DevNodeOptions, LOCAL } from './node.ts'

export interface ForkableNodeOptions extends DevNodeOptions {
  /** Begin as a fork; then `chainId`, `genesis` and `genesisTime` do not count. */
  readonly fork?: ForkSettings | undefined
  /** Where forks keep what they read. Default: in memory alone. */
  readonly caches?: (() => Promise<OriginCaches>) | undefined
  /** A store for each chain after the first; empty for a fork. Default: in memory. */
  readonly renewStore?: (isFork: boolean) => Promise<Store>
}

/** @throws ForkError */
export const createForkableNode = async (options: ForkableNodeOptions): Promise<DevNode> => {
  const headListeners = new Set<(event: HeadEvent) => void>()
  const transactionListeners = new Set<(entry: Entry) => void>()
  const { renewStore = async () => createMemoryStore() } = options
  let caches: Promise<OriginCaches> | undefined

  const begin = async (settings: ForkSettings | undefined, store: Store | undefined): Promise<Begun> => {
    if (settings) caches ??= options.caches?.()
    const blockNumber = settings?.blockNumber ?? (store && (await firstNumberOf(store)))
    const fork = settings && (await openForkOf({ ...settings, blockNumber }, options, await caches))
    try {
      const local = store ?? createMemoryStore()
      const inner = await createDevNode({
        ...options,
        store: fork ? fork.under(local) : local,
        ...(fork && { genesis: fork.first }),
      })
      if (fork && options.gasLimit !== undefined)
        await inner.control.setBlocks({ gasLimit: options.gasLimit })
      // Time goes on from the fork's block.
      if (fork && inner.chain.head.hash === fork.block.hash) await inner.control.setTime(fork.timestamp)
      inner.chain.onHead((event) => {
        for (const listener of headListeners) listener(event)
      })
      inner.onTransaction((entry) => {
        for (const listener of transactionListeners) listener(entry)
      })
      return { inner, fork, settings, chain: withListeners(inner.chain, headListeners) }
    } catch (error) {
      await fork?.close()
      throw error
    }
  }

  let now = await begin(options.fork, options.store)
  const { filters } = now.inner

  let changing: Promise<unknown> = Promise.resolve()
  const change = (settings: ForkSettings | undefined): Promise<void> => {
    const changed = changing.then(async () => {
      const before = now
      const next = await begin(settings, await renewStore(settings !== undefined))
      if (!settings) await next.inner.control.reset()
      await next.inner.control.setAutomine(before.inner.control.isAutomine())
      await next.inner.control.setIntervalMining(before.inner.control.intervalMs())
      now = next
      await before.inner.close()
      await before.fork?.close()
    })
    changing = changed.catch(() => {})
    return changed
  }

  const control = controlOf(() => now, change)
  const node: DevNode = {
    get clientVersion() {
      return now.inner.clientVersion
    },
    get chain() {
      return now.chain
    },
    get fork() {
      return now.fork
    },
    get mempool() {
      return now.inner.mempool
    },
    get wallet() {
      return now.inner.wallet
    },
    get suggestedTipWei() {
      return now.inner.suggestedTipWei
    },
    get order() {
      return now.inner.order
    },
    get beneficiary() {
      return now.inner.beneficiary
    },
    get payloads() {
      return now.inner.payloads
    },
    filters,
    uptimeMs: () => now.inner.uptimeMs(),
    get control() {
      return control()
    },
    submit: (encoded, impersonated) => now.inner.submit(encoded, impersonated),
    pending: () => now.inner.pending(),
    adopt: (hash) => now.inner.adopt(hash),
    onTransaction: (listener) => {
      transactionListeners.add(listener)
      return () => transactionListeners.delete(listener)
    },
    request: (method, params = [], principal = LOCAL) => call({ node, principal }, method, params),
    apply: (input) => now.inner.apply(input),
    close: async () => {
      await changing
      await now.inner.close()
      await now.fork?.close()
    },
  }
  return node
}

interface Begun {
  readonly inner: DevNode
  readonly fork: Fork | undefined
  readonly settings: ForkSettings | undefined
  readonly chain: Chain
}

/** Where the chain begins that a store holds: there its fork goes on, whatever the newest block is by now. */
const firstNumberOf = (store: Store): Promise<bigint | undefined> =>
  settle(store, () => {
    const hash = found(store.record('position', positionKey({ branch: 0, height: 0 })))
    return hash && found(store.record('block', hash))?.block.header.number
  })

/** The chain of the moment; its listeners outlive it. */
const withListeners = (chain: Chain, listeners: Set<(event: HeadEvent) => void>): Chain =>
  Object.create(chain, {
    onHead: {
      value: (listener: (event: HeadEvent) => void) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
  })

const controlOf = (
  now: () => Begun,
  change: (settings: ForkSettings | undefined) => Promise<void>,
): (() => Control) => {
  const own = new WeakMap<Begun, Control>()
  const make = (begun: Begun): Control => {
    const { control } = begun.inner
    const reset: Control['reset'] = async () => {
      await control.reset()
      if (begun.fork) await control.setTime(begun.fork.timestamp)
    }
    const fork: NonNullable<Control['fork']> = async (wanted) => {
      if (wanted === undefined) return change(undefined)
      const url = wanted.url ?? begun.settings?.url
      if (url === undefined)
        throw serverError('DEED_FORK_NONE', 'which chain is to be forked? Give forking.jsonRpcUrl')
      const isSame = url === begun.settings?.url && wanted.blockNumber === begun.fork?.block.number
      await (isSame ? reset() : change({ ...begun.settings, ...wanted, url }))
    }
    return Object.create(control, { reset: { value: reset }, fork: { value: fork } })
  }
  return () => {
    const begun = now()
    const made = own.get(begun) ?? make(begun)
    own.set(begun, made)
    return made
  }
}

/** The code of forks is loaded by those alone who fork. */
const openForkOf = async (
  settings: ForkSettings,
  options: ForkableNodeOptions,
  caches: OriginCaches | undefined,
): Promise<Fork> => {
  const { openFork } = await import('../fork/fork.ts')
  const { addresses } = createWallet(options.privateKeys ?? DEV_PRIVATE_KEYS, DEV_CHAIN_ID)
  const alloc = new Map<Address, GenesisAccount>([
    ...addresses.map((address) => [address, { balance: DEV_BALANCE_WEI }] as const),
    ...(options.alloc ?? []),
  ])
  const { warn = () => {} } = options
  return openFork({
    settings,
    alloc,
    caches,
    surroundings: { notice: (message) => warn(new Error(message)) },
  })
}
