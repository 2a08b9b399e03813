/** What the stages of the check share: the tree with its tokens, the names, the lists of the model, and what was found. */
import type { Code } from '../codes.ts'
import { type Finding, type Fix, finding, write } from '../finding.ts'
import type {
  Blank,
  Debt,
  Expr,
  Feed,
  Holding,
  Token as Money,
  Party,
  Rounded,
  Table,
  Type,
  Unit,
  Value,
} from '../model/model.ts'
import { nearest } from '../nearest.ts'
import type { Deed, Definition } from '../syntax/ast.ts'
import type { Node, Reference } from '../syntax/node.ts'
import { type Place, spanning } from '../syntax/place.ts'
import { spell } from '../syntax/spell.ts'
import { placeOf, type Token } from '../syntax/token.ts'

export type SymbolKind =
  | 'party'
  | 'token'
  | 'unit'
  | 'feed'
  | 'holding'
  | 'debt'
  | 'value'
  | 'table'
  | 'choice'
  | 'clause'

/** What a name stands for. */
export interface Meaning {
  readonly kind: SymbolKind
  readonly name: string
  readonly place: Place
  /** Place in the model's list of its kind; of a choice, among its own kind's choices. */
  readonly index: number
  /** Of a choice: all of its kind. */
  readonly choices?: readonly string[]
}

/** A value whose type is found when it is first asked for, since a constant may use one that is declared below it. */
export interface ValueDraft {
  readonly name: string
  readonly place: Place
  readonly definition: Definition
  readonly sentence: string
  state: 'untouched' | 'under way' | 'done' | 'wrong'
  value?: Value
}

export interface Check {
  readonly deed: Deed
  readonly tokens: readonly Token[]
  readonly findings: Finding[]
  readonly names: Map<string, Meaning>
  readonly parties: Party[]
  readonly money: Money[]
  readonly units: Unit[]
  readonly feeds: Feed[]
  readonly holdings: Holding[]
  readonly debts: Debt[]
  readonly values: ValueDraft[]
  readonly tables: Table[]
  readonly blanks: Blank[]
  /** Places in `values`, in the order in which they were worked out. */
  readonly derived: number[]
  dayOffset: number
}

/** Where an expression stands decides what it may read. */
export type Where =
  /** Constants, bounds and first values: what was agreed, nothing else. */
  | 'signing'
  /** Conditions of signing: that, and the day. */
  | 'requirement'
  /** Runs when time has come: the deed's own state, and no price. */
  | 'timer'
  /** Runs when a clause begins, whatever began it. */
  | 'opening'
  /** Runs because somebody acts: prices too. */
  | 'act'

export const report = (
  check: Check,
  code: Code,
  where: Place,
  message: string,
  fix: Fix | string,
  trace?: readonly string[],
): undefined => {
  check.findings.push(finding(code, where, message, typeof fix === 'string' ? write(fix) : fix, trace))
  return undefined
}

/** From the first word of a node to its last, without the markers around it. */
export const placeOfNode = (check: Check, { $first, $last }: Node): Place => {
  const shown = check.tokens.slice($first, $last + 1).filter(({ text }) => text !== '' && text !== '-')
  const [first] = shown
  if (!first) return placeOf(check.tokens[$first]!)
  return spanning(placeOf(first), placeOf(shown.at(-1)!))
}

export const placeOfReference = (check: Check, { token }: Reference): Place => placeOf(check.tokens[token]!)

/** The words of a node, in the one way in which they are written. */
export const wordsOf = (check: Check, { $first, $last }: Node): string =>
  spell(
    check.tokens.slice($first, $last + 1).filter(({ text }, i) => text !== '' && !(i === 0 && text === '-')),
  )

/** The words of a statement up to its full stop or colon. */
export const sentenceOf = (check: Check, node: Node, withEnd = false): string => {
  const words = check.tokens.slice(node.$first, node.$last + 1)
  const from = words.findIndex(({ text }) => text !== '' && text !== '-')
  const end = words.findIndex(({ text }) => text === '.' || text === ':')
  return spell(words.slice(from, end < 0 ? undefined : end + (withEnd ? 1 : 0)))
}

const KIND_WORDS: Readonly<Record<SymbolKind, string>> = {
  party: 'a party',
  token: 'money',
  unit: 'a unit',
  feed: 'a price',
  holding: 'a holding',
  debt: 'a debt',
  value: 'a value',
  table: 'a row of a table',
  choice: 'one of a choice',
  clause: 'a clause',
}

const DECLARED: Readonly<Record<SymbolKind, (name: string) => string>> = {
  party: (name) => `- ${name} is a party.`,
  token: (name) => `- ${name} is money with 6 decimals.`,
  unit: (name) => `- ${name} is a unit.`,
  feed: (name) => `- ${name} is USDC per WETH, read from a feed no older than 1 hour.`,
  holding: (name) => `- ${name} is USDC held for Tenant.`,
  debt: (name) => `- ${name} is owed by Tenant to Landlord in USDC.`,
  value: (name) => `- ${name} is an amount in USDC, stated later.`,
  table: (name) => `- ${name} is a row of this table.`,
  choice: (name) => `- purpose is one of ${name} or other, agreed at signing.`,
  clause: (name) => `## 2. ${name}`,
}

/** What a name stands for, if it is of one of the wanted kinds. */
export const resolve = (
  check: Check,
  reference: Reference,
  wanted: readonly SymbolKind[],
): Meaning | undefined => {
  const { name } = reference
  const where = placeOfReference(check, reference)
  const found = check.names.get(name)
  const candidates = [...check.names.values()]
    .filter(({ kind }) => wanted.includes(kind))
    .map((each) => each.name)
  if (!found) {
    const near = nearest(name, candidates)
    if (near) return report(check, 'DEED_L201', where, `Nothing is called ${name}.`, near)
    return report(check, 'DEED_L201', where, `Nothing is called ${name}.`, {
      how: 'Declare it',
      text: DECLARED[wanted[0]!](name),
    })
  }
  if (wanted.includes(found.kind)) return found
  const kinds = wanted.map((kind) => KIND_WORDS[kind]).join(' or ')
  const instead =
    nearest(name, candidates) ?? candidates[0] ?? DECLARED[wanted[0]!](`the-${name.toLowerCase()}`)
  return report(
    check,
    'DEED_L202',
    where,
    `${name} is ${KIND_WORDS[found.kind]}; here ${kinds} is wanted.`,
    instead,
  )
}

/** A type in words: `an amount in USDC`. */
export const typeWords = (check: Pick<Check, 'money' | 'units'>, type: Type): string => {
  switch (type.kind) {
    case 'amount':
      return `an amount in ${check.money[type.token]!.name}`
    case 'number':
      return type.unit === undefined ? 'a number' : `a number of ${check.units[type.unit]!.name}`
    case 'choice':
      return `one of ${type.choices.slice(0, -1).join(', ')} or ${type.choices.at(-1)}`
    case 'truth':
      return 'yes or no'
    case 'rate':
      return 'a rate'
    default:
      return `a ${type.kind}`
  }
}

export const exactly = (expr: Expr): Rounded => ({ expr, up: false })
