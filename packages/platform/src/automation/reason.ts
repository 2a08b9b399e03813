/** Why the keeper does something, as a sentence for the log and the page. */
import type { Hex } from 'viem'
import type { Chain } from '../chain/client.ts'
import type { Database } from '../database/database.ts'
import { agreementOf } from '../deeds/agreements.ts'
import { readNames } from '../deeds/names.ts'
import { shownAmount, shownInstant } from '../deeds/shown.ts'
import { dueClause } from '../deeds/standing.ts'
import type { Job } from './work.ts'

/** "3. Rent fell due 2027-03-01 00:00:00 UTC", "Landlord can withdraw 1,000.00 USDC". */
export const reasonOf = async (chain: Chain, db: Database, job: Job): Promise<string> => {
  const deed = await db.selectFrom('deeds').select('text').where('address', '=', job.deed).executeTakeFirst()
  const outline = deed && (await agreementOf(db, deed.text as Hex))?.outline
  if (job.action === 'perform') {
    const number = await dueClause(chain, job.deed, job.due!)
    const name = outline?.clauses.find((clause) => clause.number === number)?.name
    const clause = name ? `${number}. ${name}` : number ? `clause ${number}` : 'a timer'
    return `${clause} fell due ${shownInstant(job.due!)}`
  }
  const names = outline && (await readNames(chain, job.deed, outline))
  const token = names?.tokens.find(({ address }) => address === job.token)
  const party = names?.of(job.party!) ?? job.party!
  return `${party} can withdraw ${token ? shownAmount(job.amount!, token.decimals, token.name) : `${job.amount} of token ${job.token}`}`
}
