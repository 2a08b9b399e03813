/** Made by `grammar/generate.ts` of `deed.langium`: the tree that the parser builds. */
import type { Node, Reference } from './node.ts'

export interface Deed extends Node {
  readonly $type: 'Deed'
  readonly title: string; readonly preface: readonly Prose[]; readonly clauses: readonly Clause[]
}

export interface Clause extends Node {
  readonly $type: 'Clause'
  readonly number: string; readonly name: string; readonly body: readonly Block[]
}

export interface Prose extends Node {
  readonly $type: 'Prose'
  readonly parts: readonly Part[]
}

export interface Part extends Node {
  readonly $type: 'Part'
  readonly text?: string; readonly slot?: Ref
}

export interface Declaration extends Node {
  readonly $type: 'Declaration'
  readonly names: readonly Name[]; readonly verb: 'is' | 'are'; readonly definition: Definition; readonly table?: Table
}

export interface Name extends Node {
  readonly $type: 'Name'
  readonly name: string
}

export interface PartyDef extends Node {
  readonly $type: 'PartyDef'
  readonly transferable?: true; readonly noun: 'party' | 'parties'; readonly third?: true
}

export interface TokenDef extends Node {
  readonly $type: 'TokenDef'
  readonly decimals?: string; readonly native?: true; readonly unique?: true
}

export interface UnitDef extends Node {
  readonly $type: 'UnitDef'
  readonly noun: 'unit' | 'units'; readonly decimals?: string
}

export interface HoldingDef extends Node {
  readonly $type: 'HoldingDef'
  readonly token: Reference; readonly owner: Reference
}

export interface DebtDef extends Node {
  readonly $type: 'DebtDef'
  readonly debtor: Reference; readonly creditor: Reference; readonly token: Reference
}

export interface PriceDef extends Node {
  readonly $type: 'PriceDef'
  readonly quote: Reference; readonly base: Reference; readonly age: Expr
}

export interface RowDef extends Node {
  readonly $type: 'RowDef'
}

export interface FieldDef extends Node {
  readonly $type: 'FieldDef'
  readonly type: Type; readonly low?: Expr; readonly high?: Expr; readonly signed?: true; readonly later?: true; readonly first?: Expr
}

export interface AmountType extends Node {
  readonly $type: 'AmountType'
  readonly noun: 'amount' | 'amounts'; readonly token: Reference
}

export interface NumberType extends Node {
  readonly $type: 'NumberType'
  readonly noun: 'number' | 'numbers'; readonly unit?: Reference
}

export interface ShareType extends Node {
  readonly $type: 'ShareType'
  readonly noun: 'share' | 'shares'
}

export interface DateType extends Node {
  readonly $type: 'DateType'
  readonly noun: 'date' | 'dates'
}

export interface SpanType extends Node {
  readonly $type: 'SpanType'
  readonly noun: 'duration' | 'durations'
}

export interface DocType extends Node {
  readonly $type: 'DocType'
  readonly noun: 'document' | 'documents'
}

export interface BoolType extends Node {
  readonly $type: 'BoolType'
}

export interface EnumType extends Node {
  readonly $type: 'EnumType'
  readonly values: readonly Name[]
}

export interface Constant extends Node {
  readonly $type: 'Constant'
  readonly value: Expr
}

export interface Table extends Node {
  readonly $type: 'Table'
  readonly head: Head; readonly rows: readonly Row[]
}

export interface Head extends Node {
  readonly $type: 'Head'
  readonly columns: readonly Name[]
}

export interface Row extends Node {
  readonly $type: 'Row'
  readonly cells: readonly Cell[]
}

export interface Cell extends Node {
  readonly $type: 'Cell'
  readonly label?: string; readonly value?: Expr
}

export interface Requirement extends Node {
  readonly $type: 'Requirement'
  readonly cond: Cond
}

export interface Zone extends Node {
  readonly $type: 'Zone'
  readonly offset: Expr; readonly after?: true
}

export interface Wait extends Node {
  readonly $type: 'Wait'
  readonly span?: Expr; readonly date?: Expr; readonly routes: readonly Route[]; readonly otherwise: Effects
}

export interface Repeat extends Node {
  readonly $type: 'Repeat'
  readonly count?: string; readonly unit: string; readonly from: Expr; readonly times: Expr; readonly each: Effects; readonly afterwards: Effects
}

export interface Delay extends Node {
  readonly $type: 'Delay'
  readonly date: Expr; readonly effects: Effects
}

export interface Route extends Node {
  readonly $type: 'Route'
  readonly actors: Actors; readonly must?: true; readonly together?: true; readonly often?: true; readonly act: Act; readonly guard?: Cond; readonly effects?: Effects
}

export interface Actors extends Node {
  readonly $type: 'Actors'
  readonly anyone?: true; readonly names: readonly Reference[]; readonly either?: true
}

export interface PayAct extends Node {
  readonly $type: 'PayAct'
  readonly upto?: true; readonly amount: Expr; readonly dest: Dest
}

export interface DeliverAct extends Node {
  readonly $type: 'DeliverAct'
  readonly token: Reference; readonly dest: Dest
}

export interface FreeAct extends Node {
  readonly $type: 'FreeAct'
  readonly verb: string; readonly given: readonly Given[]
}

export interface Given extends Node {
  readonly $type: 'Given'
  readonly field: Reference; readonly most?: Expr
}

export interface ToParty extends Node {
  readonly $type: 'ToParty'
  readonly party: Reference
}

export interface IntoHolding extends Node {
  readonly $type: 'IntoHolding'
  readonly holding: Reference
}

export interface TowardsDebt extends Node {
  readonly $type: 'TowardsDebt'
  readonly debt: Reference
}

export interface Effects extends Node {
  readonly $type: 'Effects'
  readonly effects: readonly Effect[]
}

export interface Release extends Node {
  readonly $type: 'Release'
  readonly all?: true; readonly holding: Reference; readonly upto?: true; readonly amount?: Expr; readonly dest: Dest
}

export interface Charge extends Node {
  readonly $type: 'Charge'
  readonly amount: Expr; readonly debt: Reference
}

export interface Forgive extends Node {
  readonly $type: 'Forgive'
  readonly all?: true; readonly debt: Reference; readonly upto?: true; readonly amount?: Expr
}

export interface Assign extends Node {
  readonly $type: 'Assign'
  readonly field: Reference; readonly value: Expr
}

export interface Control extends Node {
  readonly $type: 'Control'
  readonly verb: 'Begin' | 'Close' | 'Pause' | 'Resume'; readonly clauses: readonly Reference[]
}

export interface Take extends Node {
  readonly $type: 'Take'
  readonly row: Reference
}

export interface End extends Node {
  readonly $type: 'End'
}

export interface Idle extends Node {
  readonly $type: 'Idle'
}

export interface If extends Node {
  readonly $type: 'If'
  readonly cond: Cond; readonly then: Effects; readonly else?: Effects
}

export interface Cond extends Node {
  readonly $type: 'Cond'
  readonly tests: readonly Test[]; readonly any?: true
}

export interface Remains extends Node {
  readonly $type: 'Remains'
  readonly row: Reference
}

export interface Compare extends Node {
  readonly $type: 'Compare'
  readonly left: Expr; readonly not?: true; readonly rel?: Relation; readonly token?: Reference
}

export interface Relation extends Node {
  readonly $type: 'Relation'
  readonly op?: 'open' | 'stated' | 'more' | 'less' | 'least' | 'most' | 'before' | 'after'; readonly right?: Expr
}

export interface Expr extends Node {
  readonly $type: 'Expr'
  readonly left: Product; readonly ops: readonly ('+' | '-')[]; readonly right: readonly Product[]; readonly up?: true
}

export interface Product extends Node {
  readonly $type: 'Product'
  readonly left: Factor; readonly ops: readonly ('*' | '/')[]; readonly right: readonly Factor[]
}

export interface Share extends Node {
  readonly $type: 'Share'
  readonly left: Primary; readonly of?: Factor
}

export interface Pick extends Node {
  readonly $type: 'Pick'
  readonly fn: 'lesser' | 'greater' | 'earlier' | 'later'; readonly a: Factor; readonly b: Factor
}

export interface Days extends Node {
  readonly $type: 'Days'
  readonly a: Factor; readonly b: Factor
}

export interface Literal extends Node {
  readonly $type: 'Literal'
  readonly value: string; readonly unit?: Reference; readonly time?: string; readonly percent?: true
}

export interface DateLiteral extends Node {
  readonly $type: 'DateLiteral'
  readonly date: string
}

export interface Today extends Node {
  readonly $type: 'Today'
}

export interface Yes extends Node {
  readonly $type: 'Yes'
}

export interface No extends Node {
  readonly $type: 'No'
}

export interface Tick extends Node {
  readonly $type: 'Tick'
  readonly which: 'next' | 'last'; readonly clause: Reference
}

export interface Group extends Node {
  readonly $type: 'Group'
  readonly inner: Expr
}

export interface Ref extends Node {
  readonly $type: 'Ref'
  readonly name: Reference; readonly column?: Reference
}

export type Block = Prose | Declaration | Requirement | Zone | Step
export type Definition = PartyDef | TokenDef | UnitDef | HoldingDef | DebtDef | PriceDef | RowDef | FieldDef | Constant
export type Type = AmountType | NumberType | ShareType | DateType | SpanType | DocType | BoolType | EnumType
export type Step = Effect | Wait | Repeat | Delay
export type Act = PayAct | DeliverAct | FreeAct
export type Dest = ToParty | IntoHolding | TowardsDebt
export type Effect = Release | Charge | Forgive | Assign | Control | Take | End | Idle | If
export type Test = Remains | Compare
export type Factor = Share | Pick | Days
export type Primary = Literal | DateLiteral | Today | Yes | No | Ref | Tick | Group

export type AnyNode = Deed | Clause | Prose | Part | Declaration | Name | PartyDef | TokenDef | UnitDef | HoldingDef | DebtDef | PriceDef | RowDef | FieldDef | AmountType | NumberType | ShareType | DateType | SpanType | DocType | BoolType | EnumType | Constant | Table | Head | Row | Cell | Requirement | Zone | Wait | Repeat | Delay | Route | Actors | PayAct | DeliverAct | FreeAct | Given | ToParty | IntoHolding | TowardsDebt | Effects | Release | Charge | Forgive | Assign | Control | Take | End | Idle | If | Cond | Remains | Compare | Relation | Expr | Product | Share | Pick | Days | Literal | DateLiteral | Today | Yes | No | Tick | Group | Ref
