/**
 * A chain of blocks over a store. Executing a block, committing it and choosing it as head are three calls,
 * so that automine, the Engine API or a consensus engine can each drive the same chain.
 */
import type { Address, Engine, Hash } from '@deed/evm'
import type { Block, Receipt } from './block/types.ts'
import { HeadForgotten, ImpossibleBlock, NotOnHead, UnknownBlock } from './chain-errors.ts'
import { executeBlock, type Host, rulesAfter, rulesOf, scopeIn } from './execute/block.ts'
import { runCall } from './execute/call.ts'
import { emptyBlock } from './execute/empty-blocks.ts'
import { type BlockFault, blockFault, isBlockFault } from './execute/fault.ts'
import type { Scope } from './execute/message.ts'
import { openGenesis } from './execute/open-genesis.ts'
import { type Replay, replayBlock } from './execute/replay.ts'
import { type SimulatedBlock, type Simulation, simulate } from './execute/simulate.ts'
import type { SimulationFault } from './execute/simulated-call.ts'
import type { BlockInputs, CallOptions, CallRequest, CallResult, Executed } from './execute/types.ts'
import { validateBlock } from './execute/validate.ts'
import type { ChainConfig, Rules } from './forks.ts'
import type { FirstBlock, Genesis } from './genesis.ts'
import { addEdits, copyEdits, type Edits, editsBatch, storedEdits } from './state/edits.ts'
import { everyAccount, type WholeAccount } from './state/everything.ts'
import { createLayer, mergeLayer, overlay } from './state/layer.ts'
import { found, settle } from './state/missing.ts'
import { overrideLayer } from './state/overrides.ts'
import { nodeStore, settleLayer } from './state/root.ts'
import { pathOf, readerAt } from './state/tree.ts'
import { createTries } from './state/tries.ts'
import type { Reader, StateOverrides, StateView } from './state/types.ts'
import { type StateTrie, viewOf } from './state/view.ts'
import {
  canonicalBatch,
  commitBatch,
  commitBlock,
  forgetBatch,
  type Move,
  pathBetween,
} from './store/commit.ts'
import {
  type Batch,
  type BlockRecord,
  joinBatches,
  positionKey,
  type Store,
  type Table,
  type Tables,
  type TransactionPlace,
} from './store/store.ts'
import type { TransactionFault } from './transaction/fault.ts'
import { createTurns } from './turns.ts'

export interface ChainOptions {
  readonly genesis: Genesis | FirstBlock
  readonly store: Store
  readonly engine: Engine
}

export interface Chain {
  readonly config: ChainConfig
  readonly genesis: BlockRecord
  /** The canonical head. */
  readonly head: BlockRecord
  /** Rises whenever the head is another one, or its state has been edited. */
  readonly version: number
  /** What a developer has changed in the head's state, see {@link Chain.edit}. */
  readonly edits: StateOverrides
  /**
   * Changes the head's state outside of any transaction. Every reader of the head sees it, and the next block on the
   * head takes it in before anything else; under another head it is gone.
   */
  edit(changes: StateOverrides): Promise<void>
  /** Any committed block, canonical or not. */
  block(hash: Hash): Promise<BlockRecord | undefined>
  /** Of the canonical chain. */
  blockByNumber(number: bigint): Promise<BlockRecord | undefined>
  canonicalHash(number: bigint): Promise<Hash | undefined>
  receipts(hash: Hash): Promise<readonly Receipt[] | undefined>
  code(hash: Hash): Promise<Uint8Array | undefined>
  /** Where a transaction stands in the canonical chain. */
  transaction(hash: Hash): Promise<TransactionPlace | undefined>
  /** Rules of a committed block. */
  rulesOf(record: Pick<BlockRecord, 'block' | 'totalDifficulty'>): Rules
  /** Rules of a block to come. */
  rulesAfter(parent: Pick<BlockRecord, 'block' | 'totalDifficulty'>, timestamp: bigint): Rules
  /** The state after a committed block. */
  stateAt(hash: Hash): Promise<StateView>
  /** All of the head's state, edits included. It cannot be gone on with once the head is forgotten. */
  everyAccount(): AsyncIterable<WholeAccount>
  /** The state after a block that is executed and not committed, such as the pending one. */
  stateOf(executed: Executed): StateView
  /** Pure: nothing of the chain changes. Transactions that do not fit are left out and named in `refused`. */
  execute(parent: Hash, inputs: BlockInputs): Promise<Executed>
  /** Runs somebody else's block and holds it against every rule. */
  validate(block: Block): Promise<Executed | BlockFault>
  /** Keeps a block; the head stays where it is. Committing twice is harmless. */
  commit(executed: Executed): Promise<BlockRecord>
  /**
   * The same with empty blocks at these times, each later than the one before, as long as they are simple to make; how
   * many it was. Nothing may be edited.
   */
  extendEmpty(times: readonly bigint[], beneficiary: Address): Promise<number>
  /** Makes a committed block the head of the canonical chain; numbers and transactions follow. */
  setHead(hash: Hash, options?: HeadOptions): Promise<Move>
  /**
   * Commits a block on top of the head and makes it the head, in one write, for which it does not wait: the next one
   * can be made meanwhile. Whoever tells of it waits for {@link Chain.settled}.
   */
  extend(executed: Executed, also?: Also): Promise<BlockRecord>
  /** Forgets a block and everything that descends from it. The head must not be among it. */
  forget(hash: Hash): Promise<void>
  /** Runs the transactions of a block again, which need not be committed; its parent must be. */
  replay(block: Block): Promise<Replay>
  /** Runs a call in the block's context and on the state after it. */
  call(request: CallRequest, at: Hash, options?: CallOptions): Promise<CallResult | TransactionFault>
  /** Runs a call in the context and on the state of a block that is not committed. */
  callPending(
    request: CallRequest,
    pending: Executed,
    options?: CallOptions,
  ): Promise<CallResult | TransactionFault>
  /** Blocks on top of a committed one that nobody mines. Nothing is kept. */
  simulate(base: Hash, simulation: Simulation): Promise<readonly SimulatedBlock[] | SimulationFault>
  /** Resolves when all that was done so far will survive; rejects if it will not. `undefined`: it does now. */
  settled(): Promise<void> | undefined
  /** Calls back after every move of the head, when it will survive; returns what ends that. */
  onHead(listener: (event: HeadEvent) => void): () => void
}

/** What is written together with a move of the head: all of it or nothing. */
export type Also = Pick<Batch, 'put' | 'remove'>

interface HeadOptions {
  readonly also?: Also
  /** What a developer has changed in the head's state. Default: nothing where the head is another one. */
  readonly edits?: StateOverrides
}

/** The head moved. Both lists are in ascending order; `removed` is empty unless the chain was reorganised. */
export interface HeadEvent {
  readonly head: BlockRecord
  readonly added: readonly BlockRecord[]
  readonly removed: readonly BlockRecord[]
}

export const openChain = async ({ genesis, store, engine }: ChainOptions): Promise<Chain> => {
  const { config } = genesis
  const tries = createTries(store)
  const host: Host = { config, engine, store, tries }
  const read = <T extends Table>(table: T, key: string): Promise<Tables[T] | undefined> =>
    settle(store, () => found(store.record(table, key)))
  const known = async (hash: Hash): Promise<BlockRecord> => {
    if (hash === head?.hash) return head
    const record = await read('block', hash)
    if (!record) throw new UnknownBlock(hash)
    return record
  }
  const listeners = new Set<(event: HeadEvent) => void>()
  const serially = createTurns()

  const first = await openGenesis(store, tries, genesis)
  const edits: Edits = new Map()
  /** The edits as a layer on the head's state. */
  let edited = createLayer()
  let head: BlockRecord
  head = await known((await read('meta', 'head'))! as Hash)
  let version = 0
  /** A write failed, and no other will succeed until the store is opened again. */
  let isReadOnly = false

  const pendingReader = ({ parent, layer }: Executed): Reader => {
    const record = found(store.record('block', parent))
    if (!record) throw new UnknownBlock(parent)
    return overlay(readerAt(store, record.position), layer)
  }

  /** Where calls on a committed block run: most are on the same few. */
  const scopes = new WeakMap<BlockRecord, Scope>()
  const scopeOf = (record: BlockRecord): Scope => {
    let scope = scopes.get(record)
    if (scope === undefined) {
      scope = scopeIn(host, record, rulesOf(config, record), record.block.header)
      scopes.set(record, scope)
    }
    return scope
  }

  const call = (scope: Scope, open: () => Reader, request: CallRequest, options: CallOptions) => {
    return settle(store, () => {
      const state = open()
      return runCall(scope, options.layer ? overlay(state, options.layer) : state, request, options)
    })
  }

  /** Brings other edits into force, after what they stand on is the head. */
  const replaceEdits = async (next: StateOverrides): Promise<void> => {
    edits.clear()
    edited = createLayer()
    addEdits(edits, next)
    if (edits.size > 0) edited = await settle(store, () => overrideLayer(openState(head), edits))
  }
  const isEdited = (hash: Hash): boolean => hash === head.hash && edits.size > 0

  const tell = (event: HeadEvent): void => {
    const tellAll = (): void => {
      for (const listener of listeners) listener(event)
    }
    const writing = store.settled()
    if (writing) writing.then(tellAll, () => {})
    else tellAll()
  }

  /** Commits a block on top of the head and makes it the head, without waiting for the disk. */
  const append = async (executed: Executed, also: Also): Promise<BlockRecord> => {
    if (executed.parent !== head.hash) throw new NotOnHead(executed.hash, head.hash)
    const { record, batch } = await settle(store, () => commitBatch(store, tries, executed))
    const canonical = canonicalBatch(record, { added: [record], removed: [] })
    const before = head
    const writing = store.write(joinBatches(joinBatches(batch ?? NOTHING_ALSO, canonical), also))
    if (isReadOnly) await writing
    writing.catch(() => {
      // The first that could not be written was built on the last that was.
      if (!isReadOnly) head = before
      version++
      isReadOnly = true
    })
    tries.keep(executed.hash, executed.trie)
    head = record
    version++
    return record
  }

  const canonicalHash = (number: bigint): Promise<Hash | undefined> =>
    settle(store, () => {
      const height = Number(number - first.block.header.number)
      if (height < 0 || height > head.position.height) return undefined
      const { branch } = pathOf(store, head.position).findLast((part) => part.height >= height)!
      return found(store.record('position', positionKey({ branch, height })))
    })

  /** A step: the state after a committed block, with the edits if it is the head. */
  const openState = ({ hash, position }: BlockRecord): Reader => {
    const state = readerAt(store, position)
    return isEdited(hash) ? overlay(state, edited) : state
  }
  /** That state and its trie. */
  const openTrie = async (record: BlockRecord): Promise<StateTrie> => {
    const nodes = nodeStore(store)
    const { root } = await tries.of(record)
    return settle(store, () => {
      const state = readerAt(store, record.position)
      if (!isEdited(record.hash)) return { state, trie: root, nodes }
      const height = Number(record.block.header.number) + 1
      const settled = settleLayer(nodes, root, state, edited, height)
      return { state: overlay(state, settled.layer), trie: settled.trie, nodes }
    })
  }

  await replaceEdits(await storedEdits(store))

  return {
    config,
    genesis: first,
    get edits() {
      return edits
    },
    edit: (changes) =>
      serially(async () => {
        const change = await settle(store, () => overrideLayer(openState(head), changes))
        const next = copyEdits(edits)
        addEdits(next, changes)
        await store.write(editsBatch(new Map(), new Map([...changes.keys()].map((a) => [a, next.get(a)!]))))
        mergeLayer(edited, change)
        addEdits(edits, changes)
        version++
      }),
    get head() {
      return head
    },
    get version() {
      return version
    },
    block: (hash) => read('block', hash),
    blockByNumber: async (number) => {
      const hash = await canonicalHash(number)
      return hash && read('block', hash)
    },
    canonicalHash,
    receipts: async (hash) => {
      const record = await read('block', hash)
      return record?.block.transactions.length === 0 ? [] : read('receipts', hash)
    },
    code: (hash) => read('code', hash),
    transaction: (hash) => read('transaction', hash),
    rulesOf: (record) => rulesOf(config, record),
    rulesAfter: (parent, timestamp) => rulesAfter(config, parent, timestamp),

    stateAt: async (hash) => {
      const record = await known(hash)
      return viewOf(
        store,
        () => openState(record),
        () => openTrie(record),
      )
    },
    everyAccount: () => {
      const record = head
      return everyAccount(store, record.position, () => openState(record), copyEdits(edits))
    },
    stateOf: (executed) => {
      const open = () => pendingReader(executed)
      return viewOf(store, open, async () => ({
        state: await settle(store, open),
        trie: executed.trie.root,
        nodes: nodeStore(store),
      }))
    },

    execute: async (parent, inputs) => {
      const whole = isEdited(parent) ? { ...inputs, edits: copyEdits(edits) } : inputs
      const executed = await executeBlock(host, await known(parent), whole)
      if (isBlockFault(executed)) throw new ImpossibleBlock(executed)
      return executed
    },
    validate: async (block) => {
      const parent = await read('block', block.header.parentHash)
      if (parent) return validateBlock(host, parent, block)
      return blockFault('UNKNOWN_PARENT', `The parent ${block.header.parentHash} is not known`)
    },
    commit: (executed) => serially(() => commitBlock(store, tries, executed)),
    setHead: (hash, { also = NOTHING_ALSO, edits: given } = {}) =>
      serially(async () => {
        const record = await known(hash)
        const isSame = record.hash === head.hash
        if (isSame && given === undefined && also === NOTHING_ALSO) return { added: [], removed: [] }
        const next = given ?? (isSame ? copyEdits(edits) : NO_EDITS)
        const move = await settle(store, () => pathBetween(store, head, record))
        await store.write(
          joinBatches(joinBatches(canonicalBatch(record, move), editsBatch(edits, next)), also),
        )
        head = record
        version++
        await replaceEdits(next)
        if (!isSame) tell({ head, ...move })
        return move
      }),
    extend: (executed, also = NOTHING_ALSO) =>
      serially(async () => {
        const record = await append(executed, joinBatches(editsBatch(edits, NO_EDITS), also))
        await replaceEdits(NO_EDITS)
        tell({ head, added: [record], removed: [] })
        return record
      }),
    extendEmpty: (times, beneficiary) =>
      serially(async () => {
        const added: BlockRecord[] = []
        for (const time of times) {
          const trie = await tries.of(head)
          const executed = await settle(store, () => emptyBlock(host, head, trie, time, beneficiary))
          if (!executed) break
          added.push(await append(executed, NOTHING_ALSO))
        }
        if (added.length > 0) tell({ head, added, removed: [] })
        return added.length
      }),
    forget: (hash) =>
      serially(async () => {
        const { position } = await known(hash)
        const batch = await settle(store, () => forgetBatch(store, position, head.position))
        if (!batch) throw new HeadForgotten(hash, head.hash)
        await store.write(batch)
      }),

    replay: async (block) => replayBlock(host, await known(block.header.parentHash), block),
    call: async (request, at, options = {}) => {
      const record = await known(at)
      return call(scopeOf(record), () => openState(record), request, options)
    },
    callPending: async (request, pending, options = {}) => {
      const parent = await known(pending.parent)
      const rules = rulesAfter(config, parent, pending.block.header.timestamp)
      const scope = scopeIn(host, parent, rules, pending.block.header)
      return call(scope, () => pendingReader(pending), request, options)
    },
    simulate: async (base, simulation) =>
      simulate(host, await known(base), simulation, isEdited(base) ? copyEdits(edits) : undefined),
    settled: () => store.settled(),
    onHead: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

const NOTHING_ALSO: Also = { put: [] }
const NO_EDITS: StateOverrides = new Map()
