import { type Address, auto, type Engine } from '@deed/evm'
import { openChain } from '../chain.ts'
import type { FirstBlock, Genesis, GenesisAccount } from '../genesis.ts'
import { DEV_BALANCE_WEI, DEV_CHAIN_ID, devGenesis } from '../genesis-dev.ts'
import { createLifetimes } from '../mempool/lifetime.ts'
import { createMempool, type Entry } from '../mempool/mempool.ts'
import type { MempoolOrder } from '../mempool/order.ts'
import { call } from '../rpc/dispatch.ts'
import type { RpcError } from '../rpc/error.ts'
import { createFilters } from '../rpc/filter.ts'
import type { Principal } from '../rpc/method.ts'
import type { Control, Node } from '../rpc/node.ts'
import { found, settle } from '../state/missing.ts'
import { createMemoryStore } from '../store/memory.ts'
import { positionKey, type Store } from '../store/store.ts'
import { isFault } from '../transaction/fault.ts'
import { decodePooledTransaction } from '../transaction/sidecar.ts'
import { knownSender } from '../transaction/signature.ts'
import { createShared, createTurns } from '../turns.ts'
import { createWallet, DEV_PRIVATE_KEYS } from './accounts.ts'
import type { BlockSettings } from './block-settings.ts'
import { createClock } from './clock.ts'
import { createControl } from './control.ts'
import { openEffects } from './effects.ts'
import { followHead } from './follow-head.ts'
import { createImpersonation } from './impersonation.ts'
import type { Input } from './input.ts'
import { buildBlock, hasExecutable } from './miner.ts'
import { createSnapshots } from './snapshot.ts'
import type { DevState } from './state.ts'
import { createTimer } from './timer.ts'

export interface DevNodeOptions {
  /** The wall clock in whole seconds since 1970. Each reading that counts is part of an {@link Input}. */
  readonly wallTime: () => bigint
  /** Milliseconds of a clock that never goes back; for the lifetime of filters. Default: performance.now. */
  readonly uptimeMs?: () => number
  /** Default: {@link DEV_CHAIN_ID}. */
  readonly chainId?: bigint
  /** Time of the first block; default: that of the chain in the store, for a new one the wall clock. */
  readonly genesisTime?: bigint
  /** Accounts of the first block besides the unlocked ones. */
  readonly alloc?: ReadonlyMap<Address, GenesisAccount>
  readonly gasLimit?: bigint
  /** A first block of another kind; then `genesisTime`, `alloc` and `gasLimit` do not count. */
  readonly genesis?: Genesis | FirstBlock
  /**
   * Private keys of the unlocked accounts, which have 10,000 ether each. Default: the ten of the well-known
   * mnemonic, which are refused on any chain but {@link DEV_CHAIN_ID}.
   */
  readonly privateKeys?: readonly Uint8Array[]
  /** Mine as soon as something waits. Default: as the store has it, for a new chain true. */
  readonly automine?: boolean
  /** Milliseconds between blocks of a timer; zero for none. Default: as the store has it, for a new chain none. */
  readonly intervalMs?: number
  readonly beneficiary?: Address
  /** Which of the waiting transactions comes first; default: the one that pays best. */
  readonly order?: MempoolOrder
  readonly engine?: Engine
  readonly store?: Store
  /** Is told of each input when it has taken effect. */
  readonly record?: (input: Input) => void
  /**
   * Lets other requests that have arrived come in, before a block is mined, so that they share it, and between
   * blocks. Default: not at all. The server waits for one turn of the event loop.
   */
  readonly gather?: () => Promise<void>
  /**
   * Finds out who signed a transaction in its network encoding, where others can do that better than this thread.
   * Default: it is found out here.
   */
  readonly recover?: (encoded: Uint8Array) => Promise<Address | undefined>
  /** Is told what went wrong where nobody waits for the answer: blocks that a timer mines. Default: not told. */
  readonly warn?: (error: Error) => void
}

export interface DevNode extends Node {
  readonly control: Control
  /** Calls a JSON-RPC method in the process: the same way as over HTTP. Throws an RpcError. */
  request(method: string, params?: readonly unknown[], principal?: Principal): Promise<unknown>
  /** Does what was recorded once more. Throws if it is refused now. */
  apply(input: Input): Promise<void>
  /** Stops timers, waits for what is under way and closes the store. */
  close(): Promise<void>
}

/** The one who works in the same process or on the same machine. */
export const LOCAL: Principal = { name: 'local', profile: 'dev' }

/** Wei per gas. */
const SUGGESTED_TIP_WEI = 1_000_000_000n
const ZERO_ADDRESS: Address = '0x0000000000000000000000000000000000000000'
const CLIENT_VERSION = 'Deed/v0.1.0/typescript'

/** A development chain of one's own: time, blocks and unlocked accounts are the developer's. */
export const createDevNode = async (options: DevNodeOptions): Promise<DevNode> => {
  const chainId = options.genesis?.config.chainId ?? options.chainId ?? DEV_CHAIN_ID
  const isFork = options.genesis !== undefined && 'first' in options.genesis
  const wallet = createWallet(options.privateKeys ?? DEV_PRIVATE_KEYS, chainId, isFork)
  const { wallTime, order = 'fees' } = options
  const { record = () => {}, gather = async () => {}, warn = () => {} } = options
  const { uptimeMs = () => performance.now(), recover } = options
  const store = options.store ?? createMemoryStore()
  const genesisTime = options.genesisTime ?? (await storedGenesisTime(store)) ?? wallTime()
  const chain = await openChain({
    genesis: options.genesis ?? firstBlock(options, chainId, genesisTime, wallet.addresses),
    store,
    engine: options.engine ?? auto,
  })
  const mempool = createMempool()
  const usual: BlockSettings = { beneficiary: options.beneficiary ?? ZERO_ADDRESS }
  const state: DevState = {
    chain,
    mempool,
    clock: createClock(),
    snapshots: createSnapshots(),
    impersonation: createImpersonation(),
    order,
    usual,
    settings: usual,
    automine: true,
    intervalMs: 0,
    changes: 0,
  }
  const listeners = new Set<(entry: Entry) => void>()
  const lifetimes = createLifetimes(uptimeMs)
  const dropped = new WeakMap<Entry, RpcError>()
  const effects = await openEffects(store, state, {
    wallTime,
    record,
    entered: (entry) => {
      lifetimes.begin(entry)
      for (const listener of listeners) listener(entry)
    },
    dropped: (entry, error) => {
      dropped.set(entry, error)
      warn(error)
    },
  })
  if (options.automine !== undefined) state.automine = options.automine
  if (options.intervalMs !== undefined) state.intervalMs = options.intervalMs

  const inTurn = createTurns()
  const saveWaiting = createShared(inTurn, gather, effects.save)
  const mineWaiting = createShared(inTurn, gather, async () => {
    while (hasExecutable(chain, mempool, effects.nextTime(), state.settings))
      if ((await effects.mineBlock(wallTime())) === 0) break
    // What has to wait all the same is kept too.
    await effects.save()
  })
  /** Resolves in the order in which transactions came, whichever was recovered first. */
  let lastRecovered: Promise<unknown> = Promise.resolve()
  const recovered = (encoded: Uint8Array): Promise<unknown> => {
    const sender = recover!(encoded)
    lastRecovered = lastRecovered.then(async () => {
      const [from, pooled] = [await sender, decodePooledTransaction(encoded)]
      if (from && !isFault(pooled)) knownSender(pooled.transaction, from)
    })
    return lastRecovered
  }
  const timer = createTimer(async () => {
    await inTurn(() => effects.mineBlock(wallTime()))
    await chain.settled()
  }, warn)
  timer.set(state.intervalMs)
  let pendingBlock: { readonly key: string; readonly executed: ReturnType<Node['pending']> } | undefined

  const node: DevNode = {
    clientVersion: CLIENT_VERSION,
    chain,
    mempool,
    wallet,
    filters: createFilters(uptimeMs),
    uptimeMs,
    suggestedTipWei: SUGGESTED_TIP_WEI,
    order,
    get beneficiary() {
      return state.settings.beneficiary
    },
    control: createControl(state, effects, inTurn, { wallTime, timer, mineWaiting, gather }),
    submit: async (encoded, impersonated) => {
      if (recover && encoded instanceof Uint8Array && !impersonated) await recovered(encoded)
      const entry = await inTurn(async () => {
        const hashes = lifetimes.over(mempool)
        if (hashes.length > 0) await effects.enact({ kind: 'drop', hashes })
        const bytes = typeof encoded === 'function' ? await encoded() : encoded
        return effects.takeIn(bytes, state.automine, impersonated)
      })
      await (state.automine ? mineWaiting() : saveWaiting())
      const why = dropped.get(entry)
      if (why !== undefined) throw why
      return entry.hash
    },
    pending: () => {
      const time = effects.nextTime()
      const key = `${chain.head.hash} ${mempool.version} ${time} ${state.changes}`
      if (pendingBlock?.key !== key) {
        const built = buildBlock(chain, mempool, time, state.settings, order)
        const executed = built.then((block) => block.executed)
        pendingBlock = { key, executed }
        executed.catch(() => {
          pendingBlock = undefined
        })
      }
      return pendingBlock.executed
    },
    adopt: (hash) =>
      inTurn(async () => {
        await followHead(chain, mempool, hash, effects.nextTime)
        await effects.save()
      }),
    payloads: new Map(),
    onTransaction: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    request: (method, params = [], principal = LOCAL) => call({ node, principal }, method, params),
    apply: (input) => inTurn(async () => void (await effects.enact(input))),
    close: async () => {
      timer.set(0)
      await inTurn(() => store.close())
    },
  }
  return node
}

/** A node to which the inputs of another have been applied: with the same options it has the same blocks. */
export const replay = async (options: DevNodeOptions, inputs: Iterable<Input>): Promise<DevNode> => {
  const node = await createDevNode({ ...options, automine: false })
  for (const input of inputs) await node.apply(input)
  return node
}

/** When the chain that the store holds began. */
const storedGenesisTime = async (store: Store): Promise<bigint | undefined> => {
  const genesis = await settle(store, () => {
    const hash = found(store.record('position', positionKey({ branch: 0, height: 0 })))
    return hash && found(store.record('block', hash))
  })
  return genesis?.block.header.timestamp
}

const firstBlock = (
  { alloc, gasLimit }: DevNodeOptions,
  chainId: bigint,
  timestamp: bigint,
  unlocked: readonly Address[],
): Genesis =>
  devGenesis({
    chainId,
    timestamp,
    gasLimit,
    bare: true,
    alloc: new Map([
      ...unlocked.map((address) => [address, { balance: DEV_BALANCE_WEI }] as const),
      ...(alloc ?? []),
    ]),
  })
