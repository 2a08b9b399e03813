/** What a developer says about blocks to come, the mempool and the chain as a whole. */
import type { Address, Hash } from '@deed/evm'
import type { GivenTransaction } from '../../dev/input.ts'
import { bytesToHex, quantity } from '../../hex.ts'
import { encodeTransaction } from '../../transaction/codec.ts'
import { controlOf } from '../control.ts'
import {
  count,
  type Decoder,
  bytes as decodeBytes,
  integer,
  isObject,
  list,
  maybe,
  object,
  refuse,
  text,
} from '../decode.ts'
import { RPC_CODE, RpcError, serverError } from '../error.ts'
import { formatBlock, type Json } from '../format.ts'
import type { Context } from '../method.ts'
import type { Node } from '../node.ts'
import { type TransactionRequest, transactionRequest } from '../params.ts'
import { evmMine } from './evm.ts'
import { baseFeeAfter } from './fees.ts'
import { signedBy } from './send.ts'

/** Seconds between blocks: at most a hundred years. */
const MAX_INTERVAL_SECONDS = 100n * 365n * 86_400n
/** Blocks of one `anvil_reorg`, and transactions that it puts into them. */
const MAX_REORG = 10_000

export const setCoinbase = async ({ node }: Context, beneficiary: Address) => {
  await controlOf(node).setBlocks({ beneficiary })
  return true
}

export const setNextBlockBaseFee = async ({ node }: Context, baseFeePerGas: bigint) => {
  await controlOf(node).setBlocks({ baseFeePerGas })
  return true
}

export const setPrevRandao = async ({ node }: Context, prevRandao: Hash) => {
  await controlOf(node).setBlocks({ prevRandao })
  return true
}

export const setBlockGasLimit = async ({ node }: Context, gasLimit: bigint) => {
  if (gasLimit < MIN_GAS_LIMIT || gasLimit > MAX_GAS_LIMIT)
    refuse('argument 0 (gasLimit)', `from ${MIN_GAS_LIMIT} to ${MAX_GAS_LIMIT}`, gasLimit)
  await controlOf(node).setBlocks({ gasLimit })
  return true
}

/** As anvil and Hardhat: where a base fee rules, a least price has no meaning. */
export const setMinGasPrice = (_context: Context, _wei: bigint) => {
  throw new RpcError(
    RPC_CODE.invalidParams,
    'the least gas price cannot be set on a chain with a base fee (EIP-1559): use hardhat_setNextBlockBaseFeePerGas',
    { code: 'DEED_DEV_MIN_GAS_PRICE' },
  )
}

export const setBlockTimestampInterval = async ({ node }: Context, seconds: bigint) => {
  if (seconds < 1n || seconds > MAX_INTERVAL_SECONDS)
    refuse('argument 0 (seconds)', `from 1 to ${MAX_INTERVAL_SECONDS}`, seconds)
  await controlOf(node).setBlockInterval(seconds)
  return null
}

export const removeBlockTimestampInterval = async ({ node }: Context) => {
  await controlOf(node).setBlockInterval(undefined)
  return true
}

export const getAutomine = ({ node }: Context) => controlOf(node).isAutomine()

/** Seconds between blocks of the timer; null without. */
export const getIntervalMining = ({ node }: Context) => {
  const ms = controlOf(node).intervalMs()
  return ms === 0 ? null : ms / 1_000
}

/** anvil gives seconds where `evm_setIntervalMining` gives milliseconds. */
export const setIntervalMiningSeconds = async ({ node }: Context, seconds: number) => {
  if (!(seconds >= 0 && seconds <= 86_400)) refuse('argument 0 (seconds)', 'from 0 to 86400', seconds)
  await controlOf(node).setIntervalMining(Math.round(seconds * 1_000))
  return null
}

/** As `evm_mine`; tells the new blocks with their transactions. */
export const mineDetailed = async (context: Context, options: unknown) => {
  const { chain } = context.node
  const before = chain.head.block.header.number
  await evmMine(context, options)
  const blocks: Json[] = []
  for (let number = before + 1n; number <= chain.head.block.header.number; number++)
    blocks.push(formatBlock((await chain.blockByNumber(number))!, true))
  return blocks
}

export const intervalMine = async ({ node }: Context) => {
  await controlOf(node).mine(1)
  return true
}

export const impersonateAccount = async ({ node }: Context, address: Address) => {
  await controlOf(node).impersonate(address)
  return true
}

/** Whether it was impersonated. */
export const stopImpersonatingAccount = ({ node }: Context, address: Address) =>
  controlOf(node).stopImpersonating(address)

export const autoImpersonateAccount = async ({ node }: Context, on: boolean) => {
  await controlOf(node).impersonateAll(on)
  return true
}

/** Whether it waited. */
export const dropTransaction = async ({ node }: Context, hash: Hash) =>
  (await controlOf(node).drop([hash])) === 1

export const dropAllTransactions = async ({ node }: Context) => {
  await controlOf(node).drop([...node.mempool.byHash.keys()])
  return null
}

export const removePoolTransactions = async ({ node }: Context, sender: Address) => {
  const entries = node.mempool.queues.get(sender)?.entries.values() ?? []
  await controlOf(node).drop([...entries].map(({ hash }) => hash))
  return null
}

/**
 * To the first block; with `forking` to that of a fork, which need not be the present one. On a fork, nothing at all
 * ends it, as with anvil and Hardhat; an empty `forking`, which is what viem sends, stays where it is.
 */
export const reset = async ({ node }: Context, options: unknown) => {
  const control = controlOf(node)
  const at = 'argument 0 (options).forking'
  const forking = isObject(options) && isObject(options.forking) ? FORKING(options.forking, at) : undefined
  const { jsonRpcUrl: url, blockNumber } = forking ?? {}
  if ((url ?? blockNumber) !== undefined) {
    if (control.fork === undefined) return refuse(at, 'nothing: this chain cannot fork another', options)
    await control.fork({ ...(url !== undefined && { url }), blockNumber })
  } else if (forking === undefined && node.fork !== undefined) await control.fork?.(undefined)
  else await control.reset()
  return true
}

const FORKING = object({ jsonRpcUrl: maybe(text), blockNumber: maybe(integer) })

/** Asks for the same chain at another address. */
export const setRpcUrl = ({ node }: Context, url: string) => {
  if (node.fork === undefined)
    throw serverError('DEED_FORK_NONE', 'this chain is not a fork: it has no origin')
  node.fork.setUrl(url)
  return null
}

export const rollback = async ({ node }: Context, blocks: number) => {
  await controlOf(node).rollback(blocks)
  return null
}

/** geth's way back: the block of this number is the head, and what came after it is gone. */
export const setHead = async ({ node }: Context, number: bigint) => {
  const head = node.chain.head.block.header.number
  if (number > head) refuse('argument 0 (blockNumber)', `at most ${head}, the head`, number)
  await controlOf(node).rollback(Number(head - number))
  return null
}

type Placed = readonly [transaction: Uint8Array | TransactionRequest, block: number]

const placed: Decoder<Placed> = (value, at) => {
  if (!Array.isArray(value) || value.length !== 2)
    return refuse(at, 'a transaction and which of the new blocks it goes into', value)
  const [given, block] = value
  const transaction =
    typeof given === 'string' ? decodeBytes(given, `${at}[0]`) : transactionRequest(given, `${at}[0]`)
  return [transaction, count(block, `${at}[1]`)]
}

export const placedTransactions: Decoder<readonly Placed[]> = list(placed, MAX_REORG)

/** Replaces the newest blocks by as many others, of the transactions given and no others. What waits goes on waiting. */
export const reorg = async ({ node }: Context, depth: number, transactions: readonly Placed[]) => {
  const control = controlOf(node)
  if (depth > MAX_REORG) refuse('argument 0 (depth)', `at most ${MAX_REORG}`, depth)
  const outside = transactions.find(([, block]) => block >= depth)
  if (outside) refuse('argument 1 (transactions)', `blocks from 0 to ${depth - 1}`, outside[1])
  await control.rollback(depth)
  for (let block = 0; block < depth; block++) {
    const placed = transactions.filter(([, at]) => at === block).map(([transaction]) => transaction)
    await control.mineGiven(await givenOf(node, placed))
  }
  return null
}

/** A request without a nonce takes the next one of its sender, behind those before it. */
const givenOf = async (
  node: Node,
  transactions: readonly Placed[0][],
): Promise<readonly GivenTransaction[]> => {
  const state = await node.chain.stateAt(node.chain.head.hash)
  const nonces = new Map<Address, bigint>()
  const given: GivenTransaction[] = []
  for (const transaction of transactions) {
    if (transaction instanceof Uint8Array) {
      given.push({ encoded: bytesToHex(transaction) })
      continue
    }
    const { from } = transaction
    const free = from && (nonces.get(from) ?? (await state.account(from))?.nonce ?? 0n)
    const nonce = transaction.nonce ?? free
    const { signed, impersonated } = await signedBy(node, { ...transaction, nonce })
    if (from !== undefined) nonces.set(from, signed.nonce + 1n)
    given.push({ encoded: bytesToHex(encodeTransaction(signed)), ...(impersonated && { impersonated }) })
  }
  return given
}

/** What a node logs is failures, explained; one that explains none takes this too, so that tools go on. */
export const setLoggingEnabled = ({ node: { explainer } }: Context, on: boolean) => {
  if (explainer) explainer.isTelling = on
  return true
}

export const metadata = ({ node: { chain, clientVersion, fork } }: Context): Json => ({
  clientVersion,
  chainId: Number(chain.config.chainId),
  instanceId: chain.genesis.hash,
  latestBlockNumber: Number(chain.head.block.header.number),
  latestBlockHash: chain.head.hash,
  ...(fork && {
    forkedNetwork: {
      chainId: Number(fork.block.chainId),
      forkBlockNumber: Number(fork.block.number),
      forkBlockHash: fork.block.hash,
    },
  }),
})

export const nodeInfo = ({ node }: Context): Json => {
  const { chain, fork } = node
  const { header } = chain.head.block
  const baseFee = Number(baseFeeAfter(node, chain.head) ?? 0n)
  return {
    currentBlockNumber: quantity(header.number),
    currentBlockTimestamp: Number(header.timestamp),
    currentBlockHash: chain.head.hash,
    hardFork: chain.rulesOf(chain.head).fork.toLowerCase(),
    transactionOrder: node.order,
    environment: {
      baseFee,
      chainId: Number(chain.config.chainId),
      gasLimit: Number(header.gasLimit),
      gasPrice: baseFee + Number(node.suggestedTipWei),
    },
    forkConfig: {
      // Without its path, which is often a key.
      forkUrl: fork?.url ?? null,
      forkBlockNumber: fork ? Number(fork.block.number) : null,
      forkRetryBackoff: null,
    },
  }
}

export const genesisTime = ({ node }: Context) => Number(node.chain.genesis.block.header.timestamp)

/** Gas that a block may have: at least what the protocol asks for, at most what is counted exactly. */
const MIN_GAS_LIMIT = 5_000n
const MAX_GAS_LIMIT = 2n ** 53n - 1n
