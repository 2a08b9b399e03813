/** What was proved, in sentences that a party can approve. They are kept beside the deed; a change needs approval again. */
import type { Model, Route } from '../model/model.ts'
import { effectLists, flatten } from '../model/walk.ts'
import { signedBefore } from './axioms.ts'
import type { Exploration } from './control.ts'
import type { Cover } from './cover.ts'
import { type Life, lifeWords } from './life.ts'
import { effectWords, type Meeting } from './meetings.ts'

export type FactKind = 'life' | 'money' | 'duty' | 'trust' | 'order' | 'control'

export interface Fact {
  readonly kind: FactKind
  /** Number of the clause that it is about; 0 for the whole deed. */
  readonly clause: number
  readonly sentence: string
}

export const factsOf = (
  model: Model,
  exploration: Exploration,
  life: Life,
  cover: Cover,
  meetings: readonly Meeting[],
): Fact[] => [
  {
    kind: 'life',
    clause: 0,
    sentence: `This deed ends by ${lifeWords(model, shortest(life, cover))} at the latest, whatever anybody does.`,
  },
  ...moneyFacts(model),
  ...dutyFacts(model),
  ...trustFacts(model),
  ...meetings.map(({ clause, sentence }): Fact => ({ kind: 'order', clause, sentence })),
  {
    kind: 'order',
    clause: 0,
    sentence: 'Where time limits end in the same instant, the clause with the lower number goes first.',
  },
  {
    kind: 'control',
    clause: 0,
    sentence: `No clause begins while it is open, and nothing is read before it is stated, in any of the ${exploration.states.length} ways in which clauses can be open together.`,
  },
]

/** Signing comes before what was agreed, where the conditions of signing say so. */
const shortest = (
  { anchors, afterSigning }: Life,
  { system }: Cover,
): Pick<Life, 'anchors' | 'afterSigning'> => ({
  anchors,
  afterSigning: anchors.some((anchor) => signedBefore(system, afterSigning, anchor)) ? 0 : afterSigning,
})

const moneyFacts = (model: Model): Fact[] => {
  const effects = model.clauses.flatMap((_, clause) =>
    effectLists(model, clause).flatMap((list) => [...flatten(list)]),
  )
  const exact = new Set(
    effects.flatMap((effect) =>
      effect.kind === 'release' && effect.portion === 'exactly' ? [effect.sentence] : [],
    ),
  )
  const facts: Fact[] = []
  const add = (sentence: string) => facts.push({ kind: 'money', clause: 0, sentence })
  if (exact.size > 0) add(`There is always enough for: ${[...exact].join(' ')}`)
  for (const { name, owner } of model.holdings)
    add(`What is left in ${name} at the end is ${model.parties[owner]!.name}'s own.`)
  for (const { name, debtor, creditor } of model.debts)
    add(
      `What is left of ${name} at the end is still owed by ${model.parties[debtor]!.name} to ${model.parties[creditor]!.name}, outside of this deed.`,
    )
  if (model.holdings.length > 0)
    add(
      "Every unit that is paid in becomes some party's own, and nobody else's doing can keep it from being withdrawn.",
    )
  return facts
}

const dutyFacts = (model: Model): Fact[] =>
  model.clauses.flatMap(({ number, name, timer }) => {
    if (timer?.kind !== 'wait') return []
    return timer.routes
      .filter(({ must }) => must)
      .map(
        (route): Fact => ({
          kind: 'duty',
          clause: number,
          sentence: `${timer.sentence}: ${route.sentence} (${number}. ${name}). Otherwise: ${effectWords(timer.otherwise)}`,
        }),
      )
  })

/** What depends on somebody who has not signed, or on a feed. */
const trustFacts = (model: Model): Fact[] =>
  model.clauses.flatMap(({ number, name, timer }) => {
    if (timer?.kind !== 'wait') return []
    return timer.routes.flatMap((route): Fact[] => {
      const thirds = route.actors.filter((index) => model.parties[index]!.third)
      const facts: Fact[] = []
      if (thirds.length > 0)
        facts.push({
          kind: 'trust',
          clause: number,
          sentence: `${names(model, route)} alone decides to ${route.verb} (${number}. ${name}). In silence: ${effectWords(timer.otherwise)}`,
        })
      for (const feed of route.feeds)
        facts.push({
          kind: 'trust',
          clause: number,
          sentence: `"${route.sentence}" believes the feed of ${model.feeds[feed]!.name}; while that is stale the act is refused.`,
        })
      return facts
    })
  })

const names = (model: Model, { actors }: Route): string =>
  actors.map((index) => model.parties[index]!.name).join(' or ')
