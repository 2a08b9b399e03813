/** Events of a deed out of the database, decoded. */
import { type DeedEvent, deedAbi } from '@deed/agreement'
import { decodeEventLog, type Hex } from 'viem'
import type { Database } from '../database/database.ts'

/** All events of `deed`, oldest first. One that cannot be decoded is none of `IDeed`'s and is left out. */
export const eventsOf = async (db: Database, deed: Hex): Promise<DeedEvent[]> => {
  const rows = await db
    .selectFrom('events')
    .selectAll()
    .where('deed', '=', deed)
    .orderBy('block')
    .orderBy('log_index')
    .execute()
  return rows.flatMap((row) => {
    const decoded = decode(JSON.parse(row.topics), row.data as Hex)
    return decoded
      ? [
          {
            eventName: decoded.eventName,
            args: decoded.args as unknown as Record<string, unknown>,
            blockNumber: BigInt(row.block),
            blockTime: BigInt(row.block_time),
            transactionHash: row.tx as Hex,
            logIndex: row.log_index,
          },
        ]
      : []
  })
}

const decode = (topics: [Hex, ...Hex[]], data: Hex) => {
  try {
    return decodeEventLog({ abi: deedAbi, topics, data })
  } catch {
    return undefined
  }
}
