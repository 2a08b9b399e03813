/** A name that stands in an expression. */
import type { Ref } from '../syntax/ast.ts'
import { type Check, placeOfReference, report, resolve, type Where } from './context.ts'
import type { Typed } from './expressions.ts'
import { sortOfType } from './units.ts'
import { lookUpValue } from './values.ts'

export const lowerRef = (check: Check, ast: Ref, where: Where): Typed | undefined => {
  if (ast.column) return lowerCell(check, ast, where)
  const meaning = resolve(check, ast.name, ['value', 'holding', 'debt', 'feed', 'choice'])
  if (!meaning) return undefined
  const at = placeOfReference(check, ast.name)
  const { name, index } = meaning
  const early = where === 'signing' || where === 'requirement'
  switch (meaning.kind) {
    case 'choice':
      return { expr: { op: 'choice', choice: index }, sort: { sort: 'choice', choices: meaning.choices! } }
    case 'value': {
      const value = lookUpValue(check, index, at)
      if (!value) return undefined
      if (early && (value.fixed === 'variable' || value.fixed === 'later')) return notFixed(check, at, name)
      return { expr: { op: 'value', value: index }, sort: sortOfType(check, value.type) }
    }
    case 'holding':
    case 'debt': {
      if (early) return notFixed(check, at, name)
      const { token } = meaning.kind === 'holding' ? check.holdings[index]! : check.debts[index]!
      const money = check.money[token]
      // What is wrong with its declaration has been said there.
      if (!money) return undefined
      if (money.kind === 'unique') {
        return report(
          check,
          'DEED_L611',
          at,
          `${name} holds ${money.name} or does not: there is no amount of it.`,
          `${name} holds ${money.name}`,
        )
      }
      const sort = { sort: 'quantity', units: { [money.name]: 1 } } as const
      return meaning.kind === 'holding'
        ? { expr: { op: 'holding', holding: index }, sort }
        : { expr: { op: 'debt', debt: index }, sort }
    }
    default: {
      const feed = check.feeds[index]!
      const [quote, base] = [check.money[feed.quote], check.money[feed.base]]
      if (!quote || !base) return undefined
      if (early) return notFixed(check, at, name)
      if (where === 'timer') {
        return report(
          check,
          'DEED_L320',
          at,
          `${name} cannot be read when time has come, only when somebody acts: what a timer does must not depend on who calls it.`,
          {
            how: 'Let somebody act on it',
            text: `- Within 30 days:\n  - Anyone may settle.\n- Otherwise:\n  - Do nothing.`,
          },
        )
      }
      const units = { [quote.name]: 1, [base.name]: -1 }
      return { expr: { op: 'price', feed: index }, sort: { sort: 'quantity', units } }
    }
  }
}

const notFixed = (check: Check, at: ReturnType<typeof placeOfReference>, name: string): undefined =>
  report(check, 'DEED_L223', at, `${name} changes while the deed runs, and this is fixed at signing.`, {
    how: 'Declare a value and write its name',
    text: '- agreed-amount is an amount in USDC, agreed at signing.',
  })

const lowerCell = (check: Check, ast: Ref, where: Where): Typed | undefined => {
  const meaning = resolve(check, ast.name, ['table'])
  if (!meaning) return undefined
  const table = check.tables[meaning.index]!
  const { name } = ast.column!
  const at = placeOfReference(check, ast.column!)
  const column = table.columns.findIndex((each) => each.name === name)
  if (column < 0) {
    return report(
      check,
      'DEED_L201',
      at,
      `The table of ${table.name} has no column ${name}.`,
      `${table.name}'s ${table.columns[0]?.name ?? 'column'}`,
    )
  }
  const { type } = table.columns[column]!
  if (type === 'words') {
    return report(
      check,
      'DEED_L226',
      at,
      `The column ${name} holds words, which are for reading only.`,
      `{${table.name}'s ${name}} in the prose`,
    )
  }
  if (where === 'signing' || where === 'requirement') return notFixed(check, at, `${table.name}'s ${name}`)
  return { expr: { op: 'cell', table: meaning.index, column }, sort: sortOfType(check, type) }
}
