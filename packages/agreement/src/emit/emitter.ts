/** What the parts of the emitter share. */
import type { Effect, Expr, Model } from '../model/model.ts'
import type { Cover } from '../proofs/cover.ts'
import type { Names } from './names.ts'

export interface Emitter {
  readonly model: Model
  readonly names: Names
  /** Differences that may be negative, and have to be counted with a sign. */
  readonly negative: ReadonlySet<Expr>
  /** Clauses that may begin again. */
  readonly again: ReadonlySet<number>
  /** Changes that an act has to check. */
  readonly refusable: ReadonlySet<Effect>
  /** First values that are certainly within their bounds. */
  readonly fitting: ReadonlySet<number>
  /** By `clause.route`: cells that an act may lift too far. */
  readonly lifted: Cover['lifted']
  /** Functions that are needed, by name, in the order in which they were asked for. */
  readonly helpers: Map<string, readonly string[]>
  /** Libraries and bases that are used. */
  readonly uses: Set<Use>
}

export type Use =
  | 'Calendar'
  | 'Math'
  | 'SignedMath'
  | 'SafeCast'
  | 'Numbers'
  | 'Feeds'
  | 'Joint'
  | 'Pausing'
  | 'NativeMoney'
  | 'Titles'
  | 'Roles'
  | 'Orders'

export const use = <T>({ uses }: Emitter, what: Use, result: T): T => {
  uses.add(what)
  return result
}

/** A function that others call, said once. @returns its name. */
export const helper = ({ helpers }: Emitter, name: string, lines: () => readonly string[]): string => {
  if (!helpers.has(name)) {
    // Its place is kept while it is written, since it may ask for others.
    helpers.set(name, [])
    helpers.set(name, lines())
  }
  return name
}
