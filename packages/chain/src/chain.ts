/**
 * A chain of blocks over a store. Executing a block, committing it and choosing it as head are three calls,
 * so that automine, the Engine API or a consensus engine can each drive the same chain.
 */
import type { Engine, Hash } from '@deed/evm'
import type { Block, Receipt } from './block/types.ts'
import { ancestorHashes } from './execute/ancestors.ts'
import { blockContext, executeBlock, type Host, rulesAfter, rulesOf } from './execute/block.ts'
import { runCall } from './execute/call.ts'
import { type BlockFault, blockFault, isBlockFault } from './execute/fault.ts'
import { type Replay, replayBlock } from './execute/replay.ts'
import { type SimulatedBlock, type Simulation, simulate } from './execute/simulate.ts'
import type { SimulationFault } from './execute/simulated-call.ts'
import type { BlockInputs, CallOptions, CallRequest, CallResult, Executed } from './execute/types.ts'
import { validateBlock } from './execute/validate.ts'
import type { ChainConfig, Rules } from './forks.ts'
import { executeGenesis, type FirstBlock, type Genesis } from './genesis.ts'
import { addEdits, copyEdits, type Edits } from './state/edits.ts'
import { createLayer, mergeLayer, overlay } from './state/layer.ts'
import { found, settle } from './state/missing.ts'
import { overrideLayer } from './state/overrides.ts'
import { nodeStore, settleLayer } from './state/root.ts'
import { readerAt } from './state/tree.ts'
import type { Reader, StateOverrides, StateView } from './state/types.ts'
import { type StateTrie, viewOf } from './state/view.ts'
import { canonicalBatch, commitBlock, forgetBatch, pathBetween } from './store/commit.ts'
import type { BlockRecord, Store, Table, Tables, TransactionPlace } from './store/store.ts'
import type { TransactionFault } from './transaction/fault.ts'

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
  /** What a developer has changed in the head's state, see {@link Chain.edit}. */
  readonly edits: StateOverrides
  /**
   * Changes the head's state outside of any transaction. Every reader of the head sees it, and the next block on the
   * head takes it in before anything else; under another head it is gone.
   */
  edit(changes: StateOverrides): Promise<void>
  clearEdits(): void
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
  /** The state after a block that is executed and not committed, such as the pending one. */
  stateOf(executed: Executed): StateView
  /** Pure: nothing of the chain changes. Transactions that do not fit are left out and named in `refused`. */
  execute(parent: Hash, inputs: BlockInputs): Promise<Executed>
  /** Runs somebody else's block and holds it against every rule. */
  validate(block: Block): Promise<Executed | BlockFault>
  /** Keeps a block; the head stays where it is. Committing twice is harmless. */
  commit(executed: Executed): Promise<BlockRecord>
  /** Makes a committed block the head of the canonical chain; numbers and transactions follow. */
  setHead(hash: Hash): Promise<void>
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
  /** Calls back after every move of the head; returns what ends that. */
  onHead(listener: (event: HeadEvent) => void): () => void
}

/** The head moved. Both lists are in ascending order; `removed` is empty unless the chain was reorganised. */
export interface HeadEvent {
  readonly head: BlockRecord
  readonly added: readonly BlockRecord[]
  readonly removed: readonly BlockRecord[]
}

export const openChain = async ({ genesis, store, engine }: ChainOptions): Promise<Chain> => {
  const { config } = genesis
  const host: Host = { config, engine, store }
  const read = <T extends Table>(table: T, key: string): Promise<Tables[T] | undefined> =>
    settle(store, () => found(store.record(table, key)))
  const known = async (hash: Hash): Promise<BlockRecord> => {
    const record = await read('block', hash)
    if (!record) throw new UnknownBlock(hash)
    return record
  }
  const listeners = new Set<(event: HeadEvent) => void>()
  const serially = createQueue()

  const first = await openGenesis(store, genesis)
  let edits: Edits = new Map()
  /** The edits as a layer on the head's state. */
  let edited = createLayer()
  let head = await known((await read('meta', 'head'))! as Hash)

  const pendingReader = ({ parent, layer }: Executed): Reader => {
    const record = found(store.record('block', parent))
    if (!record) throw new UnknownBlock(parent)
    return overlay(readerAt(store, record.position), layer)
  }

  const call = (
    { header }: Block,
    rules: Rules,
    parent: BlockRecord,
    open: () => Reader,
    request: CallRequest,
    options: CallOptions,
  ) => {
    const block = blockContext(header, rules)
    const scope = { engine, rules, block, blockHash: ancestorHashes(store, parent) }
    return settle(store, () => {
      const state = open()
      return runCall(scope, options.layer ? overlay(state, options.layer) : state, request, options)
    })
  }

  const clearEdits = (): void => {
    edits = new Map()
    edited = createLayer()
  }
  const isEdited = (hash: Hash): boolean => hash === head.hash && edits.size > 0

  /** A step: the state after a committed block, with the edits if it is the head. */
  const openState = ({ hash, position }: BlockRecord): Reader => {
    const state = readerAt(store, position)
    return isEdited(hash) ? overlay(state, edited) : state
  }
  /** A step: that state and its trie. */
  const openTrie = ({ hash, position, block: { header } }: BlockRecord): StateTrie => {
    const state = readerAt(store, position)
    const trie = nodeStore(store)
    if (!isEdited(hash)) return { state, root: header.stateRoot, trie }
    const settled = settleLayer(store, header.stateRoot, state, edited, Number(header.number) + 1)
    return {
      state: overlay(state, settled.layer),
      root: settled.root,
      trie: { get: (node) => settled.nodes.get(node) ?? trie.get(node) },
    }
  }

  return {
    config,
    genesis: first,
    get edits() {
      return edits
    },
    edit: (changes) =>
      serially(async () => {
        const change = await settle(store, () => overrideLayer(openState(head), changes))
        mergeLayer(edited, change)
        addEdits(edits, changes)
      }),
    clearEdits,
    get head() {
      return head
    },
    block: (hash) => read('block', hash),
    blockByNumber: async (number) => {
      const hash = await read('canonical', String(number))
      return hash && read('block', hash)
    },
    canonicalHash: (number) => read('canonical', String(number)),
    receipts: (hash) => read('receipts', hash),
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
    stateOf: (executed) => {
      const committed = nodeStore(store)
      const trie = { get: (hash: Hash) => executed.nodes.get(hash) ?? committed.get(hash) }
      const root = executed.block.header.stateRoot
      const open = () => pendingReader(executed)
      return viewOf(store, open, () => ({ state: open(), root, trie }))
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
    commit: (executed) => serially(() => commitBlock(store, executed)),
    setHead: (hash) =>
      serially(async () => {
        const next = await known(hash)
        if (next.hash === head.hash) return
        const move = await settle(store, () => pathBetween(store, head, next))
        await store.write(canonicalBatch(next, move))
        head = next
        clearEdits()
        for (const listener of listeners) listener({ head, ...move })
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
      const open = () => openState(record)
      return call(record.block, rulesOf(config, record), record, open, request, options)
    },
    callPending: async (request, pending, options = {}) => {
      const parent = await known(pending.parent)
      const rules = rulesAfter(config, parent, pending.block.header.timestamp)
      return call(pending.block, rules, parent, () => pendingReader(pending), request, options)
    },
    simulate: async (base, simulation) =>
      simulate(host, await known(base), simulation, isEdited(base) ? copyEdits(edits) : undefined),
    onHead: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** Commits genesis to an empty store, or makes sure that the store was begun with the same one. */
const openGenesis = async (store: Store, genesis: Genesis | FirstBlock): Promise<BlockRecord> => {
  const executed =
    'first' in genesis ? genesis.first : await settle(store, () => executeGenesis(store, genesis))
  const number = String(executed.block.header.number)
  const isNew = (await settle(store, () => found(store.record('meta', 'head')))) === undefined
  if (isNew) {
    const record = await commitBlock(store, executed)
    await store.write({
      put: [
        { table: 'canonical', key: number, value: record.hash },
        { table: 'meta', key: 'head', value: record.hash },
      ],
    })
    return record
  }
  const present = await settle(store, () => found(store.record('canonical', number)))
  if (present !== executed.hash) throw new OtherGenesis(number, executed.hash, present)
  return (await settle(store, () => found(store.record('block', present))))!
}

/** Runs asynchronous work one piece after the other. */
const createQueue = () => {
  let last: Promise<unknown> = Promise.resolve()
  return <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work)
    last = next.catch(() => {})
    return next
  }
}

class UnknownBlock extends Error {
  override readonly name = 'UnknownBlock'
  readonly code = 'DEED_UNKNOWN_BLOCK'
  constructor(hash: Hash) {
    super(`There is no block ${hash}; it was never committed, or it was forgotten`)
  }
}

class ImpossibleBlock extends Error {
  override readonly name = 'ImpossibleBlock'
  readonly code: BlockFault['code']
  constructor({ code, message }: BlockFault) {
    super(`No block can be built: ${message}. Is the contract in the genesis allocation?`)
    this.code = code
  }
}

class HeadForgotten extends Error {
  override readonly name = 'HeadForgotten'
  readonly code = 'DEED_HEAD_FORGOTTEN'
  constructor(hash: Hash, head: Hash) {
    super(`Block ${hash} cannot be forgotten: the head ${head} descends from it. Set another head first`)
  }
}

class OtherGenesis extends Error {
  override readonly name = 'OtherGenesis'
  readonly code = 'DEED_OTHER_GENESIS'
  constructor(number: string, expected: Hash, present: Hash | undefined) {
    super(
      `The store holds a chain whose block ${number} is ${present ?? 'not there'}, not ${expected}: open it with its own settings, or use another folder`,
    )
  }
}
