import { mayContain } from '../../block/bloom.ts'
import type { Receipt } from '../../block/types.ts'
import { hexToBytes } from '../../hex.ts'
import { nextTurn } from '../../next-turn.ts'
import { numberOf, type SomeBlock } from '../block-parameter.ts'
import { RPC_CODE, RpcError, serverError } from '../error.ts'
import { type LogCriteria, matchesLog } from '../filter.ts'
import { formatLog, type Json } from '../format.ts'
import type { Context } from '../method.ts'
import type { LogQuery } from '../params.ts'

/** Logs of one answer to a query over several blocks; those of one block are bounded by its gas. */
const MAX_LOGS = 100_000
/** Blocks of one query; their blooms are read one by one. */
const MAX_LOG_BLOCKS = 1_000_000n

export const ethGetLogs = async ({ node }: Context, query: LogQuery): Promise<readonly Json[]> => {
  const { chain } = node
  const found: Json[] = []
  if (query.blockHash !== undefined) {
    const block = await chain.block(query.blockHash)
    if (block === undefined) throw serverError('DEED_RPC_BLOCK', `unknown block: ${query.blockHash}`)
    collect(found, block, (await chain.receipts(block.hash)) ?? [], query)
    return found
  }
  const from = numberOf(node, query.fromBlock)
  const to = numberOf(node, query.toBlock)
  checkRange(from, to, chain.head.block.header.number)
  for (let number = from; number <= to; number++) {
    const block = await chain.blockByNumber(number)
    if (block === undefined) break
    if ((number - from) % BLOCKS_PER_TURN === BLOCKS_PER_TURN - 1n) await nextTurn()
    if (!mayMatch(block.block.header.logsBloom, query)) continue
    collect(found, block, (await chain.receipts(block.hash)) ?? [], query)
    if (found.length > MAX_LOGS)
      throw new RpcError(
        RPC_CODE.limit,
        `query returned more than ${MAX_LOGS} results: ask for fewer blocks at a time`,
        { code: 'DEED_RPC_LOGS' },
      )
  }
  return found
}

/** Blocks after which other requests have their turn: a few milliseconds' worth. */
const BLOCKS_PER_TURN = 4_096n

/** The logs of a block that a filter or subscription wants. */
export const logsOf = (
  block: SomeBlock,
  receipts: readonly Receipt[],
  criteria: LogCriteria,
  removed: boolean,
): Json[] => {
  const found: Json[] = []
  collect(found, block, receipts, criteria, removed)
  return found
}

const checkRange = (from: bigint, to: bigint, head: bigint): void => {
  const refusal =
    from > to
      ? `invalid block range params: fromBlock ${from} is after toBlock ${to}`
      : to > head
        ? `block range extends beyond current head block: toBlock ${to}, head ${head}`
        : to - from >= MAX_LOG_BLOCKS
          ? `block range of ${to - from + 1n} is too large: ask for at most ${MAX_LOG_BLOCKS} blocks`
          : undefined
  if (refusal !== undefined) throw new RpcError(RPC_CODE.invalidParams, refusal, { code: 'DEED_RPC_RANGE' })
}

const collect = (
  found: Json[],
  block: SomeBlock,
  receipts: readonly Receipt[],
  criteria: LogCriteria,
  removed = false,
): void => {
  let logIndex = 0
  receipts.forEach(({ logs }, transactionIndex) => {
    for (const log of logs) {
      if (matchesLog(criteria, log)) found.push(formatLog(log, block, transactionIndex, logIndex, removed))
      logIndex++
    }
  })
}

/** What a block's bloom says without its receipts being read: no may be trusted, yes may not. */
const mayMatch = (bloom: Uint8Array, { addresses, topics }: LogCriteria): boolean =>
  (addresses.length === 0 || addresses.some((address) => mayContain(bloom, hexToBytes(address)))) &&
  topics.every(
    (wanted) => wanted.length === 0 || wanted.some((topic) => mayContain(bloom, hexToBytes(topic))),
  )
