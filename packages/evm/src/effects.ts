/** What a run does beside its result. */
import type { Outcome } from './engine.ts'

export type Effects = Pick<Exclude<Outcome, { status: 'miss' }>, 'logs' | 'changes' | 'destroyed'>

/** Of a run of which only the result is asked for. */
export const NO_EFFECTS: Effects = { logs: [], changes: new Map(), destroyed: [] }
