/** What a scenario tells its parties to do, laid out in time and held against the deed before anything is deployed. */
import type { Act, Clause, Scenario, ScenarioAnswer, ScenarioStep, ScenarioTransfer } from '@deed/agreement'
import { CommandError } from '../fault.ts'
import { nearest } from '../nearest.ts'
import type { Agreement } from './folder.ts'
import { type Day, instantOf } from './instant.ts'
import { type Money, parseMoney } from './money.ts'

export interface Action {
  /** Seconds. */
  readonly time: number
  readonly step: ScenarioStep
  readonly clause: Clause
  readonly act: Act
}

/** A feed that answers something else from now on, or a role that is passed on. */
export interface Turn {
  readonly time: number
  readonly step: ScenarioAnswer | ScenarioTransfer
}

export interface Script {
  /** In order of time. */
  readonly actions: (Action | Turn)[]
  /** Spans in which no keeper calls, in seconds. */
  readonly asleep: readonly { from: number; to: number }[]
  /** The last instant that is played. */
  readonly until: number
}

/** @throws DEED_BAD_SCENARIO if it names what the deed has not got, or the order of its instants makes no sense. */
export const scriptOf = (agreement: Agreement, scenario: Scenario, start: Day): Script => {
  const signed = instantOf(scenario.signed, start)
  const until = instantOf(scenario.until, start)
  if (until <= signed) throw wrong(scenario, `ends at "${scenario.until}", before its parties sign`)
  const actions = actionsOf(agreement, scenario, start)
  const first = actions.find((action) => 'act' in action)
  if (first && first.time <= signed)
    throw wrong(scenario, `lets ${first.step.by} act at "${first.step.at}", before its parties have signed`)
  const asleep = scenario.asleep.map((span) => {
    const [from, to] = [instantOf(span.from, start), instantOf(span.to, start)]
    if (from < to) return { from, to }
    throw wrong(scenario, `lets the keeper sleep from "${span.from}" to "${span.to}", which is no later`)
  })
  return { actions, asleep, until }
}

/** Steps of a scenario, repeated steps laid out, each found in the outline. */
const actionsOf = ({ outline }: Agreement, scenario: Scenario, start: Day): (Action | Turn)[] => {
  const acts = new Map(
    outline.clauses.flatMap((clause) => clause.acts.map((a) => [a.function, { clause, act: a }])),
  )
  const people = [...outline.parties.map(({ name }) => name), 'Anyone']
  const feeds = outline.feeds?.map(({ name }) => name) ?? []
  const roles = outline.parties.flatMap(({ name, transferable }) =>
    transferable === undefined ? [] : [name],
  )
  const actions = scenario.steps.flatMap((step): (Action | Turn)[] => {
    if ('feed' in step) {
      if (!feeds.includes(step.feed)) throw unknownName(scenario, 'feed', step.feed, feeds)
      return [{ step, time: instantOf(step.at, start) }]
    }
    if ('role' in step) {
      if (!roles.includes(step.role)) throw unknownName(scenario, 'role', step.role, roles)
      for (const person of [step.by, step.to])
        if (!people.includes(person)) throw unknownName(scenario, 'party', person, people)
      return [{ step, time: instantOf(step.at, start) }]
    }
    const found = acts.get(step.act)
    if (!found) throw unknownName(scenario, 'act', step.act, [...acts.keys()])
    if (!people.includes(step.by)) throw unknownName(scenario, 'party', step.by, people)
    const names = found.act.gives.map(({ name }) => name)
    if (step.give.length !== names.length)
      throw wrong(
        scenario,
        `gives ${step.give.length} values to ${step.act} at "${step.at}", which takes ${names.length === 0 ? 'none' : `${names.length} (${names.join(', ')})`}`,
      )
    return Array.from({ length: step.months }, (_, k) => ({
      ...found,
      step,
      time: instantOf(step.at, start, k),
    }))
  })
  return actions.sort((a, b) => a.time - b.time)
}

/** No token has more units than this. */
const MOST = 2n ** 128n - 1n

/** What each party owns at the beginning, by the scenario. */
export const walletsOf = ({ outline }: Agreement, scenario: Scenario): (Money & { party: string })[] => {
  const people = [...outline.parties.map(({ name }) => name), 'Anyone']
  const wallets = Object.entries(scenario.wallets).flatMap(([party, of]) =>
    [of].flat().map((text) => [party, text] as const),
  )
  return wallets.map(([party, text]) => {
    if (!people.includes(party)) throw unknownName(scenario, 'party', party, people)
    const money = parseMoney(text, (token) => outline.tokens.find((t) => t.name === token)?.decimals)
    if (money && money.amount <= MOST) return { party, ...money }
    throw new CommandError(
      'DEED_BAD_VALUE',
      `The wallet of ${party} in scenario "${scenario.name}" cannot be "${text}". Write it "20,000 USDC", with a token of the deed, and less than 2^128 of its smallest units.`,
    )
  })
}

const wrong = (scenario: Scenario, what: string) =>
  new CommandError('DEED_BAD_SCENARIO', `Scenario "${scenario.name}" ${what}. Correct it there.`)

const unknownName = (scenario: Scenario, what: string, name: string, names: readonly string[]) => {
  const near = nearest(name, names)
  return new CommandError(
    'DEED_BAD_SCENARIO',
    `Scenario "${scenario.name}" names the ${what} "${name}", and the deed has none of that name. ${near ? `Did it mean "${near}"?` : `There are: ${names.join(', ') || 'none'}.`}`,
  )
}
