/** Cases of official vectors and how they end. Nothing of Node: a page runs them too. */
import type { Engine } from '@deed/evm'

/** One outcome of a vector. `reason` says what was expected and what came, or why it was left out. */
export type CaseResult =
  | { readonly id: string; readonly status: 'passed' }
  | { readonly id: string; readonly status: 'failed' | 'left out'; readonly reason: string }

export interface RunOptions {
  readonly engine: Engine
  /** Only this fork, by the vectors' name of it. */
  readonly fork?: string
  /** Only cases whose id contains this. */
  readonly match?: string
}

/** `undefined` if it passed; else what differs. A throw is a failure too, with the error's own words. */
export const check = (id: string, differs: () => string | undefined): CaseResult => {
  let reason: string | undefined
  try {
    reason = differs()
  } catch (error) {
    reason = `threw ${error instanceof Error ? (error.stack ?? error.message) : error}`
  }
  return reason === undefined ? { id, status: 'passed' } : { id, status: 'failed', reason }
}

/** The difference of two values that print, or `undefined`. */
export const differ = (what: string, expected: unknown, actual: unknown): string | undefined =>
  expected === actual ? undefined : `${what}: expected ${expected}, got ${actual}`

/** Whether a case was asked for. */
export const isWanted = (id: string, { match }: RunOptions): boolean =>
  match === undefined || id.includes(match)
