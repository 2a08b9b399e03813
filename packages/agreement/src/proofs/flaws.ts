/** What control alone shows to be wrong, as findings. */
import type { Code } from '../codes.ts'
import { type Finding, type Fix, finding, write } from '../finding.ts'
import type { Model } from '../model/model.ts'
import { effectLists, flatten } from '../model/walk.ts'
import type { Exploration, Flaw, Label } from './control.ts'
import { labelsTo, storyOf } from './story.ts'

export const controlFindings = (model: Model, exploration: Exploration): Finding[] => {
  if (exploration.tooLarge) return [tooLarge(model)]
  return [
    ...exploration.flaws.map((flaw) => flawFinding(model, exploration, flaw)),
    ...neverBegun(model, exploration),
  ]
}

const tooLarge = (model: Model): Finding => {
  const { place } = model.clauses[model.first]!
  return finding(
    'DEED_L403',
    place,
    'The clauses of this deed can be open together in so many ways that they cannot all be looked at (20,000 states).',
    {
      how: 'Close clauses that no longer matter when others begin, such as',
      text: '- Close Rent and Notice.',
    },
  )
}

const flawFinding = (model: Model, exploration: Exploration, flaw: Flaw): Finding => {
  const labels = [...labelsTo(exploration, flaw.from), flaw.label]
  const story = storyOf(model, labels)
  const [code, message, fix] = DESCRIBED[flaw.kind](model, flaw, labels)
  return finding(code, flaw.place, message, fix, flaw.from < 0 ? undefined : story)
}

type Described = readonly [Code, string, Fix]

const nameOf = (model: Model, { about }: Flaw): string => model.clauses[about]!.name

const DESCRIBED: Readonly<
  Record<Flaw['kind'], (model: Model, flaw: Flaw, labels: readonly Label[]) => Described>
> = {
  'begin twice': (model, flaw, labels) => [
    'DEED_L402',
    `${nameOf(model, flaw)} may begin while it is open.`,
    beforeFirstBegin(model, flaw, labels),
  ],
  'no row': (model, { about }) => {
    const { name } = model.tables[about]!
    return [
      'DEED_L311',
      `There may be no further row of ${name} to take.`,
      write(`- If another ${name} remains:\n  - Take the next ${name}.\n- Otherwise:\n  - End.`),
    ]
  },
  'no row taken': (model, { about }) => {
    const { name } = model.tables[about]!
    return [
      'DEED_L313',
      `A row of ${name} is read and none may have been taken yet.`,
      { how: 'Before it, write', text: `- Take the next ${name}.` },
    ]
  },
  'next too early': (model, flaw) => [
    'DEED_L312',
    `A day of ${nameOf(model, flaw)} is read and it may not have begun yet.`,
    { how: 'Before it, write', text: `- Begin ${nameOf(model, flaw)}.` },
  ],
  'paused for ever': (model, flaw) => [
    'DEED_L405',
    `${nameOf(model, flaw)} may stand still for ever: nothing is left that could resume it.`,
    { how: 'Before the last clause closes, write', text: `- Resume ${nameOf(model, flaw)}.` },
  ],
  'while opening': (model, flaw) => [
    'DEED_L411',
    `${nameOf(model, flaw)} is only just beginning here, and cannot be closed or paused.`,
    {
      how: 'Leave it out, or begin it under a condition',
      text: `- If ${nameOf(model, flaw)} is not open:\n  - Begin ${nameOf(model, flaw)}.`,
    },
  ],
  price: (model, { about }) => [
    'DEED_L320',
    `${model.feeds[about]!.name} cannot be read when time has come, only when somebody acts.`,
    {
      how: 'Let somebody act on it',
      text: '- Within 30 days:\n  - Anyone may settle.\n- Otherwise:\n  - Do nothing.',
    },
  ],
}

/**
 * A clause that is begun again is mostly one that should have ended with what began it first: the clause whose step
 * begins it the second time was to be closed there.
 */
const beforeFirstBegin = (model: Model, { about, label }: Flaw, labels: readonly Label[]): Fix => {
  const { name } = model.clauses[about]!
  const second = label.kind === 'signing' ? undefined : label.clause
  const first = labels.slice(0, -1).findLast((each) => begins(model, each, about))
  if (second === undefined || !first || first.kind === 'signing' || first.clause === second)
    return write(`- If ${name} is not open:\n  - Begin ${name}.`)
  const { number } = model.clauses[first.clause]!
  return {
    how: `Before clause ${number} begins ${name}, write`,
    text: `- Close ${model.clauses[second]!.name}.`,
  }
}

const begins = (model: Model, label: Label, clause: number): boolean => {
  if (label.kind === 'signing') return false
  const lists = effectLists(model, label.clause)
  return lists.some((list) =>
    [...flatten(list)].some((effect) => effect.kind === 'begin' && effect.clause === clause),
  )
}

/** Clauses with steps that no run of events comes to. */
const neverBegun = (model: Model, { paths, flaws }: Exploration): Finding[] => {
  // A step that is wrong is not followed, and what it begins would be missed.
  if (flaws.length > 0) return []
  const begun = new Set([model.first])
  for (const { items } of paths)
    for (const item of items)
      if (item.kind === 'effect' && item.effect.kind === 'begin') begun.add(item.effect.clause)
  return model.clauses.flatMap(({ name, number, place, opening, timer }, index): Finding[] =>
    begun.has(index) || (opening.length === 0 && !timer)
      ? []
      : [
          finding('DEED_L404', place, `No run of events comes to clause ${number}, ${name}.`, {
            how: 'Where it is to begin, write',
            text: `- Begin ${name}.`,
          }),
        ],
  )
}
