/** Conditions: tests joined by `and` or by `or`. */
import type { Condition, Relation as Kind, Test } from '../model/model.ts'
import type { Compare, Cond, Expr, Ref, Relation, Remains } from '../syntax/ast.ts'
import { type Check, placeOfNode, report, resolve, type Where, wordsOf } from './context.ts'
import { fits, lowerExpr } from './expressions.ts'
import { exampleOf, sortWords } from './units.ts'
import { lookUpValue } from './values.ts'

export const lowerCondition = (check: Check, ast: Cond, where: Where): Condition | undefined => {
  const tests = ast.tests.map((test) =>
    test.$type === 'Remains' ? lowerRemains(check, test, where) : lowerCompare(check, test, where),
  )
  if (tests.some((test) => !test)) return undefined
  return { any: ast.any === true, tests: tests as Test[], sentence: wordsOf(check, ast) }
}

const lowerRemains = (check: Check, { row }: Remains, where: Where): Test | undefined => {
  const table = resolve(check, row, ['table'])
  if (!table || !running(check, row.token, where)) return undefined
  return { op: 'remains', table: table.index }
}

const lowerCompare = (check: Check, ast: Compare, where: Where): Test | undefined => {
  if (ast.token) return lowerHolds(check, ast, where)
  const relation = ast.rel!
  const not = ast.not === true
  if (relation.op === 'open') {
    const name = onlyName(check, ast.left, 'open')
    const clause = name && resolve(check, name.name, ['clause'])
    if (!clause || !running(check, name.name.token, where)) return undefined
    return { op: 'open', clause: clause.index, not }
  }
  if (relation.op === 'stated') return lowerStated(check, ast, not, where)
  return lowerRelation(check, ast, relation, not, where)
}

const lowerHolds = (check: Check, ast: Compare, where: Where): Test | undefined => {
  const name = onlyName(check, ast.left, 'holds')
  const holding = name && resolve(check, name.name, ['holding'])
  const token = resolve(check, ast.token!, ['token'])
  if (!holding || !token || !running(check, name.name.token, where)) return undefined
  const held = check.holdings[holding.index]!.token
  if (!check.money[held]) return undefined
  if (held !== token.index || check.money[held]!.kind !== 'unique') {
    return report(
      check,
      'DEED_L202',
      placeOfNode(check, ast),
      check.money[held]!.kind === 'unique'
        ? `${holding.name} is for ${check.money[held]!.name}, and never holds ${token.name}.`
        : `"holds" asks for a unique token, and ${check.money[held]!.name} is counted.`,
      check.money[held]!.kind === 'unique'
        ? `${holding.name} holds ${check.money[held]!.name}`
        : `${holding.name} is more than 0 ${check.money[held]!.name}`,
    )
  }
  return { op: 'holds', holding: holding.index }
}

const lowerStated = (check: Check, ast: Compare, not: boolean, where: Where): Test | undefined => {
  const name = onlyName(check, ast.left, 'stated')
  const value = name && resolve(check, name.name, ['value'])
  if (!value || !running(check, name.name.token, where)) return undefined
  const found = lookUpValue(check, value.index, placeOfNode(check, ast.left))
  if (!found) return undefined
  if (found.fixed === 'later') return { op: 'stated', value: value.index, not }
  return report(
    check,
    'DEED_L202',
    placeOfNode(check, ast.left),
    `${value.name} always has a value; only one that is stated later may have none yet.`,
    `- ${value.name} is an amount in USDC, stated later.`,
  )
}

/** Tests of the deed's state make no sense while it is signed. */
const running = (check: Check, token: number, where: Where): boolean => {
  if (where !== 'requirement') return true
  const { line, column, text } = check.tokens[token]!
  report(
    check,
    'DEED_L223',
    { line, column, endLine: line, endColumn: column + text.length },
    'A condition of signing cannot depend on what happens later.',
    'Signing requires today is before start.',
  )
  return false
}

const onlyName = (check: Check, expr: Expr, what: string): Ref | undefined => {
  const { left } = expr.left
  if (expr.right.length === 0 && expr.left.right.length === 0 && left.$type === 'Share' && !left.of) {
    if (left.left.$type === 'Ref' && !left.left.column) return left.left
  }
  return report(
    check,
    'DEED_L202',
    placeOfNode(check, expr),
    `"${what}" asks about one name, not about ${wordsOf(check, expr)}.`,
    what === 'open' ? 'Rent is open' : `name ${what === 'holds' ? 'holds Title' : 'is stated'}`,
  )
}

const relationWords = ({ op }: Relation): string => {
  if (op === undefined) return ''
  if (op === 'more' || op === 'less') return `${op} than `
  return op === 'least' || op === 'most' ? `at ${op} ` : `${op} `
}

const RELATIONS: Readonly<Record<string, Kind>> = {
  more: 'more',
  less: 'less',
  least: 'at least',
  most: 'at most',
  after: 'more',
  before: 'less',
}
const OPPOSITE: Readonly<Record<Kind, Kind>> = {
  less: 'at least',
  'at least': 'less',
  more: 'at most',
  'at most': 'more',
  equal: 'unequal',
  unequal: 'equal',
}
const SPELLED: Readonly<Record<Kind, string>> = {
  less: 'less than',
  'at least': 'at least',
  more: 'more than',
  'at most': 'at most',
  equal: '',
  unequal: 'not',
}

const lowerRelation = (
  check: Check,
  ast: Compare,
  relation: Relation,
  not: boolean,
  where: Where,
): Test | undefined => {
  const left = lowerExpr(check, ast.left, where)
  const right = lowerExpr(check, relation.right!, where)
  if (!left || !right) return undefined
  const at = placeOfNode(check, ast)
  const [a, b] = [wordsOf(check, ast.left), wordsOf(check, relation.right!)]
  if (!fits(left.sort, right.sort)) {
    return report(
      check,
      'DEED_L210',
      at,
      `Cannot compare ${sortWords(left.sort)} with ${sortWords(right.sort)}.`,
      `${a} ${ast.not ? 'is not' : 'is'} ${relationWords(relation)}${exampleOf(left.sort)}`,
    )
  }
  const kind = relation.op === undefined ? 'equal' : RELATIONS[relation.op]!
  const wanted = not ? OPPOSITE[kind] : kind
  const { sort } = left.sort
  if (sort === 'document') {
    return report(check, 'DEED_L210', at, 'Documents are not compared: the deed knows only their hashes.', {
      how: 'Let a party accept or refuse it',
      text: '- Buyer may accept.',
    })
  }
  if (sort === 'truth' || sort === 'choice') {
    if (kind === 'equal') return { op: 'same', not, left: left.expr, right: right.expr }
    return report(
      check,
      'DEED_L218',
      at,
      `${a} is one of a choice, and not more or less than another.`,
      `${a} is ${b}`,
    )
  }
  const forDays = relation.op === 'before' || relation.op === 'after'
  if (relation.op !== undefined && forDays !== (sort === 'day')) {
    const word =
      sort === 'day'
        ? { less: 'before', more: 'after', 'at least': 'not before', 'at most': 'not after' }[
            wanted as 'less'
          ]
        : SPELLED[wanted]
    return report(
      check,
      'DEED_L218',
      at,
      sort === 'day' ? 'A date is before or after another.' : 'Only dates are before or after each other.',
      `${a} is ${word} ${b}`,
    )
  }
  if (not && !forDays && kind !== 'equal') {
    return report(
      check,
      'DEED_L217',
      at,
      `"is not ${SPELLED[kind]}" says the same as "is ${SPELLED[wanted]}", and a thing is said in one way.`,
      `${a} is ${SPELLED[wanted]} ${b}`,
    )
  }
  return { op: 'compare', sort, relation: wanted, left: left.expr, right: right.expr }
}
