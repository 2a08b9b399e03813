/** What one request for traces may cost: in time, and in memory for what it answers. */
import { nextTurn } from '../next-turn.ts'

export interface Budget {
  /** Counts characters of the answer; throws when there are too many. */
  spend(characters: number): void
  /** Gives back what was spent on something that is not part of the answer. */
  refund(): void
  /** Throws when the time is over. Cheap enough to ask at each instruction. */
  check(): void
  /** Between two transactions: lets other requests have their turn every few milliseconds. */
  rest(): Promise<void>
}

export interface BudgetOptions {
  /** Milliseconds from any start. */
  readonly clock: () => number
  readonly timeoutMs: number
}

/** Milliseconds, as in geth; a request may ask for another time up to {@link MAX_TIMEOUT_MS}. */
export const DEFAULT_TIMEOUT_MS = 5_000
export const MAX_TIMEOUT_MS = 120_000

/** Characters of one answer. A JavaScript string ends at 2^29, and each character costs some 4 bytes on the way. */
const MAX_CHARACTERS = 100_000_000
/** Instructions between two looks at the clock, which takes 30 ns. */
const STEPS_PER_LOOK = 1_024
const TURN_MS = 10

export const createBudget = ({ clock, timeoutMs }: BudgetOptions): Budget => {
  const deadline = clock() + timeoutMs
  const look = () => {
    const now = clock()
    if (now > deadline) throw new TraceTimeout(timeoutMs)
    return now
  }
  let turnEnds = clock() + TURN_MS
  let characters = 0
  let steps = 0
  return {
    spend: (more) => {
      characters += more
      if (characters > MAX_CHARACTERS) throw new TraceTooLarge()
    },
    refund: () => {
      characters = 0
    },
    check: () => {
      if (++steps % STEPS_PER_LOOK === 0) look()
    },
    rest: async () => {
      if (look() < turnEnds) return
      await nextTurn()
      turnEnds = clock() + TURN_MS
    },
  }
}

class TraceTooLarge extends Error {
  override readonly name = 'TraceTooLarge'
  readonly code = 'DEED_TRACE_SIZE'
  constructor() {
    super(
      `the trace has more than ${MAX_CHARACTERS} characters: ask for less, by limit, disableStack, disableStorage or another tracer`,
    )
  }
}

class TraceTimeout extends Error {
  override readonly name = 'TraceTimeout'
  readonly code = 'DEED_TRACE_TIMEOUT'
  constructor(timeoutMs: number) {
    super(`execution timeout: the trace took more than ${timeoutMs} ms; ask for more by timeout, or for less`)
  }
}
