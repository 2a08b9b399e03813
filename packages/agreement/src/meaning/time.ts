/** Timers: which is due next, and what happens when it runs. */
import type { Model } from '../model/model.ts'
import { type Action, close, end, nextRound, run, tell } from './effects.ts'
import { Fault, Refusal } from './fault.ts'
import type { Account, Event, Outcome, State } from './state.ts'
import { copy } from './state.ts'

/** Timers that one call may run before its own step. */
export const MAX_STEPS = 32

/** Runs a step on a copy of the state: it happens whole, or not at all. */
export const attempt = (
  model: Model,
  state: State,
  step: (action: Action) => void,
  prices: Action['prices'] = [],
): Outcome => {
  const events: Event[] = []
  const action: Action = { model, state: copy(state), prices, events }
  try {
    step(action)
    return { state: action.state, events }
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.reason }
    throw error
  }
}

/** A timer must not be refused anything: nobody could ever make it run. */
export const elapse = (action: Action, clock: number, max: number): number => {
  for (let done = 0; ; done++) {
    const index = done < max ? nextTimer(action.state, clock) : undefined
    if (index === undefined) return done
    try {
      runTimer({ ...action, prices: [] }, index)
    } catch (error) {
      if (error instanceof Refusal) throw new Fault(`clause ${index + 1} cannot run: ${error.reason}`)
      throw error
    }
  }
}

const runTimer = (action: Action, index: number): void => {
  const { model, state } = action
  const { number, timer } = model.clauses[index]!
  const clause = state.clauses[index]!
  state.now = clause.due
  tell(action, 'Elapsed', number, state.now)
  if (timer?.kind === 'repeat' && clause.round < clause.times) {
    nextRound(action, index)
    run(action, timer.each)
  } else {
    close(action, index)
    if (timer?.kind === 'wait') {
      for (const { must, actors } of timer.routes)
        if (must) for (const party of actors) tell(action, 'Breached', number, state.holders[party]!)
      run(action, timer.otherwise)
    } else if (timer?.kind === 'repeat') run(action, timer.afterwards)
    else if (timer) run(action, timer.effects)
  }
  endIfIdle(action)
}

/** The clause of the least (due, number) that is due. */
export const nextTimer = ({ clauses }: State, clock: number): number | undefined => {
  let first: number | undefined
  clauses.forEach(({ due }, index) => {
    if (due !== 0 && due <= clock && (first === undefined || due < clauses[first]!.due)) first = index
  })
  return first
}

/** A deed that waits for nothing is over, whether or not its text says `End`. */
export const endIfIdle = (action: Action): void => {
  if (!action.state.ended && action.state.clauses.every(({ due }) => due === 0)) end(action)
}

export const unsigned = ({ parties }: Model, { signed, agreed }: State): Account =>
  agreed.parties[parties.findIndex((_, i) => !signed[i])]!
