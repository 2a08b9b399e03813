/** What follows from the text alone. */
import { addMonths } from '../calendar.ts'
import { add, divide, greater, lesser, multiply, negate, type Ratio, ratio, ZERO } from '../ratio.ts'
import type { Expr, Value } from './model.ts'

type Look = (value: number) => Value | undefined

/** The quantity that an expression of literals and constants of literals is; undefined for any other. */
export const staticValue = (look: Look, expr: Expr): Ratio | undefined => {
  switch (expr.op) {
    case 'number':
      return expr.value
    case 'value':
      return look(expr.value)?.exact
    case 'sum':
      return expr.terms.reduce<Ratio | undefined>((sum, term) => {
        const value = staticValue(look, term.expr)
        return sum && value && add(sum, term.minus ? negate(value) : value)
      }, ZERO)
    case 'product':
    case 'quotient':
    case 'least':
    case 'greatest': {
      const [left, right] = [staticValue(look, expr.left), staticValue(look, expr.right)]
      if (!left || !right || (expr.op === 'quotient' && right.n === 0n)) return undefined
      return { product: multiply, quotient: divide, least: lesser, greatest: greater }[expr.op](left, right)
    }
    case 'days': {
      const [from, to] = [staticDay(look, expr.from), staticDay(look, expr.to)]
      return from === undefined || to === undefined ? undefined : ratio(BigInt(to - from))
    }
    default:
      return undefined
  }
}

/** The day that an expression of literals is. */
export const staticDay = (look: Look, expr: Expr): number | undefined => {
  switch (expr.op) {
    case 'date':
      return expr.day
    case 'value': {
      const value = look(expr.value)
      return value?.fixed === 'constant' && value.type.kind === 'date'
        ? staticDay(look, value.expr!.expr)
        : undefined
    }
    case 'shift': {
      const [day, span] = [staticDay(look, expr.day), staticSpan(look, expr.span)]
      if (day === undefined || span === undefined) return undefined
      const count = expr.back ? -span : span
      return expr.measure === 'months' ? addMonths(day, count) : day + count
    }
    case 'earliest':
    case 'latest': {
      const [left, right] = [staticDay(look, expr.left), staticDay(look, expr.right)]
      if (left === undefined || right === undefined) return undefined
      return expr.op === 'earliest' ? Math.min(left, right) : Math.max(left, right)
    }
    default:
      return undefined
  }
}

/** How many days, months or seconds a duration of literals is. */
export const staticSpan = (look: Look, expr: Expr): number | undefined => {
  if (expr.op === 'span') return expr.count
  if (expr.op !== 'value') return undefined
  const value = look(expr.value)
  return value?.fixed === 'constant' && value.expr ? staticSpan(look, value.expr.expr) : undefined
}
