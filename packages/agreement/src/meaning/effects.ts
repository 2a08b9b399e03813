/** Effects run in order and at once; a clause that begins runs its own effects before the next one (a call, no queue). */

import { addMonths } from '../calendar.ts'
import type { Destination, Effect, Portion } from '../model/model.ts'
import { RANGE, SHARE_PARTS } from '../model/range.ts'
import { compare, type Ratio, ratio } from '../ratio.ts'
import {
  day,
  endOf,
  figure,
  holds,
  isOpen,
  money,
  quantity,
  roundDay,
  type Scene,
  span,
  startOf,
} from './evaluate.ts'
import { Fault, refuse } from './fault.ts'
import { addTo, type Event } from './state.ts'

/** A scene in which something happens. */
export interface Action extends Scene {
  readonly events: Event[]
}

export const run = (action: Action, effects: readonly Effect[]): void => {
  for (const effect of effects) {
    if (action.state.ended) return
    perform(action, effect)
  }
}

const perform = (action: Action, effect: Effect): void => {
  const { model, state } = action
  switch (effect.kind) {
    case 'release':
      release(action, effect.holding, effect, effect.to)
      return
    case 'charge': {
      const amount = money(action, effect.amount)
      if (amount < 0n) throw new Fault(`a negative charge: ${effect.sentence}`)
      setDebt(action, effect.debt, state.debts[effect.debt]! + amount)
      return
    }
    case 'forgive': {
      const owed = state.debts[effect.debt]!
      setDebt(action, effect.debt, owed - portionOf(action, effect, owed, 'NotCovered'))
      return
    }
    case 'set':
      setValue(action, effect.value, figure(action, effect.to, model.values[effect.value]!.type))
      return
    case 'begin':
      begin(action, effect.clause)
      return
    case 'close':
      close(action, effect.clause)
      return
    case 'pause':
      pause(action, effect.clause)
      return
    case 'resume':
      resume(action, effect.clause)
      return
    case 'take': {
      const { name, rows } = model.tables[effect.table]!
      if (state.rows[effect.table]! >= rows) throw new Fault(`there is no further row of ${name}`)
      state.rows[effect.table]!++
      tell(action, 'Stated', name, BigInt(state.rows[effect.table]!))
      return
    }
    case 'end':
      end(action)
      return
    case 'if':
      run(action, holds(action, effect.condition) ? effect.then : effect.otherwise)
  }
}

export const tell = ({ events }: Action, name: string, ...args: Event['args']): void => {
  events.push({ name, args })
}

// ---- clauses -------------------------------------------------------------------------------------------------------

export const begin = (action: Action, index: number): void => {
  const { model, state } = action
  const { number, name, opening, timer } = model.clauses[index]!
  const clause = state.clauses[index]!
  if (clause.opening || isOpen(state, index)) throw new Fault(`${name} begins while it is open`)
  clause.opening = true
  clause.openings++
  if (!timer) tell(action, 'Opened', number, state.now, 0)
  run(action, opening)
  clause.opening = false
  if (!timer || state.ended) return
  if (timer.kind === 'repeat') {
    clause.from = day(action, timer.from)
    clause.times = Number(quantity(action, timer.times).n)
    clause.round = 0
    wait(action, index, startOf(model, clause.from))
  } else if (timer.kind === 'delay') wait(action, index, startOf(model, day(action, timer.day)))
  else if (timer.limit.kind === 'by') wait(action, index, endOf(model, day(action, timer.limit.day)))
  else wait(action, index, endOfSpan(action, span(action, timer.limit.span), timer.limit.measure))
}

/** First second after a duration: whole days count from tomorrow, hours from now. */
const endOfSpan = (action: Action, count: number, measure: string): number => {
  const { model, state } = action
  if (measure === 'seconds') return state.now + count + 1
  const today = day(action, { op: 'today' })
  return endOf(model, measure === 'months' ? addMonths(today, count) : today + count)
}

/** A clause never falls due before it was opened. */
const wait = (action: Action, index: number, due: number): void => {
  const { state, model } = action
  const clause = state.clauses[index]!
  clause.due = Math.max(due, state.now)
  tell(action, 'Opened', model.clauses[index]!.number, state.now, clause.due)
}

/** The next round of a repetition is set before this one's effects run, so that they can close it. */
export const nextRound = (action: Action, index: number): void => {
  const clause = action.state.clauses[index]!
  clause.round++
  wait(action, index, startOf(action.model, roundDay(action, index, clause.round)))
}

export const close = (action: Action, index: number): void => {
  const clause = action.state.clauses[index]!
  if (clause.opening) throw new Fault(`${action.model.clauses[index]!.name} is closed while it begins`)
  if (!isOpen(action.state, index)) return
  clause.due = 0
  clause.left = 0
  tell(action, 'Closed', action.model.clauses[index]!.number)
}

const pause = (action: Action, index: number): void => {
  const clause = action.state.clauses[index]!
  if (clause.due === 0) return
  clause.left = clause.due - action.state.now + 1
  clause.due = 0
  tell(action, 'Paused', action.model.clauses[index]!.number, clause.left - 1)
}

const resume = (action: Action, index: number): void => {
  const clause = action.state.clauses[index]!
  if (clause.left === 0) return
  clause.due = action.state.now + clause.left - 1
  clause.left = 0
  tell(action, 'Resumed', action.model.clauses[index]!.number, clause.due)
}

/** Every clause closes, and what is left in each holding becomes its owner's own. */
export const end = (action: Action): void => {
  const { model, state } = action
  for (const clause of state.clauses) Object.assign(clause, { due: 0, left: 0, opening: false })
  state.ended = true
  model.holdings.forEach(({ owner }, index) => {
    const amount = state.holdings[index]!
    if (amount === 0n) return
    setHolding(action, index, 0n)
    credit(action, owner, model.holdings[index]!.token, amount)
  })
  tell(action, 'Ended', state.now)
}

// ---- money and values ----------------------------------------------------------------------------------------------

const release = (action: Action, index: number, portion: Portion, to: Destination): void => {
  const { model, state } = action
  const held = state.holdings[index]!
  const amount = portionOf(action, portion, held, 'NotCovered')
  if (amount === 0n) return
  setHolding(action, index, held - amount)
  deposit(action, model.holdings[index]!.token, amount, to)
}

/** Puts money that is in the deed where it belongs. */
export const deposit = (action: Action, token: number, amount: bigint, to: Destination): void => {
  const { model, state } = action
  if (to.kind === 'party') credit(action, to.index, token, amount)
  else if (to.kind === 'holding') setHolding(action, to.index, state.holdings[to.index]! + amount)
  else {
    const owed = state.debts[to.index]!
    if (amount > owed) throw new Fault(`more is paid towards ${model.debts[to.index]!.name} than is owed`)
    setDebt(action, to.index, owed - amount)
    credit(action, model.debts[to.index]!.creditor, token, amount)
  }
}

const portionOf = (action: Action, { portion, amount }: Portion, there: bigint, what: string): bigint => {
  if (portion === 'all') return there
  const wanted = money(action, amount)
  if (wanted < 0n) throw new Fault('a negative amount is released or forgiven')
  if (wanted <= there) return wanted
  if (portion === 'up to') return there
  throw new Fault(`${what}: ${wanted} of ${there}`)
}

const setHolding = (action: Action, index: number, amount: bigint): void => {
  if (action.state.holdings[index] === amount) return
  action.state.holdings[index] = amount
  tell(action, 'Stated', action.model.holdings[index]!.name, amount)
}

const setDebt = (action: Action, index: number, amount: bigint): void => {
  if (action.state.debts[index] === amount) return
  action.state.debts[index] = amount
  tell(action, 'Stated', action.model.debts[index]!.name, amount)
}

const credit = (action: Action, party: number, token: number, amount: bigint): void => {
  if (amount === 0n) return
  const account = action.state.holders[party]!
  addTo(action.model, action.state.free, account, token, amount)
  tell(action, 'Credited', account, action.model.tokens[token]!.name, amount)
}

export const setValue = (action: Action, index: number, value: bigint): void => {
  checkBounds(action, index, value)
  action.state.values[index] = value
  tell(action, 'Stated', action.model.values[index]!.name, value)
}

/** Refuses a value outside of what its declaration allows. */
export const checkBounds = (action: Scene, index: number, value: bigint): void => {
  const { name, type, low, high } = action.model.values[index]!
  const outside = (bound: Ratio, sign: number) => {
    const exact = type.kind === 'share' ? ratio(value, SHARE_PARTS) : ratio(value)
    return compare(exact, bound) * sign < 0
  }
  const bound = (expr: typeof low): Ratio | undefined => {
    if (!expr) return undefined
    if (type.kind === 'date') return ratio(BigInt(day(action, expr)))
    return type.kind === 'duration' ? ratio(BigInt(span(action, expr))) : quantity(action, expr)
  }
  const [least, most] = [bound(low), bound(high)]
  if ((least && outside(least, 1)) || (most && outside(most, -1)) || !inRange(type, value))
    refuse(`OutOfBounds(${name})`)
}

const inRange = (type: Action['model']['values'][number]['type'], value: bigint): boolean => {
  if (type.kind === 'choice') return value >= 0n && value < BigInt(type.choices.length)
  if (type.kind !== 'amount' && type.kind !== 'number' && type.kind !== 'share' && type.kind !== 'date')
    return true
  return value >= RANGE[type.kind][0] && value <= RANGE[type.kind][1]
}
