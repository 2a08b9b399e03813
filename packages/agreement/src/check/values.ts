/** Values: what is agreed, what follows from that, what is stated later, and what changes. */
import { staticValue } from '../model/fold.ts'
import type { Expr, Type, Value } from '../model/model.ts'
import { RANGE, SHARE_PARTS } from '../model/range.ts'
import { ceil, floor, type Ratio } from '../ratio.ts'
import type { Constant, FieldDef, Type as TypeAst } from '../syntax/ast.ts'
import type { Place } from '../syntax/place.ts'
import {
  type Check,
  placeOfNode,
  placeOfReference,
  report,
  resolve,
  typeWords,
  type ValueDraft,
  wordsOf,
} from './context.ts'
import { fits, lowerExpr } from './expressions.ts'
import { exampleOf, isPlain, type Sort, sortOfType, sortWords, typeOfSort } from './units.ts'

/** @returns undefined if its declaration has an error, or if it depends on itself. */
export const lookUpValue = (check: Check, index: number, asked: Place): Value | undefined => {
  const draft = check.values[index]!
  if (draft.state === 'done') return draft.value
  if (draft.state === 'wrong') return undefined
  if (draft.state === 'under way') {
    draft.state = 'wrong'
    return report(
      check,
      'DEED_L224',
      asked,
      `${draft.name} depends on itself.`,
      `- ${draft.name} is an amount in USDC, agreed at signing.`,
    )
  }
  draft.state = 'under way'
  const value =
    draft.definition.$type === 'Constant'
      ? constant(check, draft, draft.definition)
      : field(check, draft, draft.definition as FieldDef)
  // It may have been found out on the way that it depends on itself.
  if (!value || (draft.state as ValueDraft['state']) === 'wrong') {
    draft.state = 'wrong'
    return undefined
  }
  draft.state = 'done'
  draft.value = value
  if (value.fixed !== 'later') check.derived.push(index)
  return value
}

const constant = (check: Check, draft: ValueDraft, { value: ast }: Constant): Value | undefined => {
  const typed = lowerExpr(check, ast, 'signing', true)
  if (!typed) return undefined
  const { expr, sort } = typed
  const { name, place, sentence } = draft
  const at = placeOfNode(check, ast)
  const fixed = staticValue((each) => check.values[each]?.value, expr)
  const base = { name, place, sentence, fixed: 'constant', expr: { expr, up: ast.up === true } } as const
  if (sort.sort !== 'quantity') return { ...base, type: typeOfSort(check, sort)! }
  const type = typeOfSort(check, sort)
  const unit = grain(type)
  if (fixed === undefined) {
    if (!type) {
      return report(
        check,
        'DEED_L212',
        at,
        `${name} would be counted in ${sortWords(sort)}, for which there is no kind of value.`,
        { how: 'Write the expression where it is used', text: wordsOf(check, ast) },
      )
    }
    if (isPlain(sort.units) && dividesIn(expr)) {
      return report(
        check,
        'DEED_L228',
        at,
        `${name} would be rounded to a whole number, since it has no unit.`,
        `- ${name} is 100% * (${wordsOf(check, ast)}).`,
      )
    }
    return { ...base, type }
  }
  const exact: Ratio = unit === undefined ? fixed : rounded(fixed, unit, ast.up === true)
  if (type && !inRange(type, exact)) {
    return report(
      check,
      'DEED_L221',
      at,
      `${name} lies beyond what ${typeWords(check, type)} can be.`,
      `- ${name} is 1.`,
    )
  }
  return { ...base, type: type ?? { kind: 'rate', units: sort.units }, exact }
}

const dividesIn = (expr: Expr): boolean => {
  if (expr.op === 'quotient') return true
  if (expr.op === 'sum') return expr.terms.some((term) => dividesIn(term.expr))
  return (
    (expr.op === 'product' || expr.op === 'least' || expr.op === 'greatest') &&
    (dividesIn(expr.left) || dividesIn(expr.right))
  )
}

/** How many of the smallest units of a type make one; undefined where a literal stays exact. */
const grain = (type: Type | undefined): bigint | undefined => {
  if (type?.kind === 'share') return SHARE_PARTS
  return type?.kind === 'amount' || (type?.kind === 'number' && type.unit !== undefined) ? 1n : undefined
}

const rounded = ({ n, d }: Ratio, unit: bigint, up: boolean): Ratio => {
  const parts = { n: n * unit, d }
  return { n: up ? ceil(parts) : floor(parts), d: unit }
}

const field = (check: Check, draft: ValueDraft, ast: FieldDef): Value | undefined => {
  const { name, place, sentence } = draft
  const low = ast.low && lowerExpr(check, ast.low, 'signing')
  const high = ast.high && lowerExpr(check, ast.high, 'signing')
  if ((ast.low && !low) || (ast.high && !high)) return undefined
  const type = lowerType(check, ast.type, low?.sort, draft)
  if (!type) return undefined
  const sort = sortOfType(check, type)
  for (const [bound, node] of [
    [low, ast.low],
    [high, ast.high],
  ] as const) {
    if (!bound) continue
    if (sort.sort !== 'quantity' && sort.sort !== 'day' && sort.sort !== 'duration') {
      return report(
        check,
        'DEED_L221',
        placeOfNode(check, node!),
        `There are no bounds to ${typeWords(check, type)}.`,
        sentence.replace(/ from .* to [^,]*/, ''),
      )
    }
    if (!fits(bound.sort, sort)) {
      return report(
        check,
        'DEED_L212',
        placeOfNode(check, node!),
        `${name} is ${typeWords(check, type)}, and its bound ${wordsOf(check, node!)} is ${sortWords(bound.sort)}.`,
        exampleOf(sort),
      )
    }
  }
  if (low && high && !staticOrder(check, low.expr, high.expr)) {
    return report(
      check,
      'DEED_L221',
      placeOfNode(check, ast.high!),
      `No value lies between ${wordsOf(check, ast.low!)} and ${wordsOf(check, ast.high!)}.`,
      `from ${wordsOf(check, ast.high!)} to ${wordsOf(check, ast.low!)}`,
    )
  }
  const bounds = { ...(low && { low: low.expr }), ...(high && { high: high.expr }) }
  const base = { name, place, sentence, type, ...bounds }
  if (ast.signed) return { ...base, fixed: 'agreed' }
  if (ast.later) return { ...base, fixed: 'later' }
  const first = lowerExpr(check, ast.first!, 'signing', true)
  if (!first) return undefined
  if (!fits(first.sort, sort)) {
    return report(
      check,
      'DEED_L212',
      placeOfNode(check, ast.first!),
      `${name} is ${typeWords(check, type)}, and at first it would be ${sortWords(first.sort)}.`,
      exampleOf(sort),
    )
  }
  return { ...base, fixed: 'variable', expr: { expr: first.expr, up: ast.first!.up === true } }
}

const lowerType = (
  check: Check,
  ast: TypeAst,
  bound: Sort | undefined,
  draft: ValueDraft,
): Type | undefined => {
  switch (ast.$type) {
    case 'AmountType': {
      const token = resolve(check, ast.token, ['token'])
      if (!token) return undefined
      if (check.money[token.index]!.kind === 'unique') {
        return report(
          check,
          'DEED_L611',
          placeOfReference(check, ast.token),
          `${token.name} is one thing: there is no amount of it.`,
          check.money.find(({ kind }) => kind !== 'unique')?.name ?? 'USDC',
        )
      }
      return { kind: 'amount', token: token.index }
    }
    case 'NumberType': {
      if (!ast.unit) return { kind: 'number' }
      const unit = resolve(check, ast.unit, ['unit'])
      return unit && { kind: 'number', unit: unit.index }
    }
    case 'ShareType':
      return { kind: 'share' }
    case 'DateType':
      return { kind: 'date' }
    case 'DocType':
      return { kind: 'document' }
    case 'BoolType':
      return { kind: 'truth' }
    case 'EnumType':
      return { kind: 'choice', choices: ast.values.map(({ name }) => name) }
    case 'SpanType':
      if (bound?.sort === 'duration') return { kind: 'duration', measure: bound.measure }
      return report(
        check,
        'DEED_L222',
        placeOfNode(check, ast),
        `Whether ${draft.name} is counted in days, months or hours is said by its bounds.`,
        `${wordsOf(check, ast)} from 1 day to 30 days`,
      )
  }
}

/** Whether `low` can be at most `high`, as far as that follows from the text alone. */
const staticOrder = (check: Check, low: Expr, high: Expr): boolean => {
  if (low.op === 'date' && high.op === 'date') return low.day <= high.day
  if (low.op === 'span' && high.op === 'span') return low.count <= high.count
  const [a, b] = [low, high].map((each) => staticValue((index) => check.values[index]?.value, each))
  return a === undefined || b === undefined || a.n * b.d <= b.n * a.d
}

const inRange = (type: Type, value: Ratio): boolean => {
  if (type.kind !== 'amount' && type.kind !== 'number' && type.kind !== 'share') return true
  const [low, high] = RANGE[type.kind]
  const unit = type.kind === 'share' ? SHARE_PARTS : 1n
  return value.n * unit >= low * value.d && value.n * unit <= high * value.d
}
