/** Declarations: every name of a deed, what it stands for, and the lists of the model that follow. */
import type { Declaration, Definition, Zone } from '../syntax/ast.ts'
import type { Place } from '../syntax/place.ts'
import { lowerDebt, lowerHolding, lowerPrice, lowerToken, lowerUnit, named } from './cells.ts'
import { type Check, placeOfNode, placeOfReference, report, type SymbolKind, wordsOf } from './context.ts'
import { lowerExpr } from './expressions.ts'
import { lowerTable } from './tables.ts'
import { lookUpValue } from './values.ts'

/** A name is a short string of the contract's events. */
const MOST_LETTERS = 31

const KINDS: Readonly<Record<Definition['$type'], SymbolKind>> = {
  PartyDef: 'party',
  TokenDef: 'token',
  UnitDef: 'unit',
  HoldingDef: 'holding',
  DebtDef: 'debt',
  PriceDef: 'feed',
  RowDef: 'table',
  FieldDef: 'value',
  Constant: 'value',
}

const declarationsOf = (check: Check): Declaration[] =>
  check.deed.clauses.flatMap(({ body }) => body.filter((block) => block.$type === 'Declaration'))

/** Gives every name its meaning. Nothing is looked up yet: a name may be used above its declaration. */
export const collectNames = (check: Check): void => {
  check.deed.clauses.forEach((clause, index) => {
    const token = check.tokens.findIndex(({ text }, i) => i > clause.$first && text === clause.name)
    declare(check, 'clause', clause.name, placeOfReference(check, { name: clause.name, token }), index)
  })
  const next: Partial<Record<SymbolKind, number>> = {}
  for (const declaration of declarationsOf(check)) {
    const { definition } = declaration
    const kind = KINDS[definition.$type]
    for (const name of declaration.names) {
      const index = next[kind] ?? 0
      next[kind] = index + 1
      declare(check, kind, name.name, placeOfNode(check, name), index)
      if (kind === 'value') {
        const sentence = wordsOf(check, declaration)
        check.values.push({
          name: name.name,
          place: placeOfNode(check, name),
          definition,
          sentence,
          state: 'untouched',
        })
      }
    }
    if (definition.$type === 'FieldDef' && definition.type.$type === 'EnumType') {
      const choices = definition.type.values.map(({ name }) => name)
      definition.type.values.forEach((value, index) => {
        declare(check, 'choice', value.name, placeOfNode(check, value), index, choices)
      })
    }
    agree(check, declaration)
  }
}

const declare = (
  check: Check,
  kind: SymbolKind,
  name: string,
  place: Place,
  index: number,
  choices?: readonly string[],
): void => {
  const known = check.names.get(name)
  if (known) {
    report(
      check,
      'DEED_L113',
      place,
      `${name} is declared already, in line ${known.place.line}.`,
      `other-${name.toLowerCase()}`,
    )
    return
  }
  const alike = [...check.names.values()].find(
    (other) => (other.kind === 'clause') === (kind === 'clause') && plain(other.name) === plain(name),
  )
  if (alike) {
    report(
      check,
      'DEED_L114',
      place,
      `${name} and ${alike.name} (line ${alike.place.line}) are too much alike.`,
      `other-${name.toLowerCase()}`,
    )
  }
  if (name.length > MOST_LETTERS) {
    report(
      check,
      'DEED_L118',
      place,
      `${name} is longer than ${MOST_LETTERS} letters.`,
      name.slice(0, MOST_LETTERS).replace(/-[^-]*$/, ''),
    )
  }
  const capital = /^[A-Z]/.test(name)
  const first = kind === 'clause' || kind === 'party' || kind === 'token'
  if (first && !capital)
    report(
      check,
      'DEED_L115',
      place,
      'Clauses, parties and money begin with a capital.',
      name[0]!.toUpperCase() + name.slice(1),
    )
  if ((kind === 'value' || kind === 'holding' || kind === 'debt' || kind === 'table') && capital)
    report(
      check,
      'DEED_L115',
      place,
      'The names of values do not begin with a capital.',
      name[0]!.toLowerCase() + name.slice(1),
    )
  check.names.set(name, { kind, name, place, index, ...(choices && { choices }) })
}

const plain = (name: string): string => name.replaceAll('-', '').toLowerCase()

const PLURALS = new Set([
  'parties',
  'units',
  'amounts',
  'numbers',
  'shares',
  'dates',
  'durations',
  'documents',
])
const ALONE = new Set(['Constant', 'RowDef', 'PriceDef'])

/** One name is a thing, several are things. */
const agree = (check: Check, declaration: Declaration): void => {
  const { names, verb, definition } = declaration
  const many = names.length > 1
  const at = placeOfNode(check, declaration)
  const words = wordsOf(check, declaration)
  if (many && (ALONE.has(definition.$type) || (definition.$type === 'TokenDef' && definition.unique))) {
    report(
      check,
      'DEED_L116',
      at,
      'Such a declaration has one name.',
      words.replace(/^.*? are /, `${names[0]!.name} is `),
    )
    return
  }
  const noun = nounOf(definition)
  const nounFits = noun === undefined || PLURALS.has(noun) === many
  if ((verb === 'are') === many && nounFits) return
  const fixed = words.replace(/ (?:is|are) /, many ? ' are ' : ' is ')
  report(
    check,
    'DEED_L116',
    at,
    'Singular and plural do not agree.',
    noun === undefined ? fixed : number(fixed, noun, many),
  )
}

const nounOf = (definition: Definition): string | undefined => {
  if (definition.$type === 'PartyDef' || definition.$type === 'UnitDef') return definition.noun
  return definition.$type === 'FieldDef' && 'noun' in definition.type ? definition.type.noun : undefined
}

const number = (words: string, noun: string, many: boolean): string => {
  if (PLURALS.has(noun) === many) return words
  const singular = noun === 'parties' ? 'party' : noun.replace(/s$/, '')
  const article = singular === 'amount' ? 'an' : 'a'
  const [one, all] = [`${article} ${singular}`, singular === 'party' ? 'parties' : `${singular}s`]
  return many
    ? words.replace(new RegExp(`an? (third )?${singular}`), `$1${all}`)
    : words.replace(
        new RegExp(`(third )?${noun}`),
        (_, third = '') => `${third === '' ? one : `a ${third}${singular}`}`,
      )
}

/** Fills the lists of parties, money, units, holdings, debts, prices, tables and blanks, in the order of the text. */
export const lowerDeclarations = (check: Check): void => {
  // Money and units first: expressions above their declarations may be counted in them.
  for (const declaration of declarationsOf(check)) {
    const { definition, names } = declaration
    for (const name of names) {
      const said = named(check, name, declaration)
      if (definition.$type === 'PartyDef') {
        const { third, transferable } = definition
        check.parties.push({
          ...said,
          third: third === true,
          transferable: transferable === true,
        })
      }
      if (definition.$type === 'TokenDef') lowerToken(check, definition, name, said)
      if (definition.$type === 'UnitDef') lowerUnit(check, definition, name, said)
    }
  }
  for (const declaration of declarationsOf(check)) {
    const { definition, names } = declaration
    for (const name of names) {
      const said = named(check, name, declaration)
      if (definition.$type === 'HoldingDef') lowerHolding(check, definition, name, said)
      if (definition.$type === 'DebtDef') lowerDebt(check, definition, name, said)
      if (definition.$type === 'PriceDef') lowerPrice(check, definition, name, said)
    }
  }
  for (const declaration of declarationsOf(check)) {
    const { definition, table } = declaration
    if (definition.$type === 'RowDef') lowerTable(check, declaration)
    else if (table) {
      report(
        check,
        'DEED_L108',
        placeOfNode(check, table),
        'A table follows a declaration that it belongs to.',
        `- leg is a row of this table.`,
      )
    }
  }
  check.values.forEach(({ place }, index) => {
    lookUpValue(check, index, place)
  })
  lowerBlanks(check)
}

const lowerBlanks = (check: Check): void => {
  for (const { names } of declarationsOf(check)) {
    for (const { name } of names) {
      const { kind, index } = check.names.get(name)!
      if (kind === 'party' || kind === 'feed') check.blanks.push({ kind, index })
      if (kind === 'token' && check.money[index]?.kind !== 'native') check.blanks.push({ kind, index })
      if (kind === 'token' && check.money[index]?.kind === 'unique')
        check.blanks.push({ kind: 'token id', index })
      if (kind === 'value' && check.values[index]?.value?.fixed === 'agreed')
        check.blanks.push({ kind, index })
    }
  }
}

export const lowerZone = (check: Check, zone: Zone): void => {
  const span = lowerExpr(check, zone.offset, 'signing')
  if (!span) return
  const { expr } = span
  if (expr.op !== 'span' || expr.measure !== 'seconds' || expr.count >= 86_400 || expr.count === 0) {
    report(
      check,
      'DEED_L216',
      placeOfNode(check, zone.offset),
      'Days are moved by hours or minutes, by less than a day.',
      '1 hour',
    )
    return
  }
  if (check.dayOffset !== 0)
    report(check, 'DEED_L113', placeOfNode(check, zone), 'When days begin is said once.', {
      how: 'Keep one of them',
      text: wordsOf(check, zone),
    })
  check.dayOffset = zone.after ? -expr.count : expr.count
}
