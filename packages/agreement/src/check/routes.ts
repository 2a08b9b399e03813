/** Who may or must do what. */
import type { Act, Given, Route } from '../model/model.ts'
import { expressions, flatten, inEffect, inRoute } from '../model/walk.ts'
import type { FreeAct, PayAct, Route as RouteAst } from '../syntax/ast.ts'
import { lowerCondition } from './conditions.ts'
import {
  type Check,
  exactly,
  placeOfNode,
  placeOfReference,
  report,
  resolve,
  sentenceOf,
  typeWords,
  wordsOf,
} from './context.ts'
import { lowerAmount, lowerDestination, lowerEffects } from './effects.ts'
import { fits, lowerExpr } from './expressions.ts'
import { exampleOf, sortOfType, sortWords } from './units.ts'
import { lookUpValue } from './values.ts'

export const lowerRoute = (check: Check, ast: RouteAst, number: number): Route | undefined => {
  const actors = ast.actors.names
    .flatMap((name) => resolve(check, name, ['party']) ?? [])
    .map(({ index }) => index)
  const known = ast.actors.anyone || actors.length === ast.actors.names.length
  checkManner(check, ast, actors)
  const act = lowerAct(check, ast)
  const guard = ast.guard && lowerCondition(check, ast.guard, 'act')
  const effects = ast.effects ? lowerEffects(check, ast.effects.effects, 'act') : []
  if (!known || !act || (ast.guard && !guard)) return undefined
  const route = {
    number,
    actors,
    together: ast.together === true,
    must: ast.must === true,
    often: ast.often === true,
    verb: ast.act.$type === 'PayAct' ? 'pay' : ast.act.$type === 'DeliverAct' ? 'deliver' : ast.act.verb,
    act,
    ...(guard && { guard }),
    effects,
    sentence: sentenceOf(check, ast),
    place: placeOfNode(check, { ...ast, $last: ast.effects ? ast.effects.$first - 1 : ast.$last }),
  }
  return { ...route, feeds: feedsOf({ ...route, feeds: [] }) }
}

/** Prices that an act reads by its own words; what it begins may read more. */
const feedsOf = (route: Route): number[] => {
  const read = [...inRoute(route), ...[...flatten(route.effects)].flatMap(inEffect)].flatMap((expr) => [
    ...expressions(expr),
  ])
  return [...new Set(read.flatMap((expr) => (expr.op === 'price' ? [expr.feed] : [])))].sort((a, b) => a - b)
}

const checkManner = (check: Check, ast: RouteAst, actors: readonly number[]): void => {
  const at = placeOfNode(check, ast.actors)
  const words = sentenceOf(check, ast)
  const thirds = actors.filter((index) => check.parties[index]!.third)
  const name = (index: number) => check.parties[index]!.name
  if (ast.must && ast.actors.anyone)
    report(
      check,
      'DEED_L608',
      at,
      'Nobody can be obliged without having signed.',
      words.replace(' must ', ' may '),
    )
  if (ast.must && thirds.length > 0) {
    report(
      check,
      'DEED_L608',
      at,
      `${name(thirds[0]!)} is a third party, does not sign, and so is obliged to nothing.`,
      words.replace(' must ', ' may '),
    )
  }
  if (new Set(actors).size < actors.length)
    report(check, 'DEED_L608', at, 'Each party is named once.', [...new Set(actors)].map(name).join(' and '))
  const several = ast.actors.names.length > 1
  if (ast.together && (!several || ast.actors.either)) {
    report(
      check,
      'DEED_L408',
      at,
      '"together" is said of several parties, joined by "and".',
      `${check.parties.map((party) => party.name).join(' and ')} may together ${wordsOf(check, ast.act)}.`,
    )
  }
  if (several && !ast.actors.either && !ast.together) {
    report(
      check,
      'DEED_L408',
      at,
      'Several parties act either each for itself ("or") or all of them ("together").',
      words.replace(/^(.*?) (and) (\S+) (may|must) /, '$1 or $3 $4 '),
    )
  }
  if (ast.together && thirds.length > 0)
    report(
      check,
      'DEED_L608',
      at,
      `${name(thirds[0]!)} is a third party and cannot consent for the deed.`,
      check.parties
        .filter(({ third }) => !third)
        .map((party) => party.name)
        .join(' and '),
    )
  if (ast.together && ast.act.$type !== 'FreeAct')
    report(
      check,
      'DEED_L408',
      at,
      'Money is paid by one party, not together.',
      words.replace(' together ', ' '),
    )
  if (ast.often && ast.must)
    report(
      check,
      'DEED_L409',
      at,
      'An obligation is met once; "at any time" is a permission.',
      words.replace(' must ', ' may '),
    )
}

const lowerAct = (check: Check, ast: RouteAst): Act | undefined => {
  const { act } = ast
  if (act.$type === 'PayAct') return lowerPay(check, act)
  if (act.$type === 'FreeAct') return lowerGive(check, act)
  const token = resolve(check, act.token, ['token'])
  if (!token) return undefined
  const at = placeOfNode(check, act)
  if (check.money[token.index]!.kind !== 'unique') {
    return report(
      check,
      'DEED_L611',
      at,
      `${token.name} is counted, so it is paid and not delivered.`,
      `pay 1 ${token.name} ${wordsOf(check, act.dest)}`,
    )
  }
  const to = lowerDestination(check, act.dest, token.index)
  if (!to) return undefined
  if (to.kind === 'holding') return { kind: 'deliver', token: token.index, holding: to.index }
  return report(
    check,
    'DEED_L611',
    at,
    `${token.name} is delivered into a holding, from which it is released.`,
    `deliver ${token.name} into vault`,
  )
}

const lowerPay = (check: Check, ast: PayAct): Act | undefined => {
  const typed = lowerExpr(check, ast.amount, 'act', true)
  if (!typed) return undefined
  const at = placeOfNode(check, ast.amount)
  const names = typed.sort.sort === 'quantity' ? Object.entries(typed.sort.units) : []
  const token =
    names.length === 1 && names[0]![1] === 1 ? check.money.findIndex(({ name }) => name === names[0]![0]) : -1
  if (token < 0) {
    return report(
      check,
      'DEED_L212',
      at,
      `Money is paid, and ${wordsOf(check, ast.amount)} is ${sortWords(typed.sort)}.`,
      `5 ${check.money[0]?.name ?? 'USDC'}`,
    )
  }
  const to = lowerDestination(check, ast.dest, token)
  const amount = lowerAmount(check, ast.amount, 'act', token)
  return to && amount && { kind: 'pay', token, upTo: ast.upto === true, amount, to }
}

const lowerGive = (check: Check, ast: FreeAct): Act | undefined => {
  const given = ast.given.map((each): Given | undefined => {
    const name = resolve(check, each.field, ['value'])
    const at = placeOfReference(check, each.field)
    const value = name && lookUpValue(check, name.index, at)
    if (!value) return undefined
    if (value.fixed === 'agreed' || value.fixed === 'constant') {
      return report(
        check,
        'DEED_L225',
        at,
        `${value.name} was fixed at signing; an act gives what is stated later.`,
        `- ${value.name} is ${typeWords(check, value.type)}, stated later.`,
      )
    }
    if (!each.most) return { value: name.index }
    const most = lowerExpr(check, each.most, 'act')
    if (!most) return undefined
    const sort = sortOfType(check, value.type)
    if (sort.sort !== 'quantity' || !fits(most.sort, sort)) {
      return report(
        check,
        'DEED_L210',
        placeOfNode(check, each.most),
        `Cannot compare ${sortWords(sort)} with ${sortWords(most.sort)}.`,
        `${value.name} of at most ${exampleOf(sort)}`,
      )
    }
    return { value: name.index, most: exactly(most.expr).expr }
  })
  ast.given.forEach((each, i) => {
    if (ast.given.findIndex((other) => other.field.name === each.field.name) === i) return
    const others = ast.given.filter((_, at) => at !== i).map((other) => wordsOf(check, other))
    report(
      check,
      'DEED_L113',
      placeOfNode(check, each),
      `${each.field.name} is given twice.`,
      `giving ${others.join(', ')}`,
    )
  })
  return given.includes(undefined) ? undefined : { kind: 'give', given: given as Given[] }
}
