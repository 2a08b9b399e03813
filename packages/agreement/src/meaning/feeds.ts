/** Which prices an act reads: in its own words, and in those of the clauses that it begins. */
import type { Effect, Model } from '../model/model.ts'
import { expressions, flatten, inEffect } from '../model/walk.ts'

export const feedsReadBy = (model: Model, clause: number, route: number): readonly number[] => {
  const { timer } = model.clauses[clause]!
  const found = timer?.kind === 'wait' ? timer.routes[route - 1] : undefined
  if (!found || model.feeds.length === 0) return []
  const feeds = new Set(found.feeds)
  for (const begun of begunAtOnce(model, found.effects)) {
    for (const effect of flatten(model.clauses[begun]!.opening))
      for (const expr of inEffect(effect).flatMap((each) => [...expressions(each)]))
        if (expr.op === 'price') feeds.add(expr.feed)
  }
  return [...feeds].sort((a, b) => a - b)
}

/** Clauses that some effects begin, directly or by the opening effects of others. */
export const begunAtOnce = (model: Model, effects: readonly Effect[]): ReadonlySet<number> => {
  const begun = new Set<number>()
  const visit = (list: readonly Effect[]): void => {
    for (const effect of flatten(list)) {
      if (effect.kind !== 'begin' || begun.has(effect.clause)) continue
      begun.add(effect.clause)
      visit(model.clauses[effect.clause]!.opening)
    }
  }
  visit(effects)
  return begun
}
