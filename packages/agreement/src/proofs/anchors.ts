/**
 * How late a day can be: some days after an agreed one (an anchor), or some days after the clause that waits for it
 * was opened. Months count as 31 days where they are added to anything but an anchor.
 */
import { isoDay, monthSpan } from '../calendar.ts'
import { interval } from '../model/interval.ts'
import type { Expr, Model } from '../model/model.ts'

/** `months` after an agreed date (a value) or a written one, and then `days`. */
export interface Anchor {
  readonly base: { readonly value: number } | { readonly date: number }
  readonly months: number
  readonly days: number
}

export interface Latest {
  /** Days after the opening; undefined if the day does not depend on it. */
  readonly relative: number | undefined
  readonly anchors: readonly Anchor[]
  /** A value without bounds that it depends on. */
  readonly unbounded?: number
}

const LONGEST_MONTH = 31

export const latest = (model: Model, expr: Expr): Latest => {
  switch (expr.op) {
    case 'date':
      return { relative: undefined, anchors: [{ base: { date: expr.day }, months: 0, days: 0 }] }
    case 'today':
      return { relative: 0, anchors: [] }
    case 'value':
      return latestValue(model, expr.value)
    case 'cell':
      return model.tables[expr.table]!.columns[expr.column]!.cells.map((cell) => latest(model, cell)).reduce(
        either,
      )
    case 'latest':
      return either(latest(model, expr.left), latest(model, expr.right))
    case 'earliest': {
      const [left, right] = [latest(model, expr.left), latest(model, expr.right)]
      // Either bounds it; the one without an opening says more.
      return left.relative === undefined && left.unbounded === undefined ? left : right
    }
    case 'next':
    case 'last': {
      const { timer } = model.clauses[expr.clause]!
      return timer?.kind === 'repeat'
        ? moved(latest(model, timer.from), timer.mostTimes * timer.count, timer.measure)
        : none
    }
    case 'shift': {
      const span = interval(model, expr.span)
      const count = Number((expr.back ? span.low : span.high)!.n)
      return moved(latest(model, expr.day), expr.back ? -count : count, expr.measure)
    }
    default:
      return none
  }
}

const none: Latest = { relative: undefined, anchors: [] }

const latestValue = (model: Model, index: number): Latest => {
  const { fixed, expr, high } = model.values[index]!
  if (fixed === 'agreed')
    return { relative: undefined, anchors: [{ base: { value: index }, months: 0, days: 0 }] }
  if (fixed === 'constant') return latest(model, expr!.expr)
  return high ? latest(model, high) : { ...none, unbounded: index }
}

export const either = (a: Latest, b: Latest): Latest => {
  const unbounded = a.unbounded ?? b.unbounded
  return {
    relative:
      a.relative === undefined || b.relative === undefined
        ? (a.relative ?? b.relative)
        : Math.max(a.relative, b.relative),
    anchors: [...a.anchors, ...b.anchors],
    ...(unbounded !== undefined && { unbounded }),
  }
}

export const moved = (
  { relative, anchors, ...rest }: Latest,
  count: number,
  measure: 'days' | 'months',
): Latest => {
  const days = measure === 'days' ? count : count < 0 ? monthSpan(count)[1] : count * LONGEST_MONTH
  return {
    ...rest,
    relative: relative === undefined ? undefined : Math.max(0, relative + days),
    anchors: anchors.map((anchor) =>
      measure === 'months' && anchor.days === 0 && anchor.months === 0
        ? { ...anchor, months: count }
        : { ...anchor, days: anchor.days + days },
    ),
  }
}

/** Whether `a` is never later than `b`. */
export const neverLater = (model: Model, a: Anchor, b: Anchor): boolean => {
  if (JSON.stringify(a.base) === JSON.stringify(b.base))
    return a.days - b.days <= monthSpan(b.months - a.months)[0]
  return range(model, a)[1] <= range(model, b)[0]
}

const range = (model: Model, { base, months, days }: Anchor): readonly [number, number] => {
  const bounds = 'date' in base ? [base.date, base.date] : boundsOf(model, base.value)
  const [least, most] = monthSpan(months)
  return [bounds[0]! + least + days, bounds[1]! + most + days]
}

const boundsOf = (model: Model, value: number): readonly [number, number] => {
  const { low, high } = interval(model, { op: 'value', value })
  return [Number(low!.n), Number(high!.n)]
}

/** `finish + 61 days`: by the name of a constant where there is one. */
export const anchorWords = (model: Model, { base, months, days }: Anchor): string => {
  const constant = model.values.find(({ fixed, type, expr }) => {
    if (fixed !== 'constant' || type.kind !== 'date' || months === 0) return false
    const [own] = latest(model, expr!.expr).anchors
    return own?.months === months && own.days === 0 && JSON.stringify(own.base) === JSON.stringify(base)
  })
  const name = 'date' in base ? isoDay(base.date) : model.values[base.value]!.name
  const from = constant?.name ?? (months === 0 ? name : `${name} + ${counted(months, 'month')}`)
  if (days === 0) return from
  return `${from} ${days < 0 ? '-' : '+'} ${counted(Math.abs(days), 'day')}`
}

export const counted = (count: number, what: string): string =>
  `${String(count).replace(/\B(?=(\d{3})+$)/g, ',')} ${what}${count === 1 ? '' : 's'}`
