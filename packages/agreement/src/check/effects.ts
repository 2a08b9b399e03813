/** What happens: releases, charges, changes, and the beginning and end of clauses. */
import type { Destination, Effect, Portion, Rounded } from '../model/model.ts'
import type {
  Assign,
  Charge,
  Control,
  Dest,
  Effect as EffectAst,
  Expr,
  Forgive,
  If,
  Release,
} from '../syntax/ast.ts'
import type { Reference } from '../syntax/node.ts'
import { lowerCondition } from './conditions.ts'
import {
  type Check,
  placeOfNode,
  placeOfReference,
  report,
  resolve,
  sentenceOf,
  typeWords,
  type Where,
  wordsOf,
} from './context.ts'
import { fits, lowerExpr } from './expressions.ts'
import { exampleOf, sortOfType, sortWords } from './units.ts'
import { lookUpValue } from './values.ts'

/** @param idle whether `Do nothing` may stand there, as the answer to a wait. */
export const lowerEffects = (
  check: Check,
  asts: readonly EffectAst[],
  where: Where,
  idle = false,
): Effect[] => {
  asts.forEach((ast, i) => {
    if (ast.$type === 'Idle' && (!idle || asts.length > 1)) {
      report(
        check,
        'DEED_L406',
        placeOfNode(check, ast),
        '"Do nothing" stands alone, under Otherwise or Afterwards.',
        {
          how:
            asts.length > 1
              ? 'Leave it out, or write only'
              : 'End the sentence before it with a full stop, as in',
          text: asts.length > 1 ? '- Do nothing.' : '- Tenant may accept.',
        },
      )
    }
    if (ast.$type === 'End' && i < asts.length - 1) {
      report(check, 'DEED_L406', placeOfNode(check, asts[i + 1]!), 'Nothing happens after the end.', {
        how: 'Write it before the end',
        text: `- ${wordsOf(check, asts[i + 1]!)}\n- End.`,
      })
    }
  })
  return asts.flatMap((ast) => lowerEffect(check, ast, where))
}

const lowerEffect = (check: Check, ast: EffectAst, where: Where): Effect[] => {
  const said = { sentence: sentenceOf(check, ast, true), place: placeOfNode(check, ast) }
  const one = (effect: Effect | undefined): Effect[] => (effect ? [effect] : [])
  switch (ast.$type) {
    case 'Idle':
      return []
    case 'End':
      return [{ ...said, kind: 'end' }]
    case 'Take': {
      const table = resolve(check, ast.row, ['table'])
      return table ? [{ ...said, kind: 'take', table: table.index }] : []
    }
    case 'Control':
      return lowerControl(check, ast, said)
    case 'Release':
      return one(lowerRelease(check, ast, where, said))
    case 'Charge':
      return one(lowerCharge(check, ast, where, said))
    case 'Forgive':
      return one(lowerForgive(check, ast, where, said))
    case 'Assign':
      return one(lowerAssign(check, ast, where, said))
    case 'If':
      return one(lowerIf(check, ast, where, said))
  }
}

type Said = Pick<Effect, 'sentence' | 'place'>

const lowerIf = (check: Check, ast: If, where: Where, said: Said): Effect | undefined => {
  const condition = lowerCondition(check, ast.cond, where)
  const then = lowerEffects(check, ast.then.effects, where)
  const otherwise = ast.else ? lowerEffects(check, ast.else.effects, where, true) : []
  return condition && { ...said, kind: 'if', condition, then, otherwise }
}

const lowerControl = (check: Check, ast: Control, said: Said): Effect[] => {
  const kind = ast.verb.toLowerCase() as 'begin' | 'close' | 'pause' | 'resume'
  return ast.clauses.flatMap((reference): Effect[] => {
    const clause = resolve(check, reference, ['clause'])
    if (!clause) return []
    const { body, name } = check.deed.clauses[clause.index]!
    const steps = body.filter(({ $type }) => !['Prose', 'Declaration', 'Requirement', 'Zone'].includes($type))
    const last = steps.at(-1)
    const waits = last && ['Wait', 'Repeat', 'Delay'].includes(last.$type)
    const at = placeOfReference(check, reference)
    if (steps.length === 0) {
      report(
        check,
        'DEED_L410',
        at,
        `${name} has no steps, so it cannot be ${PAST[kind]}.`,
        `## 2. ${name}\n\n- End.`,
      )
    } else if (kind !== 'begin' && !waits) {
      report(
        check,
        'DEED_L410',
        at,
        `${name} waits for nothing, so it is never open and cannot be ${PAST[kind]}.`,
        'Do nothing.',
      )
    } else if ((kind === 'pause' || kind === 'resume') && !(last!.$type === 'Wait' && last.span)) {
      report(
        check,
        'DEED_L407',
        at,
        `${name} waits for a day of the calendar, which comes whether or not it stands still. Only a wait "Within …" can be ${PAST[kind]}.`,
        '- Within 30 days:',
      )
    }
    return [{ ...said, kind, clause: clause.index }]
  })
}

const PAST = { begin: 'begun', close: 'closed', pause: 'paused', resume: 'resumed' } as const

/** An amount of some money, rounded as the sentence says. */
export const lowerAmount = (check: Check, ast: Expr, where: Where, token: number): Rounded | undefined => {
  const typed = lowerExpr(check, ast, where, true)
  if (!typed) return undefined
  const money = check.money[token]
  if (!money) return undefined
  if (typed.sort.sort !== 'quantity' || !fits(typed.sort, { sort: 'quantity', units: { [money.name]: 1 } })) {
    return report(
      check,
      'DEED_L212',
      placeOfNode(check, ast),
      `An amount in ${money.name} is wanted here, and ${wordsOf(check, ast)} is ${sortWords(typed.sort)}.`,
      `5 ${money.name}`,
    )
  }
  return { expr: typed.expr, up: ast.up === true }
}

export const lowerDestination = (check: Check, ast: Dest, token: number): Destination | undefined => {
  const reference = ast.$type === 'ToParty' ? ast.party : ast.$type === 'IntoHolding' ? ast.holding : ast.debt
  const kind = ast.$type === 'ToParty' ? 'party' : ast.$type === 'IntoHolding' ? 'holding' : 'debt'
  const found = resolve(check, reference, [kind])
  if (!found) return undefined
  if (kind === 'party') return { kind, index: found.index }
  const cell = kind === 'holding' ? check.holdings[found.index]! : check.debts[found.index]!
  if (cell.token === token || !check.money[token] || !check.money[cell.token])
    return { kind, index: found.index }
  const [is, wanted] = [check.money[cell.token]!.name, check.money[token]!.name]
  return report(
    check,
    'DEED_L212',
    placeOfReference(check, reference),
    `${found.name} is in ${is}, and ${wanted} cannot go there.`,
    sameMoney(check, kind, token) ?? `- ${found.name}-in-${wanted} is ${wanted} held for Tenant.`,
  )
}

const sameMoney = (check: Check, kind: 'holding' | 'debt', token: number): string | undefined =>
  (kind === 'holding' ? check.holdings : check.debts).find((each) => each.token === token)?.name

const lowerRelease = (check: Check, ast: Release, where: Where, said: Said): Effect | undefined => {
  const holding = resolve(check, ast.holding, ['holding'])
  if (!holding) return undefined
  const { token } = check.holdings[holding.index]!
  const to = lowerDestination(check, ast.dest, token)
  if (to?.kind === 'holding' && to.index === holding.index) {
    return report(
      check,
      'DEED_L212',
      placeOfNode(check, ast.dest),
      `${holding.name} is where it comes from.`,
      'to Tenant',
    )
  }
  if (!ast.all && check.money[token]?.kind === 'unique') {
    const { name } = check.money[token]
    return report(
      check,
      'DEED_L611',
      said.place,
      `${name} is one thing: there is no part of it.`,
      `Release all of ${holding.name} ${wordsOf(check, ast.dest)}.`,
    )
  }
  if (ast.all && to?.kind === 'debt') {
    return report(
      check,
      'DEED_L603',
      said.place,
      `All of ${holding.name} may be more than is owed.`,
      `Release up to ${check.debts[to.index]!.name} from ${holding.name} towards ${check.debts[to.index]!.name}.`,
    )
  }
  const portion = lowerPortion(check, ast, where, token)
  return to && portion && { ...said, kind: 'release', holding: holding.index, to, ...portion }
}

const lowerPortion = (
  check: Check,
  { all, upto, amount }: { all?: true; upto?: true; amount?: Expr },
  where: Where,
  token: number,
): Portion | undefined => {
  if (all) return { portion: 'all' }
  const lowered = lowerAmount(check, amount!, where, token)
  return lowered && { portion: upto ? 'up to' : 'exactly', amount: lowered }
}

const debtOf = (check: Check, reference: Reference) => {
  const found = resolve(check, reference, ['debt'])
  return found && { index: found.index, token: check.debts[found.index]!.token }
}

const lowerCharge = (check: Check, ast: Charge, where: Where, said: Said): Effect | undefined => {
  const debt = debtOf(check, ast.debt)
  const amount = debt && lowerAmount(check, ast.amount, where, debt.token)
  return amount && { ...said, kind: 'charge', debt: debt.index, amount }
}

const lowerForgive = (check: Check, ast: Forgive, where: Where, said: Said): Effect | undefined => {
  const debt = debtOf(check, ast.debt)
  const portion = debt && lowerPortion(check, ast, where, debt.token)
  return portion && { ...said, kind: 'forgive', debt: debt.index, ...portion }
}

const lowerAssign = (check: Check, ast: Assign, where: Where, said: Said): Effect | undefined => {
  const field = resolve(check, ast.field, ['value'])
  const value = field && lookUpValue(check, field.index, placeOfReference(check, ast.field))
  const typed = lowerExpr(check, ast.value, where, true)
  if (!value || !typed) return undefined
  if (value.fixed === 'agreed' || value.fixed === 'constant') {
    return report(
      check,
      'DEED_L225',
      placeOfReference(check, ast.field),
      `${value.name} was fixed at signing and cannot be changed.`,
      `- ${value.name} is ${typeWords(check, value.type)}, at first ${wordsOf(check, ast.value)}.`,
    )
  }
  const sort = sortOfType(check, value.type)
  if (!fits(typed.sort, sort)) {
    return report(
      check,
      'DEED_L212',
      placeOfNode(check, ast.value),
      `${value.name} is ${typeWords(check, value.type)}, and cannot be set to ${sortWords(typed.sort)}.`,
      exampleOf(sort),
    )
  }
  return { ...said, kind: 'set', value: field.index, to: { expr: typed.expr, up: ast.value.up === true } }
}
