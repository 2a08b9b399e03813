/** Names of what a contract keeps beside the values of the text. */

import type { Condition, Model } from '../model/model.ts'
import { effectLists, flatten } from '../model/walk.ts'
import type { Names } from './names.ts'

export const roundVariable = ({ clauseStems }: Names, clause: number): string =>
  `_${clauseStems[clause]}Round`
export const fromVariable = ({ clauseStems }: Names, clause: number): string => `_${clauseStems[clause]}From`
export const timesVariable = ({ clauseStems }: Names, clause: number): string =>
  `_${clauseStems[clause]}Times`
export const statedVariable = ({ values }: Names, value: number): string => `_${values[value]}Stated`
export const answerVariable = ({ feeds }: Names, feed: number): string => `_${feeds[feed]}Answer`
export const unitVariable = ({ feeds }: Names, feed: number): string => `_${feeds[feed]}Unit`

/** Values of which some condition asks whether they are stated. */
export const askedStated = (model: Model): ReadonlySet<number> => {
  const asked = new Set<number>()
  const look = (condition: Condition | undefined) => {
    for (const test of condition?.tests ?? []) if (test.op === 'stated') asked.add(test.value)
  }
  model.clauses.forEach(({ timer }, clause) => {
    for (const effect of effectLists(model, clause).flatMap((list) => [...flatten(list)]))
      if (effect.kind === 'if') look(effect.condition)
    if (timer?.kind === 'wait') for (const { guard } of timer.routes) look(guard)
  })
  return asked
}
