/** Executes a block: parent and inputs to block, receipts and layer. Pure: nothing is written. */
import { type BlockContext, type Engine, type Hash, isActive } from '@deed/evm'
import { emptyBloom, logsBloom, mergeBloom } from '../block/bloom.ts'
import { encodeBlock, transactionsRoot, withdrawalsRoot } from '../block/body.ts'
import { headerHash, unclesHash } from '../block/header.ts'
import { receiptsRoot } from '../block/receipt.ts'
import { requestsHash } from '../block/requests.ts'
import type { Header, Receipt, Request } from '../block/types.ts'
import { type ChainConfig, type Rules, rulesAt } from '../forks.ts'
import { createLayer, mergeLayer, overlay } from '../state/layer.ts'
import { settle } from '../state/missing.ts'
import { settleLayer } from '../state/root.ts'
import { readerAt } from '../state/tree.ts'
import type { BlockRecord, Store } from '../store/store.ts'
import { transactionHash } from '../transaction/codec.ts'
import { isFault } from '../transaction/fault.ts'
import { GAS_PER_BLOB } from '../transaction/price.ts'
import { ancestorHashes } from './ancestors.ts'
import { nextDifficulty } from './difficulty.ts'
import { type BlockFault, isBlockFault } from './fault.ts'
import { blobBaseFee, nextBaseFee, nextExcessBlobGas } from './fees.ts'
import type { Scope } from './message.ts'
import { beginBlock, collectRequests, endBlock } from './system.ts'
import { runTransaction } from './transaction.ts'
import type { BlockInputs, Executed } from './types.ts'

/** What every execution stands on. */
export interface Host {
  readonly config: ChainConfig
  readonly engine: Engine
  readonly store: Store
}

/**
 * @returns The block; or why there can be none, which only a broken system contract is a reason for.
 * Transactions that do not fit are left out of it and named in `refused`.
 */
export const executeBlock = async (
  { config, engine, store }: Host,
  parent: BlockRecord,
  inputs: BlockInputs,
): Promise<Executed | BlockFault> => {
  const rules = rulesAfter(config, parent, inputs.timestamp)
  const opened = openHeader(parent, inputs, rules)
  const block = blockContext(opened, rules)
  const scope: Scope = { engine, rules, block, blockHash: ancestorHashes(store, parent) }
  const height = Number(opened.number)

  const below = await settle(store, () => readerAt(store, parent.position))
  const layer = createLayer()
  const state = overlay(below, layer)
  /** Runs a step that writes to a layer of its own, so that it can run again after a miss. */
  const step = async <T>(work: (ownLayer: typeof layer, ownState: typeof state) => T): Promise<T> => {
    const { own, result } = await settle(store, () => {
      const fresh = createLayer()
      return { own: fresh, result: work(fresh, overlay(state, fresh)) }
    })
    mergeLayer(layer, own)
    return result
  }
  const stateRoot = () =>
    settle(store, () => settleLayer(store, parent.block.header.stateRoot, below, layer, height))

  await step((ownLayer, ownState) => beginBlock(scope, ownLayer, ownState, opened))

  const included: { index: number; sender: Executed['senders'][number] }[] = []
  const receipts: Receipt[] = []
  const refused: Executed['refused'][number][] = []
  let gasUsed = 0n
  let blobGasUsed = 0n
  for (const [index, transaction] of inputs.transactions.entries()) {
    const room = {
      gas: block.gasLimit - gasUsed,
      blobGas: rules.blobs.max * GAS_PER_BLOB - blobGasUsed,
    }
    const result = await settle(store, () => runTransaction(scope, state, room, transaction))
    if (isFault(result)) {
      refused.push({ index, fault: result })
      continue
    }
    mergeLayer(layer, result.layer)
    gasUsed += result.gasUsed
    blobGasUsed += result.blobGasUsed
    const outcome = isActive('Byzantium', rules.fork)
      ? { status: result.succeeded ? (1 as const) : (0 as const) }
      : { postState: (await stateRoot()).root }
    included.push({ index, sender: result.sender })
    receipts.push({
      type: transaction.type,
      ...outcome,
      cumulativeGasUsed: gasUsed,
      logsBloom: logsBloom(result.logs),
      logs: result.logs,
    })
  }

  await step((ownLayer, ownState) =>
    endBlock(scope, ownLayer, ownState, inputs.withdrawals ?? [], inputs.uncles ?? []),
  )
  let requests: readonly Request[] = []
  if (isActive('Prague', rules.fork)) {
    const collected = await step((ownLayer, ownState) => collectRequests(scope, ownLayer, ownState, receipts))
    if (isBlockFault(collected)) return collected
    requests = collected
  }

  const settled = await stateRoot()
  const transactions = included.map(({ index }) => inputs.transactions[index]!)
  const bloom = emptyBloom()
  for (const receipt of receipts) mergeBloom(bloom, receipt.logsBloom)
  const header: Header = {
    ...opened,
    stateRoot: settled.root,
    transactionsRoot: transactionsRoot(transactions),
    receiptsRoot: receiptsRoot(receipts),
    logsBloom: bloom,
    gasUsed,
    blobGasUsed: isActive('Cancun', rules.fork) ? blobGasUsed : undefined,
    requestsHash: isActive('Prague', rules.fork) ? requestsHash(requests) : undefined,
  }
  const whole = {
    header,
    transactions,
    uncles: inputs.uncles ?? [],
    withdrawals: isActive('Shanghai', rules.fork) ? (inputs.withdrawals ?? []) : undefined,
  }
  return {
    block: whole,
    hash: headerHash(header),
    parent: parent.hash,
    receipts,
    senders: included.map(({ sender }) => sender),
    transactionHashes: transactions.map(transactionHash),
    totalDifficulty: parent.totalDifficulty + header.difficulty,
    size: encodeBlock(whole).length,
    requests,
    refused,
    layer: settled.layer,
    nodes: settled.nodes,
  }
}

/** The rules of the block that comes after `parent`. */
export const rulesAfter = (config: ChainConfig, parent: BlockRecord, timestamp: bigint): Rules => {
  const terminal = config.terminalTotalDifficulty
  const merged = terminal !== undefined && parent.totalDifficulty >= terminal
  return rulesAt(config, { number: parent.block.header.number + 1n, timestamp, merged })
}

/** The rules that a committed block was made by. */
export const rulesOf = (config: ChainConfig, { block: { header }, totalDifficulty }: BlockRecord): Rules => {
  const terminal = config.terminalTotalDifficulty
  const merged = terminal !== undefined && totalDifficulty - header.difficulty >= terminal
  return rulesAt(config, { number: header.number, timestamp: header.timestamp, merged })
}

/** What contracts see of a block. */
export const blockContext = (header: Header, rules: Rules): BlockContext => ({
  number: header.number,
  timestamp: header.timestamp,
  beneficiary: header.beneficiary,
  gasLimit: header.gasLimit,
  baseFeePerGas: header.baseFeePerGas ?? 0n,
  difficulty: header.difficulty,
  prevRandao: isActive('Paris', rules.fork) ? BigInt(header.mixHash) : 0n,
  blobBaseFee: blobBaseFee(header, rules),
  chainId: rules.chainId,
})

/** The header as far as it is known before the first transaction; the rest is zero. */
const openHeader = ({ hash, block }: BlockRecord, inputs: BlockInputs, rules: Rules): Header => {
  const parent = block.header
  const merged = isActive('Paris', rules.fork)
  return {
    parentHash: hash,
    unclesHash: unclesHash(inputs.uncles ?? []),
    beneficiary: inputs.beneficiary,
    stateRoot: ZERO_HASH,
    transactionsRoot: ZERO_HASH,
    receiptsRoot: ZERO_HASH,
    logsBloom: emptyBloom(),
    difficulty: merged ? 0n : (inputs.difficulty ?? nextDifficulty(parent, inputs.timestamp, rules)),
    number: parent.number + 1n,
    gasLimit: inputs.gasLimit ?? parent.gasLimit,
    gasUsed: 0n,
    timestamp: inputs.timestamp,
    extraData: inputs.extraData ?? NO_DATA,
    mixHash: inputs.prevRandao ?? ZERO_HASH,
    nonce: merged ? ZERO_NONCE : (inputs.nonce ?? ZERO_NONCE),
    baseFeePerGas: isActive('London', rules.fork)
      ? (inputs.baseFeePerGas ?? nextBaseFee(parent, rules))
      : undefined,
    withdrawalsRoot: isActive('Shanghai', rules.fork) ? withdrawalsRoot(inputs.withdrawals ?? []) : undefined,
    blobGasUsed: isActive('Cancun', rules.fork) ? 0n : undefined,
    excessBlobGas: nextExcessBlobGas(parent, rules),
    parentBeaconBlockRoot: isActive('Cancun', rules.fork)
      ? (inputs.parentBeaconBlockRoot ?? ZERO_HASH)
      : undefined,
    requestsHash: undefined,
  }
}

const ZERO_HASH: Hash = `0x${'0'.repeat(64)}`
const ZERO_NONCE = '0x0000000000000000'
const NO_DATA = new Uint8Array(0)
