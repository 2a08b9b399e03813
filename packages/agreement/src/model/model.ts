/**
 * A deed that has been checked, as plain data: what interpreter, proofs and emitter share. Names have become numbers
 * (places in the lists below), amounts are in smallest units, days are counted from 1970, and every statement keeps
 * its words and its place in the text.
 */
import type { Ratio } from '../ratio.ts'
import type { Place } from '../syntax/place.ts'

export interface Model {
  readonly title: string
  /** Seconds by which a day of this deed begins before midnight UTC; negative: after it. */
  readonly dayOffset: number
  readonly parties: readonly Party[]
  readonly tokens: readonly Token[]
  readonly units: readonly Unit[]
  readonly feeds: readonly Feed[]
  readonly holdings: readonly Holding[]
  readonly debts: readonly Debt[]
  readonly values: readonly Value[]
  readonly tables: readonly Table[]
  /** What is filled in at signing, in the order of the text. */
  readonly blanks: readonly Blank[]
  /** Values that a contract can work out once all blanks are filled, each after those it depends on. */
  readonly derived: readonly number[]
  readonly requirements: readonly Requirement[]
  /** Clause n is at n - 1. */
  readonly clauses: readonly Clause[]
  /** Place of the clause that opens when the last party has signed. */
  readonly first: number
}

interface Named {
  readonly name: string
  readonly place: Place
}

/** Something that a bullet declares. */
export interface Declared extends Named {
  /** `Landlord and Tenant are parties.` */
  readonly sentence: string
}

export interface Party extends Declared {
  /** May act, owes nothing and does not sign. */
  readonly third: boolean
  readonly transferable: boolean
}

export interface Token extends Declared {
  readonly kind: 'fungible' | 'native' | 'unique'
  readonly decimals: number
}

export interface Unit extends Declared {
  readonly decimals: number
}

/** So many `quote` for one `base`, read from a price feed during an act. */
export interface Feed extends Declared {
  readonly quote: number
  readonly base: number
  readonly maxAgeSeconds: number
}

export interface Holding extends Declared {
  readonly token: number
  readonly owner: number
}

export interface Debt extends Declared {
  readonly token: number
  readonly debtor: number
  readonly creditor: number
}

export type Measure = 'days' | 'months' | 'seconds'

export type Type =
  | { readonly kind: 'amount'; readonly token: number }
  | { readonly kind: 'number'; readonly unit?: number }
  | { readonly kind: 'share' }
  | { readonly kind: 'date' }
  | { readonly kind: 'duration'; readonly measure: Measure }
  | { readonly kind: 'document' }
  | { readonly kind: 'truth' }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  /** A constant of several units, such as USDC per mm. It has no figure of its own. */
  | { readonly kind: 'rate'; readonly units: Readonly<Record<string, number>> }

export interface Value extends Declared {
  readonly type: Type
  /**
   * `agreed`: a blank of the signing. `constant`: follows from those. `variable`: at first, then as it is set.
   * `later`: stated by an act.
   */
  readonly fixed: 'agreed' | 'constant' | 'variable' | 'later'
  /** Of a constant or variable. */
  readonly expr?: Rounded
  /** A constant of literals alone, and no amount: it is never rounded. */
  readonly exact?: Ratio
  readonly low?: Expr
  readonly high?: Expr
}

export interface Table extends Declared {
  readonly columns: readonly Column[]
  readonly rows: number
}

export interface Column extends Named {
  /** A column of words is for reading alone. */
  readonly type: Type | 'words'
  readonly cells: readonly Expr[]
  readonly words: readonly string[]
}

export type Blank =
  | { readonly kind: 'party' | 'token' | 'feed' | 'value'; readonly index: number }
  /** Which one of its collection a unique token is. */
  | { readonly kind: 'token id'; readonly index: number }

export interface Requirement {
  readonly clause: number
  readonly condition: Condition
  readonly sentence: string
  readonly place: Place
}

export interface Clause extends Named {
  readonly number: number
  /** What happens as soon as it begins. */
  readonly opening: readonly Effect[]
  /** What it waits for. A clause without it closes as soon as its effects have run. */
  readonly timer?: Timer
}

export type Timer = Wait | Repeat | Delay

interface Wait {
  readonly kind: 'wait'
  readonly limit:
    | { readonly kind: 'by'; readonly day: Expr }
    | { readonly kind: 'within'; readonly span: Expr; readonly measure: Measure }
  readonly routes: readonly Route[]
  readonly otherwise: readonly Effect[]
  /** `Within 7 days` */
  readonly sentence: string
  readonly place: Place
}

interface Repeat {
  readonly kind: 'repeat'
  readonly count: number
  readonly measure: 'days' | 'months'
  readonly from: Expr
  readonly times: Expr
  /** Bound of `times`. */
  readonly mostTimes: number
  readonly each: readonly Effect[]
  readonly afterwards: readonly Effect[]
  readonly sentence: string
  readonly place: Place
}

interface Delay {
  readonly kind: 'delay'
  readonly day: Expr
  readonly effects: readonly Effect[]
  readonly sentence: string
  readonly place: Place
}

export interface Route {
  /** From 1, in the order of the text. */
  readonly number: number
  /** Empty: anyone. */
  readonly actors: readonly number[]
  /** All of the actors, each by an act of its own. */
  readonly together: boolean
  readonly must: boolean
  /** The clause stays open. */
  readonly often: boolean
  readonly verb: string
  readonly act: Act
  readonly guard?: Condition
  readonly effects: readonly Effect[]
  /** Feeds that the act reads itself. */
  readonly feeds: readonly number[]
  /** `Tenant may accept` */
  readonly sentence: string
  readonly place: Place
}

export type Act =
  | {
      readonly kind: 'pay'
      readonly token: number
      readonly upTo: boolean
      readonly amount: Rounded
      readonly to: Destination
    }
  | { readonly kind: 'deliver'; readonly token: number; readonly holding: number }
  | { readonly kind: 'give'; readonly given: readonly Given[] }

export interface Given {
  readonly value: number
  readonly most?: Expr
}

export type Destination =
  | { readonly kind: 'party'; readonly index: number }
  | { readonly kind: 'holding'; readonly index: number }
  | { readonly kind: 'debt'; readonly index: number }

interface Statement {
  /** `Begin Rent and Notice.`; several effects can come from one sentence. */
  readonly sentence: string
  readonly place: Place
}

export type Effect =
  | (Statement & { readonly kind: 'release'; readonly holding: number; readonly to: Destination } & Portion)
  | (Statement & { readonly kind: 'charge'; readonly debt: number; readonly amount: Rounded })
  | (Statement & { readonly kind: 'forgive'; readonly debt: number } & Portion)
  | (Statement & { readonly kind: 'set'; readonly value: number; readonly to: Rounded })
  | (Statement & { readonly kind: 'begin' | 'close' | 'pause' | 'resume'; readonly clause: number })
  | (Statement & { readonly kind: 'take'; readonly table: number })
  | (Statement & { readonly kind: 'end' })
  | (Statement & {
      readonly kind: 'if'
      readonly condition: Condition
      readonly then: readonly Effect[]
      readonly otherwise: readonly Effect[]
    })

/** How much of a cell: `exactly` must be there, `up to` takes what is. */
export type Portion =
  | { readonly portion: 'all'; readonly amount?: undefined }
  | { readonly portion: 'exactly' | 'up to'; readonly amount: Rounded }

/** An expression is exact; it is rounded once, where its value is stored or moved. */
export interface Rounded {
  readonly expr: Expr
  readonly up: boolean
}

export type Expr =
  | Quantity
  | Day
  | Leaf
  | { readonly op: 'span'; readonly count: number; readonly measure: Measure }

type Leaf =
  | { readonly op: 'value'; readonly value: number }
  | { readonly op: 'cell'; readonly table: number; readonly column: number }
  /** `yes`, or one of a choice, by its place; `no` is 0. */
  | { readonly op: 'choice'; readonly choice: number }

/** In smallest units of money, shares as fractions of one. */
type Quantity =
  | { readonly op: 'number'; readonly value: Ratio }
  | { readonly op: 'holding'; readonly holding: number }
  | { readonly op: 'debt'; readonly debt: number }
  | { readonly op: 'price'; readonly feed: number }
  | { readonly op: 'sum'; readonly terms: readonly { readonly minus: boolean; readonly expr: Expr }[] }
  | { readonly op: 'product' | 'quotient' | 'least' | 'greatest'; readonly left: Expr; readonly right: Expr }
  /** From one day to another; negative if the second is earlier. */
  | { readonly op: 'days'; readonly from: Expr; readonly to: Expr }

type Day =
  | { readonly op: 'date'; readonly day: number }
  | { readonly op: 'today' }
  /** Day of the round of a repeating clause that comes next, or that came last. */
  | { readonly op: 'next' | 'last'; readonly clause: number }
  | {
      readonly op: 'shift'
      readonly day: Expr
      readonly span: Expr
      readonly measure: 'days' | 'months'
      readonly back: boolean
    }
  | { readonly op: 'earliest' | 'latest'; readonly left: Expr; readonly right: Expr }

/** All of the tests, or any of them. */
export interface Condition {
  readonly any: boolean
  readonly tests: readonly Test[]
  readonly sentence: string
}

export type Relation = 'less' | 'at most' | 'more' | 'at least' | 'equal' | 'unequal'

export type Test =
  | {
      readonly op: 'compare'
      readonly sort: 'quantity' | 'day' | 'duration'
      readonly relation: Relation
      readonly left: Expr
      readonly right: Expr
    }
  | { readonly op: 'same'; readonly not: boolean; readonly left: Expr; readonly right: Expr }
  | { readonly op: 'open'; readonly clause: number; readonly not: boolean }
  | { readonly op: 'stated'; readonly value: number; readonly not: boolean }
  | { readonly op: 'holds'; readonly holding: number }
  | { readonly op: 'remains'; readonly table: number }
