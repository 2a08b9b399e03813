/** What a deed waits for, in the words of its text. */
import { deedAbi } from '@deed/agreement'
import { isoTime } from './instant.ts'
import type { Play } from './play.ts'
import type { Stage } from './stage.ts'

export interface Pending {
  readonly clause: number
  readonly name: string
  /** ISO time at which the clause elapses. */
  readonly due: string
  /** Sentences of the acts that are possible now. */
  readonly may: readonly string[]
  /** What happens if nobody acts. */
  readonly otherwise: readonly string[]
}

export const pendingOf = async ({ client }: Stage, { agreement, deed }: Play): Promise<Pending[]> => {
  const open = await client.readContract({ address: deed, abi: deedAbi, functionName: 'pending' })
  return open.flatMap(({ clause: number, due, acts }) => {
    const clause = agreement.outline.clauses.find((c) => c.number === number)
    if (!clause) return []
    const may = clause.acts.filter((act) => acts.includes(act.number)).map(({ sentence }) => sentence)
    return [{ clause: number, name: clause.name, due: isoTime(due), may, otherwise: clause.otherwise }]
  })
}
