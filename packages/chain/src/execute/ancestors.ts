import type { Hash, Miss } from '@deed/evm'
import { MISS } from '@deed/evm'
import type { BlockRecord, Store } from '../store/store.ts'

/**
 * BLOCKHASH for the block after `parent`: its ancestors, whether they are canonical or not. Those of a fork's first
 * block are looked up by number.
 */
export const ancestorHashes = (store: Store, parent: BlockRecord): ((number: bigint) => Hash | Miss) => {
  /** From the parent back, as far as anybody has asked. */
  const walked = [parent]
  return (number) => {
    const distance = Number(parent.block.header.number - number)
    while (walked.length <= distance) {
      const record = store.record('block', walked.at(-1)!.block.header.parentHash)
      if (record === MISS) return MISS
      if (record === undefined) {
        const { parentHash } = walked.at(-1)!.block.header
        return walked.length === distance ? parentHash : (store.origin?.blockHash(number) ?? NO_HASH)
      }
      walked.push(record)
    }
    return walked[distance]!.hash
  }
}

const NO_HASH: Hash = `0x${'0'.repeat(64)}`
