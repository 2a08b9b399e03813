import type { Hash } from '@deed/evm'
import { executeGenesis, type FirstBlock, type Genesis } from '../genesis.ts'
import { found, settle } from '../state/missing.ts'
import type { Tries } from '../state/tries.ts'
import { commitBatch } from '../store/commit.ts'
import { type BlockRecord, joinBatches, type Put, positionKey, type Store } from '../store/store.ts'
import type { Executed } from './types.ts'

/** Commits genesis to an empty store, or makes sure that the store was begun with the same one. */
export const openGenesis = async (
  store: Store,
  tries: Tries,
  genesis: Genesis | FirstBlock,
): Promise<BlockRecord> => {
  const executed =
    'first' in genesis ? genesis.first : await settle(store, () => executeGenesis(store, genesis))
  const present = await settle(store, () => found(store.record('position', FIRST)))
  if (present === undefined) {
    const { record, batch } = await settle(store, () => commitBatch(store, tries, executed))
    const put: Put[] = [
      { table: 'meta', key: 'head', value: record.hash },
      { table: 'meta', key: 'chainId', value: String(genesis.config.chainId) },
    ]
    await store.write(joinBatches(batch!, { put }))
    tries.keep(record.hash, executed.trie)
    return record
  }
  const chainId = await settle(store, () => found(store.record('meta', 'chainId')))
  if (chainId !== String(genesis.config.chainId)) throw new OtherChainId(genesis.config.chainId, chainId)
  if (present !== executed.hash) throw new OtherGenesis(executed, present)
  return (await settle(store, () => found(store.record('block', present))))!
}

/** Where the first block of a chain lies. */
const FIRST = positionKey({ branch: 0, height: 0 })

class OtherChainId extends Error {
  override readonly name = 'OtherChainId'
  readonly code = 'DEED_OTHER_CHAIN_ID'
  constructor(expected: bigint, present: string | undefined) {
    super(
      `The store holds a chain of id ${present}, not ${expected}: open it with its own id, or use another folder`,
    )
  }
}

class OtherGenesis extends Error {
  override readonly name = 'OtherGenesis'
  readonly code = 'DEED_OTHER_GENESIS'
  constructor({ hash, block }: Executed, present: Hash) {
    super(
      `The store holds a chain whose block ${block.header.number} is ${present}, not ${hash}: open it with its own settings, or use another folder`,
    )
  }
}
