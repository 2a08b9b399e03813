import type { Hash } from '@deed/evm'
import { nextBaseFee } from '../../execute/fees.ts'
import { quantity } from '../../hex.ts'
import { executable } from '../../mempool/order.ts'
import { decodeTransaction } from '../../transaction/codec.ts'
import type { Transaction } from '../../transaction/types.ts'
import type { Decoded } from '../decode.ts'
import { faultError, orFault, serverError } from '../error.ts'
import type { Context } from '../method.ts'
import type { Node } from '../node.ts'
import {
  blockValue,
  formatBlobs,
  formatPayload,
  formatRequests,
  type payloadAttributes,
  payloadInputs,
} from '../payload.ts'

/** Transactions of one request. */
export const MAX_BUILD_TRANSACTIONS = 5_000
/** No transaction uses less gas. */
const LEAST_GAS = 21_000n

/**
 * Builds a block and keeps nothing of it (execution-apis): of these transactions, all of them in this order,
 * or without a list of what waits in the mempool.
 */
export const testingBuildBlock = async (
  { node }: Context,
  parentHash: Hash,
  attributes: Decoded<typeof payloadAttributes>,
  encoded: readonly Uint8Array[] | undefined,
  extraData: Uint8Array | undefined,
) => {
  const parent = await node.chain.block(parentHash)
  if (parent === undefined) throw serverError('DEED_RPC_BLOCK', `unknown parent block ${parentHash}`)
  const inputs = payloadInputs(parent.block.header, attributes)
  const transactions = encoded?.map((one) => orFault(decodeTransaction(one)))
  const executed = await node.chain.execute(parentHash, {
    ...inputs,
    ...(extraData && { extraData }),
    transactions: transactions ?? waitingFor(node, parent.hash, attributes.timestamp),
  })
  const [refused] = executed.refused
  if (transactions && refused) throw faultError(refused.fault)
  return {
    executionPayload: formatPayload(executed.block, executed.hash),
    blockValue: quantity(blockValue(executed.block, executed.receipts)),
    blobsBundle: formatBlobs(node.mempool, executed),
    executionRequests: formatRequests(executed.requests),
    shouldOverrideBuilder: false,
  }
}

/** What waits for the block after the head, best first; nothing for another block. */
export const waitingFor = ({ chain, mempool }: Node, parent: Hash, timestamp: bigint): Transaction[] => {
  if (parent !== chain.head.hash) return []
  const { header } = chain.head.block
  const baseFee = nextBaseFee(header, chain.rulesAfter(chain.head, timestamp)) ?? 0n
  const limit = Number(header.gasLimit / LEAST_GAS)
  return executable(mempool, baseFee, limit).map(({ transaction }) => transaction)
}
