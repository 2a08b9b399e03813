import type { Address, Engine } from '@deed/evm'
import { bytesToHex, hexToBytes, interpreter } from '@deed/evm'
import { openChain } from '../chain.ts'
import type { FirstBlock, Genesis, GenesisAccount } from '../genesis.ts'
import { DEV_BALANCE_WEI, DEV_CHAIN_ID, devGenesis } from '../genesis-dev.ts'
import { admit } from '../mempool/admit.ts'
import { createMempool, type Entry, removeEntry } from '../mempool/mempool.ts'
import type { MempoolOrder } from '../mempool/order.ts'
import { call } from '../rpc/dispatch.ts'
import { faultError, orFault, type RpcError, serverError } from '../rpc/error.ts'
import { createFilters } from '../rpc/filter.ts'
import type { Principal } from '../rpc/method.ts'
import type { Control, Node } from '../rpc/node.ts'
import { editsFromJson, editsToJson } from '../state/edits.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Store } from '../store/store.ts'
import { createWallet, DEV_PRIVATE_KEYS } from './accounts.ts'
import { afterBlock, type BlockSettings, settingsFromJson, settingsToJson } from './block-settings.ts'
import { advanceClock, blockTime, createClock, passBlock, setClock } from './clock.ts'
import { createImpersonation } from './impersonation.ts'
import type { Input } from './input.ts'
import { buildBlock, hasExecutable, refreshPool, settleBlock } from './miner.ts'
import { rollBack } from './rollback.ts'
import { createSnapshots, revertTo, takeSnapshot } from './snapshot.ts'

export interface DevNodeOptions {
  /** The wall clock in whole seconds since 1970. Each reading that counts is part of an {@link Input}. */
  readonly wallTime: () => bigint
  /** Milliseconds of a clock that never goes back; for the lifetime of filters. Default: performance.now. */
  readonly uptimeMs?: () => number
  /** Default: {@link DEV_CHAIN_ID}. */
  readonly chainId?: bigint
  /** Time of the first block; default: the wall clock. */
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
  /** Mine as soon as something waits. Default: true. */
  readonly automine?: boolean
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
  const { uptimeMs = () => performance.now() } = options
  const store = options.store ?? createMemoryStore()
  const chain = await openChain({
    genesis: options.genesis ?? firstBlock(options, chainId, wallet.addresses),
    store,
    engine: options.engine ?? interpreter,
  })
  const mempool = createMempool()
  const clock = createClock()
  const snapshots = createSnapshots()
  const impersonation = createImpersonation()
  const usual: BlockSettings = { beneficiary: options.beneficiary ?? ZERO_ADDRESS }
  let settings = usual
  /** Rises when the next block would be another one though mempool and head are the same. */
  let changes = 0
  const listeners = new Set<(entry: Entry) => void>()
  /** Why a transaction that was taken in will never be mined. */
  const dropped = new WeakMap<Entry, RpcError>()
  let automine = options.automine ?? true
  let timer: ReturnType<typeof setInterval> | undefined
  let timerMs = 0

  // What changes the chain happens one after the other, in the order in which it came.
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work)
    last = turn.catch(() => {})
    return turn
  }

  const headTime = () => chain.head.block.header.timestamp
  const nextTime = (now: bigint) => blockTime(clock, now, headTime())

  /** Takes one transaction in. */
  const takeIn = async (encoded: Uint8Array, isUrgent: boolean, impersonated?: Address): Promise<Entry> => {
    const time = nextTime(wallTime())
    const entry = orFault(await admit(chain, mempool, encoded, time, isUrgent, impersonated))
    record({ kind: 'transaction', encoded: bytesToHex(encoded), ...(impersonated && { impersonated }) })
    for (const listener of listeners) listener(entry)
    return entry
  }

  /** Mines one block; how many transactions it has. */
  const mineBlock = async (now: bigint): Promise<number> => {
    const { executed, entries } = await buildBlock(chain, mempool, nextTime(now), settings, order)
    settings = afterBlock(settings)
    passBlock(clock, executed.block.header.timestamp, now)
    for (const { entry, fault } of await settleBlock(chain, mempool, executed, entries)) {
      const error = faultError(fault)
      dropped.set(entry, error)
      warn(error)
    }
    record({ kind: 'block', wallTime: Number(now) })
    return executed.block.transactions.length
  }

  let planned: Promise<void> | undefined
  /** Mines everything that waits and can be mined; calls that come before it starts share it. */
  const mineWaiting = (): Promise<void> => {
    planned ??= gather().then(() =>
      inTurn(async () => {
        planned = undefined
        while (hasExecutable(chain, mempool, nextTime(wallTime()), settings))
          if ((await mineBlock(wallTime())) === 0) break
      }),
    )
    return planned
  }

  const effects: { readonly [K in Input['kind']]: (input: Extract<Input, { kind: K }>) => Promise<unknown> } =
    {
      transaction: ({ encoded, impersonated }) => takeIn(hexToBytes(encoded), false, impersonated),
      block: ({ wallTime: now }) => mineBlock(BigInt(now)),
      increaseTime: async (input) => {
        advanceClock(clock, BigInt(input.seconds), BigInt(input.wallTime), headTime())
        record(input)
      },
      setTime: async (input) => {
        setClock(clock, BigInt(input.time), BigInt(input.wallTime))
        record(input)
      },
      nextTime: async (input) => {
        checkTime(BigInt(input.time), headTime())
        clock.next = BigInt(input.time)
        record(input)
      },
      snapshot: async (input) => {
        const id = takeSnapshot(snapshots, chain, clock, mempool, settings)
        record(input)
        return id
      },
      revert: async (input) => {
        const snapshot = await revertTo(snapshots, BigInt(input.id), chain, clock, mempool)
        if (snapshot === undefined) return false
        settings = snapshot.settings
        changes++
        record(input)
        return true
      },
      interval: async (input) => {
        clock.interval = input.seconds === null ? undefined : BigInt(input.seconds)
        record(input)
      },
      edit: async (input) => {
        const edits = editsFromJson(input.accounts)
        await chain.edit(edits)
        changes++
        await refreshPool(chain, mempool, edits.keys())
        record(input)
      },
      settings: async (input) => {
        settings = { ...settings, ...settingsFromJson(input.settings) }
        changes++
        record(input)
      },
      drop: async (input) => {
        const entries = input.hashes.flatMap((hash) => mempool.byHash.get(hash) ?? [])
        for (const entry of entries) removeEntry(mempool, entry)
        record(input)
        return entries.length
      },
      rollback: async (input) => {
        await rollBack(chain, mempool, snapshots, input.blocks)
        record(input)
      },
      reset: async (input) => {
        const blocks = chain.head.block.header.number - chain.genesis.block.header.number
        await rollBack(chain, mempool, snapshots, Number(blocks))
        for (const entry of [...mempool.byHash.values()]) removeEntry(mempool, entry)
        snapshots.byId.clear()
        chain.clearEdits()
        Object.assign(clock, createClock())
        settings = usual
        changes++
        record(input)
      },
    }
  const enact = (input: Input): Promise<unknown> => effects[input.kind](input as never)

  const stopTimer = (): void => {
    clearInterval(timer)
    timer = undefined
    timerMs = 0
  }

  const control: Control = {
    mine: (blocks, timestamp, interval) =>
      inTurn(async () => {
        for (let block = 0; block < blocks; block++) {
          const time = block === 0 ? timestamp : interval && headTime() + interval
          if (time !== undefined) await enact({ kind: 'nextTime', time: toSeconds(time) })
          await mineBlock(wallTime())
          // 100,000 blocks take half a minute, in which others may want to read.
          await gather()
        }
      }),
    increaseTime: (seconds) =>
      inTurn(async () => {
        const now = wallTime()
        // However often it is asked for, a header's time stays below 2^64.
        toSeconds(nextTime(now) + seconds)
        await enact({ kind: 'increaseTime', seconds: toSeconds(seconds), wallTime: Number(now) })
        return clock.offset
      }),
    setTime: (time) =>
      inTurn(async () => {
        await enact({ kind: 'setTime', time: toSeconds(time), wallTime: Number(wallTime()) })
        return clock.offset
      }),
    setNextBlockTimestamp: (time) =>
      inTurn(async () => void (await enact({ kind: 'nextTime', time: toSeconds(time) }))),
    snapshot: () => inTurn(async () => (await enact({ kind: 'snapshot' })) as bigint),
    revert: (id) =>
      inTurn(
        async () => id <= snapshots.lastId && ((await enact({ kind: 'revert', id: Number(id) })) as boolean),
      ),
    edit: (edits) => inTurn(async () => void (await enact({ kind: 'edit', accounts: editsToJson(edits) }))),
    setBlocks: (changed) =>
      inTurn(async () => void (await enact({ kind: 'settings', settings: settingsToJson(changed) }))),
    setBlockInterval: (seconds) =>
      inTurn(
        async () =>
          void (await enact({
            kind: 'interval',
            seconds: seconds === undefined ? null : toSeconds(seconds),
          })),
      ),
    drop: (hashes) => inTurn(async () => (await enact({ kind: 'drop', hashes })) as number),
    enqueue: (encoded, impersonated) => inTurn(async () => (await takeIn(encoded, false, impersonated)).hash),
    rollback: (blocks) => inTurn(async () => void (await enact({ kind: 'rollback', blocks }))),
    reset: () =>
      inTurn(async () => {
        await enact({ kind: 'reset' })
        impersonation.accounts.clear()
        impersonation.isForAll = false
      }),
    impersonation,
    isAutomine: () => automine,
    setAutomine: async (on) => {
      automine = on
      if (on) await mineWaiting()
    },
    intervalMs: () => timerMs,
    setIntervalMining: async (intervalMs) => {
      stopTimer()
      timerMs = intervalMs
      let isBusy = false
      if (intervalMs > 0)
        timer = setInterval(() => {
          if (isBusy) return
          isBusy = true
          inTurn(() => mineBlock(wallTime()))
            .catch(warn)
            .finally(() => {
              isBusy = false
            })
        }, intervalMs)
    },
  }

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
      return settings.beneficiary
    },
    control,
    submit: async (encoded, impersonated) => {
      const entry = await inTurn(async () =>
        takeIn(typeof encoded === 'function' ? await encoded() : encoded, automine, impersonated),
      )
      if (automine) await mineWaiting()
      const why = dropped.get(entry)
      if (why !== undefined) throw why
      return entry.hash
    },
    pending: () => {
      const time = nextTime(wallTime())
      const key = `${chain.head.hash} ${mempool.version} ${time} ${changes}`
      if (pendingBlock?.key !== key) {
        const executed = buildBlock(chain, mempool, time, settings, order).then((built) => built.executed)
        pendingBlock = { key, executed }
        executed.catch(() => {
          pendingBlock = undefined
        })
      }
      return pendingBlock.executed
    },
    adopt: (hash) =>
      inTurn(async () => {
        await chain.setHead(hash)
        await refreshPool(chain, mempool, [...mempool.queues.keys()])
      }),
    payloads: new Map(),
    onTransaction: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    request: (method, params = [], principal = LOCAL) => call({ node, principal }, method, params),
    apply: (input) => inTurn(async () => void (await enact(input))),
    close: async () => {
      stopTimer()
      await last
      await store.close()
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

const firstBlock = (
  { genesisTime, alloc, gasLimit, wallTime }: DevNodeOptions,
  chainId: bigint,
  unlocked: readonly Address[],
): Genesis =>
  devGenesis({
    chainId,
    timestamp: genesisTime ?? wallTime(),
    gasLimit,
    bare: true,
    alloc: new Map([
      ...unlocked.map((address) => [address, { balance: DEV_BALANCE_WEI }] as const),
      ...(alloc ?? []),
    ]),
  })

/** Seconds that a recorded input can hold exactly. */
const toSeconds = (time: bigint): number => {
  if (time <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(time)
  throw serverError('DEED_DEV_TIME', `time ${time} is too far off: expected seconds below 2^53`)
}

const checkTime = (time: bigint, headTime: bigint): void => {
  if (time > headTime) return
  throw serverError(
    'DEED_DEV_TIME',
    `Timestamp ${time} is lower than or equal to previous block's timestamp ${headTime}: give a later one`,
  )
}
