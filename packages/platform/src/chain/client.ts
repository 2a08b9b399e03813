/**
 * The chain as the platform sees it: JSON-RPC by viem, the same on any Ethereum network.
 */

import { deedAbi } from '@deed/agreement'
import {
  BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  decodeErrorResult,
  type Hex,
  HttpRequestError,
  http,
  type PublicClient,
  RawContractError,
  SocketClosedError,
  TimeoutError,
  type Transport,
  WebSocketRequestError,
  webSocket,
} from 'viem'

export type Chain = PublicClient

/** A request that has no answer by then counts as the chain being away. */
const REQUEST_TIMEOUT_MS = 20_000
/** Calls of one tick travel as one JSON-RPC batch of at most this many. */
const BATCH_SIZE = 50

/** @param transport a URL (`http:`, `https:`, `ws:`, `wss:`), or any transport of viem for a chain in this process. */
export const connect = (transport: string | Transport): Chain =>
  createPublicClient({
    transport: typeof transport === 'string' ? transportOf(transport) : transport,
    // Blocks are asked for when needed: a cached block number would let the index miss one.
    cacheTime: 0,
  })

const transportOf = (url: string): Transport =>
  /^wss?:/.test(url)
    ? webSocket(url, { timeout: REQUEST_TIMEOUT_MS, retryCount: 0 })
    : http(url, { timeout: REQUEST_TIMEOUT_MS, retryCount: 0, batch: { batchSize: BATCH_SIZE } })

/** A block, as far as the platform looks at it. */
export interface Block {
  readonly number: number
  readonly hash: Hex
  readonly parentHash: Hex
  /** Seconds. */
  readonly time: number
  readonly baseFeeWei: bigint
}

export const blockAt = async (
  chain: Chain,
  at: 'latest' | 'pending' | number,
): Promise<Block | undefined> => {
  const tag = typeof at === 'number' ? (`0x${at.toString(16)}` as const) : at
  const block = await chain.request({ method: 'eth_getBlockByNumber', params: [tag, false] })
  if (!block) return undefined
  return {
    number: Number(block.number ?? 0),
    hash: block.hash ?? '0x',
    parentHash: block.parentHash,
    time: Number(block.timestamp),
    baseFeeWei: BigInt(block.baseFeePerGas ?? 0),
  }
}

/** Whether the chain did not answer at all, as opposed to answering with an error. */
export const isAway = (error: unknown): boolean =>
  error instanceof BaseError &&
  error.walk(
    (cause) =>
      (cause instanceof HttpRequestError && !(cause.status && cause.status < 500 && cause.status !== 429)) ||
      cause instanceof WebSocketRequestError ||
      cause instanceof SocketClosedError ||
      cause instanceof TimeoutError,
  ) !== null

/** Why a call was refused: the deed's error with its values, a reason string, or what the node said. */
export const refusal = (error: unknown): string => {
  if (!(error instanceof BaseError)) return String(error)
  const reverted = error.walk((cause) => cause instanceof ContractFunctionRevertedError)
  if (reverted instanceof ContractFunctionRevertedError && reverted.data)
    return written(reverted.data.errorName, reverted.data.args ?? [])
  const data = dataOf(error)
  if (data && data !== '0x') {
    try {
      const { errorName, args } = decodeErrorResult({ abi: deedAbi, data })
      return written(errorName, args ?? [])
    } catch {
      return `execution reverted with ${data.slice(0, 10)}`
    }
  }
  const { details } = error
  return details || error.shortMessage
}

const written = (name: string, args: readonly unknown[]) =>
  name === 'Error' ? String(args[0]) : `${name}(${args.join(', ')})`

const dataOf = (error: BaseError): Hex | undefined => {
  const raw = error.walk((cause) => cause instanceof RawContractError || dataIn(cause) !== undefined)
  return raw ? dataIn(raw) : undefined
}

const dataIn = (cause: unknown): Hex | undefined => {
  const data = (cause as { data?: unknown }).data
  const value = typeof data === 'object' && data !== null ? (data as { data?: unknown }).data : data
  return typeof value === 'string' && value.startsWith('0x') ? (value as Hex) : undefined
}
