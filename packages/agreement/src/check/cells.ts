/** Money and units, what the deed holds, what is owed, and prices. */
import type { Declared, Measure } from '../model/model.ts'
import type { DebtDef, Declaration, HoldingDef, Name, PriceDef, TokenDef, UnitDef } from '../syntax/ast.ts'
import type { Reference } from '../syntax/node.ts'
import { type Check, placeOfNode, placeOfReference, report, resolve, wordsOf } from './context.ts'
import { lowerExpr } from './expressions.ts'

const MOST_DECIMALS = 36

export const named = (check: Check, name: Name, declaration: Declaration) => ({
  name: name.name,
  place: placeOfNode(check, name),
  sentence: wordsOf(check, declaration),
})

export const lowerToken = (
  check: Check,
  { native, unique, decimals = '0' }: TokenDef,
  name: Name,
  said: Declared,
): void => {
  const kind = native ? 'native' : unique ? 'unique' : 'fungible'
  if (native && check.money.some((other) => other.kind === 'native')) {
    report(
      check,
      'DEED_L113',
      placeOfNode(check, name),
      'A chain has one native money.',
      `- ${name.name} is money with 18 decimals.`,
    )
  }
  check.money.push({ ...said, kind, decimals: native ? 18 : decimalsOf(check, decimals, name) })
}

export const lowerUnit = (check: Check, { decimals = '0' }: UnitDef, name: Name, said: Declared): void => {
  check.units.push({ ...said, decimals: decimalsOf(check, decimals, name) })
}

const decimalsOf = (check: Check, text: string, name: Name): number => {
  const decimals = Number(text)
  if (Number.isInteger(decimals) && decimals >= 0 && decimals <= MOST_DECIMALS) return decimals
  report(
    check,
    'DEED_L112',
    placeOfNode(check, name),
    `${name.name} cannot have ${text} decimals: from 0 to ${MOST_DECIMALS} it can.`,
    `- ${name.name} is money with 18 decimals.`,
  )
  return 0
}

/** A party that signs. @returns -1 if it is none, which has been reported. */
const signer = (check: Check, reference: Reference, what: string): number => {
  const party = resolve(check, reference, ['party'])
  if (!party) return -1
  if (!check.parties[party.index]?.third) return party.index
  report(
    check,
    'DEED_L608',
    placeOfReference(check, reference),
    `${party.name} is a third party, does not sign, and so cannot ${what}.`,
    check.parties.find(({ third }) => !third)?.name ?? `- ${party.name} is a party.`,
  )
  return -1
}

export const lowerHolding = (
  check: Check,
  { token, owner }: HoldingDef,
  _name: Name,
  said: Declared,
): void => {
  const money = resolve(check, token, ['token'])
  check.holdings.push({
    ...said,
    token: money?.index ?? -1,
    owner: signer(check, owner, 'own what the deed holds'),
  })
}

export const lowerDebt = (
  check: Check,
  { token, debtor, creditor }: DebtDef,
  _name: Name,
  said: Declared,
): void => {
  const money = resolve(check, token, ['token'])
  if (money && check.money[money.index]!.kind === 'unique') {
    report(
      check,
      'DEED_L611',
      placeOfReference(check, token),
      `${money.name} is one thing: nobody owes an amount of it.`,
      'USDC',
    )
  }
  const by = signer(check, debtor, 'owe')
  const party = check.parties[by]
  if (party?.transferable) {
    report(
      check,
      'DEED_L608',
      placeOfReference(check, debtor),
      `${party.name} is a role that can be sold, and a debt cannot be passed on without the creditor.`,
      `- ${party.name} is a party.`,
    )
  }
  const to = resolve(check, creditor, ['party'])
  if (to && to.index === by) {
    report(
      check,
      'DEED_L608',
      placeOfReference(check, creditor),
      `${to.name} cannot owe itself.`,
      check.parties.find((_, i) => i !== by)?.name ?? 'Landlord',
    )
  }
  check.debts.push({
    ...said,
    token: money?.index ?? -1,
    debtor: by,
    creditor: to?.index ?? -1,
  })
}

const MOST_AGE_SECONDS = 30 * 86_400

export const lowerPrice = (
  check: Check,
  { quote, base, age }: PriceDef,
  _name: Name,
  said: Declared,
): void => {
  const [over, under] = [resolve(check, quote, ['token']), resolve(check, base, ['token'])]
  const span = lowerExpr(check, age, 'signing')
  const unit: Readonly<Record<Measure, number>> = {
    seconds: 1,
    days: 86_400,
    months: Number.POSITIVE_INFINITY,
  }
  const seconds = span?.expr.op === 'span' ? span.expr.count * unit[span.expr.measure] : undefined
  if (span && (seconds === undefined || seconds < 60 || seconds > MOST_AGE_SECONDS)) {
    report(
      check,
      'DEED_L216',
      placeOfNode(check, age),
      'The age of a price is written out, from 1 minute to 30 days.',
      '1 hour',
    )
  }
  for (const [token, reference] of [
    [over, quote],
    [under, base],
  ] as const) {
    if (token && check.money[token.index]!.kind === 'unique')
      report(
        check,
        'DEED_L611',
        placeOfReference(check, reference),
        `${token.name} is one thing and has no price per unit.`,
        'USDC per WETH',
      )
  }
  if (over && under && over.index === under.index)
    report(
      check,
      'DEED_L210',
      placeOfReference(check, base),
      'The price of money in itself is one.',
      'USDC per WETH',
    )
  check.feeds.push({
    ...said,
    quote: over?.index ?? -1,
    base: under?.index ?? -1,
    maxAgeSeconds: seconds ?? 3600,
  })
}
