/** Days and durations: whole numbers of 32 bits, and months by the calendar. */

import { staticDay } from '../model/fold.ts'
import { interval } from '../model/interval.ts'
import type { Expr } from '../model/model.ts'
import { add, type Code, call, cast, extreme, literal, multiply, name, subtract } from './code.ts'
import { type Emitter, helper, use } from './emitter.ts'
import { type Place, STORED } from './fraction.ts'
import { tableCell } from './tables.ts'
import { valueCode } from './values.ts'
import { fromVariable, roundVariable } from './variables.ts'

const bounds = ({ emitter }: Place, expr: Expr): readonly [bigint, bigint] => {
  const { low, high } = interval(emitter.model, expr)
  return [low!.n, high!.n]
}

export const dayCode = (place: Place, expr: Expr): Code => {
  const { emitter } = place
  switch (expr.op) {
    case 'date':
      return literal(BigInt(expr.day))
    case 'value':
      return valueCode(emitter, expr.value, place.known.values.get(expr.value))
    case 'cell':
      return tableCell(emitter, expr.table, expr.column)
    case 'today':
      return name('today', 32, ...bounds(place, expr))
    case 'next':
    case 'last':
      return call(`${roundDay(emitter, expr.clause, expr.op)}()`, 32, ...bounds(place, expr))
    case 'shift': {
      const fixed = staticDay((index) => emitter.model.values[index], expr)
      if (fixed !== undefined) return literal(BigInt(fixed))
      const [day, span] = [dayCode(place, expr.day), spanCode(place, expr.span)]
      if (expr.measure === 'days') return expr.back ? subtract(day, span) : add(day, span)
      const verb = expr.back ? 'subMonths' : 'addMonths'
      return use(emitter, 'Calendar', call(monthsCall(day, verb, span), 32, ...bounds(place, expr)))
    }
    case 'earliest':
    case 'latest':
      return use(
        emitter,
        'Math',
        cast(extreme(dayCode(place, expr.left), dayCode(place, expr.right), expr.op === 'earliest'), 32),
      )
    default:
      throw new Error(`${expr.op} is no day`)
  }
}

/** `start.addMonths(12)` */
const monthsCall = (day: Code, verb: string, span: Code): string =>
  /^[A-Za-z_]\w*$/.test(day.text)
    ? `${day.text}.${verb}(${span.text})`
    : `Calendar.${verb}(${day.text}, ${span.text})`

export const spanCode = (place: Place, expr: Expr): Code => {
  const { emitter } = place
  if (expr.op === 'span') return literal(BigInt(expr.count))
  if (expr.op === 'cell') return tableCell(emitter, expr.table, expr.column)
  if (expr.op !== 'value') throw new Error(`${expr.op} is no duration`)
  return valueCode(emitter, expr.value, place.known.values.get(expr.value))
}

/** The function that answers the day of a round. */
const roundDay = (emitter: Emitter, clause: number, which: 'next' | 'last'): string => {
  const { model, names } = emitter
  const { timer } = model.clauses[clause]!
  if (timer?.kind !== 'repeat') throw new Error('a clause without rounds')
  const stem = names.clauseStems[clause]!
  const function_ = `_${which}${stem[0]!.toUpperCase()}${stem.slice(1)}`
  return helper(emitter, function_, () => {
    const round = roundVariable(names, clause)
    const count = which === 'next' ? round : `(${round} == 0 ? 0 : ${round} - 1)`
    return [
      which === 'next'
        ? `/// "next ${model.clauses[clause]!.name}": the day on which clause ${clause + 1} runs again.`
        : `/// "last ${model.clauses[clause]!.name}": the day on which clause ${clause + 1} ran last, or will run first.`,
      `function ${function_}() private view returns (uint32) {`,
      `    return ${roundDayCode(emitter, clause, name(count, 16, 0n, 600n)).text};`,
      '}',
    ]
  })
}

/** The day of a round, counted from the first day and never from the round before. */
const roundDayCode = (emitter: Emitter, clause: number, round: Code): Code => {
  const { model, names } = emitter
  const { timer } = model.clauses[clause]!
  if (timer?.kind !== 'repeat') throw new Error('a clause without rounds')
  const place: Place = { emitter, known: STORED, signed: false }
  const from = isFrozen(emitter, clause)
    ? name(fromVariable(names, clause), 32, ...bounds(place, timer.from))
    : dayCode(place, timer.from)
  const count = timer.count === 1 ? round : multiply(literal(BigInt(timer.count)), cast(round, 32))
  if (timer.measure === 'days') return add(from, count)
  const [low, high] = bounds(place, { op: 'next', clause })
  return use(emitter, 'Calendar', call(monthsCall(from, 'addMonths', count), 32, low, high))
}

/** Whether the first day has to be kept, because what it is made of may change. */
export const isFrozen = ({ model }: Emitter, clause: number): boolean => {
  const { timer } = model.clauses[clause]!
  return timer?.kind === 'repeat' && !isAgreed(model, timer.from)
}

export const isAgreed = (model: Emitter['model'], expr: Expr): boolean => {
  switch (expr.op) {
    case 'number':
    case 'date':
    case 'span':
      return true
    case 'value': {
      const { fixed } = model.values[expr.value]!
      return fixed === 'agreed' || fixed === 'constant'
    }
    case 'shift':
      return isAgreed(model, expr.day) && isAgreed(model, expr.span)
    case 'earliest':
    case 'latest':
    case 'least':
    case 'greatest':
    case 'product':
    case 'quotient':
      return isAgreed(model, expr.left) && isAgreed(model, expr.right)
    case 'sum':
      return expr.terms.every((term) => isAgreed(model, term.expr))
    case 'days':
      return isAgreed(model, expr.from) && isAgreed(model, expr.to)
    default:
      return false
  }
}
