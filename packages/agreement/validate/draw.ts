/**
 * What happens next: something of the present control state that has not been seen, if there is such, else anything. The
 * words themselves say whether a drawn act is one that is wanted, before the contract sees it.
 */

import { DAY_SECONDS } from '../src/calendar.ts'
import { act } from '../src/meaning/act.ts'
import { money } from '../src/meaning/evaluate.ts'
import { Fault, Refusal } from '../src/meaning/fault.ts'
import { feedsReadBy } from '../src/meaning/feeds.ts'
import { isRefused } from '../src/meaning/state.ts'
import { sign } from '../src/meaning/steps.ts'
import type { Route } from '../src/model/model.ts'
import { type Cover, controlOf, type Goal, routeOf } from './cover.ts'
import { amountsIn, drawGiven } from './given.ts'
import type { Random } from './random.ts'
import { FEED_DECIMALS, type House, type Position } from './setting.ts'
import { pricesAt, type Step } from './step.ts'
import { drawBetween } from './terms.ts'

const TRIES = 12

export const drawStep = (random: Random, house: House, cover: Cover, position: Position): Step => {
  const { model } = house.subject
  const { state, clock } = position
  if (!state.begun && !(state.signed.every(Boolean) || random.chance(0.03)))
    return drawSignature(random, house, position)
  const control = controlOf(cover, state)
  if (control !== undefined && state.begun && !state.ended && random.chance(0.75)) {
    const open = cover.goals[control]!.filter(({ key }) => !cover.seen.has(key))
    const step = open.length > 0 ? stepTowards(random, house, position, random.pick(open)) : undefined
    if (step) return step
  }
  const kinds: (() => Step | undefined)[] = [
    () => drawKeep(random, position),
    () => drawKeep(random, position),
    () => drawAnyAct(random, house, position),
    () => drawAnyAct(random, house, position),
    () => drawAnyAct(random, house, position),
    () => drawAnyAct(random, house, position),
    () => drawWithdrawal(random, house, position),
  ]
  if (model.feeds.length > 0)
    kinds.push(
      () => drawPrice(random, house, position),
      () => drawPrice(random, house, position),
    )
  const hasOrders = house.subject.contract.codec.functions.has('autopay')
  if (hasOrders) kinds.push(() => drawOrder(random, house, position))
  if (state.begun && model.parties.some(({ transferable }) => transferable))
    kinds.push(() => drawTransfer(random, house, position))
  // What takes several parties comes about only if they act one after the other.
  for (const [clause, { timer }] of model.clauses.entries()) {
    if (timer?.kind !== 'wait' || state.clauses[clause]!.due <= clock) continue
    const joint = timer.routes.filter(({ together }) => together)
    if (joint.length === 0) continue
    const consent = () => drawAct(random, house, position, clause, random.pick(joint).number, clock, true)
    kinds.push(consent, consent, consent)
  }
  for (;;) {
    const step = random.pick(kinds)()
    if (step) return step
    if (random.chance(0.2)) return { kind: 'keep', most: 1, at: clock + 1 }
  }
}

/** Something that is wanted, if the position allows it. */
const stepTowards = (random: Random, house: House, position: Position, goal: Goal): Step | undefined => {
  const { model } = house.subject
  const { state, clock } = position
  const due = state.clauses[goal.clause]!.due
  const others = state.clauses.flatMap((clause, i) =>
    clause.due !== 0 && (clause.due < due || (clause.due === due && i < goal.clause)) ? [clause.due] : [],
  )
  if (goal.way === 'time') {
    // The timer before it would run first.
    if (others.length > 0) return undefined
    return {
      kind: 'keep',
      most: 1,
      at: Math.max(clock, due + (random.chance(0.8) ? 0 : random.below(400_000))),
    }
  }
  const first = Math.min(due, ...others)
  if (first <= clock || goal.route === undefined) return undefined
  const feeds = feedsReadBy(model, goal.clause, goal.route)
  const stale = feeds.find((feed) => pricesAt(model, position, clock)[feed] === undefined)
  if (stale !== undefined && goal.way !== 'wrong' && random.chance(0.9))
    return { ...drawPrice(random, house, position, stale), at: Math.max(clock, first - 1 - random.below(50)) }
  const wanted = {
    right: /^done$/,
    wrong: /^NotYourAct/,
    out: /^OutOfBounds/,
    unmet: /^ConditionNotMet/,
    time: /^$/,
  }[goal.way]
  for (let i = 0; i < TRIES; i++) {
    const fresh = feeds.length > 0 && random.chance(0.9)
    const at = fresh ? clock : drawInstant(random, clock, first - 1)
    const step = drawAct(random, house, position, goal.clause, goal.route, at, goal.way !== 'wrong')
    if (wanted.test(resultOf(house, position, step))) return step
  }
  // Perhaps the prices are not those that are needed.
  return feeds.length > 0 && goal.way !== 'wrong' ? drawPrice(random, house, position, feeds[0]) : undefined
}

/** What the words say to an act, without anything having happened. */
const resultOf = ({ subject, people }: House, position: Position, step: Step): string => {
  if (step.kind !== 'act') return ''
  const { given, amount, attached } = step
  try {
    const outcome = act(
      subject.model,
      position.state,
      {
        clause: step.clause,
        route: step.route,
        caller: people[step.by]!.address,
        ...(given && { given }),
        ...(amount !== undefined && { amount }),
        ...(attached !== undefined && { attached }),
        prices: pricesAt(subject.model, position, step.at),
      },
      step.at,
    )
    return isRefused(outcome) ? outcome.refused : 'done'
  } catch (error) {
    if (error instanceof Fault) return 'fault'
    throw error
  }
}

// ---- instants ------------------------------------------------------------------------------------------------------

/** An instant from one to another: either of them, near them, on the edge of a day, or anywhere between. */
const drawInstant = (random: Random, from: number, to: number): number => {
  if (to <= from) return from
  const midnight = Math.ceil((from + random.below(to - from)) / DAY_SECONDS) * DAY_SECONDS
  const at = random.pick([
    from,
    from + 1,
    from + random.below(3 * DAY_SECONDS),
    to,
    to - random.below(60),
    to - random.below(DAY_SECONDS),
    midnight,
    midnight - 1,
    from + random.below(to - from + 1),
    from + random.below(to - from + 1),
  ])
  return Math.min(Math.max(at, from), to)
}

/** Some time from now: before or after what is due next. */
const drawLater = (random: Random, { state, clock }: Position): number => {
  const dues = state.clauses.flatMap(({ due }) => (due > clock ? [due] : []))
  if (dues.length === 0) return clock + random.below(40 * DAY_SECONDS)
  const next = Math.min(...dues)
  return random.pick([
    () => drawInstant(random, clock, next - 1),
    () => drawInstant(random, clock, next - 1),
    () => next,
    () => next - 1,
    () => next + random.below(2),
    () => random.pick(dues) + random.below(3) - 1,
    () => clock + random.below(200 * DAY_SECONDS),
  ])()
}

// ---- steps ---------------------------------------------------------------------------------------------------------

/** By somebody who has not signed yet, at a moment at which what the signing requires can hold. */
const drawSignature = (random: Random, { subject, people }: House, { state, clock }: Position): Step => {
  const { model } = subject
  const unsigned = model.parties.flatMap((_, i) => (state.signed[i] ? [] : [i]))
  const dates = model.values.flatMap(({ type, fixed }, i) =>
    type.kind === 'date' && fixed === 'agreed' ? [Number(state.values[i]!)] : [],
  )
  const earliest = dates.length === 0 ? SOME_DAY : Math.min(...dates)
  const draw = (): Step => {
    const by = random.chance(0.97) ? random.pick(unsigned) : random.below(people.length)
    const day =
      earliest - random.pick([0, 1, random.below(30), random.below(40), random.below(100), random.below(300)])
    return { kind: 'sign', by, at: Math.max(clock, day * DAY_SECONDS + random.below(DAY_SECONDS)) }
  }
  const isLast = unsigned.length === 1
  for (let i = 0; i < TRIES; i++) {
    const step = draw()
    // Before the last signature nothing is required, and time should not run away.
    if (!isLast) return { ...step, at: Math.max(clock, (earliest - 400) * DAY_SECONDS) }
    if (step.kind !== 'sign') continue
    if (random.chance(0.1) || !isRefused(sign(model, state, people[step.by]!.address, step.at))) return step
  }
  return draw()
}

/** Some day of 2027, for deeds without dates. */
const SOME_DAY = 21_000

const drawKeep = (random: Random, position: Position): Step => ({
  kind: 'keep',
  most: random.pick([1, 2, 32, 100]),
  at: Math.max(position.clock, drawLater(random, position)),
})

const drawWithdrawal = (random: Random, { people, tokens }: House, position: Position): Step | undefined =>
  tokens.length === 0
    ? undefined
    : {
        kind: 'withdraw',
        of: random.below(people.length),
        token: random.below(tokens.length),
        at: Math.max(position.clock, random.chance(0.5) ? position.clock : drawLater(random, position)),
      }

const drawOrder = (random: Random, { people, tokens, subject }: House, { clock }: Position): Step => ({
  kind: 'order',
  by: random.below(subject.model.parties.length || people.length),
  token: random.below(tokens.length),
  limit: random.pick([0n, 1n << 100n, random.between(0n, 1n << 40n)]),
  at: clock,
})

const drawTransfer = (random: Random, { people, subject }: House, position: Position): Step => ({
  kind: 'transfer',
  party: subject.model.parties.findIndex(({ transferable }) => transferable),
  to: random.below(people.length),
  at: Math.max(position.clock, random.chance(0.5) ? position.clock : drawLater(random, position)),
})

/** A price: none, absurd, or one at which amounts of the one money are worth about amounts of the other. */
const drawPrice = (random: Random, { subject }: House, position: Position, of?: number): Step => {
  const { model } = subject
  const feed = of ?? random.below(model.feeds.length)
  const { quote, base } = model.feeds[feed]!
  const amounts = (token: number) => amountsIn(subject.model, position, token).filter((amount) => amount > 0n)
  const [some, other] = [amounts(quote), amounts(base)]
  const one = (token: number) => 10n ** BigInt(model.tokens[token]!.decimals)
  const fair =
    some.length > 0 && other.length > 0
      ? (random.pick(some) * one(base) * 10n ** BigInt(FEED_DECIMALS) * BigInt(80 + random.below(120))) /
        (random.pick(other) * one(quote) * 100n)
      : 10n ** 8n
  const odd = [0n, -1n, 1n, 1n << 128n, (1n << 128n) - 1n, 10n ** 20n]
  const answer = random.chance(0.92) ? fair : random.pick(odd)
  return {
    kind: 'price',
    feed,
    answer,
    at: Math.max(position.clock, random.chance(0.7) ? position.clock : drawLater(random, position)),
  }
}

const drawAnyAct = (random: Random, house: House, position: Position): Step | undefined => {
  const { model } = house.subject
  const waits = model.clauses.flatMap(({ timer }, i) => (timer?.kind === 'wait' ? [i] : []))
  const open = waits.filter((i) => position.state.clauses[i]!.due !== 0)
  const clause = random.pick(open.length > 0 && random.chance(0.9) ? open : waits)
  const { timer } = model.clauses[clause]!
  if (timer?.kind !== 'wait') return undefined
  const route = random.pick(timer.routes).number
  const at = Math.max(position.clock, drawLater(random, position))
  const step = drawAct(random, house, position, clause, route, at, random.chance(0.9))
  if (step.kind !== 'act' || !house.subject.contract.codec.functions.has('payFor')) return step
  if (!random.chance(0.15)) return step
  return { ...step, payer: random.below(model.parties.length), by: random.below(house.people.length) }
}

/** @param right by whoever may do it, if anybody may that is not everybody. */
const drawAct = (
  random: Random,
  house: House,
  position: Position,
  clause: number,
  number: number,
  at: number,
  right: boolean,
): Step => {
  const { model } = house.subject
  const route = routeOf(model, clause, number)
  const holders = route.actors.map((party) => position.state.holders[party]!)
  const able = house.people.flatMap(({ address }, i) => (holders.includes(address) ? [i] : []))
  const by = right && able.length > 0 ? random.pick(able) : random.below(house.people.length)
  const { act: does } = route
  const base = { kind: 'act', by, clause, route: number, at } as const
  if (does.kind === 'give') return { ...base, given: drawGiven(random, house, position, clause, route, at) }
  const amount = does.kind === 'pay' ? drawAmount(random, house, position, route, at) : undefined
  const native = model.tokens[does.token]!.kind === 'native'
  const exact = amount ?? amountOf(house, position, route, at) ?? 0n
  return {
    ...base,
    ...(amount !== undefined && { amount }),
    ...(native && { attached: random.chance(0.9) ? exact : random.pick([0n, exact + 1n]) }),
  }
}

/** What an act pays or may pay at most; undefined where the words cannot say it yet. */
const amountOf = (
  { subject }: House,
  position: Position,
  { act: does }: Route,
  at: number,
): bigint | undefined => {
  if (does.kind !== 'pay') return undefined
  const { model } = subject
  try {
    return money(
      { model, state: { ...position.state, now: at }, prices: pricesAt(model, position, at) },
      does.amount,
    )
  } catch (error) {
    if (error instanceof Fault || error instanceof Refusal) return undefined
    throw error
  }
}

const MOST_ARGUMENT = (1n << 128n) - 1n

const drawAmount = (
  random: Random,
  house: House,
  position: Position,
  route: Route,
  at: number,
): bigint | undefined => {
  if (route.act.kind !== 'pay' || !route.act.upTo) return undefined
  const most = amountOf(house, position, route, at) ?? 0n
  const drawn = random.pick([
    most,
    most,
    most + 1n,
    1n,
    0n,
    drawBetween(random, 1n, most),
    drawBetween(random, 1n, most),
    MOST_ARGUMENT,
  ])
  return drawn > MOST_ARGUMENT ? MOST_ARGUMENT : drawn
}
