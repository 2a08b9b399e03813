/** `debug_` methods that look at states and blocks without a tracer. */
import { type Address, EMPTY_CODE_HASH, type Hash } from '@deed/evm'
import { bytesToHex, wordToHash } from '../../hex.ts'
import { refuse } from '../decode.ts'
import { serverError } from '../error.ts'
import type { Context } from '../method.ts'
import type { BlockParameter } from '../params.ts'
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

/** @param _at anvil's second argument: code is kept by its hash, whatever the block. */
export const debugCodeByHash = async ({ node }: Context, hash: Hash, _at?: BlockParameter) => {
  if (hash === EMPTY_CODE_HASH) return '0x'
  const code = await node.chain.code(hash)
  return code === undefined ? null : bytesToHex(code)
}

/** A value by its key in geth's database, of which the code of contracts has one here: 0x63, then the code's hash. */
export const debugDbGet = async (context: Context, key: Uint8Array) => {
  if (key.length !== 33 || key[0] !== CODE_PREFIX)
    refuse('argument 0 (key)', '0x63 and the 32 bytes of a code hash', bytesToHex(key))
  return debugCodeByHash(context, bytesToHex(key.subarray(1)) as Hash)
}

const CODE_PREFIX = 0x63
