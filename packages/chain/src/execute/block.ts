/** Executes a block: parent and inputs to block, receipts and layer. Pure: nothing is written. */
import { type Address, type BlockContext, type Engine, type Hash, isActive } from '@deed/evm'
import { emptyBloom, logsBloom, mergeBloom } from '../block/bloom.ts'
import { encodeBlock, transactionsRoot, withdrawalsRoot } from '../block/body.ts'
import { headerHash, unclesHash } from '../block/header.ts'
import { receiptsRoot } from '../block/receipt.ts'
import { requestsHash } from '../block/requests.ts'
import type { Header, Receipt, Request, Withdrawal } from '../block/types.ts'
import { type ChainConfig, type Rules, rulesAt } from '../forks.ts'
import { type Draft, openDraft } from '../state/draft.ts'
import { isGivenUp, settle } from '../state/missing.ts'
import { overrideLayer } from '../state/overrides.ts'
import type { Tries } from '../state/tries.ts'
import type { Reader } from '../state/types.ts'
import type { BlockRecord, Store } from '../store/store.ts'
import { transactionHash } from '../transaction/codec.ts'
import { fault, isFault } from '../transaction/fault.ts'
import { GAS_PER_BLOB } from '../transaction/price.ts'
import type { Transaction } from '../transaction/types.ts'
import { ancestorHashes } from './ancestors.ts'
import { nextDifficulty } from './difficulty.ts'
import { type BlockFault, isBlockFault } from './fault.ts'
import { blobBaseFee, nextBaseFee, nextExcessBlobGas } from './fees.ts'
import type { Scope } from './message.ts'
import { beginBlock, collectRequests, depositsOf, endBlock } from './system.ts'
import { type Room, runTransaction, type TransactionResult } from './transaction.ts'
import type { BlockInputs, Executed, Refusal } from './types.ts'

/** What every execution stands on. */
export interface Host {
  readonly config: ChainConfig
  readonly engine: Engine
  readonly store: Store
  readonly tries: Tries
}

/**
 * @returns The block; or why there can be none, which only a broken system contract is a reason for.
 * Transactions that do not fit are left out of it and named in `refused`.
 */
export const executeBlock = async (
  host: Host,
  parent: BlockRecord,
  inputs: BlockInputs,
): Promise<Executed | BlockFault> => {
  const { config, store } = host
  const { withdrawals = [], uncles = [] } = inputs
  const rules = rulesAfter(config, parent, inputs.timestamp)
  const opened = openHeader(parent, inputs, rules)
  const scope = scopeIn(host, parent, rules, opened)
  const draft = await openDraft(host, parent)

  const { edits } = inputs
  if (edits) draft.merge(await settle(store, () => overrideLayer(draft.state, edits)))
  await draft.step((layer, state) => beginBlock(scope, layer, state, opened))
  const ran = await runTransactions(scope, store, draft, inputs.transactions)
  await draft.step((layer, state) => endBlock(scope, layer, state, withdrawals, uncles))
  const requests = await draft.step((layer, state) => collectRequests(scope, layer, state, ran.deposits))
  if (isBlockFault(requests)) return requests

  const { root, layer, trie } = await draft.settle()
  const sealed = sealBlock(opened, rules, parent, { ...ran, uncles, withdrawals, requests, root })
  return {
    ...sealed,
    parent: parent.hash,
    ...(edits && { edits }),
    receipts: ran.receipts,
    refused: ran.refused,
    layer,
    trie,
  }
}

/** The block that an opened header and what ran in it come to. */
export const sealBlock = (
  opened: Header,
  rules: Rules,
  parent: Pick<BlockRecord, 'totalDifficulty'>,
  ran: Omit<RanTransactions, 'refused'> & {
    readonly uncles: readonly Header[]
    readonly withdrawals: readonly Withdrawal[]
    readonly requests: readonly Request[]
    readonly root: Hash
  },
): Omit<BlockRecord, 'position'> => {
  const { transactions, receipts, requests, uncles, withdrawals } = ran
  const header: Header = {
    ...opened,
    stateRoot: ran.root,
    transactionsRoot: transactionsRoot(transactions),
    receiptsRoot: receiptsRoot(receipts),
    logsBloom: ran.logsBloom,
    gasUsed: ran.gasUsed,
    blobGasUsed: isActive('Cancun', rules.fork) ? ran.blobGasUsed : undefined,
    requestsHash: isActive('Prague', rules.fork) ? requestsHash(requests) : undefined,
  }
  const hasWithdrawals = isActive('Shanghai', rules.fork)
  const block = { header, transactions, uncles, withdrawals: hasWithdrawals ? withdrawals : undefined }
  return {
    block,
    hash: headerHash(header),
    senders: ran.senders,
    transactionHashes: transactions.map(transactionHash),
    totalDifficulty: parent.totalDifficulty + header.difficulty,
    size: encodeBlock(block).length,
    requests,
  }
}

/** The rules of the block that comes after `parent`. */
export const rulesAfter = (
  config: ChainConfig,
  parent: Pick<BlockRecord, 'block' | 'totalDifficulty'>,
  timestamp: bigint,
): Rules => {
  const terminal = config.terminalTotalDifficulty
  const merged = terminal !== undefined && parent.totalDifficulty >= terminal
  return rulesAt(config, { number: parent.block.header.number + 1n, timestamp, merged })
}

/** The rules that a committed block was made by. */
export const rulesOf = (
  config: ChainConfig,
  { block: { header }, totalDifficulty }: Pick<BlockRecord, 'block' | 'totalDifficulty'>,
): Rules => {
  const terminal = config.terminalTotalDifficulty
  const merged = terminal !== undefined && totalDifficulty - header.difficulty >= terminal
  return rulesAt(config, { number: header.number, timestamp: header.timestamp, merged })
}

/** Where the messages of a block on top of `parent` run. */
export const scopeIn = (
  { engine, store }: Pick<Host, 'engine' | 'store'>,
  parent: BlockRecord,
  rules: Rules,
  header: Header,
): Scope => ({
  engine,
  rules,
  block: blockContext(header, rules),
  isPartial: store.origin !== undefined,
  blockHash: ancestorHashes(store, parent),
})

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

interface RanTransactions {
  readonly transactions: Transaction[]
  readonly senders: Address[]
  readonly receipts: Receipt[]
  readonly refused: Refusal[]
  readonly deposits: Uint8Array[]
  readonly logsBloom: Uint8Array
  gasUsed: bigint
  blobGasUsed: bigint
}

/** One after the other on the draft, as long as the block has room. */
const runTransactions = async (
  scope: Scope,
  store: Store,
  draft: Draft,
  given: readonly Transaction[],
): Promise<RanTransactions> => {
  const { fork, blobs } = scope.rules
  const ran: RanTransactions = {
    transactions: [],
    senders: [],
    receipts: [],
    refused: [],
    deposits: [],
    logsBloom: emptyBloom(),
    gasUsed: 0n,
    blobGasUsed: 0n,
  }
  for (const [index, transaction] of given.entries()) {
    const room = {
      gas: scope.block.gasLimit - ran.gasUsed,
      blobGas: blobs.max * GAS_PER_BLOB - ran.blobGasUsed,
    }
    const result = await settle(store, () => attempt(scope, draft.state, room, transaction))
    if ('fault' in result) {
      ran.refused.push({ index, ...result })
      continue
    }
    draft.merge(result.layer)
    ran.gasUsed += result.gasUsed
    ran.blobGasUsed += result.blobGasUsed
    ran.deposits.push(...result.deposits)
    ran.transactions.push(transaction)
    ran.senders.push(result.sender)
    const bloom = logsBloom(result.logs)
    mergeBloom(ran.logsBloom, bloom)
    const succeeded = result.succeeded ? 1 : 0
    ran.receipts.push({
      type: transaction.type,
      // Before Byzantium a receipt says what the state came to (EIP-658).
      ...(isActive('Byzantium', fork) ? { status: succeeded } : { postState: (await draft.settle()).root }),
      cumulativeGasUsed: ran.gasUsed,
      logsBloom: bloom,
      logs: result.logs,
    })
  }
  return ran
}

/**
 * Runs one transaction and reads its deposits. Whatever is wrong with it is its own refusal, a bug of the engine
 * too: otherwise one transaction would keep every block from being built for as long as it waits.
 */
const attempt = (
  scope: Scope,
  state: Reader,
  room: Room,
  transaction: Transaction,
): (TransactionResult & { readonly deposits: readonly Uint8Array[] }) | Omit<Refusal, 'index'> => {
  try {
    const result = runTransaction(scope, state, room, transaction)
    if (isFault(result)) return { fault: result }
    const deposits = depositsOf(scope.rules, result.logs)
    return isBlockFault(deposits) ? { fault: deposits } : { ...result, deposits }
  } catch (cause) {
    if (isGivenUp(cause)) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    const message = `${transactionHash(transaction)} cannot be run: the engine failed (${why}). This is a bug of Deed`
    return { fault: fault('ENGINE_FAILED', message), cause }
  }
}

/** The header as far as it is known before the first transaction; the rest is zero. */
export const openHeader = (
  { hash, block }: Pick<BlockRecord, 'hash' | 'block'>,
  inputs: Omit<BlockInputs, 'transactions'>,
  rules: Rules,
): Header => {
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
