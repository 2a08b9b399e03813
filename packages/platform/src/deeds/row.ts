/** A deed by its address: as the index has it, or, before anything has happened in it, as the deed itself says. */
import type { Hex } from 'viem'
import { blockAt, type Chain } from '../chain/client.ts'
import type { Database } from '../database/database.ts'
import type { DeedTable } from '../database/tables.ts'
import { readStanding } from './standing.ts'

/** @returns undefined when there is no deed at the address. */
export const rowOf = async (chain: Chain, db: Database, address: Hex): Promise<DeedTable | undefined> => {
  const row = await db.selectFrom('deeds').selectAll().where('address', '=', address).executeTakeFirst()
  // A deed shows itself by its first event, which is a signature: to be signed here it must be found before.
  return row ?? unsigned(chain, address)
}

const unsigned = async (chain: Chain, address: Hex): Promise<DeedTable | undefined> => {
  const [standing, head] = await Promise.all([readStanding(chain, address), blockAt(chain, 'latest')])
  if (!standing || standing.begun || !head) return undefined
  return {
    address,
    text: standing.text,
    parties: JSON.stringify(standing.parties),
    since_block: head.number,
    since_time: head.time,
    begun: 0,
    ended: 0,
    due: null,
    events: 0,
  }
}
