/** What expressions and conditions are worth in a state: exact fractions, days of the calendar. */
import { addMonths, DAY_SECONDS } from '../calendar.ts'
import type { Condition, Expr, Model, Rounded, Test, Type } from '../model/model.ts'
import { SHARE_PARTS } from '../model/range.ts'
import {
  add,
  ceil,
  compare,
  divide,
  floor,
  greater,
  lesser,
  multiply,
  negate,
  type Ratio,
  ratio,
  ZERO,
} from '../ratio.ts'
import { Fault } from './fault.ts'
import type { State } from './state.ts'

/** Everything that an expression can be about. */
export interface Scene {
  readonly model: Model
  readonly state: State
  /** The prices that an act has read, by feed; none outside of acts. */
  readonly prices: readonly (Ratio | undefined)[]
}

const dayOf = ({ dayOffset }: Model, time: number): number => Math.floor((time + dayOffset) / DAY_SECONDS)
/** First second of a day. */
export const startOf = ({ dayOffset }: Model, day: number): number => day * DAY_SECONDS - dayOffset
/** First second after a day. */
export const endOf = (model: Model, day: number): number => startOf(model, day + 1)

export const quantity = (scene: Scene, expr: Expr): Ratio => {
  const { model, state } = scene
  switch (expr.op) {
    case 'number':
      return expr.value
    case 'value': {
      const { exact, type } = model.values[expr.value]!
      return exact ?? asQuantity(stated(scene, expr.value), type)
    }
    case 'cell':
      return quantity(scene, cellOf(scene, expr))
    case 'holding':
      return ratio(state.holdings[expr.holding]!)
    case 'debt':
      return ratio(state.debts[expr.debt]!)
    case 'price':
      return (
        scene.prices[expr.feed] ??
        fault(`the price ${model.feeds[expr.feed]!.name} is read outside of an act`)
      )
    case 'sum':
      return expr.terms
        .map((term) => (term.minus ? negate(quantity(scene, term.expr)) : quantity(scene, term.expr)))
        .reduce(add, ZERO)
    case 'product':
      return multiply(quantity(scene, expr.left), quantity(scene, expr.right))
    case 'quotient': {
      const by = quantity(scene, expr.right)
      if (by.n === 0n) return fault('a division by zero')
      return divide(quantity(scene, expr.left), by)
    }
    case 'least':
      return lesser(quantity(scene, expr.left), quantity(scene, expr.right))
    case 'greatest':
      return greater(quantity(scene, expr.left), quantity(scene, expr.right))
    case 'days':
      return ratio(BigInt(day(scene, expr.to) - day(scene, expr.from)))
    default:
      throw new Error(`${expr.op} is no quantity`)
  }
}

export const day = (scene: Scene, expr: Expr): number => {
  const { model, state } = scene
  switch (expr.op) {
    case 'date':
      return expr.day
    case 'today':
      return dayOf(model, state.now)
    case 'value':
      return Number(stated(scene, expr.value))
    case 'cell':
      return day(scene, cellOf(scene, expr))
    case 'shift': {
      const count = span(scene, expr.span) * (expr.back ? -1 : 1)
      const from = day(scene, expr.day)
      return expr.measure === 'months' ? addMonths(from, count) : from + count
    }
    case 'earliest':
      return Math.min(day(scene, expr.left), day(scene, expr.right))
    case 'latest':
      return Math.max(day(scene, expr.left), day(scene, expr.right))
    case 'next':
    case 'last': {
      const { openings, round } = state.clauses[expr.clause]!
      if (openings === 0) return fault(`${expr.op} ${model.clauses[expr.clause]!.name} before it has begun`)
      return roundDay(scene, expr.clause, expr.op === 'next' ? round : Math.max(round - 1, 0))
    }
    default:
      throw new Error(`${expr.op} is no day`)
  }
}

/** Rounds are counted from the first day and never from each other. */
export const roundDay = (
  { model, state }: Pick<Scene, 'model' | 'state'>,
  clause: number,
  round: number,
): number => {
  const { timer } = model.clauses[clause]!
  if (timer?.kind !== 'repeat') throw new Error('a clause without rounds')
  const { from } = state.clauses[clause]!
  return timer.measure === 'months' ? addMonths(from, timer.count * round) : from + timer.count * round
}

export const span = (scene: Scene, expr: Expr): number => {
  if (expr.op === 'span') return expr.count
  if (expr.op === 'value') return Number(stated(scene, expr.value))
  if (expr.op === 'cell') return span(scene, cellOf(scene, expr))
  throw new Error(`${expr.op} is no duration`)
}

const choice = (scene: Scene, expr: Expr): bigint => {
  if (expr.op === 'choice') return BigInt(expr.choice)
  if (expr.op === 'value') return stated(scene, expr.value)
  if (expr.op === 'cell') return choice(scene, cellOf(scene, expr))
  throw new Error(`${expr.op} is no choice`)
}

const cellOf = ({ model, state }: Scene, { table, column }: { table: number; column: number }): Expr => {
  const row = state.rows[table]!
  if (row === 0) return fault(`a cell of ${model.tables[table]!.name} is read before a row is taken`)
  return model.tables[table]!.columns[column]!.cells[row - 1]!
}

const stated = ({ model, state }: Scene, value: number): bigint =>
  state.values[value] ?? fault(`${model.values[value]!.name} is read and has not been stated`)

const asQuantity = (value: bigint, type: Type): Ratio =>
  type.kind === 'share' ? ratio(value, SHARE_PARTS) : { n: value, d: 1n }

/** What an expression is when it is stored in a value of some type or moved as money. */
export const figure = (scene: Scene, { expr, up }: Rounded, type: Type): bigint => {
  switch (type.kind) {
    case 'date':
      return BigInt(day(scene, expr))
    case 'duration':
      return BigInt(span(scene, expr))
    case 'truth':
    case 'choice':
      return choice(scene, expr)
    case 'document':
      if (expr.op !== 'value') throw new Error('a document is a name')
      return stated(scene, expr.value)
    default: {
      const exact = quantity(scene, expr)
      const parts = type.kind === 'share' ? ratio(exact.n * SHARE_PARTS, exact.d) : exact
      return up ? ceil(parts) : floor(parts)
    }
  }
}

export const money = (scene: Scene, { expr, up }: Rounded): bigint => {
  const exact = quantity(scene, expr)
  return up ? ceil(exact) : floor(exact)
}

export const holds = (scene: Scene, { any, tests }: Condition): boolean =>
  any ? tests.some((test) => passes(scene, test)) : tests.every((test) => passes(scene, test))

const passes = (scene: Scene, test: Test): boolean => {
  const { model, state } = scene
  switch (test.op) {
    case 'open':
      return isOpen(state, test.clause) !== test.not
    case 'stated':
      return (state.values[test.value] !== undefined) !== test.not
    case 'holds':
      return state.holdings[test.holding]! > 0n
    case 'remains':
      return state.rows[test.table]! < model.tables[test.table]!.rows
    case 'same':
      return (choice(scene, test.left) === choice(scene, test.right)) !== test.not
    case 'compare': {
      const order =
        test.sort === 'quantity'
          ? compare(quantity(scene, test.left), quantity(scene, test.right))
          : test.sort === 'day'
            ? day(scene, test.left) - day(scene, test.right)
            : span(scene, test.left) - span(scene, test.right)
      return {
        less: order < 0,
        'at most': order <= 0,
        more: order > 0,
        'at least': order >= 0,
        equal: order === 0,
        unequal: order !== 0,
      }[test.relation]
    }
  }
}

/** A paused clause is open too: it only stands still. */
export const isOpen = ({ clauses }: State, clause: number): boolean =>
  clauses[clause]!.due !== 0 || clauses[clause]!.left !== 0

const fault = (message: string): never => {
  throw new Fault(message)
}
