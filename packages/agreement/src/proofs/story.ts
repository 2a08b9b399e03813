/** A run of events that leads to a control state, in words of the deed. */
import type { Model } from '../model/model.ts'
import type { Exploration, Label } from './control.ts'

/** Steps of the shortest run from the signing to a state; -1 is the signing itself. */
export const labelsTo = ({ edges, paths, parents }: Exploration, state: number): Label[] => {
  const labels: Label[] = []
  for (let at = state; at >= 0; ) {
    const parent = parents[at]!
    labels.unshift(parent < 0 ? { kind: 'signing' } : paths[edges[parent]!.path]!.label)
    at = parent < 0 ? -1 : edges[parent]!.from
  }
  return labels
}

export const storyOf = (model: Model, labels: readonly Label[]): string[] =>
  labels.map((label) => inWords(model, label))

const inWords = (model: Model, label: Label): string => {
  if (label.kind === 'signing') return 'all have signed'
  const { number, name, timer } = model.clauses[label.clause]!
  const where = `${number}. ${name}`
  if (label.kind === 'act') {
    const route = timer?.kind === 'wait' ? timer.routes[label.route - 1] : undefined
    return `${where}: ${route?.sentence ?? ''}`
  }
  if (timer?.kind === 'repeat') return `${where}: ${label.round ? 'a round' : 'the last round is over'}`
  return timer?.kind === 'delay' ? `${where}: the day comes` : `${where}: nobody acts in time`
}
