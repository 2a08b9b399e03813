/** Acts: who may, what is given, on what condition, which money comes, and what follows. */
import type { Act, Model, Route } from '../model/model.ts'
import { MOST_MONEY } from '../model/range.ts'
import { compare, type Ratio } from '../ratio.ts'
import { type Action, checkBounds, close, deposit, run, setValue, tell } from './effects.ts'
import { holds, money, quantity, type Scene } from './evaluate.ts'
import { Fault, refuse } from './fault.ts'
import { feedsReadBy } from './feeds.ts'
import { type Account, addTo, amountOf, type Outcome, type State } from './state.ts'
import { attempt, elapse, endIfIdle, MAX_STEPS, nextTimer, unsigned } from './time.ts'

export interface Call {
  /** Place of the clause in the model. */
  readonly clause: number
  /** Number of the route, from 1. */
  readonly route: number
  readonly caller: Account
  /** Values that the act gives, in its order. */
  readonly given?: readonly bigint[]
  /** For `any amount up to`. */
  readonly amount?: bigint
  /** Native money that comes with the call. */
  readonly attached?: bigint
  /** Whose standing order pays; the caller itself without it. */
  readonly payer?: Account
  /** What each feed answers now; undefined if its answer is stale or none. */
  readonly prices?: readonly (Ratio | undefined)[]
}

/** Takes money from a wallet, or says why that fails. Tokens that misbehave have one of their own. */
export type Pull = (state: State, token: number, from: Account, amount: bigint) => string | undefined

/** Somebody acts. What is due comes first, and is taken back with an act that is refused. */
export const act = (
  model: Model,
  state: State,
  call: Call,
  clock: number,
  pull: Pull = fromWallet(model),
): Outcome => {
  const feeds = feedsReadBy(model, call.clause, call.route)
  const prices = model.feeds.map((_, feed) => (feeds.includes(feed) ? call.prices?.[feed] : undefined))
  return attempt(
    model,
    state,
    (action) => {
      if (!action.state.begun) refuse(`NotSigned(${unsigned(model, action.state)})`)
      elapse(action, clock, MAX_STEPS)
      if (nextTimer(action.state, clock) !== undefined) refuse('BehindSchedule()')
      const { number, timer } = model.clauses[call.clause]!
      if (action.state.clauses[call.clause]!.due === 0) refuse(`ClauseNotOpen(${number})`)
      const route = timer?.kind === 'wait' ? timer.routes[call.route - 1] : undefined
      if (!route) throw new RangeError(`clause ${number} has no act ${call.route}`)
      action.state.now = clock
      checkActor(action, call, route)
      for (const feed of feeds) if (!prices[feed]) refuse(`StalePrice(${model.feeds[feed]!.name})`)
      actAs(action, call, route, pull)
    },
    prices,
  )
}

const checkActor = (action: Action, call: Call, route: Route): void => {
  const account = payerOf(action, call, route)
  if (route.actors.length > 0 && !route.actors.some((index) => action.state.holders[index] === account))
    refuse(`NotYourAct(${account})`)
}

/** Whoever acts: the caller, or whose standing order it performs, which pays what must be paid or what is owed. */
const payerOf = (
  { model, state }: Action,
  { caller, payer }: Call,
  { act, must, actors }: Route,
): Account => {
  if (payer === undefined || act.kind !== 'pay' || model.tokens[act.token]!.kind !== 'fungible') return caller
  if (must && actors.length === 1) return payer
  if (act.to.kind !== 'debt') return caller
  if (state.holders[model.debts[act.to.index]!.debtor] !== payer) refuse(`NotYourAct(${caller})`)
  return payer
}

const actAs = (action: Action, call: Call, route: Route, pull: Pull): void => {
  const { model, state } = action
  const { number } = model.clauses[call.clause]!
  const given = giveValues(action, route.act, call)
  if (route.guard && !holds(given, route.guard)) refuse(`ConditionNotMet(${number}, ${route.number})`)
  if (route.together && !assent(action, call, route)) return
  const before = [...state.holdings, ...state.debts]
  tell(action, 'Acted', number, route.number, payerOf(action, call, route))
  if (!route.often) close(action, call.clause)
  if (route.act.kind === 'give') {
    for (const [i, { value }] of route.act.given.entries()) setValue(action, value, call.given![i]!)
  } else payIn(action, route, call, pull)
  run(action, route.effects)
  endIfIdle(action)
  checkLifted(action, before)
}

/**
 * Checks what an act gives, each value against its bounds and against what was given before it.
 * @returns the scene in which the given values are stated already, for the guard.
 */
const giveValues = (action: Action, act: Act, call: Call): Scene => {
  if (act.kind !== 'give') {
    if (act.kind === 'pay' && act.upTo) {
      const most = money(action, act.amount)
      if (call.amount === undefined || call.amount <= 0n || call.amount > most) refuse('OutOfBounds(amount)')
    }
    return action
  }
  const scene: Scene = { ...action, state: { ...action.state, values: [...action.state.values] } }
  act.given.forEach(({ value, most }, i) => {
    const { name, type } = action.model.values[value]!
    const figureGiven = call.given?.[i]
    if (figureGiven === undefined) throw new RangeError(`${name} is not given`)
    checkBounds(scene, value, figureGiven)
    scene.state.values[value] = figureGiven
    if (!most) return
    const bound = quantity(scene, most)
    if (compare(quantity(scene, { op: 'value', value }), bound) > 0) refuse(`OutOfBounds(${name})`)
    if (type.kind === 'document') throw new Error('a document has no bound')
  })
  return scene
}

/** @returns whether all have consented to the same. */
const assent = (action: Action, call: Call, route: Route): boolean => {
  const { model, state } = action
  const { number } = model.clauses[call.clause]!
  const opening = state.clauses[call.clause]!.openings
  const key = [call.clause, opening, route.number, ...(call.given ?? [])].join('/')
  const before = state.assents[key] ?? 0
  // Whoever plays two of the parties consents for one after the other.
  const party = route.actors.find(
    (index) => state.holders[index] === call.caller && (before & (1 << index)) === 0,
  )
  if (party === undefined) return refuse(`NotYourAct(${call.caller})`)
  const after = before | (1 << party)
  state.assents[key] = after
  if (route.actors.some((index) => (after & (1 << index)) === 0)) {
    tell(action, 'Assented', number, route.number, call.caller)
    return false
  }
  state.assents[key] = 0
  return true
}

const payIn = (action: Action, route: Route, call: Call, pull: Pull): void => {
  const { model, state } = action
  const { act } = route
  if (act.kind === 'give') return
  const payer = payerOf(action, call, route)
  const amount = act.kind === 'deliver' ? 1n : act.upTo ? call.amount! : money(action, act.amount)
  if (amount < 0n) throw new Fault('a negative amount is paid')
  if (model.tokens[act.token]!.kind === 'native' && call.attached !== amount)
    refuse(`PartialTransfer(${model.tokens[act.token]!.name}, ${amount}, ${call.attached ?? 0n})`)
  if (payer !== call.caller) {
    if (amountOf(state.orders, payer, act.token) < amount) refuse('OutOfBounds(autopay)')
    addTo(model, state.orders, payer, act.token, -amount)
  }
  const failed = pull(state, act.token, payer, amount)
  if (failed !== undefined) refuse(failed)
  deposit(
    action,
    act.token,
    amount,
    act.kind === 'deliver' ? { kind: 'holding', index: act.holding } : act.to,
  )
}

const fromWallet =
  (model: Model): Pull =>
  (state, token, from, amount) => {
    if (amountOf(state.wallets, from, token) < amount) return 'ERC20InsufficientBalance'
    addTo(model, state.wallets, from, token, -amount)
    return undefined
  }

/** No act lifts a cell so far that what timers add to it could overflow. */
const checkLifted = ({ model, state }: Action, before: readonly bigint[]): void => {
  const cells = [...model.holdings, ...model.debts]
  const after = [...state.holdings, ...state.debts]
  cells.forEach(({ name }, i) => {
    if (after[i]! > before[i]! && after[i]! > MOST_MONEY) refuse(`OutOfBounds(${name})`)
  })
}
