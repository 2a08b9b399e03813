/**
 * The meaning of a deed: what each step does to its state. One step at a time, each whole or not at all. Whoever calls
 * first lets every timer run that is due, at the instant at which it fell due, in the order (instant, clause); so the
 * state in which an act is applied does not depend on when, by whom or whether anybody called.
 */
import type { Model } from '../model/model.ts'
import { type Ratio, ratio } from '../ratio.ts'
import { begin, checkBounds, tell } from './effects.ts'
import { figure, holds, type Scene } from './evaluate.ts'
import { Fault, Refusal, refuse } from './fault.ts'
import { type Account, type Agreed, addTo, amountOf, type Outcome, type State } from './state.ts'
import { attempt, elapse, endIfIdle, MAX_STEPS, nextTimer, unsigned } from './time.ts'

/** @throws Refusal if what was agreed is out of bounds; see {@link create}. */
const initial = (model: Model, agreed: Agreed, wallets: Record<Account, readonly bigint[]>): State => {
  const state: State = {
    agreed,
    now: 0,
    begun: false,
    ended: false,
    signed: model.parties.map(({ third }) => third),
    clauses: model.clauses.map(() => ({
      due: 0,
      left: 0,
      opening: false,
      openings: 0,
      from: 0,
      times: 0,
      round: 0,
    })),
    holdings: model.holdings.map(() => 0n),
    debts: model.debts.map(() => 0n),
    values: model.values.map((_, index) => agreed.values[index]),
    rows: model.tables.map(() => 0),
    holders: [...agreed.parties],
    free: {},
    wallets: Object.fromEntries(Object.entries(wallets).map(([account, list]) => [account, [...list]])),
    assents: {},
    orders: {},
  }
  const scene: Scene = { model, state, prices: [] }
  const signers = model.parties.flatMap(({ third }, i) => (third ? [] : [agreed.parties[i]!]))
  model.parties.forEach(({ third }, i) => {
    if (
      !third &&
      signers.indexOf(agreed.parties[i]!) < model.parties.slice(0, i).filter((other) => !other.third).length
    )
      refuse('OutOfBounds(parties)')
  })
  for (const { kind, index } of model.blanks) {
    if (kind === 'value' && dependsOnNothing(model, index)) checkBounds(scene, index, state.values[index]!)
  }
  for (const index of model.derived) {
    const { expr, exact, type } = model.values[index]!
    if (exact || !expr) continue
    state.values[index] = figure(scene, expr, type)
    checkBounds(scene, index, state.values[index])
  }
  for (const { kind, index } of model.blanks) {
    if (kind === 'value' && !dependsOnNothing(model, index)) checkBounds(scene, index, state.values[index]!)
  }
  return state
}

/** Bounds of blanks may be made of constants, which are worked out from other blanks. */
const dependsOnNothing = (model: Model, index: number): boolean => {
  const { low, high } = model.values[index]!
  return [low, high].every(
    (bound) => bound === undefined || bound.op === 'number' || bound.op === 'date' || bound.op === 'span',
  )
}

/** A deed that nobody has signed yet, or why it cannot be made of these values. */
export const create = (
  model: Model,
  agreed: Agreed,
  wallets: Record<Account, readonly bigint[]>,
): Outcome => {
  try {
    return { state: initial(model, agreed, wallets), events: [] }
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.reason }
    if (error instanceof Fault) return { refused: `Fault(${error.message})` }
    throw error
  }
}

/** A party signs. With the last one the deed begins: its first clause with steps opens. */
export const sign = (model: Model, state: State, signer: Account, clock: number): Outcome =>
  attempt(model, state, (action) => {
    const { state: s } = action
    const party = model.parties.findIndex(({ third }, i) => !third && s.agreed.parties[i] === signer)
    if (party < 0) refuse(`NotYourAct(${signer})`)
    if (s.signed[party]) refuse(`BadSignature(${signer})`)
    s.signed[party] = true
    tell(action, 'Signed', signer)
    if (!s.signed.every(Boolean)) return
    s.begun = true
    s.now = clock
    for (const { clause, condition } of model.requirements)
      if (!holds(action, condition)) refuse(`ConditionNotMet(${clause + 1}, 0)`)
    tell(action, 'Begun', clock)
    begin(action, model.first)
    endIfIdle(action)
  })

/** Anybody lets at most `max` timers run that are due. */
export const perform = (model: Model, state: State, max: number, clock: number): Outcome =>
  attempt(model, state, (action) => {
    if (elapse(action, clock, max) === 0) refuse('NothingDue()')
  })

/** Anybody sends an account what is its own. */
export const withdraw = (
  model: Model,
  state: State,
  account: Account,
  token: number,
  clock: number,
): Outcome =>
  attempt(model, state, (action) => {
    elapse(action, clock, MAX_STEPS)
    const amount = amountOf(action.state.free, account, token)
    if (amount === 0n) return
    addTo(model, action.state.free, account, token, -amount)
    addTo(model, action.state.wallets, account, token, amount)
    tell(action, 'Withdrawn', account, model.tokens[token]!.name, amount)
  })

/** A payer lets anybody perform its payments in some money, up to a limit. */
export const order = (model: Model, state: State, payer: Account, token: number, limit: bigint): Outcome =>
  attempt(model, state, (action) => {
    action.state.orders[payer] ??= model.tokens.map(() => 0n)
    action.state.orders[payer][token] = limit
    tell(action, 'Ordered', payer, model.tokens[token]!.name, limit)
  })

/** The holder of a role passes it on. What is due comes first, so that it is credited to whom it belongs to. */
export const transfer = (model: Model, state: State, party: number, to: Account, clock: number): Outcome =>
  attempt(model, state, (action) => {
    if (!action.state.begun) refuse(`NotSigned(${unsigned(model, action.state)})`)
    elapse(action, clock, MAX_STEPS)
    if (nextTimer(action.state, clock) !== undefined) refuse('BehindSchedule()')
    action.state.holders[party] = to
  })

/** What a feed's answer says one smallest unit of its base is worth, in smallest units of its quote. */
export const priceOf = (model: Model, feed: number, answer: bigint, decimals: number): Ratio => {
  const { quote, base } = model.feeds[feed]!
  const scale = (power: number) => 10n ** BigInt(power)
  const [over, under] = [model.tokens[quote]!.decimals, decimals + model.tokens[base]!.decimals]
  return ratio(answer * scale(over), scale(under))
}
