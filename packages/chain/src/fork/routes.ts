/**
 * Who answers what on a fork. What lies at the fork's block or before it the origin answers in its own words, so
 * that nothing of them has to be understood: the transactions of an L2 may be of types of its own. The state after
 * the fork's block, and everything after it, is local. What crosses the border is joined (./joined.ts).
 */
import { EMPTY_CODE_HASH, type Hash } from '@deed/evm'
import { quantity } from '../hex.ts'
import { findBlock, isPending } from '../rpc/block-parameter.ts'
import { isObject } from '../rpc/decode.ts'
import type { Context } from '../rpc/method.ts'
import type { BlockParameter } from '../rpc/params.ts'
import { ORIGIN_LIFE } from '../state/root.ts'
import { ForkError } from './error.ts'
import { JOINED } from './joined.ts'
import type { Origin } from './origin.ts'
import { askFor, type ForkRequest, type Route } from './route.ts'

export const route: Route = async (origin, request) => {
  const own = ROUTES[request.name]
  return own === undefined ? undefined : own(origin, request)
}

/** Where a block lies: here, or with the origin, by what it is called there. */
type Place = 'here' | { readonly number: bigint } | { readonly hash: Hash }

/** @param isState it is the state that is asked for, which at the fork's block is local. */
const placeOf = async (
  origin: Origin,
  { node: { chain } }: Context,
  at: BlockParameter,
  isState: boolean,
): Promise<Place> => {
  const last = isState ? origin.block.number - 1n : origin.block.number
  if ('hash' in at) {
    if (at.hash === origin.block.hash) return isState ? 'here' : { number: last }
    if ((await chain.block(at.hash)) !== undefined) return 'here'
    const number = await numberOfHash(origin, at.hash)
    return number !== undefined && number <= last ? { hash: at.hash } : 'here'
  }
  if ('number' in at) return at.number <= last ? at : 'here'
  const number = at.tag === 'earliest' ? 0n : chain.head.block.header.number
  return at.tag !== 'pending' && number <= last ? { number } : 'here'
}

const numberOfHash = async (origin: Origin, hash: Hash): Promise<bigint | undefined> => {
  const { result } = await askFor(origin, 'eth_getBlockByHash', [hash, false])
  return isObject(result) && typeof result.number === 'string' ? BigInt(result.number) : undefined
}

/** The same request with another value of one parameter. */
const passOn = (origin: Origin, { name, params }: ForkRequest, index: number, value: unknown) => {
  const changed = [...params]
  changed[index] = value
  return askFor(origin, name, changed)
}

const blockRoute =
  (index: number, isState: boolean): Route =>
  async (origin, request) => {
    const place = await placeOf(origin, request.context, request.values[index] as BlockParameter, isState)
    if (place === 'here') return undefined
    const called = 'hash' in place ? { blockHash: place.hash } : quantity(place.number)
    return passOn(origin, request, index, called)
  }

const byHash: Route = async (origin, request) => {
  const hash = request.values[0] as Hash
  const place = await placeOf(origin, request.context, { hash, requireCanonical: false }, false)
  return place === 'here' ? undefined : passOn(origin, request, 0, hash)
}

/** Whether a transaction is known here, in a block or waiting. */
const isLocal = async ({ node }: Context, hash: Hash): Promise<boolean> =>
  node.mempool.byHash.has(hash) || (await node.chain.transaction(hash)) !== undefined

const isBefore = (origin: Origin, found: unknown): boolean =>
  isObject(found) && typeof found.blockNumber === 'string' && BigInt(found.blockNumber) <= origin.block.number

/** The transaction or receipt itself. What the origin has mined since the fork is not of this chain. */
const transaction: Route = async (origin, { context, name, values }) => {
  const hash = values[0] as Hash
  if (await isLocal(context, hash)) return undefined
  const { result } = await askFor(origin, name, [hash])
  return { result: isBefore(origin, result) ? result : null }
}

/** Something about a transaction. */
const aboutTransaction: Route = async (origin, request) => {
  const hash = request.values[0] as Hash
  if (await isLocal(request.context, hash)) return undefined
  const { result } = await askFor(origin, 'eth_getTransactionByHash', [hash])
  return isBefore(origin, result) ? passOn(origin, request, 0, hash) : undefined
}

/** At the fork's block the origin's proofs hold for everything that was not set here. */
const proof: Route = async (origin, request) => {
  const { context, values } = request
  const at = values[2] as BlockParameter
  const passed = await blockRoute(2, true)(origin, request)
  if (passed !== undefined) return passed
  if ((await placeOf(origin, context, at, false)) === 'here') return undefined
  const { chain } = context.node
  const address = values[0] as Hash
  const state = await chain.stateAt(chain.genesis.hash)
  const isSetHere = await state.proof(address, []).then(
    () => true,
    (error) => {
      if (error.code === 'DEED_FORK_PROOF') return false
      throw error
    },
  )
  if (!isSetHere) return passOn(origin, request, 2, quantity(origin.block.number))
  throw new ForkError(
    'DEED_FORK_UNKNOWN',
    `account ${address} was set by this fork in the state of block ${origin.block.number}, whose root is the origin's and does not prove it: mine a block and ask there`,
  )
}

/** Whatever needs all of a contract's storage. */
const wholeStorage = async ({ node: { chain } }: Context, hash: Hash, address: Hash): Promise<void> => {
  const account = await (await chain.stateAt(hash)).account(address)
  if (account === undefined || account.incarnation !== ORIGIN_LIFE) return
  if (account.codeHash === EMPTY_CODE_HASH) return
  throw new ForkError(
    'DEED_FORK_UNKNOWN',
    `the storage of ${address} is known only slot by slot, because the contract is the origin's: ask for its slots, or at a block before the fork`,
  )
}

const account: Route = async (origin, request) => {
  const passed = await blockRoute(1, true)(origin, request)
  if (passed !== undefined) return passed
  const { context, values } = request
  const some = await findBlock(context.node, values[1] as BlockParameter)
  const hash = some === undefined || isPending(some) ? context.node.chain.head.hash : some.hash
  await wholeStorage(context, hash, values[0] as Hash)
  return undefined
}

const storageRange: Route = async (origin, request) => {
  const passed = await byHash(origin, request)
  if (passed !== undefined) return passed
  const [hash, , address] = request.values as [Hash, number, Hash]
  if ((await request.context.node.chain.block(hash)) !== undefined)
    await wholeStorage(request.context, hash, address)
  return undefined
}

const named = (names: string, own: Route): [string, Route][] => names.split(' ').map((name) => [name, own])

/** By method. A name that this node does not answer does no harm. */
export const ROUTES: Readonly<Record<string, Route | undefined>> = Object.fromEntries([
  ...named('eth_getBalance eth_getTransactionCount eth_getCode eth_getAccountInfo', blockRoute(1, true)),
  ...named('eth_getStorageValues eth_call eth_estimateGas eth_createAccessList', blockRoute(1, true)),
  ...named('eth_simulateV1 debug_traceCall trace_callMany ots_hasCode', blockRoute(1, true)),
  ...named('eth_getStorageAt trace_call trace_rawTransaction', blockRoute(2, true)),
  ...named('eth_getProof', proof),
  ...named('eth_getAccount', account),
  ...named('debug_storageRangeAt', storageRange),

  ...named('eth_getBlockByNumber eth_getBlockTransactionCountByNumber', blockRoute(0, false)),
  ...named('eth_getHeaderByNumber', blockRoute(0, false)),
  ...named('eth_getBlockReceipts eth_getBlockAccessList', blockRoute(0, false)),
  ...named('eth_getTransactionByBlockNumberAndIndex', blockRoute(0, false)),
  ...named('eth_getRawTransactionByBlockNumberAndIndex', blockRoute(0, false)),
  ...named('eth_getUncleCountByBlockNumber eth_getUncleByBlockNumberAndIndex', blockRoute(0, false)),
  ...named('debug_getRawBlock debug_getRawHeader debug_getRawReceipts', blockRoute(0, false)),
  ...named('debug_traceBlockByNumber trace_block trace_replayBlockTransactions', blockRoute(0, false)),
  ...named('ots_getBlockDetails ots_getBlockTransactions erigon_getHeaderByNumber', blockRoute(0, false)),

  ...named('eth_getBlockByHash eth_getHeaderByHash eth_getBlockTransactionCountByHash', byHash),
  ...named('eth_getTransactionByBlockHashAndIndex eth_getRawTransactionByBlockHashAndIndex', byHash),
  ...named('eth_getUncleCountByBlockHash eth_getUncleByBlockHashAndIndex', byHash),
  ...named('debug_traceBlockByHash ots_getBlockDetailsByHash', byHash),

  ...named('eth_getTransactionByHash eth_getTransactionReceipt', transaction),
  ...named('eth_getRawTransactionByHash debug_getRawTransaction', aboutTransaction),
  ...named('debug_traceTransaction trace_transaction trace_get trace_replayTransaction', aboutTransaction),
  ...named('ots_getInternalOperations ots_getTransactionError ots_traceTransaction', aboutTransaction),

  ...Object.entries(JOINED),
])
