/** Days are counted from 1970: none that a deed works out may lie before. */
import { type Finding, finding } from '../finding.ts'
import { interval } from '../model/interval.ts'
import type { Expr, Model } from '../model/model.ts'
import { effectLists, expressions, flatten, inCondition, inEffect, inRoute } from '../model/walk.ts'
import type { Place } from '../syntax/place.ts'

export const dayFindings = (model: Model): Finding[] => {
  const found: Finding[] = []
  const look = (exprs: readonly Expr[], place: Place, sentence: string) => {
    for (const expr of exprs.flatMap((each) => [...expressions(each)])) {
      if (expr.op !== 'shift') continue
      const { low } = interval(model, expr)
      if (low && low.n >= 0n) continue
      found.push(
        finding(
          'DEED_L610',
          place,
          `A day of "${sentence}" may lie before 1 January 1970, where days begin.`,
          { how: 'Give the date it is counted from bounds, such as', text: 'from 2027-01-01 to 2030-12-31' },
        ),
      )
      return
    }
  }
  for (const { expr, low, high, place, sentence } of model.values)
    look(
      [expr?.expr, low, high].filter((each) => each !== undefined),
      place,
      sentence,
    )
  for (const { condition, place, sentence } of model.requirements)
    look(inCondition(condition), place, sentence)
  model.clauses.forEach(({ timer }, clause) => {
    for (const effect of effectLists(model, clause).flatMap((list) => [...flatten(list)]))
      look(inEffect(effect), effect.place, effect.sentence)
    if (!timer) return
    if (timer.kind === 'wait') {
      look([timer.limit.kind === 'by' ? timer.limit.day : timer.limit.span], timer.place, timer.sentence)
      for (const route of timer.routes) look(inRoute(route), route.place, route.sentence)
    } else look([timer.kind === 'repeat' ? timer.from : timer.day], timer.place, timer.sentence)
  })
  return found
}
