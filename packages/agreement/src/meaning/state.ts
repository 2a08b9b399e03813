/**
 * The state of a deed (plain data; every step copies it): what the parties agreed on, what the deed holds and is owed,
 * which clauses are open, and the wallets around it, since money that cannot be paid refuses an act.
 */
import type { Model } from '../model/model.ts'

/** An account: an address, or a name in tests. */
export type Account = string

export interface State {
  readonly agreed: Agreed
  /** Instant of the step that is performed, or of the last one. */
  now: number
  begun: boolean
  ended: boolean
  readonly signed: boolean[]
  readonly clauses: ClauseState[]
  readonly holdings: bigint[]
  readonly debts: bigint[]
  /**
   * All values by their place in the model; undefined until they are stated. Amounts and numbers in smallest units,
   * shares in parts of 10^9, dates as days, durations in days, months or seconds, documents as their hash.
   */
  readonly values: (bigint | undefined)[]
  /** Rows that have been taken of each table. */
  readonly rows: number[]
  /** Who plays each party now: a role that can be sold may have a new holder. */
  readonly holders: Account[]
  /** By account and token: what has become somebody's own and waits in the deed. */
  readonly free: Record<Account, bigint[]>
  readonly wallets: Record<Account, bigint[]>
  /** By opening of a clause, act and what is given: the parties that consent, as bits. */
  readonly assents: Record<string, number>
  /** Standing orders by account and token: how much may still be paid without the payer. */
  readonly orders: Record<Account, bigint[]>
}

interface ClauseState {
  /** When it falls due; 0 if it does not wait. */
  due: number
  /** Seconds that were left when it was paused, and one more; 0 if it is not paused. */
  left: number
  /** Its opening effects are being run. */
  opening: boolean
  /** How often it has been opened. */
  openings: number
  /** Of a repetition: the first day, the number of times, and the rounds that have run. */
  from: number
  times: number
  round: number
}

/** What the parties fill in: blanks by their place in the model's lists. */
export interface Agreed {
  readonly parties: readonly Account[]
  /** Of values that are agreed, by their place in `model.values`. */
  readonly values: Readonly<Record<number, bigint>>
}

/** What a deed tells, in the order in which it happens. Names are those of the contract's events. */
export interface Event {
  readonly name: string
  readonly args: readonly (string | number | bigint)[]
}

/** A step that was not done, for a reason that the contract gives too. */
export interface Refused {
  readonly refused: string
}

interface Done {
  readonly state: State
  readonly events: readonly Event[]
}

export type Outcome = Done | Refused

export const isRefused = (outcome: Outcome): outcome is Refused => 'refused' in outcome

export const copy = (state: State): State => ({
  ...state,
  signed: [...state.signed],
  clauses: state.clauses.map((clause) => ({ ...clause })),
  holdings: [...state.holdings],
  debts: [...state.debts],
  values: [...state.values],
  rows: [...state.rows],
  holders: [...state.holders],
  free: copyAll(state.free),
  wallets: copyAll(state.wallets),
  assents: { ...state.assents },
  orders: copyAll(state.orders),
})

const copyAll = (amounts: Record<Account, bigint[]>): Record<Account, bigint[]> =>
  Object.fromEntries(Object.entries(amounts).map(([account, list]) => [account, [...list]]))

export const amountOf = (amounts: Record<Account, bigint[]>, account: Account, token: number): bigint =>
  amounts[account]?.[token] ?? 0n

export const addTo = (
  model: Model,
  amounts: Record<Account, bigint[]>,
  account: Account,
  token: number,
  amount: bigint,
): void => {
  const list = amounts[account] ?? model.tokens.map(() => 0n)
  amounts[account] = list
  list[token] = (list[token] ?? 0n) + amount
}
