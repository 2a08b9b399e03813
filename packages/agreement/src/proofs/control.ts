/**
 * Control states: which clauses are idle, open, paused or done, which row of each table is current, and which holdings
 * have their unique token. Amounts are left out, so a condition about them may go either way, and so is time: any open
 * timer may run first. Whatever really happens is among what is explored here.
 *
 * An edge is a step (an act, a timer) with the path that it takes through conditions; the later proofs follow the same
 * edges with figures.
 */
import type { Condition, Effect } from '../model/model.ts'
import type { Place } from '../syntax/place.ts'

export const STATUS = { idle: 0, open: 1, paused: 2, done: 3, opening: 4 } as const

export interface Control {
  readonly status: number[]
  /** Rows that have been taken. */
  readonly rows: number[]
  /** By holding: whether it has its unique token. */
  readonly full: boolean[]
  ended: boolean
}

/** What sets a step off. */
export type Label =
  | { readonly kind: 'signing' }
  | { readonly kind: 'act'; readonly clause: number; readonly route: number }
  | { readonly kind: 'time'; readonly clause: number; readonly round: boolean }

/** What a step does, in order. */
export type Item =
  | {
      readonly kind: 'test'
      readonly condition: Condition
      readonly place: Place
      readonly passed: boolean
      readonly known: readonly (boolean | undefined)[]
      readonly rows: Snapshot
    }
  | { readonly kind: 'effect'; readonly effect: Effect; readonly rows: Snapshot }
  /** A clause with a timer begins to wait. */
  | { readonly kind: 'wait'; readonly clause: number; readonly rows: Snapshot }
  /** The bounds and the money of an act, after its guard. */
  | { readonly kind: 'enter'; readonly clause: number; readonly route: number; readonly rows: Snapshot }
  | { readonly kind: 'end' }

/** What an item can know of the control state in which it happens: rows that have been taken. */
export type Snapshot = readonly number[]

export interface Path {
  readonly label: Label
  readonly items: readonly Item[]
}

export interface Edge {
  readonly from: number
  readonly to: number
  /** Place in the list of paths. */
  readonly path: number
}

/** Something that control alone shows to be wrong. */
export interface Flaw {
  readonly kind:
    | 'begin twice'
    | 'no row'
    | 'paused for ever'
    | 'while opening'
    | 'next too early'
    | 'no row taken'
    | 'price'
  readonly label: Label
  /** State before the step; -1 before the signing. */
  readonly from: number
  /** Where it happens, and in which words. */
  readonly place: Place
  readonly sentence: string
  /** Clause, table or price that it is about. */
  readonly about: number
}

export interface Exploration {
  readonly states: readonly Control[]
  readonly edges: readonly Edge[]
  readonly paths: readonly Path[]
  /** By state: the edge by which it was reached first; -1 for what the signing leads to. */
  readonly parents: readonly number[]
  readonly flaws: readonly Flaw[]
  /** Clauses that may begin again after they were done. */
  readonly again: ReadonlySet<number>
  /** There are more states or edges than are looked at. */
  readonly tooLarge: boolean
}
