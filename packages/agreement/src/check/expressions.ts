/** Expressions: what they mean, in which units, and whether they may stand where they stand. */
import type { Expr as Meaning } from '../model/model.ts'
import type { Days, Expr, Factor, Pick, Primary, Product, Share, Tick } from '../syntax/ast.ts'
import { type Check, placeOfNode, placeOfReference, report, resolve, type Where, wordsOf } from './context.ts'
import { literal, spanLiteral } from './literals.ts'
import { lowerRef } from './refs.ts'
import {
  combine,
  exampleOf,
  isPlain,
  isShare,
  PLAIN,
  SHARE,
  type Sort,
  sameSort,
  sameUnits,
  sortWords,
  type Units,
} from './units.ts'

export interface Typed {
  readonly expr: Meaning
  readonly sort: Sort
}

/** @returns undefined if there is an error in it, which has been reported. */
export const lowerExpr = (check: Check, ast: Expr, where: Where, mayRound = false): Typed | undefined => {
  if (ast.up && !mayRound) {
    return report(
      check,
      'DEED_L219',
      placeOfNode(check, ast),
      'A value is rounded once, where it is stored or moved, and not on the way.',
      wordsOf(check, ast).replace(/ rounded up/, ''),
    )
  }
  const left = lowerProduct(check, ast.left, where)
  const right = ast.right.map((each) => lowerProduct(check, each, where))
  if (!left || right.some((each) => !each)) return undefined
  if (right.length === 0) return left
  return left.sort.sort === 'day'
    ? lowerDaySum(check, ast, left, right as Typed[])
    : lowerSum(check, ast, left, right as Typed[])
}

const quantity = (expr: Meaning, units: Units): Typed => ({ expr, sort: { sort: 'quantity', units } })

const lowerSum = (check: Check, ast: Expr, left: Typed, right: readonly Typed[]): Typed | undefined => {
  const terms = [{ minus: false, expr: left.expr }]
  for (const [i, { expr, sort }] of right.entries()) {
    const minus = ast.ops[i] === '-'
    const [one, other] = minus ? [sort, left.sort] : [left.sort, sort]
    if (left.sort.sort !== 'quantity' || !sameSort(left.sort, sort)) {
      const verb = minus ? 'take' : 'add'
      const joint = minus ? 'from' : 'to'
      const fix =
        left.sort.sort === 'duration' && sort.sort === 'duration'
          ? 'one duration, such as 14 days'
          : `${wordsOf(check, ast.left)} ${ast.ops[i]} ${exampleOf(left.sort)}`
      const second = minus ? other : one
      const first = minus ? one : sort
      return report(
        check,
        'DEED_L211',
        placeOfNode(check, ast.right[i]!),
        `Cannot ${verb} ${sortWords(first)} ${joint} ${sortWords(second)}.`,
        fix,
      )
    }
    terms.push({ minus, expr })
  }
  return { expr: { op: 'sum', terms }, sort: left.sort }
}

const lowerDaySum = (check: Check, ast: Expr, left: Typed, right: readonly Typed[]): Typed | undefined => {
  let day = left.expr
  for (const [i, { expr, sort }] of right.entries()) {
    const where = placeOfNode(check, ast.right[i]!)
    const back = ast.ops[i] === '-'
    if (sort.sort !== 'duration') {
      const fix =
        sort.sort === 'day' && back
          ? `days from ${wordsOf(check, ast.right[i]!)} to ${wordsOf(check, ast.left)}`
          : `${wordsOf(check, ast.left)} ${ast.ops[i]} 14 days`
      return report(
        check,
        'DEED_L211',
        where,
        `Cannot ${back ? 'take' : 'add'} ${sortWords(sort)} ${back ? 'from' : 'to'} a date: a date moves by days or months.`,
        fix,
      )
    }
    if (sort.measure === 'seconds') {
      return report(
        check,
        'DEED_L214',
        where,
        'Hours cannot be added to a date: the unit of legal time is the day.',
        `${wordsOf(check, ast.left)} ${ast.ops[i]} 1 day`,
      )
    }
    if (sort.measure === 'months' && hasMonths(day)) {
      return report(
        check,
        'DEED_L215',
        where,
        'Months are added once, from one date: adding them in two steps can end on another day.',
        `${wordsOf(check, ast.left)} ${ast.ops[i]} 12 months`,
      )
    }
    day = { op: 'shift', day, span: expr, measure: sort.measure, back }
  }
  return { expr: day, sort: left.sort }
}

const hasMonths = (expr: Meaning): boolean =>
  expr.op === 'shift' && (expr.measure === 'months' || hasMonths(expr.day))

const lowerProduct = (check: Check, ast: Product, where: Where): Typed | undefined => {
  let left = lowerFactor(check, ast.left, where)
  let before = wordsOf(check, ast.left)
  for (const [i, factor] of ast.right.entries()) {
    const right = lowerFactor(check, factor, where)
    if (!left || !right) {
      left = undefined
      continue
    }
    const [words, at] = [wordsOf(check, factor), placeOfNode(check, factor)]
    if (left.sort.sort !== 'quantity' || right.sort.sort !== 'quantity') {
      const wrong = left.sort.sort === 'quantity' ? right.sort : left.sort
      return report(
        check,
        'DEED_L211',
        at,
        `Cannot ${ast.ops[i] === '*' ? 'multiply' : 'divide'} ${sortWords(wrong)}.`,
        'days from start to finish',
      )
    }
    const [a, b] = [left.sort.units, right.sort.units]
    const times = ast.ops[i] === '*'
    const shares = Number(isShare(a)) + Number(isShare(b))
    if (times && shares > 0 && !isPlain(a) && !isPlain(b)) {
      const [share, of] = isShare(a) ? [before, words] : [words, before]
      return report(check, 'DEED_L213', at, 'A share is taken of something.', `${share} of ${of}`)
    }
    if (!times && isShare(b) && !isShare(a)) {
      return report(check, 'DEED_L213', at, 'Nothing is divided by a share.', `${words} of ${before}`)
    }
    if (!times && right.expr.op === 'number' && right.expr.value.n === 0n) {
      return report(check, 'DEED_L605', at, 'Nothing can be divided by zero.', `${before} / 1`)
    }
    left = quantity(
      { op: times ? 'product' : 'quotient', left: left.expr, right: right.expr },
      combine(a, b, times ? 1 : -1),
    )
    before = `${before} ${ast.ops[i]} ${words}`
  }
  return left
}

const lowerFactor = (check: Check, ast: Factor, where: Where): Typed | undefined => {
  if (ast.$type === 'Share') return lowerShare(check, ast, where)
  return ast.$type === 'Pick' ? lowerPick(check, ast, where) : lowerDays(check, ast, where)
}

const lowerShare = (check: Check, ast: Share, where: Where): Typed | undefined => {
  const left = lowerPrimary(check, ast.left, where)
  if (!ast.of) return left
  const of = lowerFactor(check, ast.of, where)
  if (!left || !of) return undefined
  const at = placeOfNode(check, ast.left)
  if (left.sort.sort !== 'quantity' || !isShare(left.sort.units)) {
    return report(
      check,
      'DEED_L213',
      at,
      `"of" takes a share of something, and ${wordsOf(check, ast.left)} is ${sortWords(left.sort)}.`,
      isQuantity(left) && isPlain(left.sort.units)
        ? `${wordsOf(check, ast.left)}% of ${wordsOf(check, ast.of)}`
        : `5% of ${wordsOf(check, ast.of)}`,
    )
  }
  if (of.sort.sort !== 'quantity') {
    return report(
      check,
      'DEED_L213',
      placeOfNode(check, ast.of),
      `There is no share of ${sortWords(of.sort)}.`,
      `${wordsOf(check, ast.left)} of an amount`,
    )
  }
  return quantity({ op: 'product', left: left.expr, right: of.expr }, of.sort.units)
}

const isQuantity = (typed: Typed): typed is Typed & { sort: { sort: 'quantity'; units: Units } } =>
  typed.sort.sort === 'quantity'

const OTHER_PICK = { lesser: 'earlier', greater: 'later', earlier: 'lesser', later: 'greater' } as const

const lowerPick = (check: Check, ast: Pick, where: Where): Typed | undefined => {
  const [a, b] = [lowerFactor(check, ast.a, where), lowerFactor(check, ast.b, where)]
  if (!a || !b) return undefined
  if (!sameSort(a.sort, b.sort) || (a.sort.sort !== 'quantity' && a.sort.sort !== 'day')) {
    return report(
      check,
      'DEED_L210',
      placeOfNode(check, ast),
      `Cannot compare ${sortWords(a.sort)} with ${sortWords(b.sort)}.`,
      `${ast.fn} of ${wordsOf(check, ast.a)} and ${exampleOf(a.sort)}`,
    )
  }
  const forDays = ast.fn === 'earlier' || ast.fn === 'later'
  if (forDays !== (a.sort.sort === 'day')) {
    return report(
      check,
      'DEED_L218',
      placeOfNode(check, ast),
      forDays
        ? 'Amounts are lesser or greater; only dates are earlier or later.'
        : 'Dates are earlier or later.',
      wordsOf(check, ast).replace(ast.fn, OTHER_PICK[ast.fn]),
    )
  }
  const op = ({ lesser: 'least', greater: 'greatest', earlier: 'earliest', later: 'latest' } as const)[ast.fn]
  return { expr: { op, left: a.expr, right: b.expr }, sort: a.sort }
}

const lowerDays = (check: Check, ast: Days, where: Where): Typed | undefined => {
  const [from, to] = [lowerFactor(check, ast.a, where), lowerFactor(check, ast.b, where)]
  if (!from || !to) return undefined
  for (const [typed, node] of [
    [from, ast.a],
    [to, ast.b],
  ] as const) {
    if (typed.sort.sort !== 'day') {
      return report(
        check,
        'DEED_L211',
        placeOfNode(check, node),
        `Days are counted between two dates, and ${wordsOf(check, node)} is ${sortWords(typed.sort)}.`,
        'days from start to finish',
      )
    }
  }
  return quantity({ op: 'days', from: from.expr, to: to.expr }, PLAIN)
}

const lowerPrimary = (check: Check, ast: Primary, where: Where): Typed | undefined => {
  switch (ast.$type) {
    case 'Literal': {
      if (ast.time) return spanLiteral(check, ast)
      if (ast.percent) return quantityOf(literal(check, ast, 7, 100n), SHARE)
      if (!ast.unit) return quantityOf(literal(check, ast, undefined), PLAIN)
      const unit = resolve(check, ast.unit, ['token', 'unit'])
      if (!unit) return undefined
      const list = unit.kind === 'token' ? check.money : check.units
      const { decimals } = list[unit.index]!
      if (unit.kind === 'token' && check.money[unit.index]!.kind === 'unique') {
        return report(
          check,
          'DEED_L611',
          placeOfNode(check, ast),
          `${unit.name} is one thing and is not counted.`,
          `deliver ${unit.name} into a holding`,
        )
      }
      return quantityOf(literal(check, ast, decimals), { [unit.name]: 1 })
    }
    case 'DateLiteral':
      return {
        expr: { op: 'date', day: Date.parse(`${ast.date}T00:00:00Z`) / 86_400_000 },
        sort: { sort: 'day' },
      }
    case 'Today':
      if (where === 'signing') {
        return report(
          check,
          'DEED_L223',
          placeOfNode(check, ast),
          'What is fixed at signing cannot depend on the day.',
          { how: 'Declare a date and write its name', text: '- first-day is a date, agreed at signing.' },
        )
      }
      return { expr: { op: 'today' }, sort: { sort: 'day' } }
    case 'Yes':
    case 'No':
      return { expr: { op: 'choice', choice: ast.$type === 'Yes' ? 1 : 0 }, sort: { sort: 'truth' } }
    case 'Ref':
      return lowerRef(check, ast, where)
    case 'Tick':
      return lowerTick(check, ast, where)
    case 'Group':
      return lowerExpr(check, ast.inner, where)
  }
}

const quantityOf = (value: ReturnType<typeof literal>, units: Units): Typed | undefined =>
  value && quantity({ op: 'number', value }, units)

const lowerTick = (check: Check, ast: Tick, where: Where): Typed | undefined => {
  const clause = resolve(check, ast.clause, ['clause'])
  if (!clause) return undefined
  const at = placeOfReference(check, ast.clause)
  const repeats = check.deed.clauses[clause.index]!.body.some(({ $type }) => $type === 'Repeat')
  if (!repeats) {
    return report(
      check,
      'DEED_L227',
      at,
      `"${ast.which}" asks for a day of a clause that repeats, and ${clause.name} does not.`,
      check.deed.clauses.find(({ body }) => body.some(({ $type }) => $type === 'Repeat'))?.name ?? 'today',
    )
  }
  if (where === 'signing' || where === 'requirement') {
    return report(check, 'DEED_L223', at, 'What is fixed at signing cannot depend on a clause.', {
      how: 'Declare a date and write its name',
      text: '- first-day is a date, agreed at signing.',
    })
  }
  return { expr: { op: ast.which, clause: clause.index }, sort: { sort: 'day' } }
}

/** Whether two sorts can stand on both sides of a comparison or an assignment. */
export const fits = (a: Sort, b: Sort): boolean =>
  a.sort === 'quantity' && b.sort === 'quantity' ? sameUnits(a.units, b.units) : sameSort(a, b)
