/** `debug_` methods that look at states and blocks without a tracer. */
import { type Address, EMPTY_CODE_HASH, type Hash } from '@deed/evm'
import { bytesToHex, wordToHash } from '../../hex.ts'
import { serverError } from '../error.ts'
import type { Context } from '../method.ts'
import { replayUntil } from '../replayed.ts'

/** Slots of one answer, as in geth. */
const MAX_SLOTS = 1_024

/** Slots of a contract before a transaction of a block, in the order of their hashed keys. */
export const debugStorageRangeAt = async (
  { node }: Context,
  blockHash: Hash,
  index: number,
  address: Address,
  start: Uint8Array,
  limit: number,
) => {
  const record = await node.chain.block(blockHash)
  if (record === undefined) throw serverError('DEED_RPC_BLOCK', `block ${blockHash} not found`)
  const replay = await replayUntil(node, record.block, index)
  const count = Math.min(limit, MAX_SLOTS)
  const slots = await replay.slotsFrom(address, start, count + 1)
  const shown = slots.slice(0, count).map(({ hash, key, value }) => {
    // As in geth without preimages.
    const name = key === undefined ? null : wordToHash(key)
    return [hash, { key: name, value: wordToHash(value) }] as const
  })
  return { storage: Object.fromEntries(shown), nextKey: slots[count]?.hash ?? null }
}

/** This node keeps no block that it refused. */
export const debugGetBadBlocks = () => []

export const debugCodeByHash = async ({ node }: Context, hash: Hash) => {
  if (hash === EMPTY_CODE_HASH) return '0x'
  const code = await node.chain.code(hash)
  return code === undefined ? null : bytesToHex(code)
}
