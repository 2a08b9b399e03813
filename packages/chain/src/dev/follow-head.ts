import type { Hash } from '@deed/evm'
import type { Chain } from '../chain.ts'
import { admit } from '../mempool/admit.ts'
import type { Mempool } from '../mempool/mempool.ts'
import { encodeTransaction } from '../transaction/codec.ts'
import { isImpersonated } from '../transaction/signature.ts'
import { refreshPool } from './miner.ts'

/**
 * Makes a committed block the head; the mempool follows. What was mined in blocks that are gone by this and is not in
 * those that came waits again, as in geth. What can never be mined any more is let go, and blobs are: they went with
 * their block.
 *
 * @param nextTime seconds since 1970 at which the next block will be.
 */
export const followHead = async (
  chain: Chain,
  pool: Mempool,
  hash: Hash,
  nextTime: () => bigint,
): Promise<void> => {
  const { removed, added } = await chain.setHead(hash)
  await refreshPool(chain, pool, [...pool.queues.keys()])
  const mined = new Set(added.flatMap(({ transactionHashes }) => transactionHashes))
  for (const { block, senders, transactionHashes } of removed)
    for (const [index, transaction] of block.transactions.entries()) {
      if (transaction.type === 3 || mined.has(transactionHashes[index]!)) continue
      const sender = senders[index]!
      const impersonated = isImpersonated(transaction, sender) ? sender : undefined
      await admit(chain, pool, encodeTransaction(transaction), nextTime(), false, impersonated)
    }
}
